"""Accounts, roles, stand-ins; for the administrators of an office."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1.changes import ChangeOut, change_out
from api.v1.offices_shapes import Day, ReasonIn
from tenants.models import ChangeRequest, Membership, Role, StandIn, User
from tenants.policies import people as policies
from tenants.rules import numbers as number_rules
from tenants.selectors import people as selectors
from tenants.usecases import numbers, passwords, roles, second_person, sessions, sign_in, stand_ins
from tenants.usecases import people as usecases

MOST = 2**31 - 1
MOST_FOUND = 20  # people of one number: more would be a switchboard
STATES = ("active", "off", "locked", "unassigned", "all")


class PeopleQuery(serializers.Serializer):
    q = serializers.CharField(max_length=60, required=False, help_text="part of name, account or staff number")
    office = serializers.IntegerField(min_value=1, max_value=MOST, required=False)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    state = serializers.ChoiceField(choices=STATES, required=False, default="active")


class RoleOut(serializers.ModelSerializer):
    office = serializers.CharField(source="office.schema_name")
    division = serializers.CharField(source="division.name", allow_null=True, default=None)

    class Meta:
        model = Membership
        fields = ("id", "office", "role", "division", "valid_from", "valid_to", "ended_at", "end_reason")


class PersonRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    edit = serializers.CharField(allow_null=True)
    reveal_phone = serializers.CharField(allow_null=True)
    reveal_resident_id = serializers.CharField(allow_null=True)
    deactivate = serializers.CharField(allow_null=True)
    reactivate = serializers.CharField(allow_null=True)
    grant = serializers.CharField(allow_null=True)
    reset_password = serializers.CharField(allow_null=True)
    reset_second_factor = serializers.CharField(allow_null=True)
    end_sessions = serializers.CharField(allow_null=True)
    unlock = serializers.CharField(allow_null=True)


class PersonOut(serializers.ModelSerializer):
    office = serializers.CharField(source="office.schema_name", allow_null=True, default=None)
    phone = serializers.CharField(source="numbers.phone.masked", help_text="masked: 138****5678")
    resident_id = serializers.CharField(source="numbers.resident_id.masked", help_text="masked: 530***********0014")
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            "id", "username", "name", "name_en", "staff_number", "phone", "resident_id", "office", "duty", "is_active",
            "must_change_password", "locked_until", "last_login", "refusals",
        )  # fmt: skip

    def get_refusals(self, user: User) -> PersonRefusals:
        actor = self.context["actor"]
        return {  # type: ignore[return-value]
            "edit": policies.edit_account.reason(actor, user),
            "reveal_phone": policies.reveal_number.reason(actor, "phone"),
            "reveal_resident_id": policies.reveal_number.reason(actor, "resident_id"),
            "deactivate": policies.deactivate.reason(actor, user),
            "reactivate": policies.reactivate.reason(actor, user),
            "grant": policies.grant.reason(actor, user),
            "reset_password": policies.reset_password.reason(actor, user),
            "reset_second_factor": policies.reset_second_factor.reason(actor, user),
            "end_sessions": policies.end_sessions.reason(actor, user),
            "unlock": policies.unlock.reason(actor, user),
        }


class PersonDetailOut(PersonOut):
    roles = serializers.SerializerMethodField()

    class Meta(PersonOut.Meta):
        fields = (*PersonOut.Meta.fields, "roles")

    @extend_schema_field(RoleOut(many=True))
    def get_roles(self, user: User) -> Any:
        return RoleOut(selectors.memberships_of(self.context["actor"], user), many=True).data


class PersonPasswordOut(PersonOut):
    initial_password = serializers.CharField(help_text="in this answer only; must be changed at the first sign-in")

    class Meta(PersonOut.Meta):
        fields = (*PersonOut.Meta.fields, "initial_password")


class PersonEditIn(serializers.Serializer):
    name = serializers.CharField(max_length=40)
    name_en = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    staff_number = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    phone = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", help_text="given as its mask it stays"
    )
    resident_id = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", help_text="GB 11643; given as its mask it stays"
    )


class PersonIn(PersonEditIn):
    office_id = serializers.IntegerField(min_value=1, max_value=MOST, help_text="one's own office or one below it")
    username = serializers.CharField(max_length=40)


class NumberIn(serializers.Serializer):
    number = serializers.CharField(max_length=30, help_text="a whole phone or identity number, however written")


class RevealIn(serializers.Serializer):
    field = serializers.ChoiceField(choices=number_rules.FIELDS)
    reason = serializers.CharField(max_length=200, help_text="goes into the audit log")


class RevealOut(serializers.Serializer):
    field = serializers.CharField()
    number = serializers.CharField(help_text="the whole number, in this answer only")


class RoleIn(serializers.Serializer):
    office_id = serializers.IntegerField(min_value=1, max_value=MOST)
    role = serializers.ChoiceField(choices=Role.choices)
    division_id = serializers.IntegerField(min_value=1, max_value=MOST, required=False, allow_null=True)
    valid_from = Day(required=False, help_text="default today")
    valid_to = Day(required=False, allow_null=True, help_text="last day, inclusive")
    reason = serializers.CharField(max_length=200)


class StandInIn(serializers.Serializer):
    membership_id = serializers.IntegerField(min_value=1, max_value=MOST, help_text="a role of one's own")
    person_id = serializers.IntegerField(min_value=1, max_value=MOST)
    starts_on = Day()
    ends_on = Day(help_text="last day, inclusive")
    reason = serializers.CharField(max_length=200)


class StandInOut(serializers.ModelSerializer):
    role = serializers.ChoiceField(source="membership.role", choices=Role.choices)
    for_whom = serializers.CharField(source="membership.user.name")
    person_name = serializers.CharField(source="person.name")
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = StandIn
        fields = (
            "id", "membership_id", "role", "for_whom", "person_id", "person_name", "starts_on", "ends_on", "reason",
            "revoked_at", "refusals",
        )  # fmt: skip

    def get_refusals(self, row: StandIn) -> "StandInRefusals":
        reason = policies.revoke_stand_in.reason(self.context["actor"], row, timezone.localdate())
        return {"revoke": reason}  # type: ignore[return-value]


class StandInRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    revoke = serializers.CharField(allow_null=True)


def _person(request: Request, user: User, status: int = 200) -> Response:
    return Response(PersonDetailOut(user, context={"actor": actor_of(request)}).data, status=status)


def _secret(request: Request, user: User, password: str, status: int = 200) -> Response:
    user.initial_password = password  # type: ignore[attr-defined]
    return Response(PersonPasswordOut(user, context={"actor": actor_of(request)}).data, status=status)


def _asked_or(request: Request, outcome: object) -> Response | None:
    """202 where it was asked for; None where it was done."""
    return change_out(request, outcome, 202) if isinstance(outcome, ChangeRequest) else None


class People(APIView):
    """Accounts in reach: of the own office and those directly below."""

    pagination_class = Pages

    @extend_schema(operation_id="people_list", parameters=[PeopleQuery], responses=PersonOut(many=True))
    def get(self, request: Request) -> Response:
        """By account; system and security administrators only."""
        actor, now, pages = actor_of(request), timezone.now(), Pages()
        policies.see_people(actor)
        query = validated(PeopleQuery, request.query_params)
        state = "" if query["state"] == "all" else query["state"]
        rows = selectors.people_list(
            actor, on=timezone.localdate(now), now=now, query=query.get("q", ""), office_id=query.get("office"),
            role=query.get("role", ""), state=state,
        )  # fmt: skip
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(PersonOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(operation_id="people_create", request=PersonIn, responses={201: PersonPasswordOut})
    def post(self, request: Request) -> Response:
        """Make an account, without a role. Not repeatable by key: the initial password is told once."""
        given = validated(PersonIn, request.data)
        user, password = usecases.create_account(actor=actor_of(request), at=timezone.now(), **given)
        return _secret(request, user, password, 201)


class FindPerson(APIView):
    """Whose number this is."""

    @extend_schema(operation_id="people_find", request=NumberIn, responses=PersonOut(many=True))
    def post(self, request: Request) -> Response:
        """People in reach with this phone or identity number. POST, because addresses of requests are kept in logs."""
        actor, now = actor_of(request), timezone.now()
        policies.see_people(actor)
        given = validated(NumberIn, request.data)
        rows = selectors.people_list(actor, on=timezone.localdate(now), now=now, state="", **given)
        return Response(PersonOut(rows[:MOST_FOUND], many=True, context={"actor": actor}).data)


class Reveal(APIView):
    """A person's whole phone or identity number."""

    @extend_schema(operation_id="people_reveal", request=RevealIn, responses=RevealOut)
    def post(self, request: Request, user_id: int) -> Response:
        """One number, with a reason, so often a day; noted in the audit log.

        Not repeatable by key: a kept answer would be the number in clear.
        """
        policies.see_people(actor_of(request))
        given = validated(RevealIn, request.data)
        number = numbers.reveal_number(user_id=user_id, actor=actor_of(request), at=timezone.now(), **given)
        return Response({"field": given["field"], "number": number})


