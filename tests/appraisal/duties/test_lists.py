"""From an empty list to one in force: what is refused, what is told, what the bureau sees."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from appraisal.duties import usecases
from appraisal.duties.models import Delivery, Duty, ResponsibilityList
from appraisal.duties.selectors import checking, differing, lists, papers, progress
from appraisal.duties.usecases import Part
from appraisal.duties.views import words
from appraisal.ledger.models import Decomposition, LetterVersion
from appraisal.ledger.selectors import decompositions as ledger
from appraisal.ledger.usecases import letters
from core import office as office_core
from core import todos
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants import menu
from tenants.actors import Actor
from tenants.models import Membership, Office, Role
from tests.appraisal import setting
from tests.appraisal.duties.conftest import DAY, Work
from tests.conftest import NOON


def problems(work: Work, row: ResponsibilityList) -> list[str]:
    found = lists.loaded(ResponsibilityList.objects.get(pk=row.pk))
    return [each.message for each in checking.all_problems(found, {work.owner.user_id or 0: work.owner.name})]


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


class TestSubmit:
    def test_names_every_key_target_without_an_owner(self, work: Work) -> None:
        row = work.begin()
        work.save(row, "A1", work.line(year_target="1200", owner_id=None))

        with pytest.raises(Invalid) as refused:
            work.submit(row)

        said = {(each["code"], each["field"]) for each in refused.value.rows}
        assert {("A1", "owner_id"), ("A2", "year_target"), ("A6", "year_target")} <= said

    def test_a_sum_that_falls_short_needs_a_reason(self, work: Work) -> None:
        row = work.begin()
        work.complete(row)
        work.save(row, "A1", work.line(year_target="1000"), lock=1)

        with pytest.raises(Invalid) as refused:
            work.submit(row)
        assert refused.value.field == "short_reason"
        work.submit(row, short_reason="其余二百人由省属项目直接安置，不分解到科室。")
        confirmed = work.confirm(row)

        told = Decomposition.objects.get()
        assert [(each["code"], each["target"], each["reached"]) for each in told.short] == [("A1", "1200", "1000")]
        assert told.short_reason == confirmed.short_reason

    def test_zero_blocks_whatever_the_reason(self, work: Work) -> None:
        row = work.begin()
        work.complete(row)
        work.save(row, "A1", work.line(year_target="0"), lock=1)

        with pytest.raises(Invalid, match="合计为 0"):
            work.submit(row, short_reason="因为还没有商量好，所以先报零。")

    def test_after_it_nothing_can_be_edited_before_it_is_sent_back(self, work: Work) -> None:
        row = work.begin()
        work.complete(row)
        work.submit(row)

        with pytest.raises(Conflict, match="待确认"):
            work.save(row, "A1", lock=1)
        with pytest.raises(Conflict):
            work.submit(row)
        with pytest.raises(Invalid):
            usecases.send_back_list(list_id=row.pk, reason="改", actor=work.leader, at=NOON)
        usecases.send_back_list(list_id=row.pk, reason="寻甸县的任务要再细一些。", actor=work.leader, at=NOON)
        work.save(row, "A1", work.line(year_target="1200"), lock=1)


class TestConfirm:
    def test_puts_it_in_force_and_tells_the_bureau(self, work: Work, offices: dict[str, Office], actor) -> None:
        row = work.confirmed()

        told = Decomposition.objects.get()
        assert (told.key_targets, told.covered, told.items, told.people, told.short) == (3, 3, 3, 1, [])
        assert told.content_sha256 == row.content_sha256 == papers.sha256_of(papers.content_of(lists.loaded(row)))
        bureau = actor("yunnan", Role.APPRAISAL_ADMIN)
        with office_core.mounted(offices["yunnan"].mount()):
            seen = {each.letter.office.schema_name: each for each in map(
                ledger.standing, ledger.letters_of(bureau, work.running.cycle))}  # fmt: skip
            assert (seen["kunming"].percent, seen["kunming"].current) == (100, True)
            assert (seen["puer"].percent, seen["puer"].current) == (0, False)
            assert ledger.totals(bureau, work.running.cycle) == {"signed": 3, "done": 1}

    def test_is_for_leaders_and_not_for_who_submitted(self, work: Work) -> None:
        row = work.begin()
        work.complete(row)
        both = replace(work.planner, roles=frozenset({Role.REPORTER, Role.PRINCIPAL_LEADER}))
        work.submit(row, actor=both)

        with pytest.raises(Denied, match="领导"):
            work.confirm(row, actor=replace(work.owner))
        with pytest.raises(Denied, match="提交人"):
            work.confirm(row, actor=both)
        work.confirm(row)
        with pytest.raises(Conflict):
            work.confirm(row, actor=work.deputy)

    def test_what_is_confirmed_is_what_was_read(self, work: Work) -> None:
        row = work.begin()
        work.complete(row)
        work.submit(row)

        with pytest.raises(Conflict, match="重新提交过"):
            work.confirm(row, submitted_at=NOON.replace(hour=1))

    def test_an_owner_who_left_meanwhile_is_found(self, work: Work) -> None:
        row = work.begin()
        work.complete(row)
        work.submit(row)
        Membership.objects.filter(user_id=work.owner.user_id).update(ended_at=NOON, duty=None)

        with pytest.raises(Invalid, match="已没有岗位"):
            work.confirm(row)

    def test_a_letter_changed_meanwhile_is_broken_down_anew(self, work: Work) -> None:
        row = work.begin()
        work.complete(row)
        work.submit(row)
        self.change(work)

        with pytest.raises(Conflict, match="第 2 版"):
            work.confirm(row)

        usecases.send_back_list(list_id=row.pk, reason="责任书已经调整，请按新版修改。", actor=work.leader, at=NOON)
        assert any("比目标 1500 少 300" in each for each in problems(work, row))

    def test_the_next_version_keeps_the_lines_and_says_what_differs(self, work: Work) -> None:
        first = work.confirmed()
        key = Duty.objects.get(breakdown__code="A1").key
        self.change(work)
        row = work.begin()
        assert (row.number, Duty.objects.get(breakdown__list=row, breakdown__code="A1").key) == (2, key)
        work.save(row, "A1", work.line(year_target="1500", partner="县移民局"), lock=1)
        work.submit(row)
        work.confirm(row)

        first.refresh_from_db()
        assert first.state == "REPLACED"
        assert row.letter_id == first.letter_id
        told = differing.differences(ResponsibilityList.objects.get(pk=row.pk))
        assert [(code, "1500" in after, "县移民局" in after) for code, _name, _was, after in told] == [
            ("A1", True, True)
        ]
        assert list(Decomposition.objects.order_by("number").values_list("letter_version", flat=True)) == [1, 2]

    def test_what_was_released_is_never_edited(self, work: Work) -> None:
        """Neither by the office nor by the owner of the table."""
        work.confirmed()
        for mount in (work.office.mount(), office_core.beside()):
            with pytest.raises(DatabaseError), office_core.mounted(mount), transaction.atomic():
                Decomposition.objects.update(covered=0)

    def change(self, work: Work) -> None:
        """As an approved change leaves the letter: A1 1,500 from July on."""
        with office_core.mounted(office_core.beside()):
            letter = work.running.letters["kunming"]
            version = letter.versions.order_by("-number").first()
            content = version.content
            target = next(each for each in content["targets"] if each["code"] == "A1")
            target["year_target"], target["quarters"] = "1500", ["300", "600", "900"]
            LetterVersion.objects.create(
                letter=letter, number=2, effective_on=date(2026, 7, 1), content=content, content_sha256="0" * 64,
                signatures=version.signatures, reason="不可抗力", basis="云政函〔2026〕8号", made_at=NOON,
            )  # fmt: skip


class TestLastYear:
    def test_parties_tasks_and_owners_come_along_and_figures_in_their_shares(self, work: Work, actor) -> None:
        row = work.begin()
        work.save(row, "A1", work.line("county:530102", year_target="900"),
                  work.line("county:530103", year_target="300"))  # fmt: skip
        work.save(row, "A2", work.line(year_target="1200"))
        work.save(row, "A6", work.line(due_on=date(2026, 9, 30)))
        work.submit(row)
        work.confirm(row)
        later = next_year(work, actor)

        copy = usecases.begin_list(year=2027, actor=work.planner, at=NOON)
        usecases.copy_last_year(list_id=copy.pk, actor=work.planner, at=NOON)

        told = Duty.objects.filter(breakdown__list=copy, breakdown__code="A1").order_by("position")
        assert [duty.year_target for duty in told] == [Decimal(1500), Decimal(500)]
        assert {(duty.due_on, duty.owner_id) for duty in told} == {(date(2027, 12, 20), work.owner.user_id)}
        assert later.cycle.year == 2027
        with pytest.raises(Conflict, match="没有可复制的"):
            usecases.copy_last_year(list_id=copy.pk, actor=work.planner, at=NOON)

    def test_without_one_it_says_so(self, work: Work) -> None:
        with pytest.raises(Conflict, match="没有上年"):
            usecases.copy_last_year(list_id=work.begin().pk, actor=work.planner, at=NOON)


def next_year(work: Work, actor):
    """2027 of the same province, A1 2,000, signed by Kunming."""
    with office_core.mounted(office_core.beside()):
        later = setting.opened_year(work.running, 2027)
        letter = setting.issued_letter(later, "kunming", year_target="2000")
        letters.sign_letter(letter_id=letter.pk, lock_version=letter.lock_version, actor=work.leader, at=NOON)
    return later


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
