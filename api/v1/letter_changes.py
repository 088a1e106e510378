"""Changes of signed letters: applied for, moved between offices, decided."""

from datetime import date
from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import signatures
from api.asked import actor_of, given, listed, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.signatures import SignatureIn
from api.v1.letters_shapes import MOST, LetterOfficeOut, MilestoneIn, TargetIn
from appraisal.ledger.models import LetterChange
from appraisal.ledger.policies import changes as policies
from appraisal.ledger.selectors import changes as selectors
from appraisal.ledger.usecases import changes as usecases


class LetterChangeQuery(serializers.Serializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    state = serializers.ChoiceField(choices=LetterChange.State.choices, required=False)

    def filters(self) -> dict[str, Any]:
        return {{"year": "letter__cycle__year"}.get(name, name): value for name, value in self.validated_data.items()}


class LetterChangeOut(serializers.ModelSerializer):
    """A change; `pair` is the other side of a county's move or a merger, decided together with it."""

    office = LetterOfficeOut(source="letter.office")
    year = serializers.IntegerField(source="letter.cycle.year")
    version = serializers.IntegerField(source="version.number", allow_null=True, default=None)

    class Meta:
        model = LetterChange
        fields = (
            "id", "letter", "year", "office", "kind", "state", "reason", "basis", "effective_on", "leaves", "pair",
            "applied_by_name", "applied_by_role", "applied_at", "decided_by_name", "decided_at", "minutes", "decision",
            "version",
        )  # fmt: skip


class ChangedFigure(serializers.Serializer):
    """before and after: applicable, not_applicable_reason, year_target, q1, q2, q3; milestones where days change."""

    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()


class LetterChangeRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    decide = serializers.CharField(allow_null=True)
    withdraw = serializers.CharField(allow_null=True)


class LetterChangeDetailOut(LetterChangeOut):
    figures = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField()

    class Meta(LetterChangeOut.Meta):
        fields = (*LetterChangeOut.Meta.fields, "figures", "refusals")

    @extend_schema_field(ChangedFigure(many=True))
    def get_figures(self, change: LetterChange) -> Any:
        return ChangedFigure(selectors.figures(change), many=True).data

    def get_refusals(self, change: LetterChange) -> LetterChangeRefusals:
        return selectors.refusals(self.context["actor"], change)  # type: ignore[return-value]


class GroundsIn(serializers.Serializer):
    kind = serializers.ChoiceField(choices=LetterChange.Kind.choices)
    reason = serializers.CharField(max_length=500)
    basis = serializers.CharField(max_length=200, help_text="the document it rests on, with its number")
    effective_on = serializers.DateField(help_text="the first of a month of the year")


class ChangedTargetIn(TargetIn):
    milestones = MilestoneIn(
        many=True, max_length=30, required=False, help_text="other days, by name; those not named keep theirs"
    )
    added = MilestoneIn(many=True, max_length=30, required=False, help_text="milestones that the letter has not had")


class LetterChangeIn(GroundsIn):
    """kind: FORCE or PLAN."""

    rows = ChangedTargetIn(many=True, max_length=500, help_text="what should change; others stay as they are")


class AmountIn(serializers.Serializer):
    code = serializers.CharField(max_length=10)
    amount = serializers.CharField(max_length=30, help_text="of the year target, in the indicator's unit")


class MovingMilestoneIn(MilestoneIn):
    code = serializers.CharField(max_length=10)


class TransferIn(GroundsIn):
    """kind: REGION (a county moved) or MERGER (everything moves: no amounts, no milestones)."""

    to_letter_id = serializers.IntegerField(min_value=1, max_value=MOST)
    amounts = AmountIn(many=True, max_length=500, default=list)
    milestones = MovingMilestoneIn(
        many=True, max_length=500, default=list, help_text="that go to the other letter, with the day they are due"
    )


class ApproveIn(SignatureIn):
    minutes = serializers.CharField(max_length=200, help_text="of the meeting, or the document, that approves it")


class ChangeReasonIn(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


def _change(request: Request, letter_change_id: int, status: int = 200) -> Response:
    actor = actor_of(request)
    found = selectors.get_change(actor, letter_change_id)
    return Response(LetterChangeDetailOut(found, context={"actor": actor}).data, status=status)


class Changes(APIView):
    """Changes of the letters the caller may see."""

    pagination_class = Pages

    @extend_schema(
        operation_id="letter_changes_list", parameters=[LetterChangeQuery], responses=LetterChangeOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        query = given(LetterChangeQuery, request.query_params)
        rows = selectors.changes_for(actor_of(request)).filter(**query.filters())
        return listed(request, self, rows, LetterChangeOut)


class ChangeDetail(APIView):
    """One change."""

    @extend_schema(operation_id="letter_changes_retrieve", responses=LetterChangeDetailOut)
    def get(self, request: Request, letter_change_id: int) -> Response:
        """Before and after, why, resting on what."""
        return _change(request, letter_change_id)


class ChangeApply(IdempotentMixin, APIView):
    """POST applies."""

    @extend_schema(operation_id="letter_changes_apply", request=LetterChangeIn, responses={201: LetterChangeDetailOut})
    def post(self, request: Request, letter_id: int) -> Response:
        """By the letter's office, in the months for it; the targets stay until the province approves."""
        body = dict(validated(LetterChangeIn, request.data))
        rows = [
            usecases.ChangedRow(
                **row,
                milestones={each["name"]: each["due_on"] for each in milestones},
                added={each["name"]: each["due_on"] for each in added},
            )
            for row, milestones, added in (
                (row, row.pop("milestones", ()), row.pop("added", ())) for row in body.pop("rows")
            )
        ]
        change = usecases.apply_for_change(
            letter_id=letter_id, rows=rows, grounds=usecases.Grounds(**body), actor=actor_of(request), at=timezone.now()
        )
        return _change(request, change.pk, 201)


class Transfer(IdempotentMixin, APIView):
    """POST moves targets."""

    @extend_schema(operation_id="letter_changes_transfer", request=TransferIn, responses={201: LetterChangeDetailOut})
    def post(self, request: Request, letter_id: int) -> Response:
        """By the bureau, from this letter to another; both change together once a leader approves."""
        body = dict(validated(TransferIn, request.data))
        amounts = {row["code"]: row["amount"] for row in body.pop("amounts")}
        moving: dict[str, dict[str, date]] = {}
        for row in body.pop("milestones"):
            moving.setdefault(row["code"], {})[row["name"]] = row["due_on"]
        out, _into = usecases.transfer_targets(
            from_letter_id=letter_id, to_letter_id=body.pop("to_letter_id"), amounts=amounts, milestones=moving,
            grounds=usecases.Grounds(**body), actor=actor_of(request), at=timezone.now(),
        )  # fmt: skip
        return _change(request, out.pk, 201)


class ChangeApprove(IdempotentMixin, APIView):
    """POST approves."""

    @extend_schema(operation_id="letter_changes_approve", request=ApproveIn, responses=LetterChangeDetailOut)
    def post(self, request: Request, letter_change_id: int) -> Response:
        """By a leader of the province who did not apply, with the password once more; makes a new version."""
        body, actor = dict(validated(ApproveIn, request.data)), actor_of(request)
        policies.decide(actor, selectors.get_change(actor, letter_change_id))
        if problem := signatures.refused(request, body.pop("password")):
            return problem
        usecases.approve_change(change_id=letter_change_id, minutes=body["minutes"], actor=actor, at=timezone.now())
        return _change(request, letter_change_id)


class ChangeRefuse(IdempotentMixin, APIView):
    """POST refuses."""

    @extend_schema(operation_id="letter_changes_refuse", request=ChangeReasonIn, responses=LetterChangeDetailOut)
    def post(self, request: Request, letter_change_id: int) -> Response:
        """The targets stay as they are."""
        body = validated(ChangeReasonIn, request.data)
        usecases.refuse_change(change_id=letter_change_id, actor=actor_of(request), at=timezone.now(), **body)
        return _change(request, letter_change_id)


class ChangeWithdraw(IdempotentMixin, APIView):
    """POST takes back."""

    @extend_schema(operation_id="letter_changes_withdraw", request=ChangeReasonIn, responses=LetterChangeDetailOut)
    def post(self, request: Request, letter_change_id: int) -> Response:
        """By the side that applied, before it is decided."""
        body = validated(ChangeReasonIn, request.data)
        usecases.withdraw_change(change_id=letter_change_id, actor=actor_of(request), at=timezone.now(), **body)
        return _change(request, letter_change_id)


urlpatterns = [
    path("letter-changes/", Changes.as_view(), name="letter-changes"),
    path("letter-changes/<int:letter_change_id>/", ChangeDetail.as_view(), name="letter-change"),
    path("letters/<int:letter_id>/changes/", ChangeApply.as_view(), name="letter-change-apply"),
    path("letters/<int:letter_id>/transfer/", Transfer.as_view(), name="letter-transfer"),
    path("letter-changes/<int:letter_change_id>/approve/", ChangeApprove.as_view(), name="letter-change-approve"),
    path("letter-changes/<int:letter_change_id>/refuse/", ChangeRefuse.as_view(), name="letter-change-refuse"),
    path("letter-changes/<int:letter_change_id>/withdraw/", ChangeWithdraw.as_view(), name="letter-change-withdraw"),
]
