"""An appraisal year: opened once on a published version, grouped, scheduled, and started when all have signed."""

from datetime import date

import pytest

from appraisal.ledger.models import Cycle, Participant
from appraisal.ledger.selectors import cycles as selectors
from appraisal.ledger.usecases import cycles
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import CalendarDay
from core.usecases import calendar
from core.workdays import Derivation
from tenants.actors import Actor
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON


@pytest.fixture
def admin(actor) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


@pytest.fixture
def cycle(admin: Actor) -> Cycle:
    version = setting.published(admin)
    return cycles.open_cycle(year=2026, version_id=version.pk, name="2026 年考核", actor=admin, at=NOON)


def peers(offices, **changed: tuple[int, str]) -> list[cycles.Peer]:
    given = dict.fromkeys(setting.PREFECTURES, (1, "规模相近")) | changed
    return [cycles.Peer(offices[name].pk, group, reason) for name, (group, reason) in given.items()]


class TestOpenCycle:
    def test_needs_a_published_version_of_the_year(self, admin) -> None:
        draft, published = setting.draft(admin, code="D"), setting.published(admin, code="P")

        for version, year in ((draft, 2026), (published, 2025)):
            with pytest.raises(Conflict):
                cycles.open_cycle(year=year, version_id=version.pk, name="考核", actor=admin, at=NOON)

    def test_happens_once_a_year(self, cycle, admin) -> None:
        with pytest.raises(Conflict, match="已经建立"):
            cycles.open_cycle(year=2026, version_id=cycle.version_id, name="再来", actor=admin, at=NOON)

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [
            ("yunnan", Role.VERIFIER, Denied),
            ("kunming", Role.APPRAISAL_ADMIN, Denied),
            ("shifan", Role.APPRAISAL_ADMIN, NotFound),
        ],
    )
    def test_is_for_the_bureaus_administrator(self, admin, actor, office: str, role: str, refusal: type) -> None:
        version = setting.published(admin)
        with pytest.raises(refusal):
            cycles.open_cycle(year=2026, version_id=version.pk, name="考核", actor=actor(office, role), at=NOON)

    def test_needs_a_name(self, admin) -> None:
        version = setting.published(admin)
        with pytest.raises(Invalid):
            cycles.open_cycle(year=2026, version_id=version.pk, name=" ", actor=admin, at=NOON)


class TestSetPeerGroups:
    def test_replaces_what_was_laid_down(self, cycle, admin, offices) -> None:
        cycles.set_peer_groups(cycle_id=cycle.pk, groups=peers(offices), actor=admin, at=NOON)
        cycles.set_peer_groups(cycle_id=cycle.pk, groups=peers(offices, puer=(2, "人口较少")), actor=admin, at=NOON)

        assert {row.office.schema_name: row.peer_group for row in selectors.participants(cycle)} == {
            "kunming": 1, "puer": 2, "diqing": 1,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"puer": (3, "x")}, ""),  # no group 2
            ({"puer": (0, "x")}, "puer"),
            ({"puer": (1, " ")}, "puer"),
            ({"qinghe": (1, "x")}, None),  # another province's
        ],
    )
    def test_names_every_wrong_row(self, cycle, admin, offices, changed: dict, code: str | None) -> None:
        with pytest.raises(Invalid) as refused:
            cycles.set_peer_groups(cycle_id=cycle.pk, groups=peers(offices, **changed), actor=admin, at=NOON)
        assert [row["code"] for row in refused.value.rows] == [str(offices["qinghe"].pk) if code is None else code]

    def test_needs_every_prefecture_once(self, cycle, admin, offices) -> None:
        all_three = peers(offices)
        for given, code in ((all_three[:2], "diqing"), ([*all_three, all_three[0]], "kunming")):
            with pytest.raises(Invalid) as refused:
                cycles.set_peer_groups(cycle_id=cycle.pk, groups=given, actor=admin, at=NOON)
            assert [row["code"] for row in refused.value.rows] == [code]

    def test_is_over_once_the_year_has_started(self, actor, offices) -> None:
        running = setting.running_cycle(actor, offices)
        with pytest.raises(Conflict, match="已启动"):
            cycles.set_peer_groups(cycle_id=running.cycle.pk, groups=peers(offices), actor=running.admin, at=NOON)

    def test_another_province_does_not_know_the_cycle(self, cycle, actor) -> None:
        with pytest.raises(NotFound):
            cycles.set_peer_groups(cycle_id=cycle.pk, groups=[], actor=actor("shifan", Role.APPRAISAL_ADMIN), at=NOON)


