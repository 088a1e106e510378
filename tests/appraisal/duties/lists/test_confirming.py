"""From a draft to a list in force: what is missing, who confirms, what the bureau sees, what comes next."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from appraisal.duties import usecases
from appraisal.duties.models import Duty, ResponsibilityList
from appraisal.duties.selectors import differing, lists, papers
from appraisal.ledger.models import Decomposition, LetterVersion
from appraisal.ledger.selectors import decompositions as ledger
from appraisal.ledger.usecases import letters
from core import office as office_core
from core.errors import Conflict, Denied, Invalid
from tenants.models import Membership, Office, Role
from tests.appraisal import setting
from tests.appraisal.duties.conftest import Work
from tests.appraisal.duties.lists.reading import problems
from tests.conftest import NOON


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
