"""The life of a month in the demo: one that was opened again for an office, a robot, reminders that were told."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from appraisal.ledger.usecases import reopening
from config.demo.cast import Cast, moment
from config.demo.months import Month
from core import office as office_core
from tenants.models import NoticeHook
from tenants.usecases import hooks, notices

if TYPE_CHECKING:
    from config.demo.year import Plan

ROBOT = "https://robot.anlan.invalid/send?key=demo"  # a name that no network knows: nothing can go there
REMINDED = ("kunming", "puer", "dali")
REPORTED, MISSED = "qinghe", "yunling"  # of the second province's October


def october_again(plan: "Plan", period_number: int, today: date) -> None:
    """The second province's October, not published: one office handed it over, the other missed it and may now."""
    period = plan.cycle.periods.select_related("cycle").get(month=period_number)
    month = Month(plan, period)
    month.report(REPORTED)
    month.fill(MISSED, at=moment(period.closes_on, 11), codes=("A1", "A2", "B5", "B6"))
    with plan.cast.acting(plan.cast.province.schema_name, "admin") as admin:
        at = moment(today, 9, 40)
        reopening.reopen_period(
            period_id=period.pk, office_id=plan.cast.offices[MISSED].pk, until=reopening.last_day(period, today),
            reason="填报人因公出差，签发前两天网络中断，来函申请补报 10 月数据。", actor=admin, at=at,
        )  # fmt: skip


def reminded(cast: Cast, today: date) -> None:
    """A robot of Kunming's, and the morning's reminders of some offices and the bureau."""
    with cast.acting("kunming", "sec") as security:
        hooks.add_hook(
            kind=NoticeHook.Kind.WECOM, name="移民工作群（演示）", url=ROBOT, secret="", actor=security,
            at=moment(today - timedelta(days=3), 15, 20),
        )  # fmt: skip
    for slug in (*REMINDED, cast.province.schema_name):
        with office_core.mounted(cast.offices[slug].mount()):
            notices.remind(office=cast.offices[slug], at=moment(today, 8))