class TestPeriods:
    def off(self, day: date, region: str = "") -> None:
        CalendarDay.objects.create(region_code=region, day=day, is_working=False, name="放假", source="通知")

    def test_fall_due_on_working_days_of_the_next_month(self, cycle, admin) -> None:
        made = cycles.make_periods(cycle_id=cycle.pk, actor=admin, at=NOON)

        october = made[9]  # November 2026 starts on a Sunday
        assert (october.opens_on, october.county_due_on) == (date(2026, 10, 1), date(2026, 11, 4))
        assert (october.due_on, october.verify_due_on, october.closes_on) == (
            date(2026, 11, 6), date(2026, 11, 11), date(2026, 11, 11),
        )  # fmt: skip

    def test_december_falls_due_in_january(self, cycle, admin) -> None:
        assert cycles.make_periods(cycle_id=cycle.pk, actor=admin, at=NOON)[11].due_on == date(2027, 1, 7)

    def test_holidays_shift_them_and_the_derivation_says_so(self, cycle, admin) -> None:
        for day in range(1, 8):
            self.off(date(2026, 10, day))

        september = cycles.make_periods(cycle_id=cycle.pk, actor=admin, at=NOON)[8]

        assert september.due_on == date(2026, 10, 14)
        assert "放假" in str(Derivation.of(september.derivations["due_on"]))

    def test_are_made_once(self, cycle, admin) -> None:
        cycles.make_periods(cycle_id=cycle.pk, actor=admin, at=NOON)
        with pytest.raises(Conflict, match="已经生成"):
            cycles.make_periods(cycle_id=cycle.pk, actor=admin, at=NOON)

    def test_follow_the_calendar_until_they_are_closed(self, cycle, admin) -> None:
        made = cycles.make_periods(cycle_id=cycle.pk, actor=admin, at=NOON)
        self.off(date(2026, 10, 9))  # September closed in October: stays
        self.off(date(2026, 11, 5), region="530000")  # the province's own day off

        moved = cycles.recompute_periods(cycle_id=cycle.pk, actor=admin, at=NOON)

        assert [period.month for period in moved] == [10]
        assert cycle.periods.get(month=10).due_on == date(2026, 11, 9)
        assert cycle.periods.get(month=9).due_on == made[8].due_on

    def test_of_another_province_do_not_follow(self, cycle, admin) -> None:
        cycles.make_periods(cycle_id=cycle.pk, actor=admin, at=NOON)
        self.off(date(2026, 11, 5), region="990000")

        assert cycles.recompute_periods(cycle_id=cycle.pk, actor=admin, at=NOON) == []

    @pytest.mark.parametrize(("region", "moves"), [("", True), ("530000", True), ("530100", False), ("990000", False)])
    def test_follow_by_themselves_when_a_day_is_laid_down(
        self, cycle, admin, django_capture_on_commit_callbacks, region: str, moves: bool
    ) -> None:
        cycles.make_periods(cycle_id=cycle.pk, actor=admin, at=NOON)

        with django_capture_on_commit_callbacks(execute=True):
            calendar.set_day(
                region_code=region, day=date(2026, 11, 5), is_working=False, name="放假", source="通知",
                can_edit=True, actor=admin, at=NOON,
            )  # fmt: skip

        assert cycle.periods.get(month=10).due_on == date(2026, 11, 9 if moves else 6)

    @pytest.mark.parametrize("act", [cycles.make_periods, cycles.recompute_periods])
    def test_are_the_administrators_business(self, cycle, actor, act) -> None:
        with pytest.raises(Denied):
            act(cycle_id=cycle.pk, actor=actor("yunnan", Role.VERIFIER), at=NOON)

    def test_recomputing_needs_periods(self, cycle, admin) -> None:
        with pytest.raises(Conflict, match="先生成"):
            cycles.recompute_periods(cycle_id=cycle.pk, actor=admin, at=NOON)


class TestStartCycle:
    def test_names_everyone_whose_letter_is_not_signed(self, actor, offices) -> None:
        running = setting.prepared_cycle(actor, offices)
        setting.issued_letter(running, "puer")

        with pytest.raises(Conflict) as refused:
            cycles.start_cycle(cycle_id=running.cycle.pk, actor=running.admin, at=NOON)

        assert {row["code"] for row in refused.value.rows} == set(setting.PREFECTURES)
        assert "普洱市（省级已签）" in refused.value.message

    def test_needs_participants_and_periods(self, cycle, admin, offices) -> None:
        with pytest.raises(Conflict, match="参加单位"):
            cycles.start_cycle(cycle_id=cycle.pk, actor=admin, at=NOON)
        cycles.set_peer_groups(cycle_id=cycle.pk, groups=peers(offices), actor=admin, at=NOON)
        with pytest.raises(Conflict, match="填报期"):
            cycles.start_cycle(cycle_id=cycle.pk, actor=admin, at=NOON)
        assert Participant.objects.filter(cycle=cycle).count() == 3

    def test_happens_once(self, actor, offices) -> None:
        running = setting.running_cycle(actor, offices)
        with pytest.raises(Conflict):
            cycles.start_cycle(cycle_id=running.cycle.pk, actor=running.admin, at=NOON)
