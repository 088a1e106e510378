"""Calculate a year: all offices from their published months. A calculation again is a new run; none is edited."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.models import Cycle
from appraisal.results.events.years import YearCalculated
from appraisal.results.models import YearCard, YearRun
from appraisal.results.policies import years as policies
from appraisal.results.selectors import inputs as inputs_selectors
from appraisal.results.selectors import years as selectors
from appraisal.results.states import YearRunState
from appraisal.rules import years as rules
from core import events as core_events
from core import jobs
from core.errors import Conflict
from core.models import Job
from tenants.actors import Actor
from tenants.models import Office

CALCULATE = "results.calculate_year"
Told = Callable[[int, int], None]


@transaction.atomic
def start_year_run(*, cycle_id: int, note: str = "", actor: Actor, at: datetime) -> YearRun:
    """Want a year calculated up to its newest published month; a background job does it, its progress is shown.

    Source: domain reference 2.2 steps 14 and 18, 2.4. Raises NotFound, Denied, Conflict (year not running, a run under
    way, nothing published; the year-end month is, but an interim month is not).
    """
    cycle = selectors.get_cycle(actor, cycle_id, lock=True)
    policies.calculate(actor, cycle)
    month = inputs_selectors.newest_month(cycle)
    if month is None:
        raise Conflict(_("还没有核定过任何月份的得分，不能计算年度成绩。"))
    composed = inputs_selectors.rules_of(cycle)
    if month > composed["year_end_month"]:
        month = composed["year_end_month"]
    inputs = inputs_selectors.inputs_of(cycle, month, on=timezone.localdate(at))
    if month == composed["year_end_month"] and inputs.missing:
        raise Conflict(
            _("%(months)s 月的得分还没有核定，平时成绩不全。请先核定，再计算年度成绩。")
            % {"months": _("、").join(map(str, inputs.missing))}
        )
    run = new_year_run(cycle, until_month=month, note=note, actor=actor, at=at)
    job = jobs.want(CALCULATE, arguments={"run_id": run.pk}, key=str(run.pk), actor=actor, at=at)
    YearRun.objects.filter(pk=run.pk).update(job_id=job.pk)
    run.job_id = job.pk
    return run


def new_year_run(cycle: Cycle, *, until_month: int, note: str, actor: Actor, at: datetime) -> YearRun:
    """The next run of a year, in state RUNNING. The caller holds the cycle's lock."""
    last = YearRun.objects.filter(cycle=cycle).aggregate(last=Max("number"))["last"] or 0
    return YearRun.objects.create(
        cycle=cycle, number=last + 1, until_month=until_month, note=note,
        started_by_id=actor.user_id, started_by_name=actor.name, started_at=at,
    )  # fmt: skip


@transaction.atomic
def calculate_year(*, run_id: int, actor: Actor, at: datetime, told: Told = lambda done, total: None) -> YearRun:
    """Compose every participant's year, rank, propose grades, store cards with traces; state DONE.

    told(done, total): offices stored so far. Repeatable: a run that is no longer RUNNING is returned as it is. Equal
    inputs give equal bytes (outputs_sha256).
    """
    run = YearRun.objects.select_for_update(of=("self",)).select_related("cycle__province").get(pk=run_id)
    if run.state != YearRunState.RUNNING:
        return run
    inputs = inputs_selectors.inputs_of(run.cycle, run.until_month, on=timezone.localdate(at))
    field = rules.result(inputs.years, credits=inputs.credits, on=inputs.on)
    offices = dict(
        Office.objects.filter(schema_name__in=[card.office for card in field.cards]).values_list("schema_name", "pk")
    )
    digest = hashlib.sha256(_canonical(field.seats))
    rows = []
    for card in field.cards:
        digest.update(_canonical(card.trace))
        rows.append(
            YearCard(
                run=run, office_id=offices[card.office], peer_group=int(card.peer_group), year_end=card.year_end,
                interim=card.interim, composite=card.composite, own=card.own, honesty=card.honesty, total=card.total,
                grade_by_score=card.grade_by_score, grade=card.grade, rank=card.rank, peer_rank=card.peer_rank,
                trace=card.trace,
            )
        )  # fmt: skip
    YearCard.objects.bulk_create(rows)
    told(len(rows), len(rows))
    run.seats, run.inputs_sha256, run.outputs_sha256 = field.seats, inputs.sha256(), digest.hexdigest()
    run.finished_at = at
    run.move(YearRunState.DONE)
    run.save()
    core_events.record(
        YearCalculated(
            subject=f"results.run:{run.pk}", run=run.code, offices=len(rows), outputs_sha256=run.outputs_sha256
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return run


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _give_up(job: Job, run_id: int) -> None:
    """The job failed for good or was cancelled: its run does not hold up the next one."""
    run = YearRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state == YearRunState.RUNNING:
        run.move(YearRunState.FAILED)
        run.save(update_fields=["state"])


@jobs.job(CALCULATE, label=gettext_lazy("计算年度成绩"), ended=_give_up)
def _calculate(job: Job, progress: Callable[..., None], run_id: int) -> dict[str, Any]:
    run = YearRun.objects.select_related("cycle__province").get(pk=run_id)
    actor = Actor(job.wanted_by_id, job.wanted_by_name, run.cycle.province, run.cycle.province)
    done = calculate_year(run_id=run_id, actor=actor, at=timezone.now(), told=progress)
    return {"run": done.code, "outputs_sha256": done.outputs_sha256}