class Person(IdempotentMixin, APIView):
    """One account."""

    @extend_schema(operation_id="people_get", responses=PersonDetailOut)
    def get(self, request: Request, user_id: int) -> Response:
        """With the roles in reach, ended ones too."""
        policies.see_people(actor_of(request))
        return _person(request, selectors.get_person(actor_of(request), user_id))

    @extend_schema(operation_id="people_edit", request=PersonEditIn, responses=PersonDetailOut)
    def put(self, request: Request, user_id: int) -> Response:
        """Names, staff number, phone and identity number; a number given as its mask stays."""
        given = validated(PersonEditIn, request.data)
        user = usecases.edit_account(user_id=user_id, actor=actor_of(request), at=timezone.now(), **given)
        return _person(request, user)


class Deactivate(IdempotentMixin, APIView):
    """Closing an account."""

    @extend_schema(operation_id="people_deactivate", request=ReasonIn, responses=PersonDetailOut)
    def post(self, request: Request, user_id: int) -> Response:
        """It can no longer sign in; roles and stand-ins end."""
        given = validated(ReasonIn, request.data)
        user = usecases.deactivate_account(user_id=user_id, actor=actor_of(request), at=timezone.now(), **given)
        return _person(request, user)


class Reactivate(APIView):
    """Opening an account again."""

    @extend_schema(operation_id="people_reactivate", request=None, responses=PersonPasswordOut)
    def post(self, request: Request, user_id: int) -> Response:
        """With a new initial password and without roles."""
        user, password = usecases.reactivate_account(user_id=user_id, actor=actor_of(request), at=timezone.now())
        return _secret(request, user, password)


