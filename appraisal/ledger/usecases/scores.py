"""Calculate all offices of a month, and pin the result. A re-run is a new run; a published one never changes."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.events import scores as events
from appraisal.ledger.models import Cycle, PeerChange, Period, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.policies import scores as policies
from appraisal.ledger.selectors import amendments, outliers, pinning, tracking
from appraisal.ledger.selectors import facts as facts_selectors
from appraisal.ledger.selectors import scores as selectors
from appraisal.ledger.states import RunState
from appraisal.library.schemes import scheme_of
from appraisal.rules import engine, grades, ranking
from appraisal.rules.adjustments import limits
from appraisal.rules.canonical import Kept
from appraisal.rules.exact import ZERO, fixed, half_up, half_up_units, together
from appraisal.rules.parameters import in_force
from appraisal.rules.scorecard import Line as RuledLine
from appraisal.rules.scorecard import Scorecard as RuledCard
from appraisal.rules.scorecard import line_units
from core import events as core_events
from core import jobs, processes
from core.errors import Conflict
from core.models import Job
from core.postgres.copying import copy_rows
from tenants.actors import Actor
from tenants.models import Office

CALCULATE = "ledger.calculate_run"
BATCH = 50  # offices whose lines are stored by one statement
LINE_FIELDS = (
    "card", "indicator", "status", "points", "effective_points", "score_before_off", "points_off", "score", "trace",
)  # fmt: skip
Told = Callable[[int, int], None]


@transaction.atomic
def start_run(*, period_id: int, note: str = "", actor: Actor, at: datetime) -> ScoreRun:
    """Want all offices of a period scored; a background job does it (`calculate_run`), its progress is shown.

    Source: domain reference 2.2 step 14, 2.4. Raises NotFound, Denied, Conflict (a run is under way, the year is
    not running).
    """
    period = selectors.get_period(actor, period_id, lock=True)
    policies.calculate(actor, period)
    run = new_run(period, note=note, actor=actor, at=at)
    job = jobs.want(CALCULATE, arguments={"run_id": run.pk}, key=str(run.pk), actor=actor, at=at)
    ScoreRun.objects.filter(pk=run.pk).update(job_id=job.pk)
    run.job_id = job.pk
    return run


def new_run(period: Period, *, note: str, actor: Actor, at: datetime) -> ScoreRun:
    """The next run of a period, in state RUNNING. The caller holds the period's lock."""
    last = ScoreRun.objects.filter(period=period).aggregate(last=Max("number"))["last"] or 0
    return ScoreRun.objects.create(
        cycle=period.cycle, period=period, number=last + 1,
        version=amendments.version_in_force(period),
        as_of=facts_selectors.last_day(period), note=note,
        started_by_id=actor.user_id, started_by_name=actor.name, started_at=at,
    )  # fmt: skip


@processes.uncollected()
@transaction.atomic
def calculate_run(*, run_id: int, actor: Actor, at: datetime, told: Told = lambda done, total: None) -> ScoreRun:
    """Score every participant of the run's period and store cards, lines and traces; state DONE.

    told(done, total): offices stored so far. Repeatable: a run that is no longer RUNNING is returned as it is.
    Equal inputs give equal bytes (outputs_sha256).
    """
    run = (
        ScoreRun.objects.select_for_update(of=("self",))
        .select_related("cycle", "period__cycle__version", "version")
        .get(pk=run_id)
    )
    if run.state != RunState.RUNNING:
        return run
    situation = facts_selectors.situation_of(run.period, run.version)
    cards = engine.score(
        scheme_of(run.version), situation.peers, situation.facts, situation.adjustments, limits=limits(run.as_of)
    )
    before = selectors.standings_before(run.period)
    places = ranking.rank(
        map(ranking.standing, cards.values()),
        previous={slug: (was.rank, was.peer_rank) for slug, was in before.items()},
        on=run.as_of,
    )
    digest, kept = hashlib.sha256(), Kept()
    offices = dict(Office.objects.filter(schema_name__in=cards).values_list("schema_name", "pk"))
    indicators = dict(run.version.indicators.exclude(method="").values_list("code", "pk"))
    for start in range(0, len(places), BATCH):
        _store(run, places[start : start + BATCH], cards, before, offices, indicators, digest, kept)
        told(min(start + BATCH, len(places)), len(places))
    run.inputs_sha256, run.outputs_sha256 = situation.sha256(), digest.hexdigest()
    run.finished_at = at
    run.move(RunState.DONE)
    run.save()
    core_events.record(
        events.ScoresCalculated(
            subject=f"ledger.run:{run.pk}", run=run.code, offices=len(places), outputs_sha256=run.outputs_sha256
        ),
        actor=actor,
        at=at,
    )
    return run


