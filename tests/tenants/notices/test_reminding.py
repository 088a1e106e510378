"""Reminders before and after the due day, escalation to the leader."""

from datetime import date, timedelta

import pytest

from tenants.models import Membership, Office, Role, User
from tenants.rules import notices as rules
from tests.tenants.notices.setting import DUE, TODAY, month, remind, titles


class TestTheRule:
    @pytest.mark.parametrize(
        ("left", "over", "stage"),
        [(4, 0, ""), (3, 0, "B3"), (2, 0, "B3"), (1, 0, "B1"), (0, 0, "B0"), (0, 1, "L1"), (0, 2, "L1"), (0, 4, "L3"),
         (0, 30, "L10")],
    )  # fmt: skip
    def test_the_most_urgent_that_has_come(self, left: int, over: int, stage: str) -> None:
        assert rules.stage_of(left, over, on=DUE) == stage

    def test_what_is_new_and_what_has_no_day(self) -> None:
        assert rules.stage_of(9, 0, at_once=True, on=DUE) == rules.NEW
        assert rules.stage_of(2, 0, at_once=True, on=DUE) == "B3"
        assert rules.stage_of(0, 0, dated=False, on=DUE) == rules.NEW


class TestReminding:
    def test_tells_whom_it_waits_for_and_nobody_else(self, kunming_mounted: Office, actor, waiting) -> None:
        reporter, reviewer = actor("kunming", Role.REPORTER), actor("kunming", Role.REVIEWER)
        waiting.append((Role.REPORTER, month()))

        assert remind(kunming_mounted) == 1

        assert (titles(reporter), titles(reviewer)) == (["今天到期：填报 10 月月报"], [])

    def test_tells_once_whatever_is_repeated(self, kunming_mounted: Office, actor, waiting) -> None:
        actor("kunming", Role.REPORTER)
        waiting.append((Role.REPORTER, month()))

        assert [remind(kunming_mounted, TODAY + timedelta(hours=n)) for n in range(3)] == [1, 0, 0]

    def test_goes_from_day_to_day_and_makes_up_for_a_missed_one(self, kunming_mounted: Office, actor, waiting) -> None:
        reporter = actor("kunming", Role.REPORTER)
        waiting.append((Role.REPORTER, month(date(2026, 11, 12))))

        for day in (5, 6, 9, 10, 12, 13):  # the 11th, a day before the due day, the server was off
            remind(kunming_mounted, TODAY + timedelta(days=day - 5))

        assert titles(reporter) == [
            "还有 3 个工作日到期：填报 10 月月报",
            "今天到期：填报 10 月月报",
            "已逾期 1 个工作日：填报 10 月月报",
        ]

    def test_tells_nobody_on_a_day_off(self, kunming_mounted: Office, actor, waiting) -> None:
        actor("kunming", Role.REPORTER)
        waiting.append((Role.REPORTER, month()))

        assert remind(kunming_mounted, TODAY + timedelta(days=2)) == 0  # Saturday

    def test_who_is_done_hears_nothing(self, kunming_mounted: Office, actor, waiting) -> None:
        reporter = actor("kunming", Role.REPORTER)
        waiting.append((Role.REPORTER, month()))
        remind(kunming_mounted)
        waiting.clear()

        assert remind(kunming_mounted, TODAY + timedelta(days=1)) == 0
        assert len(titles(reporter)) == 1

    def test_a_due_day_that_moves_begins_anew(self, kunming_mounted: Office, actor, waiting) -> None:
        actor("kunming", Role.REPORTER)
        waiting.append((Role.REPORTER, month()))
        remind(kunming_mounted)
        waiting[:] = [(Role.REPORTER, month(date(2026, 11, 6)))]

        assert remind(kunming_mounted) == 1

    def test_who_left_or_was_closed_hears_nothing(self, kunming_mounted: Office, actor, waiting) -> None:
        gone, closed = actor("kunming", Role.REPORTER), actor("kunming", Role.REPORTER)
        Membership.objects.filter(user_id=gone.user_id).update(valid_to=date(2026, 11, 4))
        User.objects.filter(pk=closed.user_id).update(is_active=False)
        waiting.append((Role.REPORTER, month()))

        assert remind(kunming_mounted) == 0