class ResetIn(serializers.Serializer):
    reason = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="where a second administrator decides"
    )


class ResetPassword(APIView):
    """A new initial password."""

    @extend_schema(
        operation_id="people_reset_password", request=ResetIn, responses={200: PersonPasswordOut, 202: ChangeOut}
    )
    def post(self, request: Request, user_id: int) -> Response:
        """Told in this answer only; security administrators only.

        202 with a change where an administrator's waits for a second administrator, which wants a `reason`; once it is
        approved the same call answers with the password, once.
        """
        given = validated(ResetIn, request.data)
        outcome = passwords.reset_or_ask(user_id=user_id, actor=actor_of(request), at=timezone.now(), **given)
        return change_out(request, outcome, 202) if isinstance(outcome, ChangeRequest) else _secret(request, *outcome)


class EndSessions(IdempotentMixin, APIView):
    """The sessions of a person."""

    @extend_schema(operation_id="people_end_sessions", request=ReasonIn, responses=PersonDetailOut)
    def post(self, request: Request, user_id: int) -> Response:
        """End all of them at once; and revoke their tokens; security administrators only."""
        given = validated(ReasonIn, request.data)
        sessions.end_sessions_of(user_id=user_id, actor=actor_of(request), at=timezone.now(), **given)
        return _person(request, selectors.get_person(actor_of(request), user_id))


class ResetSecondFactor(IdempotentMixin, APIView):
    """The second factor of a person."""

    @extend_schema(
        operation_id="people_reset_second_factor", request=ReasonIn, responses={200: PersonDetailOut, 202: ChangeOut}
    )
    def post(self, request: Request, user_id: int) -> Response:
        """Take a lost one away; their sessions end. Security administrators only.

        202 with a change where an administrator's waits for a second administrator.
        """
        given = validated(ReasonIn, request.data)
        outcome = second_person.do("reset-factor", user_id=user_id, actor=actor_of(request), at=timezone.now(), **given)
        return _asked_or(request, outcome) or _person(request, outcome)


