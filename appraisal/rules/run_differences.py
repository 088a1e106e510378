"""What differs between two runs of an office, line by line and why: from the stored traces alone, engine not asked.

Only what moved is told. The changes of the lines and of what follows after them add up, exactly, to the difference of
the published totals. Prose: platform/docs/rules/index.md.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from appraisal.rules.exact import ZERO, marks, number
from appraisal.rules.methods.base import Status, Step, step
from appraisal.rules.trace import brief

Trace = Mapping[str, Any]
NOTHING = Decimal(0)
RATIOS = frozenset({"RATIO", "INVERSE_RATIO"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What the traces do not say. same_month: both runs are of one month. letter: another version of the office's
    letter held. by_letter: codes whose target is the letter's. was: code now → code before, where it was renamed."""

    same_month: bool = True
    letter: bool = False
    by_letter: Collection[str] = ()
    was: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class LineChange:
    """An indicator whose score or status moved; None where the run has no such line. why: sentences, never empty."""

    code: str
    before: Decimal | None
    after: Decimal | None
    why: tuple[Step, ...]

    @property
    def change(self) -> Decimal:
        """4 decimals; what is not there has no points."""
        return (self.after or NOTHING) - (self.before or NOTHING)


@dataclass(frozen=True, slots=True)
class OtherChange:
    """What moved after the lines. kind: difficulty, bonus, deduction, bounds, rounding, veto, joined or left."""

    kind: str
    change: Fraction
    why: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class CardChange:
    """One office in both runs: published totals, None where it has no card."""

    office: str
    before: Decimal | None
    after: Decimal | None
    lines: tuple[LineChange, ...]
    others: tuple[OtherChange, ...]

    @property
    def change(self) -> Decimal:
        return (self.after or NOTHING) - (self.before or NOTHING)


def change_of(before: Trace | None, after: Trace | None, setting: Setting) -> CardChange:
    """Two cards of an office as `Scorecard.as_json()` has them, lines with them; None: it took no part."""
    if before is None or after is None:
        return _came_or_went(before, after)
    was = setting.was or {}
    old = {line["code"]: line for line in before["lines"]}
    lines = []
    for line in after["lines"]:
        lines.append(_line(old.pop(was.get(line["code"], line["code"]), None), line, before, after, setting))
    lines += [LineChange(code, Decimal(line["score"]), None, (step("why.gone"),)) for code, line in old.items()]
    return CardChange(
        office=after["office"],
        before=Decimal(before["total"]["total"]),
        after=Decimal(after["total"]["total"]),
        lines=tuple(line for line in lines if line is not None),
        others=tuple(_others(before, after)),
    )


def _came_or_went(before: Trace | None, after: Trace | None) -> CardChange:
    card = after or before
    assert card is not None, "an office that is in neither run"
    total = Decimal(card["total"]["total"])
    kind, sign = ("joined", 1) if after else ("left", -1)
    other = OtherChange(kind, sign * number(total), (step(f"why.{kind}"),))
    return CardChange(card["office"], total if before else None, total if after else None, (), (other,))


def _line(old: Trace | None, new: Trace, before: Trace, after: Trace, setting: Setting) -> LineChange | None:
    score = Decimal(new["score"])
    if old is None:
        return LineChange(new["code"], None, score, (step("why.new"),))
    if (old["score"], old["status"]) == (new["score"], new["status"]):
        return None
    why = tuple(_why(old, new, before, after, setting))
    return LineChange(new["code"], Decimal(old["score"]), score, why)


def _why(old: Trace, new: Trace, before: Trace, after: Trace, setting: Setting) -> Iterator[Step]:
    """Every reason that the two traces show, the office's own first."""
    yield from _applies(old, new)
    yield from _fact(old, new, setting)
    yield from _rule(old, new)
    yield from _verified(old, new)
    if (place := _peers(old, new, before, after)) is not None:
        yield place
    if before["na_treatment"] != after["na_treatment"]:
        yield step("why.treatment", before=_treatment(before), after=_treatment(after))
    if new["status"] != Status.NOT_APPLICABLE and old["status"] != Status.NOT_APPLICABLE:
        factors = [number(each["effective_points"]) / number(each["points"]) for each in (old, new)]
        if factors[0] != factors[1]:
            shown = {"before": marks(number(old["effective_points"])), "after": marks(number(new["effective_points"]))}
            yield step("why.shared", **shown)


def _treatment(card: Trace) -> str:
    return f"treatment.{card['na_treatment']}"


def _applies(old: Trace, new: Trace) -> Iterator[Step]:
    if old["status"] == new["status"]:
        return
    keys = {
        (new["status"], Status.NOT_APPLICABLE): "why.applies_no_more",
        (old["status"], Status.NOT_APPLICABLE): "why.applies",
        (new["status"], Status.NOT_REPORTED): "why.not_reported",
        (old["status"], Status.NOT_REPORTED): "why.reported",
    }
    yield next(step(key) for (status, wanted), key in keys.items() if status == wanted)


def _fact(old: Trace, new: Trace, setting: Setting) -> Iterator[Step]:
    one, other = old["fact"], new["fact"]
    if one is None or other is None or one == other:
        return
    plain_letter = (
        new["code"] in setting.by_letter and new["method"] in RATIOS and "target" in one and "target" in other
    )
    if plain_letter:
        targets = {"before": brief(one["target"]), "after": brief(other["target"])}
        if one["target"] != other["target"]:
            yield step("why.letter" if setting.same_month or setting.letter else "why.target", **targets)
        one, other = ({k: v for k, v in each.items() if k != "target"} for each in (one, other))
    if one == other:
        return
    told = {"before": _told(one), "after": _told(other)}
    corrected = (new.get("remarks") or {}).get("reported") is not None
    if new["method"] == "MILESTONE" and old["method"] == "MILESTONE":
        yield step("why.milestone", **told)
    elif setting.same_month and corrected:
        yield step("why.corrected", reason=str((new.get("remarks") or {}).get("reason") or ""), **told)
    else:
        yield step("why.value", **told)


