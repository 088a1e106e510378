"""Which version scores a month; amendments asked with the actor first; what an amendment would do."""

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext as _

from appraisal.ledger.models import Amendment, Cycle, Period, ScoreLine, ScoreRun
from appraisal.ledger.policies import amendments as policies
from appraisal.ledger.selectors import cycles
from appraisal.ledger.states import AmendmentState, RunState
from appraisal.library import schemes
from appraisal.library import selectors as library
from appraisal.library.models import Indicator, TemplateVersion
from appraisal.library.selectors import Difference
from appraisal.rules import reshape
from appraisal.rules.problems import FactsError
from core.errors import NotFound
from core.postgres.compiled import compiled
from tenants.actors import Actor
from tenants.models import Office

# What the letters were signed for: changing it would need other facts than those that are reported.
SIGNED_FOR = ("unit", "cumulative", "target_basis", "entered_by")


def in_force(period: Period) -> Amendment | None:
    """The newest amendment in force by the period's month, with its version; None where none is. One query."""
    return _in_force.first(period.cycle_id, period.month)


@compiled
def _in_force(cycle_id: int, month: int) -> models.QuerySet[Amendment]:
    rows = Amendment.objects.filter(cycle_id=cycle_id, state=AmendmentState.IN_FORCE, from_month__lte=month)
    return rows.select_related("version").order_by("-number")[:1]


def version_in_force(period: Period) -> TemplateVersion:
    """The version that scores the period: of the newest amendment in force by its month, else the year's own."""
    newest = in_force(period)
    return newest.version if newest else period.cycle.version


def amendments_for(actor: Actor) -> models.QuerySet[Amendment]:
    """The bureau sees all of its province's, its prefectures those that came into force; newest first."""
    rows = Amendment.objects.filter(cycle__in=cycles.cycles_for(actor))
    if actor.home.level != Office.Level.PROVINCE:
        rows = rows.filter(state__in=[AmendmentState.IN_FORCE, AmendmentState.UNDONE])
    return rows.select_related("cycle__version", "version__template", "version_before").order_by("-cycle_id", "-number")


def get_amendment(actor: Actor, amendment_id: int, *, lock: bool = False) -> Amendment:
    """One amendment the actor may know of; lock: with its year, so that two acts go one after the other. NotFound."""
    found = amendments_for(actor).filter(pk=amendment_id).first()
    if found is None:
        raise NotFound(_("没有这项年中修订。"))
    if lock:
        cycles.get_cycle(actor, found.cycle_id, lock=True)
        found.refresh_from_db()
    return found


def candidates(actor: Actor, cycle: Cycle) -> list[TemplateVersion]:
    """Published versions of the year's template and year, but the one in force at its end; newest first."""
    now = version_in_force(Period(cycle=cycle, month=12))
    rows = library.versions_for(actor).filter(
        template_id=cycle.version.template_id, year=cycle.year, state=TemplateVersion.State.PUBLISHED
    )
    return [row for row in rows if row.pk != now.pk]


def refusals(actor: Actor, amendment: Amendment) -> dict[str, str | None]:
    """For each act the reason why not, or None."""
    return {
        "approve": policies.approve.reason(actor, amendment),
        "withdraw": policies.withdraw.reason(actor, amendment),
        "undo": policies.undo.reason(actor, amendment),
    }


def obstacles(version: TemplateVersion, asked: TemplateVersion) -> list[dict[str, str]]:
    """Why the facts that are asked for by `asked` cannot be scored by `version`: rows {code, message}; [] when they
    can.

    What the prefectures signed and report stays: another unit, basis or source, or an indicator nobody reports on, is
    for the next year's letters.
    """
    before = {row.code: row for row in library.rows_of(asked) if row.method}
    origins = library.lineage(version, asked)
    rows = []
    asked_for, scored_by = schemes.scheme_of(asked), schemes.scheme_of(version)
    for row in (row for row in library.rows_of(version) if row.method):
        sources = [before[code] for code in origins[row.code]]
        if not sources:
            rows.append(_row(row, _("责任书里没有这项指标，也没有人填报；请从已有指标拆分，或留到下一年度")))
            continue
        for name in SIGNED_FOR:
            if any(getattr(each, name) != getattr(row, name) for each in sources) and _matters(row, sources, name):
                rows.append(_row(row, _("%(what)s与责任书不同，已报的数据不能用") % {"what": FIELD_WORDS[name]()}))
        try:
            for each in sources:
                old, new = asked_for.by_code[each.code], scored_by.by_code[row.code]
                reshape.reshape(old, new, alone=len(sources) == 1)
        except FactsError as error:
            rows += [_row(row, schemes.sentence(problem)) for problem in error.problems]
    return rows


