"""A list while it is drafted: who begins it, what is saved and shared out, what is refused."""

from datetime import date

import pytest

from appraisal.duties import usecases
from appraisal.duties.models import Duty, ResponsibilityList
from appraisal.duties.selectors import lists
from appraisal.duties.usecases import Part
from appraisal.duties.views import words
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.duties.conftest import Work
from tests.appraisal.duties.lists.reading import problems
from tests.conftest import NOON


class TestBegin:
    def test_waits_for_both_signatures(self, work: Work, actor) -> None:
        with office_core.mounted(office_core.beside()):
            setting.issued_letter(setting.opened_year(work.running, 2027), "kunming")

        with pytest.raises(Conflict, match="双方签署"):
            usecases.begin_list(year=2027, actor=work.planner, at=NOON)

    def test_there_is_one_at_a_time(self, work: Work) -> None:
        work.begin()

        with pytest.raises(Conflict, match="第 1 版清单还没有确认"):
            work.begin()

    @pytest.mark.parametrize("role", [Role.PRINCIPAL_LEADER, Role.REVIEWER, Role.CIVIL_SERVANT, Role.SYS_ADMIN])
    def test_only_planners_begin(self, work: Work, actor, role: Role) -> None:
        with pytest.raises(Denied):
            usecases.begin_list(actor=actor("kunming", role), at=NOON)

    def test_nobody_from_the_bureau_begins_or_edits(self, work: Work, actor) -> None:
        guest = actor("yunnan", Role.APPRAISAL_ADMIN)
        visitor = Actor(guest.user_id, guest.name, work.office, guest.home, guest.roles)

        with pytest.raises(Denied, match="只读"):
            usecases.begin_list(actor=visitor, at=NOON)


class TestDrop:
    def drop(self, work: Work, row: ResponsibilityList, **more) -> None:
        usecases.drop_list(list_id=row.pk, **{"actor": work.planner, "at": NOON, **more})

    def test_a_draft_goes_with_its_lines_and_the_list_in_force_stays(self, work: Work) -> None:
        first = work.confirmed()
        second = work.begin()
        self.drop(work, second)

        assert list(ResponsibilityList.objects.values_list("pk", "state")) == [(first.pk, "CONFIRMED")]
        assert not Duty.objects.exclude(breakdown__list=first).exists()
        told = words.timeline(lists.history(work.planner, first.letter))
        assert told[0]["text"] == "删除清单第 2 版草稿，共 3 项任务"
        assert work.begin().number == 2  # never told to anybody: its number is free

    def test_twice_finds_nothing(self, work: Work) -> None:
        row = work.begin()
        self.drop(work, row)
        with pytest.raises(NotFound):
            self.drop(work, row)

    def test_what_waits_or_was_handed_out_stays(self, work: Work) -> None:
        row = work.begin()
        work.complete(row)
        work.submit(row)
        with pytest.raises(Conflict, match="请领导先退回"):
            self.drop(work, row)
        work.confirm(row)
        with pytest.raises(Conflict, match="已经确认并下达"):
            self.drop(work, row)
        assert Duty.objects.filter(breakdown__list=row).count() == 3

    def test_one_that_was_sent_back_can_be_given_up(self, work: Work) -> None:
        row = work.begin()
        work.complete(row)
        work.submit(row)
        usecases.send_back_list(list_id=row.pk, reason="重新分解到各县", actor=work.leader, at=NOON)
        self.drop(work, row)
        assert not ResponsibilityList.objects.exists()

    @pytest.mark.parametrize("role", [Role.PRINCIPAL_LEADER, Role.REVIEWER, Role.CIVIL_SERVANT, Role.SYS_ADMIN])
    def test_is_for_planners(self, work: Work, actor, role: Role) -> None:
        row = work.begin()
        with pytest.raises(Denied):
            self.drop(work, row, actor=actor("kunming", role))

    def test_is_the_offices_own(self, work: Work, offices: dict[str, Office], actor) -> None:
        row = work.begin()
        guest = actor("yunnan", Role.APPRAISAL_ADMIN)
        with pytest.raises(NotFound):  # a visitor sees no draft
            self.drop(work, row, actor=Actor(guest.user_id, guest.name, work.office, guest.home, guest.roles))
        with office_core.mounted(offices["puer"].mount()), pytest.raises(NotFound):
            self.drop(work, row, actor=actor("puer", Role.REPORTER))
        assert ResponsibilityList.objects.filter(pk=row.pk).exists()