def _told(fact: Trace) -> str:
    """A fact in short: a value alone without its name, a ratio as value / target."""
    if set(fact) == {"value"}:
        return brief(fact["value"])
    if set(fact) == {"value", "target"}:
        return f"{brief(fact['value'])} / {brief(fact['target'])}"
    return brief(fact)


def _rule(old: Trace, new: Trace) -> Iterator[Step]:
    if old["points"] != new["points"]:
        yield step("why.weight", before=marks(number(old["points"])), after=marks(number(new["points"])))
    if old["method"] != new["method"]:
        yield step("why.method", before=f"method.{old['method']}", after=f"method.{new['method']}")
    elif _chosen(old) != _chosen(new):
        yield step("why.parameters")


def _chosen(line: Trace) -> Trace:
    """Its parameters without a formula's maximum that is only its points: that one follows the weight."""
    parameters = line["parameters"]
    if "maximum" in parameters and number(parameters["maximum"]) == number(line["points"]):
        return {name: value for name, value in parameters.items() if name != "maximum"}
    return parameters


def _verified(old: Trace, new: Trace) -> Iterator[Step]:
    off = [sum((number(each["points"]) for each in line["points_off"]), ZERO) for line in (old, new)]
    if off[0] != off[1]:
        reasons = "；".join(each["reason"] for each in (new if new["points_off"] else old)["points_off"])
        yield step("why.points_off", before=marks(off[0]), after=marks(off[1]), reason=reasons)
    if bool(old.get("zeroed")) != bool(new.get("zeroed")):
        yield step("why.zeroed" if new.get("zeroed") else "why.zeroed_no_more")


def _peers(old: Trace, new: Trace, before: Trace, after: Trace) -> Step | None:
    """The others of a ranking: who is compared, and how they stand."""
    one, other = old.get("comparison"), new.get("comparison")
    if one is None or other is None:
        return None
    if before["peer_group"] != after["peer_group"]:
        return step("why.peer_group", before=before["peer_group"], after=after["peer_group"])
    if one["scope"] == other["scope"] and _field(old) == _field(new):
        return None
    return step("why.peers", before=_place(old), after=_place(new))


def _field(line: Trace) -> Counter[str]:
    """The others' figures."""
    found = Counter({row[0]: row[1] for row in line["comparison"]["field"]})
    found[line["fact"]["value"]] -= 1
    return +found


def _place(line: Trace) -> str:
    """ "3/16": how many stand before it, and among how many."""
    better = 0
    for value, many, *_names in line["comparison"]["field"]:  # best first
        if value == line["fact"]["value"]:
            break
        better += many
    return f"{better + 1}/{line['comparison']['count']}"


def _others(before: Trace, after: Trace) -> Iterator[OtherChange]:
    one, other = before["total"], after["total"]
    weighted = [_weighted(total) for total in (one, other)]
    sums = [number(total["sum"]) for total in (one, other)]
    difficulty = weighted[1] - weighted[0] - (sums[1] - sums[0])
    if difficulty:
        values = [(total.get("difficulty") or {}).get("coefficient", "1") for total in (one, other)]
        changed = step("why.difficulty", before=values[0], after=values[1])
        same = step("why.difficulty_same", coefficient=values[1])
        yield OtherChange("difficulty", difficulty, (changed if values[0] != values[1] else same,))
    for kind, sign in (("bonus", 1), ("deduction", -1)):
        moved = sign * (number(other[f"{kind}_counted"]) - number(one[f"{kind}_counted"]))
        why = tuple(_items(kind, one[kind], other[kind]))
        if moved or why:
            yield OtherChange(kind, moved, why or (step("why.item_caps"),))
    if bounds := _beyond(other) - _beyond(one):
        yield OtherChange("bounds", bounds, (step("why.bounds"),))
    if rounding := _rounded(other) - _rounded(one):
        yield OtherChange("rounding", rounding, (step("why.rounding"),))
    vetoes = [Counter(each["reason"] for each in card["vetoes"]) for card in (before, after)]
    why = tuple(step("why.veto_added", reason=reason) for reason in (vetoes[1] - vetoes[0]))
    why += tuple(step("why.veto_gone", reason=reason) for reason in (vetoes[0] - vetoes[1]))
    if why:
        yield OtherChange("veto", ZERO, why)


def _weighted(total: Trace) -> Fraction:
    difficulty = total.get("difficulty")
    return number(difficulty["weighted"] if difficulty else total["sum"])


def _beyond(total: Trace) -> Fraction:
    return number(total["held"]) - number(total["adjusted"])


def _rounded(total: Trace) -> Fraction:
    return number(total["total"]) - number(total["held"])


def _items(kind: str, before: list[Trace], after: list[Trace]) -> Iterator[Step]:
    counted = [Counter((each["reason"], each["points"]) for each in items) for items in (before, after)]
    for key, found in (("added", counted[1] - counted[0]), ("gone", counted[0] - counted[1])):
        for reason, points in found.elements():
            yield step(f"why.{kind}_{key}", reason=reason, points=marks(number(points)))