def _store(
    run: ScoreRun,
    places: list[ranking.Place],
    cards: dict[str, RuledCard],
    before: dict[str, selectors.Before],
    offices: dict[str, int],
    indicators: dict[str, int],
    digest: "hashlib._Hash",
    kept: Kept,
) -> None:
    """One statement for the cards, one for their lines; each card's JSON is made once, hashed and taken apart.

    Takes the cards out of `cards`, so that memory falls while the run is stored.
    """
    rows, lines = [], []
    for place in places:
        card = cards.pop(place.office)
        graded = grades.grade(card.total, card.adjustments.vetoes, on=run.as_of)
        was = before.get(place.office)
        written = card.written(kept)
        digest.update(written.whole)
        lines.append(list(zip(card.lines, written.lines, strict=True)))
        rows.append(
            Scorecard(
                run=run, office_id=offices[place.office], peer_group=int(place.peer_group),
                indicator_total=card.sum, bonus=half_up(card.bonus, 4), deduction=half_up(card.deduction, 4),
                total=card.total, grade=graded.grade, grade_before_veto=graded.by_score,
                vetoes=len(card.adjustments.vetoes), deduction_count=card.deductions, rank=place.rank,
                peer_rank=place.peer_rank,
                rank_before=was.rank if was else None, total_before=was.total if was else None,
                trace={**written.rest, "grade_steps": list(graded.steps)},
            )
        )  # fmt: skip
    stored = Scorecard.objects.bulk_create(rows)
    copy_rows(
        ScoreLine,
        LINE_FIELDS,
        (
            _line(card.pk, indicators[line.code], line, trace)
            for card, mine in zip(stored, lines, strict=True)
            for line, trace in mine
        ),
    )


def _line(card_id: int, indicator_id: int, line: RuledLine, trace: bytes) -> tuple[object, ...]:
    """The columns of LINE_FIELDS."""
    before, off = line.written, "0"
    if line.points_off or line.zeroed:
        before = fixed(line_units(line.earned or ZERO, line.rule.points, line.effective_points), 4)
        off = fixed(half_up_units(together(each.points for each in line.points_off), 4), 4)
    return (
        card_id, indicator_id, line.status, line.points, fixed(half_up_units(line.effective_points, 8), 8), before,
        off, line.written, trace.decode(),
    )  # fmt: skip


def _give_up(job: Job, run_id: int) -> None:
    """The job failed for good or was cancelled: its run does not hold up the next one."""
    run = ScoreRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state == RunState.RUNNING:
        run.move(RunState.FAILED)
        run.save(update_fields=["state"])


@jobs.job(CALCULATE, label=gettext_lazy("计算得分"), ended=_give_up)
def _calculate(job: Job, progress: Callable[..., None], run_id: int) -> dict[str, Any]:
    run = ScoreRun.objects.select_related("cycle__province").get(pk=run_id)
    actor = Actor(job.wanted_by_id, job.wanted_by_name, run.cycle.province, run.cycle.province)
    done = calculate_run(run_id=run_id, actor=actor, at=timezone.now(), told=progress)
    return {"run": done.code, "outputs_sha256": done.outputs_sha256}


@transaction.atomic
def publish_run(*, run_id: int, actor: Actor, at: datetime) -> ScoreRun:
    """Pin a run: from now on the month's official scores; the prefectures see it, nothing can change it.

    Source: domain reference 2.2 steps 14–15, 2.4 ("published run is pinned"). Raises NotFound, Denied,
    Conflict (not calculated, published already, a newer run exists, values still wait for verification, the facts
    changed since the calculation).
    """
    pinning.hold_alone(period_id=selectors.get_run(actor, run_id).period_id)  # nothing changes until it is pinned
    run = selectors.get_run(actor, run_id, lock=True)
    Cycle.objects.locked().get(pk=run.cycle_id)  # an amendment comes into force before this, or is refused after it
    policies.publish(actor, run)
    if amendments.version_in_force(run.period).pk != run.version_id:
        raise Conflict(_("算出这一批以后，指标体系有了修订或回退，核定的会是旧规则的分。请重新计算后再核定。"))
    if facts_selectors.situation_of(run.period, run.version).sha256() != run.inputs_sha256:
        raise Conflict(_("算出这一批以后，数据或加扣分又有变化，核定的会是旧数。请重新计算后再核定。"))
    _keep_lights(run)
    run.published_by_name, run.published_at = actor.name, at
    run.move(RunState.PUBLISHED)
    run.save()
    _note_peer_changes(run)
    core_events.record(
        events.ScoresPublished(subject=f"ledger.run:{run.pk}", run=run.code, outputs_sha256=run.outputs_sha256),
        actor=actor,
        at=at,
    )
    return run


def _keep_lights(run: ScoreRun) -> None:
    """How each office stands against its plan, kept with its card: the inbox counts who is to be warned."""
    offices: dict[str, list[int]] = {}
    for row in tracking.of_province(run).rows:
        offices.setdefault(row.light, []).append(row.card.office_id)
    for light, theirs in offices.items():
        Scorecard.objects.filter(run=run, office_id__in=theirs).update(light=light)


def _note_peer_changes(run: ScoreRun) -> None:
    """What the offices may be told of their peers' growth in the month: medians, where there are enough of them."""
    least = in_force("outlier", run.as_of)["peers"]["known"]
    PeerChange.objects.bulk_create(
        PeerChange(
            run=run, indicator_id=indicator_id, peer_group=group, offices=among.count,
            median=half_up(among.median, 6), deviation=half_up(among.deviation, 6),
        )
        for (indicator_id, group), among in outliers.spreads(run.period).items()
        if among.count >= least
    )  # fmt: skip
