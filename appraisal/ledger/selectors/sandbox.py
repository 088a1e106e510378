"""The sandbox: a run's own facts scored by a changed copy of its scheme. Reads only; nothing of it is kept.

Both scorings are the engine's. The facts are those that the run was scored from, read back from its traces, so the
unchanged copy gives the run's own scores, whatever happened to the values since. Prose: platform/docs/rules/sandbox.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from appraisal.ledger.models import ScoreLine, ScoreRun
from appraisal.ledger.selectors import explanations, overview, pinned, scores
from appraisal.ledger.selectors.facts import Situation
from appraisal.library import schemes
from appraisal.library import selectors as library
from appraisal.library.models import TemplateVersion
from appraisal.rules import engine, grades, ranking, reshape, whatif
from appraisal.rules.adjustments import Limits
from appraisal.rules.adjustments import limits as limits_on
from appraisal.rules.exact import PUBLISHED_PLACES, STORED_PLACES, half_up, number, plain
from appraisal.rules.problems import RulesError
from appraisal.rules.scheme import Scheme
from appraisal.rules.scorecard import Line, Scorecard
from core.errors import Invalid, NotFound
from tenants.actors import Actor


@dataclass(frozen=True)
class Plan:
    """What is to be tried.

    version: another version to start from instead of the run's own; wishes: changes of it; na_treatment, bonus_cap,
    deduction_cap: None leaves them (caps in points); spread: see rules.whatif.copy_of.
    """

    version: TemplateVersion | None = None
    wishes: tuple[whatif.Wish, ...] = ()
    na_treatment: str | None = None
    spread: bool = True
    bonus_cap: Fraction | None = None
    deduction_cap: Fraction | None = None
    origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether it changes nothing."""
        caps = (self.na_treatment, self.bonus_cap, self.deduction_cap)
        return self.version is None and not self.wishes and all(each is None for each in caps)


@dataclass(frozen=True)
class OfficeRow:
    """One prefecture: its card as calculated, and what it would be."""

    card: scores.Ranked
    total: Decimal
    rank: int
    peer_rank: int
    grade: str
    moved: whatif.Movement

    @property
    def climbed(self) -> int:
        """Places won; negative: lost."""
        return self.card.rank - self.rank

    @property
    def change(self) -> Decimal:
        return self.total - self.card.total

    @property
    def adjusted(self) -> Decimal:
        """What changed caps of bonus and deduction moved; 2 decimals."""
        return half_up(self.moved.adjusted, PUBLISHED_PLACES)

    @property
    def rest(self) -> Decimal:
        """What bounds of the total and its rounding moved; 4 decimals."""
        return half_up(self.moved.rest, STORED_PLACES)


@dataclass(frozen=True)
class ChangeRow:
    """What one change moved in the whole province. code: of the changed indicator, "" for what is shared otherwise."""

    code: str
    up: int
    down: int
    points: Decimal


@dataclass(frozen=True)
class OfficeMonth:
    """One office in one month, as calculated and as tried."""

    rank_before: int
    rank: int
    total_before: Decimal
    total: Decimal


@dataclass(frozen=True)
class MonthRow:
    """One month of the year: how many change place, the widest move, and the figures by office."""

    month: int
    run: ScoreRun
    moved: int
    furthest: int
    mean: Decimal
    offices: dict[str, OfficeMonth]

    @property
    def mean_change(self) -> Decimal:
        """Of the totals; 4 decimals."""
        return half_up(Fraction(self.mean), STORED_PLACES)


@dataclass(frozen=True)
class Trial:
    """A run tried. compared: score lines of the run; equal: those that the unchanged scheme gave again."""

    run: ScoreRun
    plan: Plan
    before: Scheme
    copy: whatif.Copy
    rows: list[OfficeRow]
    changes: list[ChangeRow]
    cards: dict[str, tuple[Scorecard, Scorecard]]
    equal: int
    compared: int

    @property
    def points(self) -> Decimal:
        """What the copy totals; a version needs 100 to be published."""
        return sum((row.points for row in self.copy.scheme.scored), Decimal(0))

    @property
    def exact(self) -> bool:
        return self.equal == self.compared

    @property
    def not_gathered(self) -> list[str]:
        """Codes of the copy for which the run had no facts: they count as not reported."""
        had = set(self.before.by_code)
        sources = self.plan.origins
        return [row.code for row in self.copy.scheme.scored if not had.intersection(sources.get(row.code, (row.code,)))]


@dataclass(frozen=True)
class LineStory:
    """One indicator of one office both ways, with how each came about in sentences, and why it moved."""

    code: str
    name: str
    group: str
    moved: whatif.Moved
    points_before: Decimal | None
    points_after: Decimal | None
    by_points: Decimal | None  # the score with the new points and the old rule, where both were changed
    steps_before: list[str]
    steps_after: list[str]
    why: str