class TestSave:
    def test_a_draft_may_lack_what_the_list_may_not(self, work: Work) -> None:
        row = work.begin()
        work.save(row, "A1", Part(party="county:530102", year_target="500"))

        told = problems(work, row)

        assert told[0].startswith("县（市、区）：全年合计 500，比目标 1200 少 700")
        assert "五华区：没有责任人。" in told
        assert "五华区：没有时限。" in told
        assert "五华区：没有写成果。" in told
        assert sum("还没有分解" in each for each in told) == 2  # A2 and A6

    @pytest.mark.parametrize(
        ("part", "says"),
        [
            (Part(party="county:539999"), "请选择"),
            (Part(party="division:0"), "请选择"),
            (Part(party="person:1"), "请选择"),
            (Part(party="nonsense"), "请选择"),
            (Part(party="county:530102", owner_id=1), "责任人应是"),
            (Part(party="county:530102", task="长" * 201), "最多 200"),
            (Part(party="county:530102", year_target="-1"), "0 与"),
            (Part(party="county:530102", year_target="many"), "不是数字"),
            (Part(party="county:530102", year_target="1.00001"), "四位小数"),
            (Part(party="county:530102", year_target="10", q1="1"), "三个季度"),
            (Part(party="county:530102", q1="1", q2="2", q3="3"), "还要填全年"),
            (Part(party="county:530102", year_target="2", q1="1", q2="2", q3="3"), "不能低于"),
            (Part(party="county:530102", under="division:9"), "上级应是"),
        ],
    )
    def test_what_makes_no_sense_is_refused_by_line(self, work: Work, part: Part, says: str) -> None:
        row = work.begin()

        with pytest.raises(Invalid, match=says) as refused:
            work.save(row, "A1", part)

        assert refused.value.rows[0]["place"] == 1
        assert not Duty.objects.exists()

    def test_a_party_has_one_line(self, work: Work) -> None:
        row = work.begin()

        with pytest.raises(Invalid, match="写了两次"):
            work.save(row, "A1", work.line(), work.line())

    def test_milestones_take_no_figures(self, work: Work) -> None:
        with pytest.raises(Invalid, match="没有目标数"):
            work.save(work.begin(), "A6", work.line(year_target="3"))

    def test_unknown_or_inapplicable_targets_are_not_found(self, work: Work) -> None:
        with pytest.raises(NotFound):
            work.save(work.begin(), "ZZ", work.line())

    def test_people_stand_under_divisions_and_counties(self, work: Work) -> None:
        row, person = work.begin(), f"person:{work.owner.user_id}"
        top = work.line("county:530102", year_target="1200")
        work.save(row, "A1", top, work.line(person, under="county:530102", year_target="700"))

        assert Duty.objects.get(kind="person").under == Duty.objects.get(kind="county")
        assert any("五华区分到个人：全年合计 700，比目标 1200 少 500" in each for each in problems(work, row))

    def test_the_second_editor_of_a_target_is_told_who_was_first(self, work: Work) -> None:
        row = work.begin()
        work.save(row, "A1", work.line())

        with pytest.raises(Conflict, match=work.planner.name):
            work.save(row, "A1", work.line("county:530102"))

        work.save(row, "A2", work.line())  # another target is free
        assert [duty.kind for duty in Duty.objects.filter(breakdown__code="A1")] == ["division"]

    def test_a_child_is_due_before_its_parent(self, work: Work) -> None:
        row, person = work.begin(), f"person:{work.owner.user_id}"
        late = work.line(person, under="county:530102", due_on=date(2026, 12, 21))
        work.save(row, "A1", work.line("county:530102", year_target="1200"), late)

        assert any("晚于上级任务的 2026-12-20" in each for each in problems(work, row))

    def test_milestones_bound_the_day(self, work: Work) -> None:
        row = work.begin()
        work.save(row, "A6", work.line(due_on=date(2026, 10, 1)))

        assert any("晚于目标的 2026-09-30" in each for each in problems(work, row))


class TestFill:
    def fill(self, work: Work, row: ResponsibilityList, code: str = "A1", kind: str = "county", by: str = "EQUAL"):
        return usecases.fill_target(
            list_id=row.pk, code=code, kind=kind, by=by, lock_version=0, actor=work.planner, at=NOON
        )

    def test_equally_over_every_county(self, work: Work) -> None:
        row = work.begin()
        breakdown = self.fill(work, row)

        assert [duty.year_target for duty in breakdown.duties.order_by("position")] == [400, 400, 400]
        assert [duty.q1 for duty in breakdown.duties.order_by("position")] == [100, 100, 100]
        assert {duty.due_on for duty in breakdown.duties.all()} == {date(2026, 12, 31)}

    def test_by_population_as_entered(self, work: Work) -> None:
        row = work.begin()
        with pytest.raises(Conflict, match="人口"):
            self.fill(work, row, by="POPULATION")
        people = {"530102": "1,000", "530103": "2000", "530111": ""}
        usecases.set_population(list_id=row.pk, population=people, actor=work.planner, at=NOON)

        breakdown = self.fill(work, row, by="POPULATION")

        assert [duty.year_target for duty in breakdown.duties.order_by("ref")] == [400, 800, 0]

    @pytest.mark.parametrize("given", ["-1", "1.5", "x", "1e400"])
    def test_people_are_counted_whole(self, work: Work, given: str) -> None:
        with pytest.raises(Invalid, match="整数"):
            usecases.set_population(list_id=work.begin().pk, population={"530102": given}, actor=work.planner, at=NOON)

    def test_as_last_year_without_last_year_says_so(self, work: Work) -> None:
        with pytest.raises(Conflict, match="没有上年"):
            self.fill(work, work.begin(), by="LAST_YEAR")

    def test_nothing_to_share_and_nobody_to_share_with(self, work: Work) -> None:
        row = work.begin()
        with pytest.raises(Conflict, match="没有目标数"):
            self.fill(work, row, code="A6")
        with pytest.raises(Conflict, match="还没有可以分摊的对象"):
            self.fill(work, row, kind="division")
        with pytest.raises(Invalid):
            self.fill(work, row, by="AGE")
        with pytest.raises(Invalid):
            self.fill(work, row, kind="village")
