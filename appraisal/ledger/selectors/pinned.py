"""What a run was scored from, read back from its own traces: whatever happened since, the same inputs."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from appraisal.ledger.models import Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.selectors.facts import Situation
from appraisal.rules.adjustments import Adjustments, Difficulty, Item, PointsOff, Veto
from appraisal.rules.exact import number


def situation_of_run(run: ScoreRun) -> Situation:
    """The peers, facts and adjustments of a finished run: scored again by its version they give its bytes. Two
    queries."""
    cards = Scorecard.objects.filter(run=run).order_by("id")
    peers: dict[str, str] = {}
    decided: dict[str, tuple[Any, ...]] = {}
    facts: dict[str, dict[str, Any]] = {}
    total = (f"trace__total__{key}" for key in ("bonus", "deduction"))
    columns = ("office__schema_name", "peer_group", *total, "trace__vetoes", "trace__total__difficulty")
    slugs = {}
    for pk, slug, group, *parts in cards.values_list("id", *columns):
        slugs[pk], peers[slug], facts[slug] = slug, str(group), {}
        decided[slug] = tuple(parts)
    off: dict[str, list[PointsOff]] = defaultdict(list)
    lines = ScoreLine.objects.filter(card__run=run).order_by("id")
    asked = "card_id", "indicator__code", "status", "trace__fact", "trace__remarks", "trace__points_off"
    for card_id, code, status, fact, remarks, points_off in lines.values_list(*asked).iterator(chunk_size=10_000):
        slug = slugs[card_id]
        if fact is not None:
            facts[slug][code] = {**fact, **(remarks or {})}
        elif status != "NOT_REPORTED":
            facts[slug][code] = None
        off[slug] += (PointsOff(code, number(each["points"]), each["reason"]) for each in points_off)
    return Situation(
        peers=peers,
        facts=facts,
        adjustments={slug: _adjustments(off[slug], *decided[slug]) for slug in peers},
        as_of=run.as_of,
    )


def _adjustments(off: list[PointsOff], bonus: Any, deduction: Any, vetoes: Any, difficulty: Any) -> Adjustments:
    return Adjustments(
        points_off=tuple(off),
        bonus=tuple(map(_item, bonus)),
        deduction=tuple(map(_item, deduction)),
        vetoes=tuple(Veto(each["ceiling"], each["reason"], each["code"]) for each in vetoes),
        difficulty=_difficulty(difficulty),
    )


def _difficulty(told: Mapping[str, Any] | None) -> Difficulty | None:
    if told is None:
        return None
    bounds = number(told["minimum"]), number(told["maximum"])
    return Difficulty(number(told["coefficient"]), told["reason"], *bounds)


def _item(told: Mapping[str, Any]) -> Item:
    return Item(number(told["points"]), told["reason"], None if told["cap"] is None else number(told["cap"]))
