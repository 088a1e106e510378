"""A round of the draw: prepare its list, freeze it, give it a seed that nobody knew before, draw once.

Source: features M15; domain reference 2.2 step 10, 2.7 case 10; the algorithm is rules.drawing.
"""

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.inspections.events import draws as events_of
from appraisal.inspections.models import Contribution, Draw
from appraisal.inspections.policies import draws as policies
from appraisal.inspections.rules import drawing, figures
from appraisal.inspections.selectors import draws as selectors
from appraisal.inspections.selectors import risk
from appraisal.inspections.states import DrawState
from appraisal.ledger.selectors import avoidance
from appraisal.ledger.usecases.checks import checked_reason
from core import events
from core.errors import Conflict, Invalid
from tenants.actors import Actor
from tenants.models import Office

SHA256 = re.compile(r"[0-9a-f]{64}")
# What each step writes: the rest of a row is not even granted to an office's role (config.wall).
FREEZING = ["frozen_text", "frozen_sha256", "frozen_by_id", "frozen_by_name", "frozen_at", "state"]
DRAWING = ["seed", "seed_note", "result", "drawn_by_id", "drawn_by_name", "drawn_at", "state"]
MOST = 500  # objects or inspectors that one round draws


@transaction.atomic
def prepare_draw(
    *, cycle_id: int, title: str, kind: str, wanted: int, each: int, seed_kind: str, seed_source: str = "",
    seed_on: date | None = None, seed_people: int | None = None, month: int | None = None, per_office: int = 0,
    actor: Actor, at: datetime,
) -> Draw:  # fmt: skip
    """Begin a round: its objects with the weights of risk of today, and everybody who can be sent.

    per_office: at least so many of each prefecture, or all it has (0: none; domain reference 2.2 step 10, "≥ 2 counties
    per prefecture"). month: whose verified values, for kind VALUE. seed_source, seed_on: for FIGURE; seed_people: for
    CONTRIBUTIONS.
    Raises NotFound, Denied, Conflict (year not running), Invalid (`field` names it; nothing to draw from).
    """
    cycle = selectors.get_cycle(actor, cycle_id, lock=True)
    policies.prepare(actor, cycle)
    on = timezone.localdate(at)
    last = Draw.objects.filter(cycle=cycle).aggregate(last=Max("number"))["last"] or 0
    draw = Draw(
        province=actor.home, cycle=cycle, number=last + 1, kind=_choice(kind, Draw.Kind, "kind"), as_of=on,
        title=_said(title, 80, "title", _("名称")), wanted=_count(wanted, "wanted"), each=_count(each, "each"),
        seed_kind=_choice(seed_kind, Draw.SeedKind, "seed_kind"), created_by_id=actor.user_id,
        created_by_name=actor.name, created_at=at,
    )  # fmt: skip
    _set_seed(draw, seed_source, seed_on, seed_people, on)
    if draw.kind == Draw.Kind.VALUE:
        draw.period = next((row for row in risk.months_with_values(cycle, on=on) if row.month == month), None)
        if draw.period is None:
            raise Invalid(_("请选择一个已有核验数据的月份。"), field="month")
    objects = risk.objects_of(draw, on=on)
    if len(objects) < draw.wanted:
        raise Invalid(_("只有 %(n)s 个可抽对象，抽取数不能比它多。") % {"n": len(objects)}, field="wanted")
    draw.per_office = _per_office(draw, per_office)
    _check_promised(draw, [row["office"] for row in objects])
    draw.material = {"objects": objects, "inspectors": risk.inspectors_of(actor.home, on=on)}
    draw.save()
    events.record(
        events_of.DrawPrepared(
            subject=draw.subject, round=selectors.code_of(draw), kind=draw.kind, objects=len(objects)
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return draw


def _per_office(draw: Draw, number: int) -> int:
    if not 0 <= number <= MOST:
        raise Invalid(_("须在 0 至 %(most)s 之间。") % {"most": MOST}, field="per_office")
    if number and draw.kind == Draw.Kind.OFFICE:
        raise Invalid(_("抽取对象是州市时，不能再限定每个州市的最少数，请填 0。"), field="per_office")
    return number


def _check_promised(draw: Draw, offices: list[str]) -> None:
    promised = drawing.promised(offices, draw.per_office)
    if promised > draw.wanted:
        raise Invalid(
            _(
                "每个州市至少 %(least)s 个，合计需 %(promised)s 个，超过抽取数 %(wanted)s 个。"
                "请增加抽取数或减少每个州市的最少数。"
            )
            % {"least": draw.per_office, "promised": promised, "wanted": draw.wanted},
            field="per_office",
        )


def _set_seed(draw: Draw, source: str, day: date | None, people: int | None, on: date) -> None:
    if draw.seed_kind == Draw.SeedKind.FIGURE:
        draw.seed_source = _said(source, 200, "seed_source", _("数字的来源"))
        if day is None or day <= on:
            raise Invalid(_("约定的日期须在今天以后，名单冻结时谁也不能知道这个数字。"), field="seed_on")
        draw.seed_on = day
        return
    limits = figures.in_force("draw_limits", on)
    if people is None or not limits["people_least"] <= people <= limits["people_most"]:
        raise Invalid(
            _("请由 %(least)s 至 %(most)s 人各出一段。")
            % {"least": limits["people_least"], "most": limits["people_most"]},
            field="seed_people",
        )
    draw.seed_people = people


@transaction.atomic
def leave_out(*, draw_id: int, key: str, reason: str, actor: Actor, at: datetime) -> Draw:
    """Take an object out of the draft with a reason that the frozen list will show; an empty reason puts it back.

    Raises NotFound (round, object), Denied, Conflict (frozen), Invalid (reason too short).
    """
    draw = _draft(actor, draw_id)
    row = next((row for row in draw.material["objects"] if row["key"] == key), None)
    if row is None:
        raise Invalid(_("名单中没有这个对象。"), field="key")
    row["left_out"] = checked_reason(reason, at, longest=200) if reason.strip() else ""
    return _kept(draw)


@transaction.atomic
def choose_inspectors(*, draw_id: int, keys: Collection[str], actor: Actor, at: datetime) -> Draw:
    """Say who of the bureau can be sent this time. Raises NotFound, Denied, Conflict (frozen), Invalid (unknown)."""
    draw = _draft(actor, draw_id)
    strangers = set(keys) - {row["key"] for row in draw.material["inspectors"]}
    if strangers:
        raise Invalid(_("有检查人员不在名单中，请刷新后重选。"), field="keys")
    for row in draw.material["inspectors"]:
        row["chosen"] = row["key"] in keys
    return _kept(draw)


@transaction.atomic
def recount(*, draw_id: int, actor: Actor, at: datetime) -> Draw:
    """Count the risk anew, as of today, and look for new people; who and what was left out stays so."""
    draw = _draft(actor, draw_id)
    on = timezone.localdate(at)
    out = {row["key"]: row["left_out"] for row in draw.material["objects"]}
    idle = {row["key"] for row in draw.material["inspectors"] if not row["chosen"]}
    draw.as_of = on
    objects, inspectors = risk.objects_of(draw, on=on), risk.inspectors_of(draw.province, on=on)
    draw.material = {
        "objects": [{**row, "left_out": out.get(row["key"], "")} for row in objects],
        "inspectors": [{**row, "chosen": row["key"] not in idle} for row in inspectors],
    }
    return _kept(draw)


@transaction.atomic
def freeze(*, draw_id: int, actor: Actor, at: datetime) -> Draw:
    """Write the list down as canonical JSON with its SHA-256 and publish both; nobody can change it any more.

    The pairs of inspector and office with a tie (ledger.selectors.avoidance) are excluded in the list itself. Raises
    NotFound, Denied, Conflict (frozen already, risk counted on another day), Invalid (fewer objects than are wanted,
    more promised to the prefectures than is wanted, fewer inspectors free of ties than each object needs, the day
    of the figure not ahead any more).
    """
    draw = selectors.lock_draw(actor, draw_id)
    policies.freeze(actor, draw)
    on = timezone.localdate(at)
    if draw.as_of != on:
        raise Conflict(_("风险权重是 %(day)s 算的，请先重新计算再冻结。") % {"day": draw.as_of.isoformat()})
    if draw.seed_on is not None and draw.seed_on <= on:
        raise Invalid(_("约定的日期已到，这个数字可能已经可知。请作废后另开一轮。"))
    rule = {"reference": figures.reference("risk_weights", on), **figures.in_force("risk_weights", on)}
    plan = selectors.plan_of(draw, [], rule=rule, name=actor.name, at=at)
    plan["excluded"] = _excluded(draw, plan, on)
    _check_plan(plan)
    _check_promised(draw, [row["office"] for row in plan["objects"]])
    draw.frozen_text = drawing.canonical(plan)
    draw.frozen_sha256 = drawing.digest(draw.frozen_text)
    draw.frozen_by_id, draw.frozen_by_name, draw.frozen_at = actor.user_id, actor.name, at
    draw.move(DrawState.FROZEN)
    draw.save(update_fields=FREEZING)
    events.record(
        events_of.ListFrozen(
            subject=draw.subject, round=plan["round"], sha256=draw.frozen_sha256, objects=len(plan["objects"]),
            inspectors=len(plan["inspectors"]), excluded=len(plan["excluded"]),
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return draw


def _excluded(draw: Draw, plan: dict[str, Any], on: date) -> list[dict[str, str]]:
    """Every pair of an object and an inspector with a tie to its office, in the order of keys."""
    people = {row["user_id"]: row["key"] for row in draw.material["inspectors"] if row["chosen"]}
    ids = dict(Office.objects.filter(parent_id=draw.province_id).values_list("schema_name", "pk"))
    found = avoidance.ties(list(people), on=on)
    return sorted(
        (
            {"object": row["key"], "inspector": key, "why": str(found[user_id][ids[row["office"]]])}
            for row in plan["objects"]
            for user_id, key in people.items()
            if ids[row["office"]] in found.get(user_id, {})
        ),
        key=lambda row: (row["object"], row["inspector"]),
    )


def _check_plan(plan: dict[str, Any]) -> None:
    if len(plan["objects"]) < plan["wanted"]:
        raise Invalid(
            _("剔除后只剩 %(n)s 个对象，不够抽取 %(wanted)s 个。")
            % {"n": len(plan["objects"]), "wanted": plan["wanted"]}
        )
    keys = [row["key"] for row in plan["objects"]]
    excluded = {(row["object"], row["inspector"]) for row in plan["excluded"]}
    lacking = drawing.lacking(keys, [row["key"] for row in plan["inspectors"]], excluded, plan["each"])
    if lacking:
        labels = {row["key"]: row["label"] for row in plan["objects"]}
        raise Invalid(
            _("回避后，%(objects)s 等 %(n)s 个对象可派的检查人员不足 %(each)s 人。请增加检查人员或剔除这些对象。")
            % {"objects": _("、").join(labels[key] for key in lacking[:3]), "n": len(lacking), "each": plan["each"]}
        )


@transaction.atomic
def commit_hash(*, draw_id: int, sha256: str, actor: Actor, at: datetime) -> Contribution:
    """Hand in the SHA-256 of a phrase that only this person knows; the phrase follows when all hashes are there.

    Raises NotFound, Denied, Conflict (not frozen, handed in already, complete), Invalid (no SHA-256, another's).
    """
    draw = selectors.lock_draw(actor, draw_id)
    given = selectors.contributions(draw)
    policies.commit(actor, draw, taken=len(given), mine=any(row.person_id == actor.user_id for row in given))
    digest = sha256.strip().lower()
    if not SHA256.fullmatch(digest):
        raise Invalid(_("请填 64 位十六进制的 SHA-256。"), field="sha256")
    if any(row.sha256 == digest for row in given):
        raise Invalid(_("别人已提交了同一个哈希，请自拟一段话。"), field="sha256")
    row = Contribution.objects.create(
        draw=draw, number=len(given) + 1, person_id=actor.user_id, person_name=actor.name, office=actor.home,
        sha256=digest, committed_at=at,
    )  # fmt: skip
    events.record(
        events_of.SeedHashCommitted(
            subject=draw.subject, round=selectors.code_of(draw), number=row.number, sha256=digest
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return row


@transaction.atomic
def reveal(*, draw_id: int, phrase: str, actor: Actor, at: datetime) -> Contribution:
    """Make the phrase public whose hash was handed in, letter by letter as it was.

    Raises NotFound, Denied, Conflict (hashes are lacking, revealed already, not frozen), Invalid (another phrase).
    """
    draw = selectors.lock_draw(actor, draw_id)
    given = selectors.contributions(draw)
    row = next((row for row in given if row.person_id == actor.user_id), None)
    policies.reveal(actor, draw, taken=len(given), mine=row is not None, revealed=bool(row and row.phrase))
    assert row is not None  # the policy has just said so
    limits = figures.in_force("draw_limits", timezone.localdate(at))
    if not limits["phrase_least"] <= len(phrase) <= limits["phrase_most"] or "\n" in phrase:
        raise Invalid(
            _("这段话须为 %(least)s 至 %(most)s 个字，不换行。")
            % {"least": limits["phrase_least"], "most": limits["phrase_most"]},
            field="phrase",
        )
    if drawing.digest(phrase) != row.sha256:
        raise Invalid(_("这段话的 SHA-256 与您提交的哈希不符，请一字不差地填写。"), field="phrase")
    row.phrase, row.revealed_at = phrase, at
    row.save(update_fields=["phrase", "revealed_at"])
    events.record(
        events_of.SeedPhraseRevealed(subject=draw.subject, round=selectors.code_of(draw), number=row.number),
        actor=actor,
        at=at,
    )
    return row


@transaction.atomic
def draw_now(*, draw_id: int, figure: str = "", note: str = "", actor: Actor, at: datetime) -> Draw:
    """Draw, once: by the figure of the day agreed on, or by everybody's phrases. The result follows from list and seed.

    figure: as it was published, note: where it was read; both only where the seed is a figure, and kept side by side.
    The seed is the figure's digits in their order, nothing else: whether somebody writes 3,321.55 or 3321.55 must not
    be theirs to choose. Raises NotFound, Denied, Conflict (not frozen, drawn already, too early, phrases are lacking,
    the seed served another round), Invalid.
    """
    draw = selectors.lock_draw(actor, draw_id)
    given = selectors.contributions(draw)
    on = timezone.localdate(at)
    lacking = (draw.seed_people or 0) - sum(bool(row.phrase) for row in given)
    policies.draw_now(actor, draw, on=on, lacking=lacking)
    draw.seed, draw.seed_note = _seed(draw, given, figure, note, on)
    earlier = Draw.objects.filter(province_id=draw.province_id, seed=draw.seed).select_related("cycle").first()
    if earlier is not None:
        raise Conflict(
            _("“%(title)s”已用过这个种子，新的一轮要用新的种子。") % {"title": earlier.title}, field="figure"
        )
    pairs = drawing.draw(draw.frozen_text, draw.seed)
    draw.result = [{"object": pair.object, "inspectors": list(pair.inspectors)} for pair in pairs]
    draw.drawn_by_id, draw.drawn_by_name, draw.drawn_at = actor.user_id, actor.name, at
    draw.move(DrawState.DRAWN)
    draw.save(update_fields=DRAWING)
    events.record(
        events_of.Drawn(
            subject=draw.subject, round=selectors.code_of(draw), seed=draw.seed, source=draw.seed_note,
            objects=[pair.object for pair in pairs],
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return draw


def _seed(draw: Draw, given: list[Contribution], figure: str, note: str, on: date) -> tuple[str, str]:
    if draw.seed_kind == Draw.SeedKind.CONTRIBUTIONS:
        if figure or note:
            raise Invalid(_("这一轮的种子由各人公开的话组成，不另填数字。"), field="figure")
        return drawing.seed_of([row.phrase for row in given]), ""
    text = unicodedata.normalize("NFKC", figure).strip()
    limits = figures.in_force("draw_limits", on)
    digits = "".join(sign for sign in text if sign in "0123456789")
    if not limits["digits_least"] <= len(digits) or len(text) > limits["figure_most"] or not text.isprintable():
        raise Invalid(
            _("请照公布的样子填写数字，例如 3321.55，至少 %(least)s 位、最多 %(most)s 个字。")
            % {"least": limits["digits_least"], "most": limits["figure_most"]},
            field="figure",
        )
    return digits, f"{text}（{_said(note, 120, 'note', _('出处'))}）"


@transaction.atomic
def void(*, draw_id: int, reason: str, actor: Actor, at: datetime) -> Draw:
    """Give a round up with a reason while nobody can know its seed; its number stays taken and its list public.

    Raises NotFound, Denied, Conflict (the seed can be known, drawn, void already), Invalid (reason too short).
    """
    draw = selectors.lock_draw(actor, draw_id)
    revealed = sum(bool(row.phrase) for row in selectors.contributions(draw))
    policies.void(actor, draw, on=timezone.localdate(at), revealed=revealed)
    draw.void_reason = checked_reason(reason, at, longest=200)
    draw.move(DrawState.VOID)
    draw.save(update_fields=["void_reason", "state"])
    events.record(
        events_of.DrawVoided(subject=draw.subject, round=selectors.code_of(draw), reason=draw.void_reason),
        actor=actor,
        at=at,
    )
    return draw


def _draft(actor: Actor, draw_id: int) -> Draw:
    draw = selectors.lock_draw(actor, draw_id)
    policies.edit(actor, draw)
    return draw


def _kept(draw: Draw) -> Draw:
    draw.lock_version = F("lock_version") + 1
    draw.save(update_fields=["material", "as_of", "lock_version"])
    draw.refresh_from_db(fields=["lock_version"])
    return draw


def _said(text: str, longest: int, field: str, label: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(_("请填写%(label)s。") % {"label": label}, field=field)
    if len(text) > longest:
        raise Invalid(_("%(label)s最多 %(longest)s 个字。") % {"label": label, "longest": longest}, field=field)
    return text


def _choice(value: str, choices: Any, field: str) -> str:
    if value not in choices.values:
        raise Invalid(_("请从列出的选项中选择。"), field=field)
    return str(value)


def _count(value: int, field: str) -> int:
    if not 1 <= value <= MOST:
        raise Invalid(_("须在 1 至 %(most)s 之间。") % {"most": MOST}, field=field)
    return value
