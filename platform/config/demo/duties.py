"""Letters broken down: two offices to every county with what was delivered, the others to divisions, one waiting."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from appraisal.duties import usecases
from appraisal.duties.models import Duty
from appraisal.duties.rules.sharing import shared
from appraisal.duties.rules.sums import Rule
from appraisal.duties.selectors import lists
from appraisal.duties.selectors.lists import Demand
from appraisal.duties.usecases import Part
from config.demo.cast import moment
from tenants.models import Division, Region

if TYPE_CHECKING:
    from config.demo.year import Plan

TO_COUNTIES, WAITING, LATE = ("kunming", "puer"), "dali", "nujiang"
BEGUN, DONE = date(2026, 1, 28), date(2026, 2, 4)
SHORT = "农村培训中有 5% 由州市直接组织，不分到县，年底并入全市合计。"


def lists_of(plan: "Plan") -> None:
    """Everybody but one has broken their letter down by February; one list waits for its leader since November."""
    for slug in plan.profiles:
        if slug != LATE:
            _broken_down(plan, slug)


def _broken_down(plan: "Plan", slug: str) -> None:
    counties = plan.counties[slug] if slug in TO_COUNTIES else []
    day = (date(2026, 11, 18), date(2026, 11, 19)) if slug == WAITING else (BEGUN, DONE)
    with plan.cast.acting(slug, "report") as reporter:
        owners = [plan.cast.actor(slug, seat).user_id or 0 for seat in ("report2", "review", "report")]
        divisions = list(Division.objects.filter(office=reporter.office).order_by("position", "id"))
        at = moment(day[0], 10)
        row = usecases.begin_list(year=2026, actor=reporter, at=at)
        demands = lists.loaded(row).demands.values()
        targets = {
            demand.code: (0, _parts(demand, place, divisions, counties, owners))
            for place, demand in enumerate(each for each in demands if each.key)
        }
        usecases.save_targets(list_id=row.pk, targets=targets, actor=reporter, at=at)
        short = SHORT if slug in TO_COUNTIES else ""
        usecases.submit_list(list_id=row.pk, short_reason=short, actor=reporter, at=moment(day[0], 16))
    if slug == WAITING:
        return
    with plan.cast.acting(slug, "leader") as leader:
        usecases.confirm_list(list_id=row.pk, actor=leader, at=moment(day[1], 9))
    if slug in TO_COUNTIES:
        _delivered(plan, slug)


def _parts(
    demand: Demand, place: int, divisions: Sequence[Division], counties: Sequence[Region], owners: Sequence[int]
) -> list[Part]:
    """A division answers for the whole; where the counties are given, they share it, the first twice what others do."""
    told: dict[str, Any] = {"task": demand.paper_name, "deliverable": demand.evidence or "完成情况报告"}
    due_on = demand.latest if demand.rule == Rule.TASK else date(2026, 12, 25)
    whole = Part(
        party=f"division:{divisions[1 + place % 2].pk}", owner_id=owners[place % 2], due_on=due_on,
        partner="各县移民机构", **{**told, **demand.figures},
    )  # fmt: skip
    if demand.rule == Rule.TASK or not counties:
        return [whole]
    target: dict[str, Any] = dict(demand.figures)
    if demand.code == "D2" and demand.figures["year_target"]:  # the story of the short sum: training
        target = {name: None if value is None else value - value // 20 for name, value in target.items()}
    weights = [Fraction(2 if number == 0 else 1) for number in range(len(counties))]
    return [whole] + [
        Part(
            party=f"county:{county.code}", owner_id=owners[number % 3], due_on=date(2026, 12, 20),
            **{**told, **figures},
        )
        for number, (county, figures) in enumerate(zip(counties, shared(target, weights), strict=True))
    ]  # fmt: skip


def _delivered(plan: "Plan", slug: str) -> None:
    """The milestones of the first half are done, one too late; those of autumn are overdue or done."""
    for seat in ("report2", "review"):
        with plan.cast.acting(slug, seat) as owner:
            rows = Duty.objects.filter(owner_id=owner.user_id, kind="division", due_on__lt=date(2026, 11, 1))
            for place, duty in enumerate(rows.order_by("due_on", "id")[:2]):
                assert duty.due_on is not None
                day = date(2026, duty.due_on.month + place, 27) if duty.due_on.month < 11 else date(2026, 11, 10)
                usecases.deliver_duty(
                    duty_id=duty.pk, text=f"{duty.task}：已按期完成，验收资料已归档。", actor=owner, at=moment(day, 15)
                )