def version_of(actor: Actor, run: ScoreRun, version_id: int) -> TemplateVersion:
    """Another version of the run's template to start from, drafts too. Raises NotFound."""
    version = library.get_version(actor, version_id)
    if version.template_id != run.version.template_id:
        raise NotFound(_("这个版本属于另一套指标体系，不能用本批次的数据推演。"))
    return version


def copied(run: ScoreRun, plan: Plan) -> tuple[Scheme, whatif.Copy]:
    """The run's scheme and the copy with the wishes. Raises Invalid (`rows`: {code, message})."""
    before = schemes.scheme_of(run.version)
    base = before if plan.version is None else schemes.scheme_of(plan.version)
    try:
        copy = whatif.copy_of(base, plan.wishes, na_treatment=plan.na_treatment, spread=plan.spread)
    except KeyError as error:
        code = str(error.args[0])
        raise Invalid(_("指标体系中没有 %(code)s。") % {"code": code[:20]}, field="changes") from None
    return before, copy


def trial_of(run: ScoreRun, plan: Plan) -> Trial:
    """Score the run anew, as it was and as planned. Raises Invalid (`rows`: {code, message}) for a plan that cannot be
    scored: parameters that do not fit, facts that the new method cannot read."""
    before, copy = copied(run, plan)
    situation = pinned.situation_of_run(run)
    was = engine.score(before, situation.peers, situation.facts, situation.adjustments, limits=limits_on(run.as_of))
    then = _scored(run, plan, before, copy, situation)
    equal, compared = _compared(run, was)
    ranked = scores.ranking_of(run)
    places = _places(run, then)
    changed = whatif.changed_codes(before, copy.scheme)
    rows = []
    for card in ranked:
        slug = card.schema_name
        place = places[slug]
        rows.append(
            OfficeRow(
                card=card,
                total=place.total,
                rank=place.rank,
                peer_rank=place.peer_rank,
                grade=grades.grade(place.total, then[slug].adjustments.vetoes, on=run.as_of).grade,
                moved=whatif.movement(was[slug], then[slug], changed, copy.because),
            )
        )
    rows.sort(key=lambda row: (row.rank, row.card.rank))
    return Trial(
        run=run,
        plan=plan,
        before=before,
        copy=copy,
        rows=rows,
        changes=_changes(rows),
        cards={slug: (was[slug], then[slug]) for slug in was},
        equal=equal,
        compared=compared,
    )


def year_of(trial: Trial) -> list[MonthRow]:
    """The official runs of the year before the run's month that were scored by the same version, each tried the same
    way; the run itself stands for its month. One scoring for each month."""
    run = trial.run
    official = overview.official_runs(run.cycle)
    earlier = [
        each
        for month, each in sorted(official.items())
        if month < run.period.month and each.version_id == run.version_id
    ]
    places = {row.card.schema_name: (row.rank, row.total) for row in trial.rows}
    return [*(_month(each, _tried(trial, each)) for each in earlier), _month(run, places)]


def _tried(trial: Trial, run: ScoreRun) -> dict[str, tuple[int, Decimal]]:
    then = _scored(run, trial.plan, trial.before, trial.copy, pinned.situation_of_run(run))
    return {slug: (place.rank, place.total) for slug, place in _places(run, then).items()}


def _month(run: ScoreRun, then: dict[str, tuple[int, Decimal]]) -> MonthRow:
    offices = {}
    for card in scores.ranking_of(run):
        rank, total = then[card.schema_name]
        offices[card.schema_name] = OfficeMonth(card.rank, rank, card.total, total)
    moves = [abs(each.rank_before - each.rank) for each in offices.values()]
    changes = [each.total - each.total_before for each in offices.values()]
    return MonthRow(
        month=run.period.month,
        run=run,
        moved=sum(map(bool, moves)),
        furthest=max(moves, default=0),
        mean=sum(changes, Decimal(0)) / len(changes) if changes else Decimal(0),
        offices=offices,
    )


def _scored(run: ScoreRun, plan: Plan, before: Scheme, copy: whatif.Copy, situation: Situation) -> dict[str, Scorecard]:
    try:
        facts = reshape.reshaped(before, copy.scheme, situation.facts, plan.origins)
        adjustments = reshape.readdressed(before, copy.scheme, situation.adjustments, plan.origins)
        return engine.score(copy.scheme, situation.peers, facts, adjustments, limits=limits_of(run, plan))
    except RulesError as error:
        rows = list({(problem.indicator, problem.code): schemes.said(problem) for problem in error.problems}.values())
        said = _("；").join(f"{row['code']} {row['message']}".strip() for row in rows[:10])
        raise Invalid(_("这样的改动不能推演：%(what)s。") % {"what": said}, field="changes", rows=rows) from None