class TestEscalation:
    def late(self, waiting: list, days: int) -> None:
        waiting[:] = [(Role.REPORTER, month(DUE - timedelta(days=days)))]

    def test_goes_to_the_leader_in_charge_then_to_the_first(self, kunming_mounted: Office, actor, waiting) -> None:
        reporter = actor("kunming", Role.REPORTER)
        deputy, head = actor("kunming", Role.LEADER_IN_CHARGE), actor("kunming", Role.PRINCIPAL_LEADER)
        waiting.append((Role.REPORTER, month(date(2026, 11, 2))))  # Monday; Thursday is three days over

        remind(kunming_mounted)
        assert titles(deputy) == [f"{reporter.name}已逾期 3 个工作日：填报 10 月月报"]
        assert titles(head) == []

        remind(kunming_mounted, TODAY + timedelta(days=4))
        assert titles(head) == [f"{reporter.name}已逾期 5 个工作日：填报 10 月月报"]
        assert len(titles(deputy)) == 1

    def test_without_a_deputy_the_first_hears_at_once(self, kunming_mounted: Office, actor, waiting) -> None:
        actor("kunming", Role.REPORTER)
        head = actor("kunming", Role.PRINCIPAL_LEADER)
        waiting.append((Role.REPORTER, month(date(2026, 11, 3))))

        remind(kunming_mounted)

        assert len(titles(head)) == 1

    def test_what_a_deputy_is_late_with_reaches_the_first_leader(self, kunming_mounted: Office, actor, waiting) -> None:
        late, deputy = actor("kunming", Role.LEADER_IN_CHARGE), actor("kunming", Role.LEADER_IN_CHARGE)
        head = actor("kunming", Role.PRINCIPAL_LEADER)
        waiting.append((Role.LEADER_IN_CHARGE, month(date(2026, 11, 3))))  # Tuesday; Thursday is two days over

        remind(kunming_mounted)

        assert titles(head) == [f"{late.name}、{deputy.name}已逾期 2 个工作日：填报 10 月月报"]
        assert titles(late) == titles(deputy) == ["已逾期 2 个工作日：填报 10 月月报"]

    def test_the_first_leaders_delay_is_no_deputys_business(self, kunming_mounted: Office, actor, waiting) -> None:
        deputy = actor("kunming", Role.LEADER_IN_CHARGE)
        actor("kunming", Role.PRINCIPAL_LEADER)
        waiting.append((Role.PRINCIPAL_LEADER, month(date(2026, 10, 20))))

        remind(kunming_mounted)

        assert titles(deputy) == []

    @pytest.mark.parametrize(
        ("late", "held", "told"),
        [
            ({"R"}, {"R", "D", "P"}, "D"), ({"R"}, {"R", "P"}, "P"), ({"R"}, {"R"}, None), ({"D"}, {"D", "P"}, "P"),
            ({"R", "D"}, {"R", "D", "P"}, "P"), ({"P"}, {"D", "P"}, None), ({"D"}, {"D"}, None),
        ],
    )  # fmt: skip
    def test_the_rule_asks_upwards(self, late: set, held: set, told: str | None) -> None:
        assert rules.leader_of(rules.Step(2, ("D", "P")), late=late, held=held) == told

    def test_nobody_is_reported_to_themselves(self, kunming_mounted: Office, actor, waiting) -> None:
        head = actor("kunming", Role.PRINCIPAL_LEADER)
        waiting.append((Role.PRINCIPAL_LEADER, month(date(2026, 11, 3))))

        remind(kunming_mounted)

        assert titles(head) == ["已逾期 2 个工作日：填报 10 月月报"]
