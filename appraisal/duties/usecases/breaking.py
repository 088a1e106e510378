"""Break targets down: the lines of a target are saved together; a target is shared out by weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.duties import events, policies
from appraisal.duties.models import Breakdown, Duty, ResponsibilityList
from appraisal.duties.rules.sharing import shared
from appraisal.duties.rules.sums import QUARTERS, YEAR, Rule
from appraisal.duties.selectors import lists as selectors
from appraisal.duties.selectors import sharing
from appraisal.duties.selectors.lists import Demand
from appraisal.duties.selectors.parties import Parties, parties
from appraisal.ledger.usecases.targets import Figure, figure
from core import events as core_events
from core.errors import Conflict, Invalid, NotFound
from tenants.actors import Actor

Kind = Duty.Kind
FIGURES = (YEAR, *QUARTERS)
MOST_PARTS = 300
LENGTHS = {"task": 200, "partner": 120, "deliverable": 200}
Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One line as it was typed.

    party: "division:3", "county:530102" or "person:17"; under: the party of the line it stands under, "" at the top;
    owner_id: who answers for it; of a person's line the person, unless somebody else is named.
    """

    party: str
    under: str = ""
    task: str = ""
    owner_id: int | None = None
    partner: str = ""
    due_on: date | None = None
    deliverable: str = ""
    year_target: Figure = None
    q1: Figure = None
    q2: Figure = None
    q3: Figure = None


@transaction.atomic
def save_target(
    *, list_id: int, code: str, parts: Sequence[Part], lock_version: int, actor: Actor, at: datetime
) -> Breakdown:
    """Replace the lines of one target in a draft list; none clears it. A draft may be incomplete.

    lock_version: as it was read, 0 for a target nobody has begun. Figures in the indicator's unit, at most 4 decimals;
    quarters cumulative, all three or none. A line of a person may stand under one of a division or county.
    Raises NotFound (no such list or target), Denied, Conflict (submitted, confirmed; saved by somebody else since),
    Invalid with `rows` {code, place, field, message}.
    """
    return save_targets(list_id=list_id, targets={code: (lock_version, parts)}, actor=actor, at=at)[0]


@transaction.atomic
def save_targets(
    *, list_id: int, targets: Mapping[str, tuple[int, Sequence[Part]]], actor: Actor, at: datetime
) -> list[Breakdown]:
    """Several targets, all or none: code → (lock_version, lines). Raises as `save_target`."""
    row = selectors.get_list(actor, list_id, lock=True)
    policies.edit(actor, row)
    found = selectors.loaded(row)
    known = parties(actor, on=timezone.localdate(at))
    wrong: Rows = []
    read: dict[str, list[Duty]] = {}
    for code, (lock_version, given) in targets.items():
        if code not in found.demands:
            raise NotFound(_("责任书中没有适用的指标 %(code)s。") % {"code": code[:10]})
        _check_fresh(found.breakdowns.get(code), code, lock_version)
        keys = {
            (duty.party, top.party if duty is not top else ""): duty.key
            for top in found.duties.get(code, [])
            for duty in (top, *top.below)  # type: ignore[attr-defined]
        }
        read[code], problems = _read(found.demands[code], given, known, keys)
        wrong += problems
    if wrong:
        raise Invalid(_("；").join(each["message"] for each in wrong[:5]), rows=wrong, field=wrong[0]["field"])
    made = [_write(row, found.breakdowns.get(code), code, duties, actor, at) for code, duties in read.items()]
    if made:
        event = events.TargetsBroken(subject=selectors.subject(actor, row.letter_id), codes=sorted(read))
        core_events.record(event, actor=actor, at=at)
    return made


def _check_fresh(breakdown: Breakdown | None, code: str, lock_version: int) -> None:
    if breakdown is None or breakdown.lock_version == lock_version:
        return
    moment = timezone.localtime(breakdown.updated_at)
    raise Conflict(
        _("%(code)s 已由%(name)s于 %(time)s 保存过，与您看到的不是同一版本。请刷新后按最新内容修改。")
        % {"code": code, "name": breakdown.updated_by_name, "time": f"{moment:%m-%d %H:%M:%S}"}
    )


