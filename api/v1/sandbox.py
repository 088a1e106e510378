"""The sandbox: a run's own facts scored by a changed copy of its scheme."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of
from api.idempotency import IdempotentMixin
from api.v1 import library_shapes
from appraisal.ledger.models import ScoreRun
from appraisal.ledger.policies import sandbox as policies
from appraisal.ledger.selectors import sandbox as selectors
from appraisal.ledger.selectors import scores
from appraisal.ledger.usecases import sandbox as usecases
from appraisal.library.models import Method, TemplateVersion
from appraisal.rules.whatif import Cause
from core.errors import NotFound
from core.http import without_writing
from tenants.actors import Actor


def points(source: str | None = None, *, allow_null: bool = False) -> serializers.DecimalField:
    """Points or a score, 4 decimals."""
    return serializers.DecimalField(max_digits=12, decimal_places=4, source=source, allow_null=allow_null)


class SandboxChangeIn(serializers.Serializer):
    """What is to be different about one indicator; all but the code optional."""

    code = serializers.CharField(max_length=10)
    points = serializers.CharField(max_length=12, required=False, help_text="two decimals, as text")
    cap = serializers.CharField(max_length=12, required=False, help_text="the method's cap, into its parameters")
    method = serializers.ChoiceField(choices=Method.choices, required=False)
    parameters = serializers.DictField(required=False, help_text="of the method, whole")
    off = serializers.BooleanField(default=False, help_text="taken out of the copy")


class SandboxPlanIn(serializers.Serializer):
    """What is to be tried. Nothing given: the run as it is."""

    version = serializers.IntegerField(
        required=False, min_value=1, max_value=library_shapes.MOST,
        help_text="another version of the run's template to start from, drafts too",
    )  # fmt: skip
    changes = SandboxChangeIn(many=True, default=list)
    na_treatment = serializers.ChoiceField(choices=TemplateVersion.NaTreatment.choices, required=False)
    spread = serializers.BooleanField(
        default=True, help_text="points of what is switched off go to the rest of its group"
    )
    bonus_cap = serializers.CharField(max_length=12, required=False, help_text="of all bonus items, points")
    deduction_cap = serializers.CharField(max_length=12, required=False, help_text="of all deduction items, points")


class SandboxIn(SandboxPlanIn):
    office = serializers.CharField(
        max_length=63, required=False, help_text="schema name: its lines both ways, with the traces' sentences"
    )
    year = serializers.BooleanField(default=False, help_text="the year's earlier official runs, too")


class SandboxOffice(serializers.Serializer):
    office = serializers.CharField(source="card.schema_name")
    name = serializers.CharField(source="card.name")
    total_before = serializers.DecimalField(max_digits=7, decimal_places=2, source="card.total")
    total = serializers.DecimalField(max_digits=7, decimal_places=2)
    change = serializers.DecimalField(max_digits=7, decimal_places=2)
    rank_before = serializers.IntegerField(source="card.rank")
    rank = serializers.IntegerField()
    climbed = serializers.IntegerField(help_text="places won; negative: lost")
    peer_rank_before = serializers.IntegerField(source="card.peer_rank")
    peer_rank = serializers.IntegerField()
    grade_before = serializers.CharField(source="card.grade")
    grade = serializers.CharField()
    by_change = serializers.SerializerMethodField(help_text="code of the change (“” for sharing) → points it moved")

    def get_by_change(self, row: selectors.OfficeRow) -> dict[str, str]:
        return {code: str(points) for code, points in row.moved.by_cause().items()}


class SandboxLine(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    cause = serializers.ChoiceField(choices=[cause.value for cause in Cause], source="moved.cause")
    why = serializers.CharField()
    points_before = points(allow_null=True)
    points_after = points(allow_null=True)
    before = points("moved.before", allow_null=True)
    after = points("moved.after", allow_null=True)
    change = points("moved.change")
    steps_before = serializers.ListField(child=serializers.CharField(), help_text="the trace in sentences")
    steps_after = serializers.ListField(child=serializers.CharField(), help_text="the trace in sentences")


class SandboxMonth(serializers.Serializer):
    month = serializers.IntegerField()
    run = serializers.CharField(source="run.code")
    moved = serializers.IntegerField(help_text="offices that change place")
    furthest = serializers.IntegerField(help_text="places that the furthest of them moves")
    mean = serializers.DecimalField(max_digits=9, decimal_places=4, source="mean_change", help_text="of the totals")


class SandboxOut(serializers.Serializer):
    """compared: the run's score lines; equal: those that its own unchanged scheme gave again from its facts."""

    run = serializers.CharField(source="run.code")
    points = serializers.DecimalField(max_digits=9, decimal_places=2, help_text="that the copy totals")
    compared = serializers.IntegerField()
    equal = serializers.IntegerField()
    not_gathered = serializers.ListField(child=serializers.CharField(), help_text="codes without facts: 0 points")
    offices = SandboxOffice(many=True, source="rows")
    lines = SandboxLine(many=True, allow_null=True, help_text="of `office`")
    months = SandboxMonth(many=True, allow_null=True, help_text="with `year`")


def _asked(
    request: Request, run_id: int, shape: type[SandboxPlanIn]
) -> tuple[Actor, ScoreRun, selectors.Plan, dict[str, Any]]:
    actor = actor_of(request)
    run = scores.get_run(actor, run_id)
    policies.use(actor, run)
    body = shape(data=request.data)
    body.is_valid(raise_exception=True)
    given = dict(body.validated_data)
    asked = {name: given.pop(name, None) for name in ("office", "year")}
    version_id = given.pop("version", None)
    version = selectors.version_of(actor, run, version_id) if version_id else None
    return actor, run, usecases.plan_of(run=run, version=version, **given), asked


class Sandbox(APIView):
    """POST asks what would be; it changes nothing."""

    @extend_schema(operation_id="score_sandbox", request=SandboxIn, responses=SandboxOut, tags=["scores"])
    def post(self, request: Request, run_id: int) -> Response:
        """Every office's total, places and grade as they would be, and which change moved what."""
        with without_writing():
            _actor, run, plan, asked = _asked(request, run_id, SandboxIn)
            trial = selectors.trial_of(run, plan)
            office = asked["office"]
            if office and office not in trial.cards:
                raise NotFound(scores.no_card())
            shown = {
                **{
                    name: getattr(trial, name)
                    for name in ("run", "points", "compared", "equal", "not_gathered", "rows")
                },
                "lines": list(selectors.stories(trial, office)) if office else None,
                "months": selectors.year_of(trial) if asked["year"] else None,
            }
            return Response(SandboxOut(shown).data)


class SandboxDraft(IdempotentMixin, APIView):
    """POST makes the plan a draft of the template."""

    @extend_schema(
        operation_id="score_sandbox_draft", request=SandboxPlanIn, responses={201: library_shapes.VersionDetailOut},
        tags=["scores"],
    )  # fmt: skip
    def post(self, request: Request, run_id: int) -> Response:
        """By the administrator; the draft's note says from which run it came."""
        actor, run, plan, _asked_for = _asked(request, run_id, SandboxPlanIn)
        draft = usecases.take_over(run_id=run.pk, plan=plan, actor=actor, at=timezone.now())
        return Response(library_shapes.VersionDetailOut(draft, context={"actor": actor}).data, status=201)


urlpatterns = [
    path("runs/<int:run_id>/sandbox/", Sandbox.as_view(), name="run-sandbox"),
    path("runs/<int:run_id>/sandbox/draft/", SandboxDraft.as_view(), name="run-sandbox-draft"),
]
