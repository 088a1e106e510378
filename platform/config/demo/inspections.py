"""Inspections of the demo: a round drawn in May with its tasks, one frozen in November that waits for its seed."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from appraisal.inspections.models import Rectification, Task, TaskItem
from appraisal.inspections.usecases import draws, rectifications, tasks
from appraisal.ledger.models import Tie
from appraisal.ledger.usecases import ties
from config.demo.cast import moment
from tenants.actors import Actor

if TYPE_CHECKING:
    from config.demo.year import Plan

SOURCE = "上海证券交易所公布的上证综合指数收盘点位，遇休市取其后第一个交易日"
SPRING, FIGURE_DAY = date(2026, 5, 18), date(2026, 5, 20)


def rounds(plan: "Plan", today: date) -> None:
    """A tie, a round from list to result, and one whose figure is of next week. today: the demo's."""
    slug = plan.cast.province.schema_name
    with plan.cast.acting(slug, "verify2") as verifier:
        ties.declare_tie(
            person_id=verifier.user_id or 0, office_id=plan.cast.offices["dali"].pk, kind=Tie.Kind.NATIVE_PLACE,
            note="大理市人", actor=verifier, at=moment(date(2026, 1, 12), 9),
        )  # fmt: skip
    with plan.cast.acting(slug, "admin") as admin:
        spring = draws.prepare_draw(
            cycle_id=plan.cycle.pk, title="2026 年上半年随机抽查", kind="OFFICE", wanted=4, each=1, seed_kind="FIGURE",
            seed_source=SOURCE, seed_on=FIGURE_DAY, actor=admin, at=moment(SPRING, 9, 30),
        )  # fmt: skip
        draws.freeze(draw_id=spring.pk, actor=admin, at=moment(SPRING, 10))
    with plan.cast.acting(slug, "fund") as second:
        draws.draw_now(
            draw_id=spring.pk,
            figure="3,387.57",
            note="演示数字，非真实行情",
            actor=second,
            at=moment(FIGURE_DAY, 16, 10),
        )
    _inspected(plan, spring.pk)
    with plan.cast.acting(slug, "admin") as admin:
        autumn = draws.prepare_draw(
            cycle_id=plan.cycle.pk, title="2026 年下半年县级随机抽查", kind="COUNTY", wanted=16, each=1,
            seed_kind="FIGURE", seed_source=SOURCE, seed_on=date(2026, 11, 27), actor=admin, at=moment(today, 9),
        )  # fmt: skip
        draws.freeze(draw_id=autumn.pk, actor=admin, at=moment(today, 10))


def _inspected(plan: "Plan", draw_id: int) -> None:
    """The spring's tasks: the first two done in June, one with something to rectify that is closed, one overdue."""
    slug, first, last = plan.cast.province.schema_name, date(2026, 6, 1), date(2026, 6, 12)
    with plan.cast.acting(slug, "admin") as admin:
        made = tasks.plan_drawn(
            draw_id=draw_id, checklist="FUND", starts_on=first, ends_on=last, actor=admin, at=moment(SPRING, 17)
        )
    seats = {plan.cast.actor(slug, seat).user_id: seat for seat in ("verify1", "verify2", "fund")}
    for place, task in enumerate(made[:2]):
        with plan.cast.acting(slug, seats[task.inspectors[0]["user_id"]]) as inspector:
            _on_site(task, inspector, moment(date(2026, 6, 3 + place), 10))
    row = Rectification.objects.get(task=made[0])
    with plan.cast.acting(row.office.schema_name, "report") as reporter:
        rectifications.answer(
            row_id=row.pk, text="三笔支出的凭证已补齐，账目已调整，附复印件清单。", evidence=[], actor=reporter,
            at=moment(date(2026, 6, 22), 15),
        )  # fmt: skip
    with plan.cast.acting(slug, "admin") as admin:
        rectifications.close(
            row_id=row.pk, text="已核对凭证原件，同意销号。", actor=admin, at=moment(date(2026, 6, 25), 11)
        )


def _on_site(task: Task, inspector: Actor, at: datetime) -> None:
    tasks.start_task(task_id=task.pk, actor=inspector, at=at)
    for item in TaskItem.objects.filter(task=task):
        wrong = item.code == "F3"
        tasks.answer_item(
            task_id=task.pk, item_id=item.pk, answer="WRONG" if wrong else "RIGHT",
            note="三笔支出没有原始凭证" if wrong else "", actor=inspector, at=at,
        )  # fmt: skip
    tasks.record_finding(
        task_id=task.pk, item_id=TaskItem.objects.get(task=task, code="F3").pk, actor=inspector, at=at,
        text="直补资金有三笔支出没有原始凭证，合计 4.2 万元。", consequence="RECTIFY",
        requirement="补齐凭证，调整账目，报送说明。",
    )  # fmt: skip
    tasks.finish_task(
        task_id=task.pk, summary="账户和台账管理总体规范，直补凭证一项须限期整改。", actor=inspector, at=at
    )
