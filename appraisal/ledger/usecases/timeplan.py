"""Lay down what is to be reached by the end of each month, inside what the letter agrees on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from appraisal.ledger.events import timeplan as events
from appraisal.ledger.models import MonthPlan
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.selectors import timeplan as selectors
from appraisal.ledger.selectors.timeplan import Planned
from appraisal.ledger.usecases import targets
from core import months as month_names
from core.errors import Invalid
from core.fresh import check_fresh
from tenants.actors import Actor

MONTHS = 12
Months = Sequence[targets.Figure]


@transaction.atomic
def lay_months_down(
    *, letter_id: int, rows: Mapping[str, Months], number: int, reason: str = "", actor: Actor, at: datetime
) -> MonthPlan:
    """Set the months of the given indicators; others stay as they are. Scores and lights keep to the letter.

    rows: code → twelve cumulative figures at the ends of the months, in the indicator's unit, at most 4 decimals; none
    to share what is still open out again. number: of the newest plan as it was read, 0 for none. reason: the bureau's.
    Source: domain reference 2.2 step 5. Raises NotFound, Denied, Conflict (not signed, closed, the office's days are
    over, changed meanwhile), Invalid (reason; nothing changed; `rows` {code, field m1 … m12, message}: no figure, below
    the month before, another figure than agreed on, a month that has passed).
    """
    letter = letter_selectors.get_letter(actor, letter_id, lock=True)
    on = timezone.localdate(at)
    selectors.check(actor, letter, on)
    standing = selectors.standing(letter, on)
    newest = selectors.plans(letter).first()
    check_fresh(newest.number if newest else 0, number, letter_selectors.subject_of(letter.pk))
    reason = reason.strip()
    if (actor.at_province and not reason) or len(reason) > 500 or "\x00" in reason:
        raise Invalid(_("请写明省级调整分月计划的理由，最多 500 个字。"), field="reason")
    planned = {row.indicator.code: row for row in selectors.plan_of(letter)}
    checked = _checked(planned, rows, standing.first_open)
    codes = [code for code, months in checked.items() if months != planned[code].months]
    if not codes:
        raise Invalid(_("没有与现行分月计划不同的内容。"), field="rows")
    laid_down = {code: row.months for code, row in planned.items() if row.laid_down}
    laid_down |= {code: checked[code] for code in codes}
    shared = [code for code in codes if checked[code] == planned[code].shared]
    with translation.override(settings.LANGUAGE_CODE):
        role = actor.role_label[:120]
    plan = MonthPlan.objects.create(
        letter=letter, number=number + 1, letter_version=standing.version, reason=reason,
        rows={code: [letter_selectors.plain(month) for month in months]
              for code, months in laid_down.items() if code not in shared},
        made_by_name=actor.name, made_by_role=role, made_at=at,
    )  # fmt: skip
    event = events.MonthsLaidDown(
        subject=letter_selectors.subject_of(letter.pk), number=plan.number, codes=codes, shared=shared, reason=reason
    )
    events.record(event, actor=actor, at=at)
    return plan


def _checked(planned: Mapping[str, Planned], rows: Mapping[str, Months], first_open: int) -> dict[str, list[Decimal]]:
    """Code → twelve figures that fit. Raises Invalid with `rows`."""
    wrong: targets.Rows = []
    checked = {}
    for code, given in rows.items():
        row = planned.get(code)
        if row is None or len(given) not in (0, MONTHS):
            message = _("责任书没有给这个指标定累计目标，或没有写满十二个月。")
            wrong.append({"code": code[:10], "field": "code", "message": message})
            continue
        passed = first_open - 1
        months, problems = _months(row, given or [*row.months[:passed], *row.shared[passed:]], first_open)
        wrong += problems
        checked[code] = months
    if wrong:
        sentence = _("；").join(f"{row['code']} {row['message']}" for row in wrong[:5])
        raise Invalid(_("分月计划有误：%(what)s") % {"what": sentence}, rows=wrong)
    return checked


def _months(row: Planned, given: Months, first_open: int) -> tuple[list[Decimal], targets.Rows]:
    code, months, wrong = row.indicator.code, [], []
    before = Decimal(0)
    for month, typed in enumerate(given, start=1):
        values = {"month": month_names.named(month), "before": letter_selectors.plain(before)}
        message = ""
        try:
            figure = targets.figure(typed)
        except Invalid as refusal:
            figure, message = None, refusal.message
        if figure is None:
            message = message or _("%(month)s 月没有数。") % values
        elif month < first_open and figure != row.months[month - 1]:
            message = _("%(month)s 月已过，不能再改。") % values
        elif month in row.agreed and figure != row.agreed[month]:
            values["agreed"] = letter_selectors.plain(row.agreed[month])
            message = _("%(month)s 月末应为责任书定的 %(agreed)s。") % values
        elif figure < before:
            message = _("%(month)s 月末的累计数不能低于上月的 %(before)s。") % values
        if message:
            wrong.append({"code": code, "field": f"m{month}", "message": message})
        else:
            assert figure is not None
            months.append(figure)
            before = figure
    return months, wrong
