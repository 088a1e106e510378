"""Laying down a province's own rule from a day on."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.library import events, policies
from appraisal.library.models import OwnRule
from appraisal.library.rules import OFFERED, Offer, Problem
from appraisal.library.selectors import own_rules as selectors
from appraisal.library.usecases import checks
from core.errors import Invalid
from tenants.actors import Actor
from tenants.models import Office

FURTHEST = timedelta(days=5 * 366)


@transaction.atomic
def lay_down_rule(
    *,
    name: str,
    valid_from: date,
    value: Any,
    back: bool = False,
    source: str,
    document: str,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> OwnRule:
    """From a day to come on, the province's own value stands before the file's; back: the file's holds again.

    value: in the file's form, or as typed (figures as text); rows of a refusal name the places in it. A day that has a
    rule gets another only before it has come, with a reason; both stay. Nothing changes for days before: what was
    calculated or published is not touched.
    Source: domain reference 2.4 (published before the year starts), 2.2 step 3. Raises Denied,
    Invalid (name, value with rows, valid_from, source, document, reason).
    """  # fmt: skip
    policies.lay_down(actor)
    if name not in OFFERED:
        raise Invalid(_("没有这项规则，或者它不由本省制定。"), field="name")
    offer = OFFERED[name]
    province = Office.objects.select_for_update(no_key=True).get(pk=actor.province_id)  # one after another
    history = list(selectors.rows_for(actor).filter(name=name))
    _day(offer, valid_from, timezone.localdate(at), province.pk)
    source = checks.text(source, "source", longest=200, label=_("依据"))
    document = checks.text(document, "document", longest=60, label=_("文号或纪要编号"))
    reason = checks.text(reason, "reason", longest=200, label=_("原因"), required=False)
    replaced = [row for row in history if row.valid_from == valid_from]
    if replaced and not reason:
        raise Invalid(
            _("%(day)s 起的规定已由%(who)s制定（%(document)s）。该日未到，可以改定；请写明改定的原因。")
            % {"day": valid_from, "who": replaced[0].laid_down_by_name, "document": replaced[0].document},
            field="reason",
        )
    kept = None if back else fitting(offer, value)
    _changes_something(offer, history, valid_from, kept)
    _agrees(offer, kept, valid_from, actor)
    row = OwnRule.objects.create(
        province=province, name=name, valid_from=valid_from, number=len(replaced) + 1, text=selectors.as_text(kept),
        source=source, document=document, reason=reason if replaced else "", laid_down_by_id=actor.user_id or 0,
        laid_down_by_name=actor.name, laid_down_at=at,
    )  # fmt: skip
    selectors.forget()
    event = events.RuleLaidDown(
        subject=f"library.rules:{province.pk}",
        name=name,
        valid_from=valid_from.isoformat(),
        number=row.number,
        back=back,
    )
    events.record(event, actor=actor, at=at)
    return row


def fitting(offer: Offer, value: Any) -> Any:
    """The value in the file's form. Raises Invalid with rows {field: place, message}."""
    problems: list[Problem] = []
    kept = offer.shape.read(value, "", problems)
    if problems:
        raise Invalid(
            _("有 %(n)s 处填写有误，请按各处的说明改正。") % {"n": len(problems)},
            field="value",
            rows=[{"field": problem.path, "message": problem.message} for problem in problems],
        )
    return kept


def _agrees(offer: Offer, kept: Any, valid_from: date, actor: Actor) -> None:
    """Codes that other rules name exist from the day on, and none is used twice."""
    if offer.together is None:
        return
    value = offer.parameter.default_at(valid_from).value if kept is None else kept
    found = list(offer.together(value, lambda name: selectors.values_from(actor, name, valid_from)))
    if found:
        rows = [{"field": path, "message": sentence} for path, sentence in found]
        raise Invalid(found[0][1], field="back" if kept is None else "value", rows=rows)


def _day(offer: Offer, valid_from: date, today: date, province_id: int) -> None:
    if valid_from <= today:
        raise Invalid(
            _("执行日期应晚于今天（%(today)s）：规则须在适用之前定下，已过去的日子仍按当时的规定。") % {"today": today},
            field="valid_from",
        )
    if valid_from > today + FURTHEST:
        raise Invalid(_("执行日期最远为 %(day)s。") % {"day": today + FURTHEST}, field="valid_from")
    relied = selectors.last_relied_on(province_id) if offer.calculated else None
    if relied is not None and valid_from <= relied:
        raise Invalid(
            _("已有得分按 %(day)s 的规定计算，执行日期应晚于这一天，已计算的结果才不会变动。") % {"day": relied},
            field="valid_from",
        )


def _changes_something(offer: Offer, history: list[OwnRule], valid_from: date, kept: Any) -> None:
    now = selectors.standing(offer, history, valid_from).now
    same = not now.own if kept is None else selectors.as_text(now.value) == selectors.as_text(kept)
    if same:
        raise Invalid(_("与 %(day)s 已定的规定相同，没有变化，不必再定。") % {"day": valid_from}, field="value")
