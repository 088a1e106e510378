"""Rounds of the draw, what they say, and what proves them; asked with the actor first."""

from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.inspections.models import Contribution, Draw
from appraisal.inspections.policies import draws as policies
from appraisal.inspections.rules.drawing import ALGORITHM, BY_OFFICE
from appraisal.inspections.states import DrawState
from appraisal.ledger.models import Cycle, Tie
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import Office

LIGHT = ("material", "frozen_text")


def draws_for(actor: Actor) -> QuerySet[Draw]:
    """The bureau sees every round of its province, its prefectures those whose list was frozen."""
    rows = Draw.objects.filter(province_id=actor.province_id).select_related("cycle", "period")
    return rows if actor.home.level == Office.Level.PROVINCE else rows.exclude(state=DrawState.DRAFT)


def listed(actor: Actor) -> QuerySet[Draw]:
    """The same for lists: newest first, without the long texts."""
    return draws_for(actor).defer(*LIGHT).order_by("-cycle__year", "-number")


def get_draw(actor: Actor, draw_id: int) -> Draw:
    """One round. Raises NotFound."""
    found = draws_for(actor).filter(pk=draw_id).first()
    if found is None:
        raise NotFound(_("没有这一轮抽查。"))
    return found


def lock_draw(actor: Actor, draw_id: int) -> Draw:
    """The same, locked first and read then: what a faster colleague has just committed is seen."""
    rows = draws_for(actor).filter(pk=draw_id).select_for_update(of=("self",), no_key=True).values_list("pk")
    if not rows:
        raise NotFound(_("没有这一轮抽查。"))
    return get_draw(actor, draw_id)


def get_cycle(actor: Actor, cycle_id: int, *, lock: bool = False) -> Cycle:
    """A year of the actor's province; locked: rounds of one year are numbered one after the other. Raises NotFound."""
    rows = Cycle.objects.of_province(actor.province_id).filter(pk=cycle_id)
    found = (rows.locked() if lock else rows).first()
    if found is None:
        raise NotFound(_("没有这个考核年度。"))
    return found


def code_of(draw: Draw) -> str:
    """The round's name that the list and every proof bear: <province>-<year>-<number>."""
    return f"{draw.province.schema_name}-{draw.cycle.year}-{draw.number}"


def contributions(draw: Draw) -> list[Contribution]:
    """In the order of their hashes, which is that of the seed."""
    return list(draw.contributions.select_related("office").order_by("number"))


def plan_of(draw: Draw, excluded: list[dict[str, str]], *, rule: dict[str, Any], name: str, at: Any) -> dict[str, Any]:
    """The document to freeze. excluded: [{object, inspector, why}]; rule: the weights' and their reference.

    Lists are ordered by key, so that the document does not depend on how the material came about.
    """
    seed: dict[str, Any] = {"kind": draw.seed_kind}
    if draw.seed_kind == Draw.SeedKind.FIGURE:
        seed |= {"source": draw.seed_source, "on": draw.seed_on.isoformat() if draw.seed_on else ""}
    else:
        seed |= {"people": draw.seed_people}
    objects = sorted(draw.material["objects"], key=lambda row: row["key"])
    inspectors = sorted((row for row in draw.material["inspectors"] if row["chosen"]), key=lambda row: row["key"])
    return {
        "algorithm": BY_OFFICE if draw.per_office else ALGORITHM, "round": code_of(draw), "title": draw.title,
        "kind": draw.kind, "as_of": draw.as_of.isoformat(), "wanted": draw.wanted, "each": draw.each, "seed": seed,
        "risk_rule": rule,
        "objects": [
            {name: row[name] for name in ("key", "office", "label", "weight", "risk")}
            for row in objects if not row["left_out"]
        ],
        "left_out": [
            {"key": row["key"], "label": row["label"], "reason": row["left_out"]} for row in objects if row["left_out"]
        ],
        "inspectors": [{name: row[name] for name in ("key", "name", "division")} for row in inspectors],
        "excluded": sorted(excluded, key=lambda row: (row["object"], row["inspector"])),
        "frozen_by": name, "frozen_at": timezone.localtime(at).isoformat(timespec="seconds"),
        **({"per_office": draw.per_office} if draw.per_office else {}),
    }  # fmt: skip