class Unlock(IdempotentMixin, APIView):
    """Opening a locked account."""

    @extend_schema(operation_id="people_unlock", request=None, responses=PersonDetailOut)
    def post(self, request: Request, user_id: int) -> Response:
        """Before its half hour is over; security administrators only."""
        return _person(request, sign_in.unlock_account(user_id=user_id, actor=actor_of(request), at=timezone.now()))


class Roles(IdempotentMixin, APIView):
    """Roles of a person."""

    @extend_schema(operation_id="roles_grant", request=RoleIn, responses={201: RoleOut, 202: ChangeOut})
    def post(self, request: Request, user_id: int) -> Response:
        """Grant one; security administrators only, never to themselves.

        202 with a change where the role of an administrator waits for a second administrator.
        """
        given = validated(RoleIn, request.data)
        outcome = second_person.do("grant-role", user_id=user_id, actor=actor_of(request), at=timezone.now(), **given)
        return _asked_or(request, outcome) or Response(RoleOut(outcome).data, status=201)


class EndRole(IdempotentMixin, APIView):
    """The end of a role."""

    @extend_schema(operation_id="roles_end", request=ReasonIn, responses=RoleOut)
    def post(self, request: Request, membership_id: int) -> Response:
        """End it at once; not the last security administrator's."""
        given = validated(ReasonIn, request.data)
        row = roles.end_role(membership_id=membership_id, actor=actor_of(request), at=timezone.now(), **given)
        return Response(RoleOut(row).data)


class StandIns(IdempotentMixin, APIView):
    """Who acts for whom."""

    pagination_class = Pages

    @extend_schema(operation_id="stand_ins_list", responses=StandInOut(many=True))
    def get(self, request: Request) -> Response:
        """Those one named or acts in; the security administrator sees all of the office. Newest first."""
        actor, pages = actor_of(request), Pages()
        policies.see_stand_ins(actor)
        page = pages.paginate_queryset(selectors.stand_ins_for(actor), request, view=self)
        return pages.get_paginated_response(StandInOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(operation_id="stand_ins_name", request=StandInIn, responses={201: StandInOut})
    def post(self, request: Request) -> Response:
        """Name one for a role of one's own."""
        given = validated(StandInIn, request.data)
        row = stand_ins.name_stand_in(actor=actor_of(request), at=timezone.now(), **given)
        return Response(StandInOut(row, context={"actor": actor_of(request)}).data, status=201)


class RevokeStandIn(IdempotentMixin, APIView):
    """The end of a stand-in."""

    @extend_schema(operation_id="stand_ins_revoke", request=None, responses=StandInOut)
    def post(self, request: Request, stand_in_id: int) -> Response:
        """Before its last day."""
        row = stand_ins.revoke_stand_in(stand_in_id=stand_in_id, actor=actor_of(request), at=timezone.now())
        return Response(StandInOut(row, context={"actor": actor_of(request)}).data)


urlpatterns = [
    path("people/", People.as_view(), name="people"),
    path("people/find/", FindPerson.as_view(), name="people-find"),
    path("people/<int:user_id>/", Person.as_view(), name="person"),
    path("people/<int:user_id>/reveal/", Reveal.as_view(), name="person-reveal"),
    path("people/<int:user_id>/deactivate/", Deactivate.as_view(), name="person-deactivate"),
    path("people/<int:user_id>/reactivate/", Reactivate.as_view(), name="person-reactivate"),
    path("people/<int:user_id>/password/", ResetPassword.as_view(), name="person-password"),
    path("people/<int:user_id>/unlock/", Unlock.as_view(), name="person-unlock"),
    path("people/<int:user_id>/end-sessions/", EndSessions.as_view(), name="person-end-sessions"),
    path("people/<int:user_id>/reset-second-factor/", ResetSecondFactor.as_view(), name="person-reset-factor"),
    path("people/<int:user_id>/roles/", Roles.as_view(), name="roles"),
    path("roles/<int:membership_id>/end/", EndRole.as_view(), name="role-end"),
    path("stand-ins/", StandIns.as_view(), name="stand-ins"),
    path("stand-ins/<int:stand_in_id>/revoke/", RevokeStandIn.as_view(), name="stand-in-revoke"),
]
