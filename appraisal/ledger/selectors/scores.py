"""Runs, cards and rankings, asked with the actor first."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.ledger.models import Period, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.states import RunState
from core.errors import NotFound
from core.models import Job
from core.postgres.compiled import compiled
from tenants.actors import Actor
from tenants.models import Office
from tenants.models.office import short_english


def get_period(actor: Actor, period_id: int, *, lock: bool = False) -> Period:
    """A period of the actor's province. Raises NotFound."""
    rows = Period.objects.select_related("cycle__version", "cycle__province")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    period = rows.filter(pk=period_id, cycle__province_id=actor.province_id).first()
    if period is None:
        raise NotFound(_("没有这个考核期。"))
    return period


def runs_for(actor: Actor) -> models.QuerySet[ScoreRun]:
    """The bureau sees every run of its province, its prefectures the published ones."""
    rows = ScoreRun.objects.filter(cycle__province_id=actor.province_id).select_related("cycle", "period", "version")
    return rows if actor.home.level == Office.Level.PROVINCE else rows.filter(state=RunState.PUBLISHED)


def get_run(actor: Actor, run_id: int, *, lock: bool = False) -> ScoreRun:
    """A run the actor may know of. Raises NotFound."""
    rows = runs_for(actor)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    run = rows.filter(pk=run_id).first()
    if run is None:
        raise NotFound(_("没有这个计算批次。"))
    return run


def published_run(period: Period) -> ScoreRun | None:
    """The official run of a period: the last published one."""
    return ScoreRun.objects.filter(period=period, state=RunState.PUBLISHED).order_by("-number").first()


@dataclass(frozen=True)
class Before:
    rank: int
    peer_rank: int
    total: Decimal


def standings_before(period: Period) -> dict[str, Before]:
    """By office: rank, peer rank and total in the official run of the month before; empty when there is none."""
    earlier = Period.objects.filter(cycle=period.cycle, month=period.month - 1).first()
    run = published_run(earlier) if earlier else None
    if run is None:
        return {}
    rows = Scorecard.objects.filter(run=run).values_list("office__schema_name", "rank", "peer_rank", "total")
    return {slug: Before(rank, peer_rank, total) for slug, rank, peer_rank, total in rows}


class RankedOffice(NamedTuple):
    """What a ranking shows of an office: as the model's attributes of the same names."""

    schema_name: str
    name: str
    short_name: str
    name_en: str
    tile_col: int
    tile_row: int

    @property
    def label(self) -> str:
        """Short name in the reader's language."""
        return short_english(self.name_en) if (get_language() or "").startswith("en") else self.short_name

    @property
    def full_label(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name


class Ranked(NamedTuple):
    """A card in the ranking: the columns of Scorecard without its trace, then its office's (`office`: all of them)."""

    pk: int
    run_id: int
    office_id: int
    peer_group: int
    indicator_total: Decimal
    bonus: Decimal
    deduction: Decimal
    total: Decimal
    grade: str
    grade_before_veto: str
    vetoes: int
    rank: int
    rank_before: int | None
    peer_rank: int
    total_before: Decimal | None
    schema_name: str
    name: str
    short_name: str
    name_en: str
    tile_col: int
    tile_row: int

    @property
    def office(self) -> RankedOffice:
        return RankedOffice._make(self[-len(RankedOffice._fields) :])


@compiled
def _ranking(run_id: int) -> models.QuerySet[Scorecard, tuple[Any, ...]]:
    columns = (f"office__{name}" if name in RankedOffice._fields else name for name in Ranked._fields)
    return ordered(Scorecard.objects.filter(run_id=run_id)).values_list(*columns)


def ranking_of(run: ScoreRun) -> list[Ranked]:
    """All cards of a run, best first; one query, the offices with them, without the traces.

    Plain tuples: 3,000 cards and offices as model instances cost four times the query (platform/docs/benchmarks.md).
    """
    return list(map(Ranked._make, _ranking(run.pk)))


def ordered(cards: models.QuerySet[Scorecard]) -> models.QuerySet[Scorecard]:
    """Best first; those that share a rank in the official order of the offices."""
    return cards.order_by("rank", "office__position", "office_id")


def ranking_rows(run: ScoreRun) -> models.QuerySet[Scorecard]:
    """The same as a query of cards, for pages of it."""
    return ordered(Scorecard.objects.filter(run=run).select_related("office").defer("trace"))


def get_card(actor: Actor, run: ScoreRun, office: Office) -> Scorecard:
    """One office's card: the bureau and the office itself may see its traces. Raises NotFound."""
    mine = actor.home.level == Office.Level.PROVINCE or actor.home.pk == office.pk
    card = (
        Scorecard.objects.select_related("office", "run__period", "run__cycle").filter(run=run, office=office).first()
    )
    if card is None or not mine:
        raise NotFound(no_card())
    return card


def no_card() -> str:
    return _("没有这张得分单。")


def lines_of(card: Scorecard, *, traces: bool = True) -> list[ScoreLine]:
    """The lines in the scheme's order, each with its indicator and group; `traces`: what recomputes them, too."""
    return _lines(card.pk) if traces else _lines_without_traces(card.pk)


@compiled
def _lines(card_id: int) -> models.QuerySet[ScoreLine]:
    rows = ScoreLine.objects.filter(card_id=card_id).select_related("indicator__parent")
    return rows.order_by("indicator__parent__position", "indicator__position", "indicator_id")


@compiled
def _lines_without_traces(card_id: int) -> models.QuerySet[ScoreLine]:
    return _lines.make(card_id).defer("trace")


def job_of(run: ScoreRun) -> Job | None:
    """The background job that calculates the run, None when it was calculated in place."""
    return Job.objects.filter(pk=run.job_id).first() if run.job_id else None
