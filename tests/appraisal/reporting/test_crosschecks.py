"""The scheme's checks between figures of a month: beside the field, at the submission, in the record."""

import html

import pytest
from django.test import Client

from appraisal.ledger.models import ReportedValue
from appraisal.library import usecases as library
from appraisal.reporting.selectors import value as selectors
from core import files as core_files
from core import office as office_core
from core.errors import Invalid
from tenants.models import User
from tests.appraisal import setting
from tests.appraisal.reporting.book.desk import Desk
from tests.appraisal.reporting.conftest import COMPLETE
from tests.appraisal.reporting.sheets import opened
from tests.conftest import NOON, TODAY

CHECKS = [
    {"code": "K1", "left": "B7", "relation": "AT_MOST", "right": "B7_target", "severity": "BLOCK",
     "sentence": "已验收项目数不得超过应验收项目数。", "sentence_en": "Accepted cannot exceed due."},
    {"code": "K2", "left": "A2", "relation": "AT_LEAST", "right": "A1 / 2", "severity": "REASON",
     "sentence": "投资与搬迁人数不相称。"},
    {"code": "K3", "left": "A1", "relation": "AT_MOST", "right": "A1_year", "severity": "HINT",
     "sentence": "累计搬迁人数超过全年目标。"},
]  # fmt: skip
REASON = "本月按进度款支付，投资统计滞后于搬迁，下月补齐。"


@pytest.fixture(autouse=True)
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small scheme with three checks, one of each kind."""
    plain = setting.draft

    def with_checks(admin, **more):
        version = plain(admin, **more)
        for place, fields in enumerate(CHECKS):
            library.save_check(
                version_id=version.pk, code=fields["code"], fields=fields, new=True, lock_version=place, actor=admin,
                at=NOON,
            )  # fmt: skip
        version.refresh_from_db()
        return version

    monkeypatch.setattr(setting, "draft", with_checks)


def form(month, code: str):
    return selectors.value_form(month.reporter, month.period.pk, month.running.indicator(code).pk, on=TODAY)


def said(month, code: str) -> list[tuple[str, str]]:
    return [(remark.severity, remark.sentence) for remark in form(month, code).remarks]


class TestBlocking:
    def test_says_so_beside_the_field_and_at_the_submission(self, kunming_month) -> None:
        kunming_month.fill(tuple(code for code in COMPLETE if code != "B7"))
        saved = kunming_month.save("B7", fact={"value": "12", "target": "10"})
        sentence = "已验收项目数不得超过应验收项目数（勾稽 K1：B7 = 12 > B7_target = 10）。"

        assert saved.warnings == [sentence]
        assert said(kunming_month, "B7") == [("BLOCK", sentence)]
        with pytest.raises(Invalid) as refused:
            kunming_month.submit()
        assert [(row["code"], row["message"]) for row in refused.value.rows] == [("B7", sentence)]

    def test_explaining_does_not_open_what_blocks(self, kunming_month) -> None:
        kunming_month.fill(tuple(code for code in COMPLETE if code != "B7"))
        kunming_month.save("B7", fact={"value": "12", "target": "10"}, narrative=REASON)

        with pytest.raises(Invalid):
            kunming_month.submit()


class TestReason:
    def test_wants_an_explanation_once_at_the_first_of_the_figures(self, kunming_month) -> None:
        kunming_month.fill(tuple(code for code in COMPLETE if code not in ("A1", "A2")))
        kunming_month.save("A1", fact={"value": "900"})
        kunming_month.attach("A1")
        kunming_month.save("A2", fact={"value": "100"})

        assert [severity for severity, _text in said(kunming_month, "A1")] == ["REASON"]
        with pytest.raises(Invalid) as refused:
            kunming_month.submit()
        assert [row["code"] for row in refused.value.rows] == ["A2"]  # named first in the check

    def test_goes_over_with_the_explanation_and_is_kept_for_the_verifier(self, kunming_month) -> None:
        kunming_month.fill(tuple(code for code in COMPLETE if code != "A2"))
        kunming_month.save("A2", fact={"value": "100"}, narrative=REASON, lock_version=0)
        kunming_month.submit()
        kunming_month.sign()

        kept = ReportedValue.objects.get(indicator=kunming_month.running.indicator("A2"))
        assert [(row["kind"], row["severity"], row["code"]) for row in kept.remarks] == [("CHECK", "REASON", "K2")]
        assert kept.narrative == REASON
        assert kept.remarked[0].sentence.startswith("投资与搬迁人数不相称（勾稽 K2：A2 = 100 < A1 / 2 = 450")

    def test_a_month_that_keeps_all_checks_bears_no_remark(self, kunming_month) -> None:
        kunming_month.hand_over()

        assert not ReportedValue.objects.exclude(remarks=[]).exists()


class TestHint:
    def test_is_shown_and_stops_nothing(self, kunming_month) -> None:
        kunming_month.fill(tuple(code for code in COMPLETE if code not in ("A1", "A2")))
        kunming_month.save("A2", fact={"value": "840"})
        kunming_month.save("A1", fact={"value": "1300"})
        kunming_month.attach("A1")

        assert [severity for severity, _text in said(kunming_month, "A1")] == ["HINT"]
        assert form(kunming_month, "A1").lacking == []

    def test_says_nothing_while_a_figure_is_missing(self, kunming_month) -> None:
        kunming_month.save("A2", fact={"value": "1"})

        assert said(kunming_month, "A2") == []


class TestEverywhere:
    def test_page_api_and_spreadsheet_say_the_same(self, kunming_month, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
        kunming_month.save("A1", fact={"value": "900"})
        kunming_month.save("A2", fact={"value": "100"}, narrative=REASON)
        month, pk = kunming_month.period.pk, kunming_month.running.indicator("A2").pk
        client = Client()
        with office_core.mounted(office_core.PUBLIC):
            client.force_login(User.objects.get(pk=kunming_month.reporter.user_id))
            page = client.get(f"/kunming/reporting/{month}/{pk}/").content.decode()
            api = client.get(f"/kunming/api/v1/periods/{month}/draft/values/{pk}/").json()
            english = client.get(
                f"/kunming/reporting/{month}/{pk}/", headers={"accept-language": "en"}
            ).content.decode()

        sentence = "投资与搬迁人数不相称（勾稽 K2：A2 = 100 < A1 / 2 = 450）。"
        assert html.escape(sentence) in page
        assert [row["sentence"] for row in api["remarks"]] == [sentence]
        assert "check K2: A2 = 100" in html.unescape(english)

    def test_a_sheet_that_breaks_a_check_comes_back_with_the_sentence(self, kunming_month, settings, tmp_path) -> None:
        settings.EVIDENCE_DIR = tmp_path
        desk = Desk(kunming_month)

        book = desk.fill({("B7", "value"): 12, ("B7", "target"): 10})

        [(part, remark)] = desk.compared(book).remarks
        assert (part.indicator.code, remark.severity) == ("B7", "BLOCK")
        with core_files.open_content(book.marked) as content:
            listed = opened(content.read()).worksheets[0]
        assert any("勾稽 K1" in str(cell.value) for row in listed.iter_rows() for cell in row)
