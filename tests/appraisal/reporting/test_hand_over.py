"""From the reporter to the leader to the province, and back."""

import pytest

from appraisal.ledger.models import CurrentValue, Report, ReportedValue
from appraisal.ledger.states import ValueState
from appraisal.reporting import usecases
from appraisal.reporting.models import DraftValue, MonthlyDraft
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord
from tenants.models import Role
from tests.appraisal.reporting.conftest import COMPLETE, later, visitor
from tests.conftest import NOON


def returned(month, code: str, reason: str = "与花名册不符，请核对。") -> CurrentValue:
    """As the province leaves a value that it sent back."""
    value = CurrentValue.objects.get(period=month.period, office=month.office, indicator=month.running.indicator(code))
    value.move(ValueState.RETURNED)
    value.reason, value.times_returned = reason, value.times_returned + 1
    value.save()
    return value


class TestSubmitReport:
    def test_puts_a_complete_month_before_the_leader(self, kunming_month) -> None:
        kunming_month.fill()

        draft = kunming_month.submit()

        assert draft.state == MonthlyDraft.State.AWAITING_SIGN_OFF
        assert (draft.submitted_by_id, draft.submitted_at) == (kunming_month.reporter.user_id, NOON)
        assert not Report.objects.exists()
        event = EventRecord.objects.get(name="ReportSubmitted")
        assert event.data["indicators"] == list(COMPLETE)

    def test_lists_every_indicator_that_is_missing_or_faulty(self, kunming_month) -> None:
        kunming_month.fill(("A1", "B6", "B8"))
        kunming_month.save("B7", fact={"value": "8"})
        kunming_month.save("A6", fact={"done_on": {}})

        with pytest.raises(Invalid) as refused:
            kunming_month.submit()

        assert [(row["code"], row["message"]) for row in refused.value.rows] == [
            ("A2", "还没有填报。"),
            ("A6", "缺少证据：验收意见书。"),
            ("B7", "请填写“应完成数”。"),
        ]
        assert "3 项" in refused.value.message

    def test_a_month_nobody_has_begun_lacks_everything(self, kunming_month) -> None:
        with pytest.raises(Invalid) as refused:
            kunming_month.submit()

        assert len(refused.value.rows) == len(COMPLETE)

    def test_county_lines_add_up_or_it_is_said_why_not(self, kunming_month) -> None:
        kunming_month.fill(tuple(code for code in COMPLETE if code != "A2"))
        kunming_month.save("A2", fact={"value": "10"}, county_lines=[
            {"code": "530102", "quantity": "4"}, {"code": "530103", "quantity": "4.5"},
            {"code": "530111", "quantity": "1"},
        ])  # fmt: skip

        with pytest.raises(Invalid) as refused:
            kunming_month.submit()

        (row,) = refused.value.rows
        assert row["message"].startswith("县级合计 9.5 万元，与填报值 10 万元差 0.5 万元。请说明原因")

        kunming_month.save("A2", fact={"value": "10"}, narrative="省级项目 0.5 万元未分到县。", lock_version=1)
        kunming_month.submit()
        kunming_month.sign()
        (kept,) = ReportedValue.objects.exclude(remarks=[]).get().remarked
        assert (kept.kind, kept.values["difference"]) == ("COUNTIES", "0.5")

    def test_what_counties_changed_since_the_handing_over_is_told(self, kunming_month) -> None:
        lines = [{"code": code, "quantity": "300"} for code in ("530102", "530103", "530111")]
        kunming_month.fill(tuple(code for code in COMPLETE if code != "A1"))
        kunming_month.save("A1", fact={"value": "900"}, county_lines=lines)
        kunming_month.attach("A1")
        kunming_month.submit()
        kunming_month.sign()
        returned(kunming_month, "A1")
        lines[0] = {"code": "530102", "quantity": "280"}

        saved = kunming_month.save("A1", fact={"value": "900"}, county_lines=lines, lock_version=1)

        assert "差 20 人；上次报送后改动的县：五华区 300 → 280。" in saved.warnings[0]

    def test_only_the_reporter_submits(self, kunming_month, actor) -> None:
        kunming_month.fill()
        for role in (Role.DIVISION_CHIEF, Role.ISSUER, Role.PRINCIPAL_LEADER):
            with pytest.raises(Denied, match="只有填报人"):
                kunming_month.submit(actor=actor("kunming", role))
        with pytest.raises(Denied, match="只读"):
            kunming_month.submit(actor=visitor(actor("yunnan", Role.VERIFIER), kunming_month.office))

    def test_not_twice_not_after_the_handing_over_not_after_the_close(self, kunming_month) -> None:
        kunming_month.fill()
        closed = later(1, month=12)
        with pytest.raises(Conflict, match="截止"):
            kunming_month.submit(at=closed.replace(year=2027))
        kunming_month.submit()
        with pytest.raises(Conflict, match="正在等待签发"):
            kunming_month.submit()
        kunming_month.sign()
        with pytest.raises(Conflict, match="没有需要再提交的"):
            kunming_month.submit()


