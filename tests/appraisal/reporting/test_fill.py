"""Saving values of a month's draft."""

from datetime import date

import pytest

from appraisal.ledger.models import CurrentValue, Period
from appraisal.ledger.selectors import reports as ledger
from appraisal.reporting import usecases
from appraisal.reporting.models import CountyLine, DraftValue, MonthlyDraft
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord
from tenants.models import Role
from tests.appraisal.reporting.conftest import later, visitor
from tests.conftest import NOON


def message(refused) -> str:
    return refused.value.message


class TestSaveValue:
    def test_begins_the_draft_and_keeps_the_digits_as_given(self, kunming_month) -> None:
        saved = kunming_month.save("A2", fact={"value": " 1,344.4850 "}, narrative="按计划推进。")

        value = DraftValue.objects.get(pk=saved.value.pk)
        assert (value.fact, value.narrative, value.lock_version) == ({"value": "1344.4850"}, "按计划推进。", 1)
        assert value.draft.state == MonthlyDraft.State.FILLING
        assert EventRecord.objects.filter(name="ValuesSaved", actor_id=kunming_month.reporter.user_id).count() == 1

    def test_takes_full_width_digits(self, kunming_month) -> None:
        assert kunming_month.save("A2", fact={"value": "１２．５"}).value.fact == {"value": "12.5"}

    def test_may_be_incomplete(self, kunming_month) -> None:
        assert kunming_month.save("B7", fact={"value": "8", "target": ""}).value.fact == {"value": "8", "target": None}
        assert kunming_month.save("A1", fact={"value": ""}).value.fact is None

    def test_an_automatic_save_is_not_told(self, kunming_month) -> None:
        kunming_month.save("A1", fact={"value": "1"}, quiet=True)

        assert not EventRecord.objects.filter(name="ValuesSaved").exists()

    @pytest.mark.parametrize(
        ("code", "fact", "field", "words"),
        [
            ("A1", {"value": "十二"}, "value", "“实际搬迁人数”里的“十二”不是数字"),
            ("A1", {"value": 12.5}, "value", "请写成文本"),
            ("A1", {"value": "12.5"}, "value", "按人计，应为整数"),
            ("A1", {"value": "1", "target": "2"}, "target", "没有“target”这一项"),
            ("B7", {"value": "8", "target": "-1"}, "target", "不能为负数"),
            ("A6", {"done_on": {"0": "2026-01-01"}}, "done_on.0", "责任书里没有编号为 0 的节点"),
            ("B6", {"value": "1e3"}, "value", "不是数字"),
        ],
    )
    def test_what_is_written_must_make_sense(self, kunming_month, code, fact, field, words) -> None:
        with pytest.raises(Invalid) as refused:
            kunming_month.save(code, fact=fact)

        assert refused.value.field == field
        assert words in message(refused)

    def test_a_milestone_is_done_on_a_day_that_has_come(self, kunming_month) -> None:
        first, second = kunming_month.running.letters["kunming"].milestones.order_by("due_on")
        for day, words in (("2026-11-06", "在今天之后"), ("5月3日", "应写成 2026-05-31 的样子")):
            with pytest.raises(Invalid, match=words):
                kunming_month.save("A6", fact={"done_on": {str(second.pk): day}})

        done = {"done_on": {str(first.pk): "2026-03-30", str(second.pk): ""}}
        assert kunming_month.save("A6", fact=done).value.fact == {"done_on": {str(first.pk): "2026-03-30"}}

    def test_nothing_to_report_wants_a_reason_and_drops_the_fact(self, kunming_month) -> None:
        with pytest.raises(Invalid, match="写明原因") as refused:
            kunming_month.save("A1", nothing_to_report=True)
        assert refused.value.field == "nothing_reason"

        saved = kunming_month.save("A1", fact={"value": "3"}, nothing_to_report=True, nothing_reason="本月没有搬迁。")
        assert (saved.value.fact, saved.value.nothing_reason) == (None, "本月没有搬迁。")

    def test_names_every_wrong_field(self, kunming_month) -> None:
        with pytest.raises(Invalid) as refused:
            kunming_month.save("B7", fact={"value": "x", "target": "y"}, narrative="长" * 2001)

        assert [row["field"] for row in refused.value.rows] == ["value", "target", "narrative"]


