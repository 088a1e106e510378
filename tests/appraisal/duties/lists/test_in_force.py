"""A list in force: what is handed in, who reads it, whose inbox it stands in."""

from datetime import date, datetime, timedelta

import pytest

from appraisal.duties import usecases
from appraisal.duties.models import Delivery, Duty
from appraisal.duties.selectors import lists, progress
from core import office as office_core
from core import todos
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants import menu
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.duties.conftest import DAY, Work
from tests.conftest import NOON


class TestDeliver:
    def deliver(self, work: Work, duty: Duty, **more):
        given = {"text": "花名册已报送，共 1200 人。", "actor": work.owner, "at": NOON, **more}
        return usecases.deliver_duty(duty_id=duty.pk, **given)

    def test_the_owner_hands_in_once(self, work: Work) -> None:
        work.confirmed()
        duty = Duty.objects.get(breakdown__code="A1")
        self.deliver(work, duty)

        assert progress.mine(work.owner)[-1].done
        with pytest.raises(Conflict, match="已报送"):
            self.deliver(work, duty)

    def test_late_is_told_and_taken(self, work: Work) -> None:
        work.confirmed()
        duty = Duty.objects.get(breakdown__code="A6")  # due in September

        assert self.deliver(work, duty).late

    def test_nobody_hands_in_for_another_or_out_of_a_draft(self, work: Work) -> None:
        row = work.begin()
        work.complete(row)
        duty = Duty.objects.get(breakdown__code="A1")
        with pytest.raises(Conflict, match="不是现行清单"):
            self.deliver(work, duty)
        work.submit(row)
        work.confirm(row)
        with pytest.raises(Denied, match=work.owner.name):
            self.deliver(work, duty, actor=work.planner)
        with pytest.raises(Invalid):
            self.deliver(work, duty, text="好")
        with pytest.raises(NotFound):
            self.deliver(work, duty, evidence=["00000000-0000-0000-0000-000000000000"])

    def test_is_asked_for_again_with_a_reason_and_both_stay(self, work: Work, actor) -> None:
        work.confirmed()
        duty = Duty.objects.get(breakdown__code="A1")
        with pytest.raises(Conflict, match="还没有报送"):
            usecases.return_delivery(duty_id=duty.pk, reason="请补花名册盖章页。", actor=work.leader, at=NOON)
        self.deliver(work, duty)
        with pytest.raises(Denied):
            usecases.return_delivery(duty_id=duty.pk, reason="请补花名册盖章页。", actor=work.planner, at=NOON)
        usecases.return_delivery(duty_id=duty.pk, reason="请补花名册盖章页。", actor=work.leader, at=NOON)
        self.deliver(work, duty)

        assert [step.kind for step in Delivery.objects.order_by("id")] == ["DONE", "RETURNED", "DONE"]

    def test_what_is_done_stays_done_in_the_next_version(self, work: Work) -> None:
        work.confirmed()
        self.deliver(work, Duty.objects.get(breakdown__code="A1"))
        row = work.begin()
        work.submit(row)
        work.confirm(row)

        done = {each.duty.breakdown.code: each.done for each in progress.mine(work.owner)}
        assert done == {"A1": True, "A2": False, "A6": False}
        assert {each.duty.breakdown.list_id for each in progress.mine(work.owner)} == {row.pk}


def test_another_office_finds_nothing(work: Work, offices: dict[str, Office], actor) -> None:
    row = work.confirmed()
    stranger = actor("puer", Role.REPORTER)

    with office_core.mounted(offices["puer"].mount()), pytest.raises(NotFound):
        lists.get_list(stranger, row.pk)


def test_a_visitor_reads_what_was_confirmed_alone(work: Work, actor) -> None:
    guest = actor("yunnan", Role.VERIFIER)
    visitor = Actor(guest.user_id, guest.name, work.office, guest.home, guest.roles)
    row = work.begin()
    with pytest.raises(NotFound):
        lists.get_list(visitor, row.pk)
    work.complete(row)
    work.submit(row)
    work.confirm(row)

    assert lists.get_list(visitor, row.pk) == row
    assert date(2026, 12, 20) == DAY


class TestTheInbox:
    """What waits, line by line, is what the menu counts."""

    def waiting(self, person: Actor, at: datetime = NOON) -> list[str]:
        lines = todos.todos_for(person, at)
        counted = {item.name: item.count for group in menu.groups_for(person, at=at) for item in group.items}
        for name in ("duties:index", "duties:mine"):
            source = {"duties:index": "duties", "duties:mine": "my-duties"}[name]
            assert sum(line.count for line in lines if line.source == source) == counted.get(name, 0)
        return [line.title for line in lines if line.source in ("duties", "my-duties")]

    def test_passes_from_planner_to_leader_to_owner(self, work: Work) -> None:
        assert self.waiting(work.planner) == ["分解 2026 年目标责任书"]
        assert self.waiting(work.leader) == []
        row = work.begin()
        work.complete(row)
        assert self.waiting(work.planner) == ["分解 2026 年目标责任书"]  # a draft is not done
        work.submit(row)
        assert (self.waiting(work.planner), self.waiting(work.leader)) == ([], ["确认 2026 年责任清单"])
        work.confirm(row)
        assert self.waiting(work.leader) == []
        assert self.waiting(work.owner) == ["报送 A6 的成果：花名册"]  # due in September; the others in December
        duty = Duty.objects.get(breakdown__code="A6")
        usecases.deliver_duty(duty_id=duty.pk, text="验收意见书已报送。", actor=work.owner, at=NOON)
        assert self.waiting(work.owner) == []
        usecases.return_delivery(duty_id=duty.pk, reason="请补盖章页。", actor=work.leader, at=NOON)
        assert self.waiting(work.owner) == ["重新报送 A6 的成果：花名册"]
        assert len(self.waiting(work.owner, NOON + timedelta(days=40))) == 3