class TestChangesToBeExplained:
    def test_a_cumulative_value_that_falls(self, open_month, running) -> None:
        september = open_month("kunming", month=9)
        september.hand_over(at=later(9, month=10))
        october = open_month("kunming", month=10)
        october.fill(tuple(code for code in COMPLETE if code != "A1"))
        saved = october.save("A1", fact={"value": "899"})
        october.attach("A1", sha256="b" * 64)

        assert saved.warnings == ["累计值比上月少 1 人（上月 900，本月 899）。请说明原因（至少 10 个字）。"]
        with pytest.raises(Invalid) as refused:
            october.submit()
        assert [(row["code"], row["field"]) for row in refused.value.rows] == [("A1", "narrative")]
        october.save("A1", fact={"value": "899"}, narrative="上月重复统计一人，已核减。", lock_version=1)
        october.submit()

    def test_a_large_change_and_no_evidence_for_what_stayed(self, open_month) -> None:
        open_month("kunming", month=9).hand_over(at=later(9, month=10))
        october = open_month("kunming", month=10)
        for code, values in COMPLETE.items():
            october.save(code, **values)
        october.save("B6", fact={"value": "86"}, lock_version=1)

        with pytest.raises(Invalid) as refused:
            october.submit()

        assert [(row["code"], row["message"]) for row in refused.value.rows] == [
            ("B6", "缺少证据：支付凭证。"),
            ("B6", "比上月变动 3.5 个百分点，超过 3 个百分点。请说明原因（至少 10 个字）。"),
        ]


class TestSendBack:
    def test_gives_the_month_back_with_a_reason(self, kunming_month) -> None:
        kunming_month.fill()
        kunming_month.submit()

        draft = usecases.send_back(
            period_id=kunming_month.period.pk, reason="A1 与台账不一致，请核对。", actor=kunming_month.issuer, at=NOON
        )

        assert (draft.state, draft.send_back_reason) == ("FILLING", "A1 与台账不一致，请核对。")
        kunming_month.save("A1", fact={"value": "901"}, lock_version=1)
        assert kunming_month.submit().send_back_reason == ""

    def test_by_the_reviewer_who_reads_it_before_the_leader_and_does_not_sign(self, kunming_month, actor) -> None:
        reviewer = actor("kunming", Role.REVIEWER)
        kunming_month.fill()
        kunming_month.submit()

        with pytest.raises(Denied):
            kunming_month.sign(actor=reviewer)
        draft = usecases.send_back(
            period_id=kunming_month.period.pk, reason="A1 与花名册不一致。", actor=reviewer, at=NOON
        )

        assert (draft.state, draft.send_back_reason) == ("FILLING", "A1 与花名册不一致。")

    def test_refusals(self, kunming_month, actor) -> None:
        kunming_month.fill()

        def send_back(who, reason="请核对这些数据。"):
            return usecases.send_back(period_id=kunming_month.period.pk, reason=reason, actor=who, at=NOON)

        with pytest.raises(Conflict, match="没有等待签发的内容"):
            send_back(kunming_month.issuer)
        kunming_month.submit()
        with pytest.raises(Denied):
            send_back(kunming_month.reporter)
        with pytest.raises(Denied, match="只读"):
            send_back(visitor(actor("yunnan", Role.PRINCIPAL_LEADER), kunming_month.office))
        with pytest.raises(Invalid) as refused:
            send_back(kunming_month.issuer, " ")
        assert refused.value.field == "reason"