def read_parts(demand: Demand, given: Sequence[Part], known: Parties) -> tuple[list[Duty], Rows]:
    """The lines as they would be kept, with `below` on each, and what is wrong with them: for a look before saving."""
    return _read(demand, given, known, {})


def _read(
    demand: Demand, given: Sequence[Part], known: Parties, keys: Mapping[tuple[str, str], Any]
) -> tuple[list[Duty], Rows]:
    """(lines at the top with `below` on each, everything wrong with them)."""
    wrong: Rows = []
    tops: dict[str, Duty] = {}
    below: list[tuple[int, str, Duty]] = []
    if len(given) > MOST_PARTS:
        wrong.append(_wrong(demand, 0, "parts", _("一项目标最多分解为 %(most)s 行。") % {"most": MOST_PARTS}))
        return [], wrong
    for place, part in enumerate(given, start=1):
        duty = _duty(demand, place, part, known, wrong)
        if duty is None:
            continue
        duty.below = []  # type: ignore[attr-defined]
        if key := keys.get((duty.party, part.under)):
            duty.key = key
        if part.under:
            below.append((place, part.under, duty))
        elif duty.party in tops:
            wrong.append(_wrong(demand, place, "party", _("“%(name)s”写了两次。") % {"name": duty.name}))
        else:
            tops[duty.party] = duty
    for place, above, duty in below:
        if above not in tops or duty.kind != Kind.PERSON or above.startswith(Kind.PERSON):
            message = _("上级应是本目标中的科室或县，下级应是个人。")
            wrong.append(_wrong(demand, place, "under", message))
        elif any(each.party == duty.party for each in tops[above].below):  # type: ignore[attr-defined]
            wrong.append(_wrong(demand, place, "party", _("“%(name)s”写了两次。") % {"name": duty.name}))
        else:
            tops[above].below.append(duty)  # type: ignore[attr-defined]
    return list(tops.values()), wrong


def _wrong(demand: Demand, place: int, field: str, message: str) -> dict[str, Any]:
    said = _("%(code)s 第 %(place)s 行：%(message)s") % {"code": demand.code, "place": place, "message": message}
    return {"code": demand.code, "place": place, "field": field, "message": said}


def _duty(demand: Demand, place: int, part: Part, known: Parties, wrong: Rows) -> Duty | None:
    def fail(field: str, message: str) -> None:
        wrong.append(_wrong(demand, place, field, message))

    kind, _colon, ref = part.party.partition(":")
    name = known.name_of(kind, ref)
    if name is None:
        fail("party", _("请选择本单位的科室、辖区的县或本单位的人员。"))
        return None
    texts = {field: getattr(part, field).strip() for field in LENGTHS}
    for field, longest in LENGTHS.items():
        if len(texts[field]) > longest or "\x00" in texts[field]:
            fail(field, _("最多 %(longest)s 个字。") % {"longest": longest})
    owner = int(ref) if kind == Kind.PERSON and part.owner_id is None else part.owner_id
    if owner is not None and owner not in known.people:
        fail("owner_id", _("责任人应是本单位有岗位的人员。"))
        return None
    figures = _figures(demand, part, fail)
    return Duty(
        kind=kind, ref=ref, name=name[:60], owner_id=owner, owner_name=known.people.get(owner or 0, ""),
        due_on=part.due_on, **texts, **figures,
    )  # fmt: skip


def _figures(demand: Demand, part: Part, fail: Any) -> dict[str, Decimal | None]:
    figures: dict[str, Decimal | None] = dict.fromkeys(FIGURES)
    for name in FIGURES:
        try:
            figures[name] = figure(getattr(part, name))
        except Invalid as refusal:
            fail(name, refusal.message)
            return dict.fromkeys(FIGURES)
    given = [value for value in (figures[name] for name in QUARTERS) if value is not None]
    if demand.rule == Rule.TASK:
        if figures[YEAR] is not None or given:
            fail(YEAR, _("该指标没有目标数，只写任务、时限和成果。"))
    elif given and demand.rule == Rule.EACH:
        fail("q1", _("该指标不按累计值计分，不分季度。"))
    elif given and len(given) < len(QUARTERS):
        fail("q1", _("三个季度的累计数要么都填，要么都不填。"))
    elif given and figures[YEAR] is None:
        fail(YEAR, _("填了季度数，还要填全年数。"))
    elif given and any(after < before for before, after in pairwise([*given, figures[YEAR] or Decimal(0)])):
        fail(YEAR, _("累计数不能低于前一季度。"))
    else:
        return figures
    return dict.fromkeys(FIGURES)