class TestCountyLines:
    def test_are_kept_and_add_up(self, kunming_month) -> None:
        lines = [{"code": "530102", "quantity": "400"}, {"code": "530103", "quantity": "500"},
                 {"code": "530111", "quantity": "0"}]  # fmt: skip

        saved = kunming_month.save("A1", fact={"value": "900"}, county_lines=lines)

        assert saved.warnings == []
        assert CountyLine.objects.filter(value=saved.value).count() == 3

    def test_a_mismatch_is_explained_before_submit(self, kunming_month) -> None:
        lines = [{"code": "530102", "quantity": "400"}, {"code": "530103", "quantity": "500"},
                 {"code": "530111", "quantity": "2"}]  # fmt: skip

        saved = kunming_month.save("A1", fact={"value": "900"}, county_lines=lines)

        assert saved.warnings == ["县级合计 902 人，与填报值 900 人差 2 人。请说明原因（至少 10 个字）。"]

    def test_once_one_is_filled_all_are_asked_for(self, kunming_month) -> None:
        saved = kunming_month.save("A1", fact={"value": "9"}, county_lines=[{"code": "530102", "quantity": "9"}])

        assert saved.warnings == ["还没有填的县：盘龙区、官渡区（没有发生请填 0）。请说明原因（至少 10 个字）。"]

    @pytest.mark.parametrize(
        ("code", "line", "words"),
        [
            ("A1", {"code": "530802", "quantity": "1"}, "本单位没有编码为“530802”的县"),
            ("A1", {"code": "530102", "quantity": "若干"}, "五华区的“若干”不是数字"),
            ("B6", {"code": "530102", "quantity": "1"}, "本指标不分县填报"),
        ],
    )
    def test_refuses_what_cannot_be_one(self, kunming_month, code, line, words) -> None:
        with pytest.raises(Invalid, match=words):
            kunming_month.save(code, fact={"value": "1"}, county_lines=[line])

    def test_are_left_alone_when_not_given(self, kunming_month) -> None:
        kunming_month.save("A1", fact={"value": "9"}, county_lines=[{"code": "530102", "quantity": "9"}])
        kunming_month.save("A1", fact={"value": "10"}, lock_version=1)

        assert CountyLine.objects.count() == 1


class TestStaleSave:
    def test_tells_who_when_and_what_differs(self, kunming_month, actor) -> None:
        other = actor("kunming", Role.DIVISION_CHIEF)
        kunming_month.save("A1", fact={"value": "118"}, narrative="旧")
        kunming_month.save("A1", fact={"value": "120"}, narrative="新", lock_version=1, actor=other)

        with pytest.raises(Conflict) as refused:
            kunming_month.save("A1", fact={"value": "119"}, narrative="新", lock_version=1)

        assert other.name in message(refused)
        assert "11-05 12:00:00" in message(refused)
        assert refused.value.rows == [
            {"field": "fact", "label": "填报值", "theirs": "120 人", "yours": "119 人"},
        ]

    def test_a_first_save_does_not_overwrite_another_first_save(self, kunming_month) -> None:
        kunming_month.save("A1", fact={"value": "118"})

        with pytest.raises(Conflict):
            kunming_month.save("A1", fact={"value": "119"})