class TestSignOff:
    def test_hands_over_with_everything(self, kunming_month) -> None:
        kunming_month.save("A2", fact={"value": "9.50"}, narrative="正常推进。", county_lines=[
            {"code": "530102", "quantity": "4"}, {"code": "530103", "quantity": "4.5"},
            {"code": "530111", "quantity": "1"},
        ])  # fmt: skip
        kunming_month.fill(tuple(code for code in COMPLETE if code != "A2"))
        kunming_month.submit()

        report = kunming_month.sign()

        assert (report.round, report.on_time) == (1, True)
        assert (report.reporter_id, report.signer_id) == (
            kunming_month.reporter.user_id, kunming_month.issuer.user_id,
        )  # fmt: skip
        values = {row.indicator.code: row for row in report.values.select_related("indicator")}
        assert set(values) == set(COMPLETE)
        assert values["A2"].fact == {"value": "9.50"}
        assert values["A2"].county_lines[1] == {"code": "530103", "name": "盘龙区", "quantity": "4.5"}
        assert values["A1"].evidence[0]["sha256"] == "a" * 64
        assert values["B8"].nothing_to_report
        current = CurrentValue.objects.get(indicator__code="A2")
        assert (current.state, current.final_fact, current.value_id) == (
            "SUBMITTED",
            {"value": "9.50"},
            values["A2"].pk,
        )
        assert MonthlyDraft.objects.get().state == MonthlyDraft.State.HANDED_OVER
        assert EventRecord.objects.filter(name="ReportHandedOver").exists()

    def test_on_the_due_day_is_on_time_and_a_day_later_is_not(self, kunming_month, open_month) -> None:
        due = kunming_month.period.due_on
        kunming_month.fill()
        kunming_month.submit()
        assert kunming_month.sign(at=later(due.day, hour=15, month=due.month)).on_time  # 23:00 in Shanghai

        puer = open_month("puer")
        puer.fill()
        puer.submit()
        assert not puer.sign(at=later(due.day, hour=16, month=due.month)).on_time  # midnight: the next legal day

    def test_not_by_the_person_who_submitted(self, kunming_month, actor) -> None:
        both = actor("kunming", Role.REPORTER, Role.ISSUER)
        kunming_month.fill()
        kunming_month.submit(actor=both)

        with pytest.raises(Denied, match="不能签发自己提交的"):
            kunming_month.sign(actor=both)

    def test_refusals(self, kunming_month, actor) -> None:
        kunming_month.fill()
        with pytest.raises(Conflict, match="没有等待签发的内容"):
            kunming_month.sign()
        kunming_month.submit()
        with pytest.raises(Denied, match="只有签发人"):
            kunming_month.sign(actor=kunming_month.reporter)
        with pytest.raises(Denied, match="只读"):
            kunming_month.sign(actor=visitor(actor("yunnan", Role.PRINCIPAL_LEADER), kunming_month.office))
        with pytest.raises(Conflict, match="截止"):
            kunming_month.sign(at=later(1, month=12).replace(year=2027))
        with pytest.raises(Conflict, match="重新提交过"):
            kunming_month.sign(submitted_at=later(1))
        kunming_month.sign(submitted_at=NOON)
        with pytest.raises(Conflict, match="没有等待签发的内容"):
            kunming_month.sign(actor=kunming_month.leader)
        assert Report.objects.count() == 1