def _write(
    row: ResponsibilityList, breakdown: Breakdown | None, code: str, tops: list[Duty], actor: Actor, at: datetime
) -> Breakdown:
    breakdown = breakdown or Breakdown(list=row, code=code)
    breakdown.lock_version += 1
    breakdown.updated_by_name, breakdown.updated_at = actor.name, at
    breakdown.save()
    breakdown.duties.all().delete()
    place_lines(breakdown, tops)
    return breakdown


def place_lines(breakdown: Breakdown, tops: Sequence[Duty]) -> None:
    """Store the lines of a target, with what hangs below them, in their order. Two statements."""
    place = 0
    for top in tops:
        for duty in (top, *top.below):  # type: ignore[attr-defined]
            place += 1
            duty.breakdown, duty.position = breakdown, place
    Duty.objects.bulk_create(tops)
    under = [each for top in tops for each in top.below]  # type: ignore[attr-defined]
    for top in tops:
        for each in top.below:  # type: ignore[attr-defined]
            each.under = top
    Duty.objects.bulk_create(under)


@transaction.atomic
def fill_target(
    *, list_id: int, code: str, kind: str, by: str, lock_version: int, actor: Actor, at: datetime
) -> Breakdown:
    """Share a target's figures out: over all counties of the territory, or over the divisions or people it has.

    by: EQUAL, POPULATION (of counties, as entered) or LAST_YEAR (what was reported or agreed last year). A rate is
    handed to everyone as it is. Lines that are there keep their texts; new ones get the last day and the evidence the
    scheme asks for, and the owner the county has in other targets. Raises as `save_target`, and Conflict when there is
    nothing to share by.
    """
    row = selectors.get_list(actor, list_id, lock=True)
    policies.edit(actor, row)
    found = selectors.loaded(row)
    demand = found.demands.get(code)
    if demand is None:
        raise NotFound(_("责任书中没有适用的指标 %(code)s。") % {"code": code[:10]})
    if demand.rule == Rule.TASK:
        raise Conflict(_("%(code)s 没有目标数，不用分摊。") % {"code": code})
    on = timezone.localdate(at)
    tops = found.duties.get(code, [])
    refs = sharing.refs_of(actor, kind, tops, on=on)
    weights = sharing.weights(actor, row, demand, kind, refs, by)
    figures = _each(demand, refs) if demand.rule == Rule.EACH else shared(demand.figures, weights)
    owners = sharing.owners_elsewhere(found)
    there = {duty.party: duty for duty in tops}
    filled = [
        _filled(there.get(f"{kind}:{ref}"), demand, f"{kind}:{ref}", owners, part)
        for ref, part in zip(refs, figures, strict=True)
    ]
    others = [part_of(duty) for duty in tops if duty.kind != kind]
    children = [part_of(each, duty.party) for duty in tops for each in duty.below]  # type: ignore[attr-defined]
    parts = [*others, *filled, *children]
    return save_target(list_id=list_id, code=code, parts=parts, lock_version=lock_version, actor=actor, at=at)


def _each(demand: Demand, refs: Sequence[str]) -> list[dict[str, Decimal | None]]:
    return [dict(demand.figures) for _ref in refs]


def _filled(
    duty: Duty | None, demand: Demand, party: str, owners: Mapping[str, int], figures: Mapping[str, Decimal | None]
) -> Part:
    told = part_of(duty) if duty else Part(
        party=party, task=demand.paper_name, owner_id=owners.get(party), due_on=demand.latest,
        deliverable=demand.evidence[:200],
    )  # fmt: skip
    return Part(**{**vars(told), **figures})


def part_of(duty: Duty, under: str = "") -> Part:
    """A stored line as if it were typed."""
    return Part(
        party=duty.party, under=under, task=duty.task, owner_id=duty.owner_id, partner=duty.partner,
        due_on=duty.due_on, deliverable=duty.deliverable, **duty.figures,
    )  # fmt: skip
