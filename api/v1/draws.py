"""Rounds of the double-random draw."""

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
from api.v1.verification_shapes import LARGEST
from appraisal.inspections.models import Contribution, Draw
from appraisal.inspections.policies import draws as policies
from appraisal.inspections.selectors import draws as selectors
from appraisal.inspections.states import DrawState
from appraisal.inspections.usecases import draws as usecases


class DrawQuery(serializers.Serializer):
    """Filters of the list."""

    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    state = serializers.ChoiceField(choices=DrawState.values, required=False)


class DrawOut(serializers.ModelSerializer):
    """A round, without its list."""

    year = serializers.IntegerField(source="cycle.year")
    month = serializers.IntegerField(source="period.month", allow_null=True, default=None)

    class Meta:
        model = Draw
        fields = (
            "id", "year", "number", "title", "kind", "month", "state", "wanted", "each", "per_office",
            "seed_kind", "seed_source", "seed_on", "seed_people", "as_of", "frozen_sha256", "frozen_by_name",
            "frozen_at", "seed", "seed_note", "drawn_by_name", "drawn_at", "void_reason",
        )  # fmt: skip


class DrawPairOut(serializers.Serializer):
    object = serializers.CharField()
    inspectors = serializers.ListField(child=serializers.CharField())


class ContributionOut(serializers.ModelSerializer):
    """phrase: empty until it is made public."""

    class Meta:
        model = Contribution
        fields = ("number", "person_name", "sha256", "committed_at", "phrase", "revealed_at")


class DrawDetailOut(DrawOut):
    """With everything that proves it. frozen_text: the bytes that were hashed, empty for a draft."""

    code = serializers.SerializerMethodField()
    frozen_text = serializers.CharField()
    material = serializers.DictField(help_text="the draft's objects and inspectors; once frozen, frozen_text counts")
    result = DrawPairOut(many=True, allow_null=True)
    contributions = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta(DrawOut.Meta):
        fields = (*DrawOut.Meta.fields, "code", "frozen_text", "material", "result", "contributions", "refusals")

    def get_code(self, draw: Draw) -> str:
        return selectors.code_of(draw)

    def get_contributions(self, draw: Draw) -> ContributionOut(many=True):  # type: ignore[valid-type]
        return ContributionOut(selectors.contributions(draw), many=True).data  # type: ignore[return-value]

    def get_refusals(self, draw: Draw) -> dict[str, str | None]:
        return selectors.refusals(self.context["actor"], draw, on=timezone.localdate())


class DrawIn(serializers.Serializer):
    """month: for VALUE; seed_source and seed_on: for FIGURE; seed_people: for CONTRIBUTIONS."""

    cycle_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    title = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=Draw.Kind.choices)
    month = serializers.IntegerField(min_value=1, max_value=12, allow_null=True, default=None)
    wanted = serializers.IntegerField(min_value=1, max_value=500)
    each = serializers.IntegerField(min_value=1, max_value=500)
    per_office = serializers.IntegerField(
        min_value=0,
        max_value=500,
        default=0,
        help_text="of each prefecture at least so many, or all it has; not for OFFICE",
    )
    seed_kind = serializers.ChoiceField(choices=Draw.SeedKind.choices)
    seed_source = serializers.CharField(max_length=200, allow_blank=True, default="")
    seed_on = serializers.DateField(allow_null=True, default=None)
    seed_people = serializers.IntegerField(min_value=2, max_value=9, allow_null=True, default=None)


class LeaveOutIn(serializers.Serializer):
    """reason: empty puts the object back."""

    key = serializers.CharField(max_length=120)
    reason = serializers.CharField(max_length=200, allow_blank=True)


class InspectorsIn(serializers.Serializer):
    keys = serializers.ListField(child=serializers.CharField(max_length=40), max_length=5000)


class HashIn(serializers.Serializer):
    sha256 = serializers.RegexField("^[0-9a-fA-F]{64}$")


class PhraseIn(serializers.Serializer):
    phrase = serializers.CharField(max_length=200, trim_whitespace=False)


class SeedIn(serializers.Serializer):
    """Both only where the seed is a figure."""

    figure = serializers.CharField(max_length=60, allow_blank=True, default="")
    note = serializers.CharField(max_length=120, allow_blank=True, default="")


