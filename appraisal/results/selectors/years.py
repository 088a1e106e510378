"""Runs of a year and their cards, asked with the actor first; what changed between two of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from appraisal.checker import Difference, recheck_year
from appraisal.ledger.models import Cycle
from appraisal.ledger.selectors.explanations import sentence
from appraisal.results.models import YearCard, YearResult, YearRun
from appraisal.results.policies import years as policies
from appraisal.results.selectors import inputs
from appraisal.results.states import YearRunState
from appraisal.rules.parameters import in_force
from core.errors import NotFound
from core.models import Job
from tenants.actors import Actor
from tenants.models import Office

SHOWN = ("year_end", "interim", "composite", "own", "honesty", "total", "grade", "rank", "peer_rank")


def get_cycle(actor: Actor, cycle_id: int, *, lock: bool = False) -> Cycle:
    """A year of the actor's province. Raises NotFound."""
    rows = Cycle.objects.of_province(actor.province_id).select_related("province", "version")
    found = (rows.locked() if lock else rows).filter(pk=cycle_id).first()
    if found is None:
        raise NotFound(_("没有这个考核年度。"))
    return found


def runs_for(actor: Actor) -> models.QuerySet[YearRun]:
    """The bureau sees every run of its province; its prefectures (and who visits one) those put to notice."""
    rows = YearRun.objects.filter(cycle__province_id=actor.province_id).select_related("cycle__province")
    if actor.office.level == Office.Level.PROVINCE:
        policies.see(actor)
        return rows
    return rows.filter(pk__in=YearResult.objects.public().values("run_id"))


def get_run(actor: Actor, run_id: int) -> YearRun:
    """One run the actor may know of. Raises NotFound, Denied."""
    found = runs_for(actor).filter(pk=run_id).first()
    if found is None:
        raise NotFound(no_run())
    return found


def no_run() -> str:
    return _("没有这一批年度计算。")


def newest_run(cycle: Cycle) -> YearRun | None:
    """The newest finished run of the year."""
    return YearRun.objects.filter(cycle=cycle, state=YearRunState.DONE).order_by("-number").first()


def is_year_end(run: YearRun) -> bool:
    """Whether it reaches the year-end month; otherwise it is a rehearsal."""
    return run.until_month == inputs.rules_of(run.cycle)["year_end_month"]


def cards_of(run: YearRun, *, traces: bool = False) -> list[YearCard]:
    """All cards, best first; those that share a rank in the official order of the offices."""
    rows = YearCard.objects.filter(run=run).select_related("office").order_by("rank", "office__position", "office_id")
    return list(rows if traces else rows.defer("trace"))


def get_card(actor: Actor, run: YearRun, slug: str) -> YearCard:
    """One office's card: the bureau and the office itself may see it. Raises NotFound."""
    found = YearCard.objects.filter(run=run, office__schema_name=slug).select_related("office", "run__cycle").first()
    if found is None or (actor.office.level != Office.Level.PROVINCE and actor.office.pk != found.office_id):
        raise NotFound(_("没有这张年度得分单。"))
    return found


def job_of(run: YearRun) -> Job | None:
    """The background job that calculates the run."""
    return Job.objects.filter(pk=run.job_id).first() if run.job_id else None


def told(steps: list[dict[str, Any]]) -> list[str]:
    """The sentences of a trace in the reader's language."""
    return [sentence(step) for step in steps]


def seats_told(run: YearRun) -> list[str]:
    """How each pool's seats came about."""
    return [text for pool in run.seats.get("pools", []) for text in told(pool["steps"])]


@dataclass(frozen=True)
class Change:
    """One figure of one office that differs between two runs; before, after: as text, '' where there was none."""

    office: Office
    name: str
    before: str
    after: str

    @property
    def label(self) -> str:
        return NAMES[self.name]()


NAMES = {
    "year_end": lambda: _("年终得分"),
    "interim": lambda: _("平时成绩"),
    "composite": lambda: _("综合得分"),
    "own": lambda: _("自评折合"),
    "honesty": lambda: _("自评不实扣分"),
    "total": lambda: _("年度得分"),
    "grade": lambda: _("等次"),
    "rank": lambda: _("名次"),
    "peer_rank": lambda: _("组内名次"),
    "inputs": lambda: _("所用批次"),
}


def differences(before: YearRun, after: YearRun) -> list[Change]:
    """Line by line what the later run says otherwise, with the published runs that each took its scores from."""
    olds = {card.office_id: card for card in cards_of(before, traces=True)}
    found: list[Change] = []
    for card in cards_of(after, traces=True):
        found += _changes(olds.pop(card.office_id, None), card)
    for gone in olds.values():
        found += [Change(gone.office, name, _written(gone, name), "") for name in ("total", "grade", "rank")]
    return found


def _changes(old: YearCard | None, card: YearCard) -> Iterator[Change]:
    for name in SHOWN:
        was, now = _written(old, name) if old else "", _written(card, name)
        if was != now:
            yield Change(card.office, name, was, now)
    used = [_runs_used(each) for each in (old, card)]
    if old is not None and used[0] != used[1]:
        kept = used[0] & used[1]
        yield Change(card.office, "inputs", "、".join(sorted(used[0] - kept)), "、".join(sorted(used[1] - kept)))


def _runs_used(card: YearCard | None) -> set[str]:
    return {each["run"] for each in [card.trace["year_end"], *card.trace["interim"]]} if card else set()


def _written(card: YearCard, name: str) -> str:
    value = getattr(card, name)
    if value is None:
        return ""
    if name == "grade":
        return sentence({"key": f"grade.{value}", "values": {}})
    return str(value) if isinstance(value, Decimal | int) else value


def recheck_run(run: YearRun) -> list[Difference]:
    """Every difference between a run's stored figures and what its traces give, by code that shares nothing with it."""
    cards = cards_of(run, traces=True)
    found = recheck_year([card.trace for card in cards], run.seats, in_force("tie_break", inputs.last_day(run.cycle)))
    for card in cards:
        for name in ("total", "grade", "rank", "peer_rank", "grade_by_score"):
            if str(getattr(card, name)) != str(card.trace[name]):
                found.append(
                    Difference(
                        card.office.schema_name, f"{name} column", str(getattr(card, name)), str(card.trace[name])
                    )
                )
    return found
