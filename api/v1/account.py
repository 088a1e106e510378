"""Who one is here; signing in by session or by token; one's own tokens."""

from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import tokens
from api.asked import actor_of, validated
from api.errors import problem
from api.models import Token
from api.pagination import Pages
from api.permissions import MemberOfOffice
from core import office as office_core
from core.errors import Invalid
from core.http import client_address
from tenants import selectors
from tenants.actors import Actor
from tenants.models import Role, User
from tenants.models.sessions import EndReason
from tenants.policies import business
from tenants.rules import session as session_rules
from tenants.selectors import people, second_factor
from tenants.usecases import knocking, sessions, sign_in


class HeldRole(serializers.Serializer):
    """A role held today; for_whom: the person stood in for, else null."""

    role = serializers.ChoiceField(choices=Role.choices)
    office = serializers.CharField(help_text="path segment of the office")
    office_name = serializers.CharField()
    division = serializers.CharField(allow_null=True)
    for_whom = serializers.CharField(allow_null=True)


class AccountOut(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    office = serializers.CharField(help_text="path segment of the office the request is in")
    visiting = serializers.BooleanField(help_text="a member of the province looking into one of its prefectures")
    roles_here = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))
    roles = HeldRole(many=True, help_text="all roles held today, in any office")


OTP = "code of the second factor or a recovery code, where the account has one; each is good once"


class CredentialsIn(serializers.Serializer):
    username = serializers.CharField(max_length=40)
    password = serializers.CharField(max_length=128, trim_whitespace=False, style={"input_type": "password"})
    otp = serializers.CharField(max_length=40, required=False, allow_blank=True, help_text=OTP)


class TokenIn(serializers.Serializer):
    """Signed in by session: name alone. Otherwise username and password as well."""

    name = serializers.CharField(max_length=60, help_text="what it is for")
    days = serializers.IntegerField(min_value=1, max_value=3660, required=False, help_text="until it expires")
    username = serializers.CharField(max_length=40, required=False)
    password = serializers.CharField(
        max_length=128, required=False, trim_whitespace=False, style={"input_type": "password"}
    )
    otp = serializers.CharField(max_length=40, required=False, allow_blank=True, help_text=OTP)


class TokenOut(serializers.ModelSerializer):
    office = serializers.CharField(source="office.schema_name", help_text="the one office it is valid in")

    class Meta:
        model = Token
        fields = ("id", "name", "office", "created_at", "expires_at")


class NewTokenOut(TokenOut):
    token = serializers.CharField(help_text="the secret, shown this once: Authorization: Token <secret>")

    class Meta(TokenOut.Meta):
        fields = ("id", "name", "office", "created_at", "expires_at", "token")