class VoidIn(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


def _answer(request: Request, draw_id: int, status: int = 200) -> Response:
    actor = actor_of(request)
    policies.see(actor)
    draw = selectors.get_draw(actor, draw_id)
    return Response(DrawDetailOut(draw, context={"actor": actor}).data, status=status)


class Draws(IdempotentMixin, APIView):
    """The province's rounds; a prefecture sees those whose list was frozen."""

    pagination_class = Pages

    @extend_schema(operation_id="draws_list", parameters=[DrawQuery], responses=DrawOut(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        actor, pages = actor_of(request), Pages()
        policies.see(actor)
        asked = validated(DrawQuery, request.query_params)
        names = {"year": "cycle__year", "state": "state"}
        rows = selectors.listed(actor).filter(**{names[name]: value for name, value in asked.items()})
        return pages.get_paginated_response(DrawOut(pages.paginate_queryset(rows, request, view=self), many=True).data)

    @extend_schema(operation_id="draws_prepare", request=DrawIn, responses={201: DrawDetailOut})
    def post(self, request: Request) -> Response:
        """Begin a round: its objects with today's weights of risk, and everybody who can be sent."""
        actor = actor_of(request)
        draw = usecases.prepare_draw(actor=actor, at=timezone.now(), **validated(DrawIn, request.data))
        return _answer(request, draw.pk, 201)


class DrawResource(APIView):
    @extend_schema(operation_id="draws_read", responses=DrawDetailOut)
    def get(self, request: Request, draw_id: int) -> Response:
        """One round with its list, seed and result."""
        return _answer(request, draw_id)


class _Act(IdempotentMixin, APIView):
    """POST does one thing to a round and answers with the round."""


class DrawObjects(_Act):
    @extend_schema(operation_id="draws_leave_out", request=LeaveOutIn, responses=DrawDetailOut)
    def post(self, request: Request, draw_id: int) -> Response:
        """Take an object out of the draft with a reason, or put it back."""
        actor = actor_of(request)
        usecases.leave_out(draw_id=draw_id, actor=actor, at=timezone.now(), **validated(LeaveOutIn, request.data))
        return _answer(request, draw_id)


class DrawInspectors(_Act):
    @extend_schema(operation_id="draws_choose_inspectors", request=InspectorsIn, responses=DrawDetailOut)
    def post(self, request: Request, draw_id: int) -> Response:
        """Say who can be sent."""
        actor = actor_of(request)
        body = validated(InspectorsIn, request.data)
        usecases.choose_inspectors(draw_id=draw_id, actor=actor, at=timezone.now(), **body)
        return _answer(request, draw_id)


class DrawCount(_Act):
    @extend_schema(operation_id="draws_recount", request=None, responses=DrawDetailOut)
    def post(self, request: Request, draw_id: int) -> Response:
        """Count the weights of risk anew, as of today."""
        actor = actor_of(request)
        usecases.recount(draw_id=draw_id, actor=actor, at=timezone.now())
        return _answer(request, draw_id)


class DrawFreezing(_Act):
    @extend_schema(operation_id="draws_freeze", request=None, responses=DrawDetailOut)
    def post(self, request: Request, draw_id: int) -> Response:
        """Freeze the list and publish it with its SHA-256."""
        actor = actor_of(request)
        usecases.freeze(draw_id=draw_id, actor=actor, at=timezone.now())
        return _answer(request, draw_id)


class DrawHashes(_Act):
    @extend_schema(operation_id="draws_commit_hash", request=HashIn, responses=DrawDetailOut)
    def post(self, request: Request, draw_id: int) -> Response:
        """Hand in the SHA-256 of a phrase of one's own."""
        actor = actor_of(request)
        policies.see(actor)  # before any field is looked at
        usecases.commit_hash(draw_id=draw_id, actor=actor, at=timezone.now(), **validated(HashIn, request.data))
        return _answer(request, draw_id)


class DrawPhrases(_Act):
    @extend_schema(operation_id="draws_reveal_phrase", request=PhraseIn, responses=DrawDetailOut)
    def post(self, request: Request, draw_id: int) -> Response:
        """Make one's phrase public, once all hashes are there."""
        actor = actor_of(request)
        policies.see(actor)  # before any field is looked at
        usecases.reveal(draw_id=draw_id, actor=actor, at=timezone.now(), **validated(PhraseIn, request.data))
        return _answer(request, draw_id)


class DrawDrawing(_Act):
    @extend_schema(operation_id="draws_draw", request=SeedIn, responses=DrawDetailOut)
    def post(self, request: Request, draw_id: int) -> Response:
        """Draw, once."""
        actor = actor_of(request)
        usecases.draw_now(draw_id=draw_id, actor=actor, at=timezone.now(), **validated(SeedIn, request.data))
        return _answer(request, draw_id)


class DrawVoiding(_Act):
    @extend_schema(operation_id="draws_void", request=VoidIn, responses=DrawDetailOut)
    def post(self, request: Request, draw_id: int) -> Response:
        """Give the round up while nobody can know its seed."""
        actor = actor_of(request)
        usecases.void(draw_id=draw_id, actor=actor, at=timezone.now(), **validated(VoidIn, request.data))
        return _answer(request, draw_id)


DRAW = "draws/<int:draw_id>/"
urlpatterns = [
    path("draws/", Draws.as_view(), name="draws"),
    path(DRAW, DrawResource.as_view(), name="draw"),
    path(f"{DRAW}objects/", DrawObjects.as_view(), name="draw-objects"),
    path(f"{DRAW}inspectors/", DrawInspectors.as_view(), name="draw-inspectors"),
    path(f"{DRAW}count/", DrawCount.as_view(), name="draw-count"),
    path(f"{DRAW}freezing/", DrawFreezing.as_view(), name="draw-freezing"),
    path(f"{DRAW}hashes/", DrawHashes.as_view(), name="draw-hashes"),
    path(f"{DRAW}phrases/", DrawPhrases.as_view(), name="draw-phrases"),
    path(f"{DRAW}drawing/", DrawDrawing.as_view(), name="draw-drawing"),
    path(f"{DRAW}voiding/", DrawVoiding.as_view(), name="draw-voiding"),
]