def _matters(row: Indicator, sources: list[Indicator], name: str) -> bool:
    """A method that leaves the ratios has no target any more: then its basis is no contradiction."""
    ratios = schemes.RATIOS
    return name not in ("cumulative", "target_basis") or row.method in ratios or sources[0].method not in ratios


def _row(row: Indicator, message: str) -> dict[str, str]:
    return {"code": row.code, "message": message}


FIELD_WORDS = {
    "unit": lambda: _("单位"),
    "cumulative": lambda: _("是否累计"),
    "target_basis": lambda: _("分母来源"),
    "entered_by": lambda: _("数据提供方"),
}


@dataclass(frozen=True)
class Effect:
    """What it does to the scheme, and on which run it can be tried (the newest of a month it concerns, else the
    newest).

    weights: what has other points than before, or came or went.
    """

    differences: list[Difference]
    weights: list[Difference]
    run: ScoreRun | None
    recalculate: list[int] = field(default_factory=list)  # months whose newest run is of another version


def effect_of(amendment: Amendment) -> Effect:
    """For its page. A constant number of queries."""
    differences = library.differences(amendment.version, amendment.version_before)
    weights = [each for each in differences if each.added or each.removed or each.points or len(each.befores) > 1]
    finished = [RunState.DONE, RunState.PUBLISHED]
    runs = ScoreRun.objects.filter(cycle_id=amendment.cycle_id, state__in=finished)
    runs = runs.select_related("period", "cycle", "version").order_by("-period__month", "-number")
    before = runs.filter(version_id=amendment.version_before_id)
    run = before.filter(period__month__gte=amendment.from_month).first() or before.first() or runs.first()
    return Effect(differences, weights, run, _stale(amendment, runs) if _decided(amendment) else [])


def _decided(amendment: Amendment) -> bool:
    return amendment.state in (AmendmentState.IN_FORCE, AmendmentState.UNDONE)


def _stale(amendment: Amendment, runs: models.QuerySet[ScoreRun]) -> list[int]:
    newest: dict[int, ScoreRun] = {}
    for run in runs.filter(period__month__gte=amendment.from_month):
        newest.setdefault(run.period.month, run)
    return sorted(
        month for month, run in newest.items()
        if run.state == RunState.DONE and run.version_id != version_in_force(run.period).pk
    )  # fmt: skip


def asked_ids(run: ScoreRun) -> dict[int, int]:
    """Indicators of a run's version → the indicator that was reported on (the first, of merged ones).

    Empty where the year's own version scored: then they are the same. Three queries otherwise.
    """
    if run.version_id == run.cycle.version_id:
        return {}
    asked = dict(run.cycle.version.indicators.exclude(method="").values_list("code", "pk"))
    own = run.version.indicators.exclude(method="").values_list("pk", "code")
    origins = library.lineage(run.version, run.cycle.version)
    return {pk: asked[origins[code][0]] for pk, code in own if origins[code]}


def asked_of(line: ScoreLine) -> Indicator:
    """The indicator that the line's office reported on; line.card.run.cycle is read."""
    pk = asked_ids(line.card.run).get(line.indicator_id)
    return line.indicator if pk is None else Indicator.objects.select_related("parent").get(pk=pk)


def is_merged(line: ScoreLine) -> bool:
    """Whether several reported indicators make the line; line.card.run.cycle is read."""
    return len(origins_of(line)) > 1


def origins_of(line: ScoreLine) -> tuple[str, ...]:
    """The codes, in the year's own version, of what was reported for the line; line.card.run.cycle is read."""
    run = line.card.run
    if run.version_id == run.cycle.version_id:
        return (line.indicator.code,)
    return library.lineage(run.version, run.cycle.version)[line.indicator.code]
