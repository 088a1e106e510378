"""Providers of identity and the links of people to them. One's own link is made on the account page, with a browser."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1.changes import ChangeOut, change_out
from api.v1.offices_shapes import ReasonIn
from tenants.models import ChangeRequest, IdentityLink, IdentityProvider
from tenants.policies import identity as policies
from tenants.policies import people as people_policies
from tenants.selectors import identity as selectors
from tenants.selectors import people
from tenants.usecases import identity as links
from tenants.usecases import providers, second_person

MOST = 2**31 - 1


class ProviderRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    edit = serializers.CharField(allow_null=True)
    enable = serializers.CharField(allow_null=True)
    disable = serializers.CharField(allow_null=True)


class ProviderOut(serializers.ModelSerializer):
    """Our secret there is in no answer."""

    refusals = serializers.SerializerMethodField()

    class Meta:
        model = IdentityProvider
        fields = (
            "id", "name", "name_en", "issuer", "client_id", "subject_claim", "strong_values", "state", "refusals"
        )  # fmt: skip

    def get_refusals(self, provider: IdentityProvider) -> ProviderRefusals:
        actor = self.context["actor"]
        acts = {"edit": policies.edit_provider, "enable": policies.enable, "disable": policies.disable}
        return {name: act.reason(actor, provider) for name, act in acts.items()}  # type: ignore[return-value]


class ProviderIn(serializers.Serializer):
    name = serializers.CharField(max_length=40, help_text="as the button on the sign-in page says")
    name_en = serializers.CharField(max_length=60, allow_blank=True, default="")
    issuer = serializers.CharField(max_length=300, help_text="https, exactly as its metadata say")
    client_id = serializers.CharField(max_length=200)
    client_secret = serializers.CharField(
        max_length=300, trim_whitespace=False, allow_blank=True, default="", write_only=True,
        help_text="sealed, never answered; empty keeps the one there is",
    )  # fmt: skip
    subject_claim = serializers.CharField(max_length=40, default="sub", help_text="claim that names a person for good")
    strong_values = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="acr or amr values that count as a second factor"
    )


class KeysOut(serializers.Serializer):
    keys = serializers.IntegerField(help_text="how many it signs with")


class LinkOut(serializers.ModelSerializer):
    provider = serializers.IntegerField(source="provider_id")
    provider_name = serializers.CharField(source="provider.name")

    class Meta:
        model = IdentityLink
        fields = ("id", "provider", "provider_name", "subject", "linked_at")


class LinkIn(serializers.Serializer):
    provider_id = serializers.IntegerField(min_value=1, max_value=MOST)
    subject = serializers.CharField(max_length=255, help_text="of the person there")


def _out(request: Request, provider: IdentityProvider, status: int = 200) -> Response:
    return Response(ProviderOut(provider, context={"actor": actor_of(request)}).data, status=status)


class Providers(IdempotentMixin, APIView):
    """Those that one's office keeps."""

    pagination_class = Pages

    @extend_schema(operation_id="providers_list", responses=ProviderOut(many=True))
    def get(self, request: Request) -> Response:
        """Security administrators of a province or of the platform only."""
        actor, pages = actor_of(request), Pages()
        policies.see_providers(actor)
        page = pages.paginate_queryset(selectors.providers_for(actor), request, view=self)
        return pages.get_paginated_response(ProviderOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(operation_id="providers_create", request=ProviderIn, responses={201: ProviderOut})
    def post(self, request: Request) -> Response:
        """Set one up; it is off."""
        given = validated(ProviderIn, request.data)
        return _out(request, providers.save_provider(actor=actor_of(request), at=timezone.now(), **given), 201)


class Provider(IdempotentMixin, APIView):
    """One of them."""

    @extend_schema(operation_id="providers_get", responses=ProviderOut)
    def get(self, request: Request, provider_id: int) -> Response:
        """With what one may do about it."""
        policies.see_providers(actor_of(request))
        return _out(request, selectors.get_provider(actor_of(request), provider_id))

    @extend_schema(operation_id="providers_change", request=ProviderIn, responses=ProviderOut)
    def put(self, request: Request, provider_id: int) -> Response:
        """While it is off only."""
        given = validated(ProviderIn, request.data)
        saved = providers.save_provider(provider_id=provider_id, actor=actor_of(request), at=timezone.now(), **given)
        return _out(request, saved)


class Probe(APIView):
    """Whether it answers."""

    @extend_schema(operation_id="providers_test", request=None, responses=KeysOut)
    def post(self, request: Request, provider_id: int) -> Response:
        """Ask it now for its metadata and keys; 409 with a sentence when it does not answer as it should."""
        return Response({"keys": providers.try_provider(provider_id=provider_id, actor=actor_of(request))})


def _switched(request: Request, action: str, provider_id: int) -> Response:
    given = validated(ReasonIn, request.data)
    outcome = second_person.do(action, provider_id=provider_id, actor=actor_of(request), at=timezone.now(), **given)
    return change_out(request, outcome, 202) if isinstance(outcome, ChangeRequest) else _out(request, outcome)


class Enable(IdempotentMixin, APIView):
    """On the sign-in page."""

    @extend_schema(operation_id="providers_enable", request=ReasonIn, responses={200: ProviderOut, 202: ChangeOut})
    def post(self, request: Request, provider_id: int) -> Response:
        """Offer it; it must answer now. 202 with a change where a second administrator decides."""
        return _switched(request, "enable-provider", provider_id)


class Disable(IdempotentMixin, APIView):
    """Off the sign-in page."""

    @extend_schema(operation_id="providers_disable", request=ReasonIn, responses={200: ProviderOut, 202: ChangeOut})
    def post(self, request: Request, provider_id: int) -> Response:
        """Links stay, people sign in by password. 202 with a change where a second administrator decides."""
        return _switched(request, "disable-provider", provider_id)


class Links(IdempotentMixin, APIView):
    """A person's links."""

    @extend_schema(operation_id="identities_list", responses=LinkOut(many=True))
    def get(self, request: Request, user_id: int) -> Response:
        """Of a person in reach; security administrators only."""
        actor = actor_of(request)
        people_policies.see_people(actor)
        person = people.get_person(actor, user_id)
        policies.unlink_person(actor, person)
        return Response(LinkOut(selectors.links_of(person), many=True).data)

    @extend_schema(operation_id="identities_link", request=LinkIn, responses={201: LinkOut})
    def post(self, request: Request, user_id: int) -> Response:
        """Link a person of business to a subject; administrators link their own account."""
        given = validated(LinkIn, request.data)
        made = links.link_person(user_id=user_id, actor=actor_of(request), at=timezone.now(), **given)
        return Response(LinkOut(made).data, status=201)


class Unlink(IdempotentMixin, APIView):
    """One link."""

    @extend_schema(operation_id="identities_unlink", request=ReasonIn, responses={204: None})
    def post(self, request: Request, link_id: int) -> Response:
        """Take it away; what the provider opened for the person ends."""
        given = validated(ReasonIn, request.data)
        links.unlink_person(link_id=link_id, actor=actor_of(request), at=timezone.now(), **given)
        return Response(status=204)


urlpatterns = [
    path("providers/", Providers.as_view(), name="providers"),
    path("providers/<int:provider_id>/", Provider.as_view(), name="provider"),
    path("providers/<int:provider_id>/test/", Probe.as_view(), name="provider-test"),
    path("providers/<int:provider_id>/enable/", Enable.as_view(), name="provider-enable"),
    path("providers/<int:provider_id>/disable/", Disable.as_view(), name="provider-disable"),
    path("people/<int:user_id>/identities/", Links.as_view(), name="person-identities"),
    path("identities/<int:link_id>/unlink/", Unlink.as_view(), name="identity-unlink"),
]