def limits_of(run: ScoreRun, plan: Plan) -> Limits:
    """The caps of the run's day, with those of the plan."""
    limits = limits_on(run.as_of)
    return replace(
        limits,
        bonus_cap=limits.bonus_cap if plan.bonus_cap is None else plan.bonus_cap,
        deduction_cap=limits.deduction_cap if plan.deduction_cap is None else plan.deduction_cap,
    )


def _places(run: ScoreRun, cards: Mapping[str, Scorecard]) -> dict[str, ranking.Place]:
    return {place.office: place for place in ranking.rank(map(ranking.standing, cards.values()), on=run.as_of)}


def _compared(run: ScoreRun, cards: Mapping[str, Scorecard]) -> tuple[int, int]:
    """How many stored lines the engine gave again, and how many there are. One query."""
    again = {(slug, line.code): line.score for slug, card in cards.items() for line in card.lines}
    stored = ScoreLine.objects.filter(card__run=run).values_list(
        "card__office__schema_name", "indicator__code", "score"
    )
    rows = list(stored)
    return sum(again.get((slug, code)) == score for slug, code, score in rows), len(rows)


def _changes(rows: list[OfficeRow]) -> list[ChangeRow]:
    """By change, the one that moves most first."""
    by_code: dict[str, list[Decimal]] = {}
    for row in rows:
        for code, points in row.moved.by_cause().items():
            by_code.setdefault(code, []).append(points)
    found = [
        ChangeRow(code, sum(each > 0 for each in moved), sum(each < 0 for each in moved), sum(moved, Decimal(0)))
        for code, moved in by_code.items()
    ]
    return sorted(found, key=lambda change: (-sum(map(abs, by_code[change.code]), Decimal(0)), change.code))


def stories(trial: Trial, office: str) -> Iterator[LineStory]:
    """Every indicator of one office both ways, those that moved most first. office: a key of trial.cards."""
    was, then = trial.cards[office]
    old, new = ({line.code: line for line in card.lines} for card in (was, then))
    row = next(each for each in trial.rows if each.card.schema_name == office)
    for moved in sorted(row.moved.lines, key=lambda each: -abs(each.change)):
        before, after = old.get(moved.code), new.get(moved.code)
        line: Line = after or before  # type: ignore[assignment]
        both = before is not None and after is not None and moved.cause is whatif.Cause.OWN
        yield LineStory(
            code=moved.code,
            name=schemes.row_label(line.indicator),
            group=line.indicator.parent,
            moved=moved,
            points_before=before.points if before else None,
            points_after=after.points if after else None,
            by_points=_by_points(before, after) if both else None,  # type: ignore[arg-type]
            steps_before=_steps(before),
            steps_after=_steps(after),
            why=why(moved, before, after),
        )


def _by_points(before: Line, after: Line) -> Decimal | None:
    changed = before.rule.used() != after.rule.used() or before.rule.method != after.rule.method
    return whatif.by_points_alone(before, after) if changed else None


def _steps(line: Line | None) -> list[str]:
    return [explanations.sentence(step) for step in line.trace["steps"]] if line else []


def why(moved: whatif.Moved, before: Line | None, after: Line | None) -> str:
    """Why a line moved, in a sentence."""
    match moved.cause:
        case whatif.Cause.NEW:
            return _("新增的指标")
        case whatif.Cause.OFF:
            return _("停用，原得分不再计入")
        case whatif.Cause.TAKEN_OVER:
            return _("接过停用的 %(codes)s 的分值") % {"codes": _("、").join(moved.because)}
        case whatif.Cause.SHARED:
            return _("本项没有改；不适用指标的分值分摊随其他改动变化")
        case whatif.Cause.SAME:
            return _("不变")
    assert before is not None, "only a line of both was changed itself"
    assert after is not None
    parts = []
    if before.points != after.points:
        parts.append(
            _("分值 %(old)s → %(new)s") % {"old": plain(number(before.points)), "new": plain(number(after.points))}
        )
    if before.rule.method != after.rule.method:
        parts.append(
            _("计分方法 %(old)s → %(new)s")
            % {
                "old": explanations.word(f"method.{before.rule.method}"),
                "new": explanations.word(f"method.{after.rule.method}"),
            }
        )
    elif before.indicator.parameters != after.indicator.parameters:
        parts.append(_("计分参数"))
    return _("改了%(what)s") % {"what": _("、").join(parts)}
