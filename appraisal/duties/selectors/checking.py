"""What keeps a list from being confirmed, and what has to be explained: in sentences that name the line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from appraisal.duties.models import Duty
from appraisal.duties.rules.sums import YEAR, Check, Line, Rule, Verdict, check
from appraisal.duties.selectors.lists import Demand, Loaded
from appraisal.ledger.selectors.letters import plain

Kind = Duty.Kind


@dataclass(frozen=True)
class Problem:
    """party: of which line, "" of the whole target; blocks: it must be mended, else it needs a reason."""

    code: str
    party: str
    field: str
    message: str
    blocks: bool = True


@dataclass(frozen=True)
class Sum:
    """One sum of a target. name: over what ("县（市、区）", or whose people)."""

    kind: str
    name: str
    check: Check
    unit: str

    @property
    def said(self) -> str:
        """How the parts stand to the target, in a sentence."""
        return "；".join(_said(self.check.rule, line) for line in self.check.lines)


def periods() -> dict[str, str]:
    """What the ends of a target are called."""
    return {YEAR: _("全年"), "q1": _("至一季度末"), "q2": _("至二季度末"), "q3": _("至三季度末")}


def _said(rule: Rule, line: Line) -> str:
    values = {
        "period": periods()[line.period], "target": plain(line.target), "reached": plain(line.reached),
        "gap": plain(abs(line.gap)),
    }  # fmt: skip
    if rule == Rule.EACH:
        text = _("%(period)s每部分都要达到 %(target)s，最差的是 %(reached)s")
    elif not line.gap:
        text = _("%(period)s合计 %(reached)s，等于目标")
    elif line.gap > 0:
        text = _("%(period)s合计 %(reached)s，比目标 %(target)s 多 %(gap)s")
    else:
        text = _("%(period)s合计 %(reached)s，比目标 %(target)s 少 %(gap)s")
    return text % values


def sums_of(demand: Demand, tops: Sequence[Duty]) -> list[Sum]:
    """The target by divisions, counties and people, and every part that was handed on to people."""
    found = []
    for kind in Kind:
        held = check(demand.rule, demand.figures, [row.figures for row in tops if row.kind == kind], lower=demand.lower)
        if held is not None:
            found.append(Sum(kind, str(kind.label), held, demand.unit))
    for row in tops:
        below: list[Duty] = row.below  # type: ignore[attr-defined]
        held = check(demand.rule, row.figures, [each.figures for each in below], lower=demand.lower)
        if held is not None:
            found.append(Sum(Kind.PERSON, _("%(name)s分到个人") % {"name": row.name}, held, demand.unit))
    return found


def problems_of(demand: Demand, tops: Sequence[Duty], people: Mapping[int, str]) -> list[Problem]:
    """Everything wrong with one target's lines. Source: domain reference 2.2 step 5, 3.8."""
    if not tops:
        return [_of(demand, _("还没有分解：要有责任人、时限和成果。"))] if demand.key else []
    found = list(_figures(demand, tops))
    for row in tops:
        found += _line(demand, row, demand.latest, people)
        for each in row.below:  # type: ignore[attr-defined]
            found += _line(demand, each, row.due_on or demand.latest, people, above=row)
    return found


def _of(demand: Demand, message: str, *, blocks: bool = True, field: str = YEAR) -> Problem:
    return Problem(demand.code, "", field, message, blocks)


def _figures(demand: Demand, tops: Sequence[Duty]) -> Iterable[Problem]:
    if demand.rule == Rule.TASK:
        return
    sums = sums_of(demand, tops)
    if not sums:
        yield _of(demand, _("目标数还没有分解到任何科室、县或个人。"))
    for each in sums:
        values = {"name": each.name, "said": each.said}
        if each.check.verdict == Verdict.NONE:
            yield _of(demand, _("%(name)s：合计为 0，目标没有分解下去。") % values)
        elif each.check.verdict == Verdict.SHORT:
            yield _of(demand, _("%(name)s：%(said)s。") % values, blocks=False)


def _line(
    demand: Demand, row: Duty, latest: date, people: Mapping[int, str], above: Duty | None = None
) -> Iterable[Problem]:
    def wrong(field: str, message: str) -> Problem:
        return Problem(
            demand.code, row.name, field, _("%(name)s：%(message)s") % {"name": row.name, "message": message}
        )

    if not row.task:
        yield wrong("task", _("没有写任务。"))
    if row.owner_id is None:
        yield wrong("owner_id", _("没有责任人。"))
    elif row.owner_id not in people:
        yield wrong("owner_id", _("责任人%(name)s在本单位已没有岗位。") % {"name": row.owner_name})
    if not row.deliverable:
        yield wrong("deliverable", _("没有写成果。"))
    if row.due_on is None:
        yield wrong("due_on", _("没有时限。"))
    elif row.due_on > latest:
        whose = _("上级任务") if above is not None and above.due_on else _("目标")
        yield wrong("due_on", _("时限 %(day)s 晚于%(whose)s的 %(latest)s。") % {
            "day": row.due_on, "whose": whose, "latest": latest,
        })  # fmt: skip
    elif row.due_on.year != demand.latest.year:
        yield wrong("due_on", _("时限不在考核年度内。"))


def all_problems(found: Loaded, people: Mapping[int, str]) -> list[Problem]:
    """Of every target, in the order of the letter."""
    return [
        each
        for code, demand in found.demands.items()
        for each in problems_of(demand, found.duties.get(code, []), people)
    ]


def short_sums(found: Loaded) -> list[dict[str, str | None]]:
    """[{code, parts, period, target, reached}] of every sum that falls short, as the bureau is told."""
    return [
        {
            "code": code, "parts": each.kind, "period": line.period, "target": plain(line.target),
            "reached": plain(line.reached),
        }
        for code, demand in found.demands.items()
        for each in sums_of(demand, found.duties.get(code, []))
        for line in each.check.lines
        if line.verdict != Verdict.FULL
    ]  # fmt: skip


def covered(found: Loaded, people: Mapping[int, str]) -> tuple[int, int]:
    """(key targets without anything that must be mended, key targets)."""
    keys = [(code, demand) for code, demand in found.demands.items() if demand.key]
    done = [
        code
        for code, demand in keys
        if not any(each.blocks for each in problems_of(demand, found.duties.get(code, []), people))
    ]
    return len(done), len(keys)