class MemberOrSigningIn(MemberOfOffice):
    """POST is for anonymous people too, who bring their password."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method == "POST" and not request.user.is_authenticated:
            return True
        return super().has_permission(request, view)


def _account(actor: Actor, user: User) -> dict:
    on = timezone.localdate()
    roles = [
        {
            "role": row.role,
            "office": row.office.schema_name,
            "office_name": row.office.name,
            "division": row.division.name if row.division else None,
            "for_whom": None,
        }
        for row in people.memberships_everywhere(user, on=on)
    ]
    for stand_in in people.standing_in(user, on=on):
        row = stand_in.membership
        roles.append(
            {
                "role": row.role,
                "office": row.office.schema_name,
                "office_name": row.office.name,
                "division": None,
                "for_whom": row.user.name,
            }
        )
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.name,
        "name_en": user.name_en,
        "office": actor.office.schema_name,
        "visiting": actor.visiting,
        "roles_here": sorted(actor.roles) if not actor.visiting else [],
        "roles": roles,
    }


def _signed_in(request: Request, username: str, password: str, otp: str) -> Actor | Response:
    """The person in this office, or the problem. Answered, not raised: the failed attempt must stay on record."""
    at = timezone.now()
    knocking.spend_sign_in(username=username, address=client_address(request._request), at=at)
    outcome = sign_in.check_credentials(
        username=username, password=password, otp=otp, address=client_address(request._request), at=at
    )
    if outcome.user is None:
        if outcome.locked_until is not None:
            return problem("denied", outcome.refusal, 403)
        field = "otp" if outcome.pending is not None else None
        answer = problem("unauthenticated", outcome.refusal, 401, field=field)
        answer["WWW-Authenticate"] = "Token"
        return answer
    if outcome.user.must_change_password:
        return problem("denied", _("请先在网页上修改密码，再使用接口。"), 403)
    if second_factor.lacks_factor(outcome.user, on=timezone.localdate(at)):
        return problem("denied", _("请先在网页上启用二次验证，再使用接口。"), 403)
    office = request._request.office  # type: ignore[attr-defined]
    with office_core.mounted(office_core.beside()):  # a visitor's roles are another office's rows
        actor = selectors.actor_for(outcome.user, office, on=timezone.localdate(at))
    if actor is None:
        return problem("not-found", _("没有这个对象，或者您无权知道它是否存在。"), 404)
    business.open_to(actor)
    request._request.actor = actor  # type: ignore[attr-defined]
    office_core.identify(outcome.user.pk)
    return actor


class Account(APIView):
    """Oneself."""

    @extend_schema(operation_id="account_get", responses=AccountOut)
    def get(self, request: Request) -> Response:
        """Who I am, here and elsewhere."""
        return Response(AccountOut(_account(actor_of(request), request.user)).data)  # type: ignore[arg-type]


class Session(APIView):
    """The session of a browser or a client with cookies."""

    permission_classes = [MemberOrSigningIn]

    @extend_schema(operation_id="session_get", responses=AccountOut)
    def get(self, request: Request) -> Response:
        """Whose session this is."""
        return Response(AccountOut(_account(actor_of(request), request.user)).data)  # type: ignore[arg-type]

    @extend_schema(operation_id="session_open", request=CredentialsIn, responses=AccountOut)
    def post(self, request: Request) -> Response:
        """Sign in by account and password; five failures lock for half an hour. 401 wrong, 403 locked."""
        given = validated(CredentialsIn, request.data)
        actor = _signed_in(request, given["username"], given["password"], given.get("otp", ""))
        if isinstance(actor, Response):
            return actor
        at = timezone.now()
        plain: HttpRequest = request._request
        with office_core.mounted(office_core.PUBLIC):  # sessions are no office's
            user = User.objects.get(pk=actor.user_id or 0)
            if plain.session.session_key and plain.user.is_authenticated:
                sessions.over(key=plain.session.session_key, reason=EndReason.SIGNED_OUT, at=at)
            login(plain, user)
            plain.session.set_expiry(at + session_rules.longest(on=timezone.localdate(at)))
            plain.session["last_seen"] = at.isoformat()
            plain.session["second_factor"] = second_factor.has_factor(user)
            sessions.begin(
                user=user,
                key=plain.session.session_key or "",
                address=client_address(plain),
                agent=plain.headers.get("User-Agent", ""),
                at=at,
            )
        return Response(AccountOut(_account(actor, user)).data)

    @extend_schema(operation_id="session_close", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out."""
        with office_core.mounted(office_core.PUBLIC):
            key = request._request.session.session_key
            if key and isinstance(request._request.user, User):
                sessions.over(key=key, reason=EndReason.SIGNED_OUT, at=timezone.now())
            logout(request._request)
        return Response(status=204)


class Tokens(APIView):
    """One's own keys to this office's API."""

    pagination_class = Pages
    permission_classes = [MemberOrSigningIn]

    @extend_schema(operation_id="tokens_list", responses=TokenOut(many=True))
    def get(self, request: Request) -> Response:
        """Tokens that are not revoked, newest first."""
        pages = Pages()
        rows = pages.paginate_queryset(tokens.tokens_of(actor_of(request)), request, view=self)
        return pages.get_paginated_response(TokenOut(rows, many=True).data)

    @extend_schema(operation_id="tokens_create", request=TokenIn, responses={201: NewTokenOut})
    def post(self, request: Request) -> Response:
        """Make a token, by session or by account and password; its secret is in this answer only."""
        given = validated(TokenIn, request.data)
        if not request.user.is_authenticated or "username" in given:
            if "username" not in given or "password" not in given:
                raise Invalid(_("请给出账号和密码，或先登录。"), field="username")
            found = _signed_in(request, given["username"], given["password"], given.get("otp", ""))
            if isinstance(found, Response):
                return found
        made, secret = tokens.create_token(
            name=given["name"], days=given.get("days"), actor=actor_of(request), at=timezone.now()
        )
        made.token = secret  # type: ignore[attr-defined]
        return Response(NewTokenOut(made).data, status=201)


class OneToken(APIView):
    """One of them."""

    @extend_schema(operation_id="tokens_revoke", responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        """Take it back at once."""
        tokens.revoke_token(token_id=token_id, actor=actor_of(request), at=timezone.now())
        return Response(status=204)


urlpatterns = [
    path("account/", Account.as_view(), name="account"),
    path("session/", Session.as_view(), name="session"),
    path("tokens/", Tokens.as_view(), name="tokens"),
    path("tokens/<int:token_id>/", OneToken.as_view(), name="token"),
]