def result_of(draw: Draw) -> dict[str, Any]:
    """What is published of a result: all that `proof/redo_draw.py` compares."""
    document: dict[str, Any] = {
        "algorithm": draw.frozen["algorithm"], "round": code_of(draw), "list_sha256": draw.frozen_sha256,
        "seed": draw.seed, "seed_note": draw.seed_note, "drawn": draw.result, "drawn_by": draw.drawn_by_name,
        "drawn_at": timezone.localtime(draw.drawn_at).isoformat(timespec="seconds") if draw.drawn_at else None,
    }  # fmt: skip
    if draw.seed_kind == Draw.SeedKind.CONTRIBUTIONS:
        document["contributions"] = [
            {"number": row.number, "name": row.person_name, "sha256": row.sha256, "phrase": row.phrase}
            for row in contributions(draw)
        ]
    return document


def drawn_rows(draw: Draw) -> list[dict[str, Any]]:
    """The result in words, in the order drawn: {place, key, label, weight, inspectors: [name …]}."""
    objects = {row["key"]: row for row in draw.frozen.get("objects", [])}
    names = {row["key"]: row["name"] for row in draw.frozen.get("inspectors", [])}
    return [
        {
            "place": place, "key": pair["object"], "label": objects[pair["object"]]["label"],
            "weight": objects[pair["object"]]["weight"], "inspectors": [names[key] for key in pair["inspectors"]],
        }
        for place, pair in enumerate(draw.result or [], start=1)
    ]  # fmt: skip


def risk_sentences(parts: list[dict[str, Any]]) -> list[str]:
    """Why an object weighs what it weighs, part by part; parts without points are left out."""
    told = {
        "base": lambda part: _("基础 %(points)s"),
        "corrected": lambda part: _("核验更正 %(corrected)s/%(decided)s，加 %(points)s"),
        "late": lambda part: _("迟报 %(count)s 次，加 %(points)s"),
        "outliers": lambda part: _("异常变动 %(count)s 项，加 %(points)s"),
        "not_inspected": lambda part: (
            _("从未抽查，加 %(points)s") if part["months"] is None else _("%(months)s 个月未抽查，加 %(points)s")
        ),
    }
    return [told[part["part"]](part) % part for part in parts if part["points"]]


def excluded_rows(draw: Draw) -> list[dict[str, str]]:
    """The pairs that the frozen list excludes, in words: {office, inspector, why}, each office and person once."""
    objects = {row["key"]: row for row in draw.frozen.get("objects", [])}
    names = {row["key"]: row["name"] for row in draw.frozen.get("inspectors", [])}
    offices = dict(Office.objects.filter(parent_id=draw.province_id).values_list("schema_name", "short_name"))
    seen: dict[tuple[str, str], dict[str, str]] = {}
    for row in draw.frozen.get("excluded", []):
        office = objects[row["object"]]["office"]
        seen.setdefault((office, row["inspector"]), {
            "office": offices.get(office, office), "inspector": names[row["inspector"]],
            "why": str(Tie.Kind(row["why"]).label),
        })  # fmt: skip
    return list(seen.values())


def refusals(actor: Actor, draw: Draw, *, on: Any) -> dict[str, str | None]:
    """For each action why not, None when the actor may. Shared by pages and API."""
    given = contributions(draw) if draw.seed_kind == Draw.SeedKind.CONTRIBUTIONS else []
    mine = next((row for row in given if row.person_id == actor.user_id), None)
    revealed = sum(bool(row.phrase) for row in given)
    return {
        "edit": policies.edit.reason(actor, draw),
        "freeze": policies.freeze.reason(actor, draw),
        "void": policies.void.reason(actor, draw, on=on, revealed=revealed),
        "commit": policies.commit.reason(actor, draw, taken=len(given), mine=mine is not None),
        "reveal": policies.reveal.reason(
            actor, draw, taken=len(given), mine=mine is not None, revealed=bool(mine and mine.phrase)
        ),
        "draw": policies.draw_now.reason(actor, draw, on=on, lacking=(draw.seed_people or 0) - revealed),
    }


def awaiting_phrase(actor: Actor) -> QuerySet[Draw]:
    """Frozen rounds whose hashes are complete and whose phrase the actor has still to make public."""
    if not actor.has(*(policies.BUREAU if actor.at_province else policies.BELOW)):
        return Draw.objects.none()
    mine = draws_for(actor).filter(
        state=DrawState.FROZEN, contributions__person_id=actor.user_id or 0, contributions__phrase=""
    )
    complete = listed(actor).filter(pk__in=mine.values("pk")).annotate(n=Count("contributions"))
    return complete.filter(n__gte=F("seed_people"))