class TestWhoMaySave:
    @pytest.mark.parametrize("role", [Role.REPORTER, Role.DIVISION_CHIEF])
    def test_fillers(self, kunming_month, actor, role) -> None:
        kunming_month.save("A1", fact={"value": "1"}, actor=actor("kunming", role))

    @pytest.mark.parametrize("role", [Role.ISSUER, Role.PRINCIPAL_LEADER, Role.REVIEWER, Role.SYS_ADMIN])
    def test_nobody_else_of_the_office(self, kunming_month, actor, role) -> None:
        with pytest.raises(Denied, match="只有填报人和科室负责人"):
            kunming_month.save("A1", fact={"value": "1"}, actor=actor("kunming", role))

    def test_not_a_visitor_of_the_province(self, kunming_month, actor) -> None:
        looking = visitor(actor("yunnan", Role.APPRAISAL_ADMIN), kunming_month.office)

        with pytest.raises(Denied, match="只读"):
            kunming_month.save("A1", fact={"value": "1"}, actor=looking)

    def test_another_provinces_office_knows_no_such_period(self, kunming_month, actor, mounted, qinghe) -> None:
        mounted(qinghe)
        with pytest.raises(NotFound):
            kunming_month.save("A1", fact={"value": "1"}, actor=actor("qinghe", Role.REPORTER))


class TestWhenAndWhat:
    def test_not_before_the_period_opens_nor_after_it_closed(self, kunming_month) -> None:
        with office_core.mounted(office_core.beside()):
            Period.objects.filter(pk=kunming_month.period.pk).update(
                opens_on=date(2026, 11, 1), county_due_on=date(2026, 11, 3), due_on=date(2026, 11, 5),
                verify_due_on=date(2026, 11, 10), closes_on=date(2026, 11, 12),
            )  # fmt: skip

        with pytest.raises(Conflict, match="自 2026-11-01 起填报"):
            kunming_month.save("A1", fact={"value": "1"}, at=later(31, month=10))
        with pytest.raises(Conflict, match="已于 2026-11-12 截止"):
            kunming_month.save("A1", fact={"value": "1"}, at=later(13))
        kunming_month.save("A1", fact={"value": "1"}, at=later(1))
        kunming_month.save("A2", fact={"value": "1"}, at=later(12, hour=15))  # 23:00 of the last legal day

    def test_only_in_a_running_year(self, kunming_month) -> None:
        kunming_month.running.cycle.move(kunming_month.running.cycle.State.CLOSED)
        with office_core.mounted(office_core.beside()):
            kunming_month.running.cycle.save()

        with pytest.raises(Conflict, match="只有进行中的考核年度"):
            kunming_month.save("A1", fact={"value": "1"})

    def test_not_what_the_province_enters(self, kunming_month) -> None:
        with pytest.raises(NotFound):
            kunming_month.save("B1", fact={"counts": ["1"]})

    def test_not_before_there_is_a_letter(self, kunming_month, monkeypatch) -> None:
        # A signed letter cannot be taken back, so the office is shown none.
        monkeypatch.setattr(ledger, "demands", lambda *_: ledger.Demands(None))

        with pytest.raises(Conflict, match="责任书还没有下达"):
            kunming_month.save("A1", fact={"value": "1"})

    def test_not_while_it_is_with_the_leader(self, kunming_month) -> None:
        kunming_month.fill()
        kunming_month.submit()

        with pytest.raises(Conflict, match="已提交待签发"):
            kunming_month.save("A1", fact={"value": "1"}, lock_version=1)

    def test_not_what_is_with_the_province(self, kunming_month) -> None:
        kunming_month.hand_over()

        with pytest.raises(Conflict, match="A1 已报送省级"):
            kunming_month.save("A1", fact={"value": "1"}, lock_version=1)
        assert CurrentValue.objects.count() == 6


class TestSaveValues:
    def test_saves_all_or_none(self, kunming_month) -> None:
        entries = [
            usecases.Entry(kunming_month.running.indicator("A1").pk, {"value": "1"}),
            usecases.Entry(kunming_month.running.indicator("A2").pk, {"value": "x"}),
        ]

        with pytest.raises(Invalid) as refused:
            usecases.save_values(
                period_id=kunming_month.period.pk, entries=entries, actor=kunming_month.reporter, at=NOON
            )

        assert refused.value.rows[0]["code"] == "A2"
        assert not DraftValue.objects.exists()