class TestAfterAReturn:
    def test_only_what_was_returned_comes_back_as_the_next_round(self, kunming_month) -> None:
        kunming_month.hand_over()
        returned(kunming_month, "A1")

        with pytest.raises(Conflict, match="A2 已报送省级"):
            kunming_month.save("A2", fact={"value": "1"}, lock_version=1)
        kunming_month.save("A1", fact={"value": "880"}, lock_version=1)
        assert MonthlyDraft.objects.get().state == MonthlyDraft.State.FILLING
        kunming_month.submit()
        report = kunming_month.sign()

        assert report.round == 2
        value = ReportedValue.objects.get(report=report)
        assert (value.indicator.code, value.version, value.fact) == ("A1", 2, {"value": "880"})
        current = CurrentValue.objects.get(indicator__code="A1")
        assert (current.state, current.times_returned, current.value_id) == ("SUBMITTED", 1, value.pk)
        assert not DraftValue.objects.filter(changed_since_return=True).exists()

    def test_what_was_returned_must_be_worked_on(self, kunming_month) -> None:
        kunming_month.hand_over()
        returned(kunming_month, "A1")
        returned(kunming_month, "B6")
        kunming_month.save("A1", fact={"value": "880"}, lock_version=1)

        with pytest.raises(Invalid) as refused:
            kunming_month.submit()

        assert [(row["code"], row["message"]) for row in refused.value.rows] == [("B6", "省级退回后还没有修改。")]

    def test_another_file_is_work_too(self, kunming_month) -> None:
        kunming_month.hand_over()
        returned(kunming_month, "A1")

        kunming_month.attach("A1", name="补充花名册.pdf", sha256="b" * 64)
        kunming_month.submit()
        kunming_month.sign()

        assert len(ReportedValue.objects.get(version=2).evidence) == 2

    def test_what_is_returned_while_the_leader_reads_stays_with_the_office(self, kunming_month) -> None:
        kunming_month.hand_over()
        returned(kunming_month, "A1")
        kunming_month.save("A1", fact={"value": "880"}, lock_version=1)
        kunming_month.submit()
        returned(kunming_month, "B6")

        report = kunming_month.sign()

        assert [row.indicator.code for row in report.values.all()] == ["A1"]
        assert CurrentValue.objects.get(indicator__code="B6").state == ValueState.RETURNED


class TestOfficesApart:
    def test_a_draft_is_seen_in_its_own_office_only(self, kunming_month, open_month) -> None:
        kunming_month.save("A1", fact={"value": "1"})

        puer = open_month("puer")

        assert not DraftValue.objects.exists()
        puer.save("A1", fact={"value": "2"})
        assert DraftValue.objects.get().fact == {"value": "2"}
        with office_core.mounted(kunming_month.office.mount()):
            assert DraftValue.objects.get().fact == {"value": "1"}

    def test_a_file_of_another_office_is_not_found(self, kunming_month, open_month) -> None:
        from core.models import StoredFile

        kunming_month.attach("A1")
        theirs = StoredFile.objects.get().pk
        puer = open_month("puer")

        with pytest.raises(NotFound, match="没有这个文件"):
            usecases.attach_file(
                period_id=puer.period.pk, indicator_id=puer.running.indicator("A1").pk,
                file_id=theirs, actor=puer.reporter, at=NOON,
            )  # fmt: skip

    def test_the_same_content_elsewhere_is_told_without_a_name(self, kunming_month, open_month) -> None:
        kunming_month.attach("A1")
        puer = open_month("puer")
        puer.attach("A2")

        from core.models import StoredFile

        file = StoredFile.objects.get(office="puer")
        attached = usecases.attach_file(
            period_id=puer.period.pk, indicator_id=puer.running.indicator("A1").pk, file_id=file.pk,
            actor=puer.reporter, at=NOON,
        )  # fmt: skip

        assert attached.warnings == [
            "内容相同的文件已用于 2026 年 10 月的 A2 移民投资完成率。",
            "其他单位已于 2026-11-05 上传过内容相同的文件，请核对是否用错。",
        ]
