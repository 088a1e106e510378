"""Pages of the month: what only they add."""

import pytest
from django.test import Client
from django.urls import set_script_prefix

from appraisal.ledger.models import CurrentValue, Report
from appraisal.reporting.models import DraftEvidence, DraftValue, MonthlyDraft
from core import office as office_core
from tenants.models import Membership, Role
from tests.appraisal.reporting.conftest import COMPLETE
from tests.appraisal.reporting.test_hand_over import returned
from tests.conftest import NOON

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _noon(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def desk(kunming_month):
    """desk(actor): a client at that person's desk, and the month's addresses."""
    set_script_prefix("/")

    class Desk:
        def __init__(self, actor) -> None:
            from tenants.models import User

            self.client = Client()
            with office_core.mounted(office_core.PUBLIC):
                self.client.force_login(User.objects.get(pk=actor.user_id))
            self.office = actor.office.schema_name

        def url(self, tail: str = "") -> str:
            return f"/kunming/reporting/{tail}"

        def month(self, tail: str = "") -> str:
            return self.url(f"{kunming_month.period.pk}/{tail}")

        def value(self, code: str, tail: str = "") -> str:
            return self.month(f"{kunming_month.running.indicator(code).pk}/{tail}")

        def get(self, url: str, **more):
            with office_core.mounted(office_core.PUBLIC):
                return self.client.get(url, **more)

        def post(self, url: str, data=None, **more):
            with office_core.mounted(office_core.PUBLIC):
                return self.client.post(url, data or {}, **more)

    return Desk


@pytest.fixture
def reporter(desk, kunming_month):
    return desk(kunming_month.reporter)


@pytest.fixture
def issuer(desk, kunming_month):
    return desk(kunming_month.issuer)


def text(response) -> str:
    return response.content.decode()


class TestWorkbench:
    def test_leads_to_the_month_to_work_on(self, reporter) -> None:
        assert reporter.get(reporter.url()).url == reporter.month()

    def test_shows_rows_deadline_and_actions(self, reporter) -> None:
        page = reporter.get(reporter.month())

        assert page.status_code == 200
        for words in ("搬迁安置人口完成率", "未填报", "个工作日", "提交签发", "期限怎样算出"):
            assert words in text(page)

    def test_tabs_filter(self, reporter, kunming_month) -> None:
        kunming_month.hand_over()
        returned(kunming_month, "A1", "花名册缺 3 户")

        page = text(reporter.get(reporter.month("?tab=returned")))

        assert "花名册缺 3 户" in page
        assert "项目验收率" not in page

    def test_a_refused_submission_lists_what_is_missing(self, reporter) -> None:
        page = reporter.post(reporter.month("submit/"))

        assert page.status_code == 422
        assert text(page).count("还没有填报。") == len(COMPLETE)

    def test_submits(self, reporter, kunming_month) -> None:
        kunming_month.fill()

        assert reporter.post(reporter.month("submit/")).status_code == 302
        assert MonthlyDraft.objects.get().state == "AWAITING_SIGN_OFF"

    def test_carries_last_month_over(self, reporter, open_month) -> None:
        from tests.appraisal.reporting.conftest import later

        open_month("kunming", month=9).hand_over(at=later(9, month=10))

        reporter.post(reporter.month("carry-over/"))

        values = {value.indicator.code: value for value in DraftValue.objects.filter(draft__period__month=10)}
        assert values["A1"].fact == {"value": "900"}
        assert values["B8"].nothing_reason == COMPLETE["B8"]["nothing_reason"]


class TestValue:
    @pytest.mark.parametrize("code", list(COMPLETE))
    def test_has_a_form_for_each_method(self, reporter, code) -> None:
        page = reporter.get(reporter.value(code))

        assert page.status_code == 200
        assert "保存并下一项" in text(page)

    def test_saves_and_goes_on_to_the_next(self, reporter, kunming_month) -> None:
        data = {"value": "840.50", "narrative": "正常推进", "lock_version": "0", "county.530102": "840.50",
                "county.530103": "0", "county.530111": "0", "action": "next"}  # fmt: skip

        page = reporter.post(reporter.value("A2"), data)

        assert page.url == reporter.value("A6")
        value = DraftValue.objects.get()
        assert (value.fact, value.county_lines.count()) == ({"value": "840.50"}, 3)

    def test_says_beside_the_field_what_is_wrong_and_keeps_the_entry(self, reporter) -> None:
        page = reporter.post(reporter.value("A1"), {"value": "十二", "lock_version": "0"})

        assert page.status_code == 422
        assert 'value="十二"' in text(page)
        assert "不是数字" in text(page)
        assert 'aria-invalid="true"' in text(page)

    def test_a_stale_form_shows_the_differences(self, reporter, kunming_month) -> None:
        kunming_month.save("A1", fact={"value": "118"})

        page = reporter.post(reporter.value("A1"), {"value": "120", "lock_version": "0"})

        assert page.status_code == 409
        assert "118 人" in text(page)
        assert "120 人" in text(page)
        again = reporter.post(reporter.value("A1"), {"value": "120", "lock_version": ["0", "1"]})
        assert again.status_code == 302

    def test_carrying_over_fills_the_form_without_saving(self, reporter, open_month) -> None:
        from tests.appraisal.reporting.conftest import later

        open_month("kunming", month=9).hand_over(at=later(9, month=10))

        page = text(reporter.get(reporter.value("A1", "?carry=1")))

        assert 'value="900"' in page
        assert not DraftValue.objects.filter(draft__period__month=10).exists()

    def test_saves_by_itself(self, reporter) -> None:
        page = reporter.post(reporter.value("A1", "draft/"), {"value": "900", "lock_version": "0"})

        assert page.status_code == 200
        assert "草稿已保存 12:00:00" in text(page)
        assert 'name="lock_version" value="1"' in text(page)
        assert "hx-swap-oob" in text(page)

    def test_an_automatic_save_that_is_refused_says_so(self, reporter, kunming_month) -> None:
        wrong = reporter.post(reporter.value("A1", "draft/"), {"value": "x", "lock_version": "0"})
        kunming_month.save("A1", fact={"value": "1"})
        stale = reporter.post(reporter.value("A1", "draft/"), {"value": "2", "lock_version": "0"})

        assert (wrong.status_code, stale.status_code) == (422, 409)
        assert "没有保存" in text(wrong)
        assert "用我的覆盖" in text(stale)

    def test_checks_one_field(self, reporter) -> None:
        page = reporter.post(reporter.value("A1", "validate/?field=value"), {"value": "12.5"})

        assert "应为整数" in text(page)
        assert not DraftValue.objects.exists()
        assert reporter.post(reporter.value("A1", "validate/?field=nonsense"), {}).status_code == 204

    def test_shows_the_trial_score_with_its_steps(self, reporter, kunming_month) -> None:
        kunming_month.save("A1", fact={"value": "900"})

        page = text(reporter.get(reporter.value("A1")))

        # The target to date in October is 900 + (1200 − 900) × 1/3 = 1000; 20 × 0.9 = 18.
        assert "18.00" in page
        assert "1,000" in page
        assert "90.0%" in page

    def test_is_read_only_where_nothing_can_be_changed(self, desk, kunming_month, actor) -> None:
        page = text(desk(kunming_month.issuer).get(desk(kunming_month.issuer).value("A1")))
        assert '<fieldset class="rp-fields" disabled>' in page
        assert "只有填报人和科室负责人" in page

        kunming_month.hand_over()
        page = text(desk(kunming_month.reporter).get(desk(kunming_month.reporter).value("A1")))
        assert "A1 已报送省级" in page


class TestEvidence:
    def test_is_uploaded_and_taken_off(self, reporter, kunming_month, settings, tmp_path) -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile

        settings.EVIDENCE_DIR = tmp_path
        url = reporter.value("A1", "evidence/")

        reporter.post(url, {"file": SimpleUploadedFile("花名册.pdf", PDF)})

        evidence = DraftEvidence.objects.get()
        assert "花名册.pdf" in text(reporter.get(reporter.value("A1")))
        reporter.post(reporter.value("A1", f"evidence/{evidence.file_id}/remove/"))
        assert not DraftEvidence.objects.exists()

    def test_a_file_that_is_not_what_its_name_says_is_refused(self, reporter, settings, tmp_path) -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile

        settings.EVIDENCE_DIR = tmp_path
        upload = SimpleUploadedFile("花名册.pdf", b"MZ\x90\x00 program")

        page = reporter.post(reporter.value("A1", "evidence/"), {"file": upload}, follow=True)

        assert not DraftEvidence.objects.exists()
        assert page.status_code == 200


class TestSignOff:
    def test_says_when_nothing_waits(self, issuer) -> None:
        page = issuer.get(issuer.url("sign-off/"))

        assert page.status_code == 200
        assert "没有等待签发的月报" in text(page)

    def test_reads_confirms_and_signs(self, issuer, kunming_month) -> None:
        kunming_month.fill()
        kunming_month.submit()

        assert issuer.get(issuer.url("sign-off/")).url == issuer.month("sign-off/")
        page = text(issuer.get(issuer.month("sign-off/")))
        assert "840.50" in page
        assert "花名册.pdf" in page
        asked = issuer.get(issuer.month("sign-off/confirm/"))
        assert 'name="submitted_at"' in text(asked)
        answer = issuer.post(issuer.month("sign-off/confirm/"), {"submitted_at": NOON.isoformat()})
        assert answer.url == issuer.month()
        assert Report.objects.count() == 1
        assert CurrentValue.objects.count() == len(COMPLETE)

    def test_sends_back_with_a_reason(self, issuer, reporter, kunming_month) -> None:
        kunming_month.fill()
        kunming_month.submit()

        empty = issuer.post(issuer.month("send-back/"), {"reason": ""})
        issuer.post(issuer.month("send-back/"), {"reason": "A1 与台账不一致，请核对。"})

        assert empty.status_code == 422
        assert "A1 与台账不一致，请核对。" in text(reporter.get(reporter.month()))

    def test_a_second_signature_is_a_conflict(self, issuer, kunming_month) -> None:
        kunming_month.fill()
        kunming_month.submit()
        kunming_month.sign()

        assert issuer.post(issuer.month("sign-off/confirm/")).status_code == 409


class TestOthers:
    def test_a_visitor_reads_and_changes_nothing(self, desk, kunming_month, actor) -> None:
        looking = desk(actor("yunnan", Role.VERIFIER))
        kunming_month.save("A1", fact={"value": "1"})

        assert looking.get(looking.month()).status_code == 200
        assert looking.get(looking.value("A1")).status_code == 200
        for url in (looking.value("A1"), looking.month("carry-over/"), looking.month("submit/"),
                    looking.month("sign-off/confirm/")):  # fmt: skip
            assert looking.post(url, {"value": "2", "lock_version": "1"}).status_code == 403
        assert DraftValue.objects.get().fact == {"value": "1"}

    def test_puers_reporter_has_no_business_in_kunming(self, desk, kunming_month, actor) -> None:
        kunming_month.save("A1", fact={"value": "4711"})
        stranger = desk(actor("puer", Role.REPORTER))
        assert stranger.get(stranger.month()).status_code == 404

        # The same addresses under their own office show their own, empty month.
        own = stranger.value("A1").replace("/kunming/", "/puer/")
        page = stranger.get(own)
        assert page.status_code == 200
        assert "4711" not in text(page)

    def test_people_without_this_business_are_told_so(self, desk, kunming_month, actor) -> None:
        inspector = desk(actor("kunming", Role.INSPECTOR))

        assert inspector.get(inspector.month()).status_code == 403
        assert Membership.objects.filter(role=Role.INSPECTOR).exists()
