"""The month over the API: the same acts and the same refusals as on the pages."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, Report
from appraisal.reporting.models import DraftValue
from core import office as office_core
from tenants.models import Role, User
from tests.appraisal.reporting.conftest import COMPLETE, kunming_month, open_month, running  # noqa: F401 - fixtures
from tests.appraisal.reporting.test_hand_over import returned
from tests.conftest import NOON

JSON = "application/json"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


class Desk:
    """A person at the API of an office."""

    def __init__(self, month, actor, office: str = "kunming") -> None:
        self.month, self.client, self.office = month, Client(), office
        with office_core.mounted(office_core.PUBLIC):
            self.client.force_login(User.objects.get(pk=actor.user_id))

    def draft(self, tail: str = "") -> str:
        return f"periods/{self.month.period.pk}/draft/{tail}"

    def value(self, code: str, tail: str = "") -> str:
        return self.draft(f"values/{self.month.running.indicator(code).pk}/{tail}")

    def call(self, method: str, path: str, body: object = None, **more):
        with office_core.mounted(office_core.PUBLIC):
            url = f"/{self.office}/api/v1/{path}"
            if method == "get":
                return self.client.get(url, **more)
            return getattr(self.client, method)(url, body, **{"content_type": JSON, **more})


@pytest.fixture
def reporter(kunming_month) -> Desk:  # noqa: F811
    return Desk(kunming_month, kunming_month.reporter)


@pytest.fixture
def issuer(kunming_month) -> Desk:  # noqa: F811
    return Desk(kunming_month, kunming_month.issuer)


class TestTheWholeWay:
    def test_from_the_first_figure_to_the_province(self, reporter: Desk, issuer: Desk, settings, tmp_path) -> None:
        settings.EVIDENCE_DIR = tmp_path
        for code, values in COMPLETE.items():
            assert reporter.call("put", reporter.value(code), values).status_code == 200
        upload = SimpleUploadedFile("花名册.pdf", PDF)
        with office_core.mounted(office_core.PUBLIC):
            attached = reporter.client.post(f"/kunming/api/v1/{reporter.value('A1', 'evidence/')}", {"file": upload})
        assert attached.status_code == 201
        file_id = attached.json()["id"]
        for code in ("A6", "B6"):
            answer = reporter.call("post", reporter.value(code, "evidence/"), {"file_id": file_id})
            assert "A1" in answer.json()["warnings"][-1]

        assert reporter.call("post", reporter.draft("submit/")).json()["state"] == "AWAITING_SIGN_OFF"
        report = issuer.call("post", issuer.draft("sign-off/"), {}).json()

        assert (report["round"], report["on_time"]) == (1, True)
        listed = reporter.call("get", "reports/").json()
        assert [row["id"] for row in listed["results"]] == [report["id"]]
        detail = reporter.call("get", f"reports/{report['id']}/").json()
        assert [row["code"] for row in detail["values"]] == list(COMPLETE)
        assert detail["values"][1]["fact"] == {"value": "840.50"}

    def test_a_value_tells_what_follows_from_it(self, reporter: Desk) -> None:
        answer = reporter.call("put", reporter.value("A1"), {
            "fact": {"value": "900"}, "county_lines": [{"code": "530102", "quantity": "900"}],
        }).json()  # fmt: skip

        assert (answer["trial_score"], answer["target_to_date"]) == ("18.00", "1000.00")
        assert answer["county_lines"][0] == {
            "code": "530102", "name": "五华区", "quantity": "900", "own": None, "own_state": "",
        }  # fmt: skip
        assert answer["lock_version"] == 1
        assert {wrong["field"] for wrong in answer["lacking"]} == {"narrative", "evidence"}
        assert answer["refusals"] == {"save": None, "claim": None}

    def test_lists_rows_by_status(self, reporter: Desk, kunming_month) -> None:  # noqa: F811
        kunming_month.save("A1", fact={"value": "1"})

        listed = reporter.call("get", reporter.draft("values/?status=draft")).json()

        assert [row["code"] for row in listed["results"]] == ["A1"]
        assert reporter.call("get", reporter.draft("values/?status=moon")).status_code == 422

    def test_what_came_back_goes_again(self, reporter: Desk, issuer: Desk, kunming_month) -> None:  # noqa: F811
        kunming_month.hand_over()
        returned(kunming_month, "A1")

        seen = reporter.call("get", reporter.value("A1")).json()
        assert (seen["status"], seen["return_reason"]) == ("returned", "与花名册不符，请核对。")
        reporter.call("put", reporter.value("A1"), {"fact": {"value": "880"}, "lock_version": seen["lock_version"]})
        reporter.call("post", reporter.draft("submit/"))
        assert issuer.call("post", issuer.draft("sign-off/"), {}).json()["round"] == 2


class TestRefusals:
    def test_submitting_what_is_incomplete_lists_the_rows(self, reporter: Desk) -> None:
        answer = reporter.call("post", reporter.draft("submit/"))

        assert answer.status_code == 422
        assert [row["code"] for row in answer.json()["rows"]] == list(COMPLETE)

    @pytest.mark.parametrize(
        "fact",
        [{"value": "x"}, {"value": 1.5}, {"value": {"a": 1}}, {"value": [1]}, {"values": "1"}, {"value": "\x00"},
         {"value": "1", "reason": "\x00"}],
    )  # fmt: skip
    def test_a_fact_of_another_shape(self, reporter: Desk, fact) -> None:
        answer = reporter.call("put", reporter.value("A1"), {"fact": fact})

        assert answer.status_code == 422
        assert answer.json()["rows"][0]["field"] in {"value", "values", "reason"}
        assert not DraftValue.objects.exists()

    def test_a_stale_save_tells_the_differences(self, reporter: Desk, kunming_month) -> None:  # noqa: F811
        kunming_month.save("A1", fact={"value": "118"})

        answer = reporter.call("put", reporter.value("A1"), {"fact": {"value": "120"}})

        assert answer.status_code == 409
        assert answer.json()["rows"][0]["theirs"] == "118 人"

    def test_evidence_needs_one_of_file_and_id(self, reporter: Desk) -> None:
        assert reporter.call("post", reporter.value("A1", "evidence/"), {}).status_code == 422

    def test_the_same_as_on_the_page(self, kunming_month, actor: Callable) -> None:  # noqa: F811
        people = [
            (kunming_month.reporter, {"submit": 422, "sign-off": 403, "send-back": 403, "carry-over": 409}),
            (kunming_month.issuer, {"submit": 403, "sign-off": 409, "send-back": 409, "carry-over": 403}),
            (actor("yunnan", Role.VERIFIER), {"submit": 403, "sign-off": 403, "send-back": 403, "carry-over": 403}),
            (actor("puer", Role.REPORTER), dict.fromkeys(["submit", "sign-off", "send-back", "carry-over"], 404)),
        ]
        for person, expected in people:
            desk = Desk(kunming_month, person)
            got = {
                act: desk.call("post", desk.draft(f"{act}/"), {"reason": "请再核对一遍数据。"}).status_code
                for act in expected
            }
            assert got == expected

    def test_a_repeat_with_the_same_key_does_nothing_again(self, reporter: Desk) -> None:
        body = {"fact": {"value": "1"}}

        first = reporter.call("put", reporter.value("A1"), body, headers={"Idempotency-Key": "k-1"})
        again = reporter.call("put", reporter.value("A1"), body, headers={"Idempotency-Key": "k-1"})

        assert (first.status_code, again.status_code) == (200, 200)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert DraftValue.objects.get().lock_version == 1


class TestOfficesApart:
    def test_another_office_sees_its_own_month_only(self, reporter: Desk, kunming_month, actor: Callable) -> None:  # noqa: F811
        kunming_month.hand_over()
        stranger = actor("puer", Role.REPORTER)
        report = Report.objects.get()

        assert Desk(kunming_month, stranger).call("get", reporter.draft()).status_code == 404
        own = Desk(kunming_month, stranger, "puer")
        assert own.call("get", own.value("A1")).json()["fact"] is None
        assert own.call("get", f"reports/{report.pk}/").status_code == 404
        assert own.call("get", "reports/").json()["count"] == 0
        assert CurrentValue.objects.filter(office__schema_name="puer").count() == 0
