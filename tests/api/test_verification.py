"""Verification over the API: the same acts and the same refusals as on the pages."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, Objection
from core import files
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.panel_setting import heard
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON

API = "/yunnan/api/v1/"
REASON = "花名册与报表人数不一致，请核对后重报"
JSON = "application/json"


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"], offices["diqing"]])


@pytest.fixture
def verifier(signed_in: Callable[..., Client]) -> Client:
    return signed_in("yunnan", Role.VERIFIER)


def send(client: Client, path: str, body: object, **headers: str):
    return client.post(f"{API}{path}", body, content_type=JSON, headers=headers)


class TestValues:
    def test_lists_and_narrows_in_a_constant_number_of_queries(
        self, year: Year, offices: dict[str, Office], verifier: Client
    ) -> None:
        year.report(offices["kunming"])
        verifier.get(f"{API}values/")
        with CaptureQueriesContext(connection) as few:
            verifier.get(f"{API}values/")
        year.report(offices["puer"])
        with CaptureQueriesContext(connection) as many:
            found = verifier.get(f"{API}values/?month=10&indicator=B6&state=SUBMITTED").json()

        assert len(few) == len(many)
        assert [(row["office"], row["reported_fact"]) for row in found["results"]] == [
            ("kunming", {"value": "85.5"}), ("puer", {"value": "85.5"}),
        ]  # fmt: skip
        assert found["results"][0]["refusals"]["verify"] is None
        assert verifier.get(f"{API}values/?state=MOON").status_code == 422

    def test_an_office_sees_its_own_only(
        self, year: Year, kunming: Office, puer: Office, signed_in: Callable[..., Client]
    ) -> None:
        mine, theirs = year.report(kunming)[0], year.report(puer)[0]
        client = signed_in("kunming", Role.REPORTER)

        assert client.get("/kunming/api/v1/values/").json()["count"] == 3
        assert client.get(f"/kunming/api/v1/values/{mine.pk}/").json()["value"]["office"] == "kunming"
        assert client.get(f"/kunming/api/v1/values/{theirs.pk}/").status_code == 404

    def test_tells_the_whole_history(self, year: Year, kunming: Office, verifier: Client) -> None:
        value = year.report(kunming)[0]
        send(
            verifier, f"values/{value.pk}/correction/", {"lock_version": 0, "fact": {"value": "786"}, "reason": REASON}
        )

        found = verifier.get(f"{API}values/{value.pk}/").json()

        assert found["target"] == "833.33 人"
        assert found["versions"][0]["decisions"][0]["fact_after"] == {"value": "786"}
        assert found["value"]["corrected"] is True


class TestDecisions:
    def test_each_decision_answers_with_the_value(self, year: Year, kunming: Office, verifier: Client) -> None:
        one, two, three = year.report(kunming)

        done = send(verifier, "values/verifications/", {"items": [{"id": one.pk, "lock_version": 0}]})
        returned = send(verifier, f"values/{two.pk}/return/", {"lock_version": 0, "reason": REASON})
        off = send(verifier, f"values/{three.pk}/points-off/", {"lock_version": 0, "points": "0.5", "reason": REASON})
        reopened = send(verifier, f"values/{one.pk}/reopening/", {"lock_version": 1, "reason": REASON})

        assert done.json() == {"verified": 1, "ids": [one.pk]}
        assert [answer.json()["state"] for answer in (returned, off, reopened)] == ["RETURNED", "VERIFIED", "RETURNED"]
        assert off.json()["points_off"] == "0.5000"

    def test_a_repeat_with_the_same_key_does_nothing_twice(self, year: Year, kunming: Office, verifier: Client) -> None:
        value = year.report(kunming)[0]
        body = {"lock_version": 0, "reason": REASON}

        first = send(verifier, f"values/{value.pk}/return/", body, **{"Idempotency-Key": "k-1"})
        again = send(verifier, f"values/{value.pk}/return/", body, **{"Idempotency-Key": "k-1"})

        assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
        assert CurrentValue.objects.get(pk=value.pk).times_returned == 1

    @pytest.mark.parametrize(
        ("path", "body"),
        [("return", {"lock_version": 0}), ("correction", {"lock_version": 0, "fact": [], "reason": REASON}),
         ("correction", {"lock_version": 0, "fact": {"value": 7.5}, "reason": REASON}),
         ("correction", {"lock_version": 0, "fact": {"value": "1/3"}, "reason": REASON}),
         ("points-off", {"lock_version": 0, "points": "-1", "reason": REASON}), ("reopening", {"reason": REASON})],
    )  # fmt: skip
    def test_what_is_out_of_shape_is_422(
        self, path: str, body: dict[str, object], year: Year, kunming: Office, verifier: Client
    ) -> None:
        value = year.report(kunming)[0]

        assert send(verifier, f"values/{value.pk}/{path}/", body).status_code == 422

    def test_ids_that_no_table_holds_are_not_found(self, year: Year, verifier: Client) -> None:
        huge = 2**70

        assert send(verifier, f"values/{huge}/return/", {"lock_version": 0, "reason": REASON}).status_code == 404
        assert verifier.get(f"{API}values/{huge}/").status_code == 404


class TestPageAndApiAgree:
    @pytest.mark.parametrize("situation", ["fine", "stale", "published", "own", "leader", "short"])
    @pytest.mark.parametrize("what", [("return", "return", {}), ("points", "points-off", {"points": "0.5"}),
                                      ("correct", "correction", {"value": "786"})])  # fmt: skip
    def test_on_what_is_refused(
        self, situation: str, what: tuple[str, str, dict[str, str]], year: Year, kunming: Office, puer: Office,
        signed_in: Callable[..., Client],
    ) -> None:  # fmt: skip
        page_path, api_path, given = what
        client = signed_in("yunnan", Role.PRINCIPAL_LEADER if situation == "leader" else Role.VERIFIER)
        by = client.user if situation == "own" else None
        for_page, for_api = year.report(kunming, by=by)[0], year.report(puer, by=by)[0]
        if situation == "published":
            year.publish()
        common = {"lock_version": 3 if situation == "stale" else 0, "reason": "不" if situation == "short" else REASON}
        body = {"fact": given, **common} if api_path == "correction" else {**given, **common}

        page = client.post(f"/yunnan/appraisal/values/{for_page.pk}/{page_path}/", {**given, **common})
        api = send(client, f"values/{for_api.pk}/{api_path}/", body)

        status = {"fine": 200, "stale": 409, "published": 409, "own": 403, "leader": 403, "short": 422}[situation]
        assert (page.status_code, api.status_code) == (302 if status == 200 else status, status)
        if status != 200:
            assert api.json()["title"] in page.content.decode()


class TestProvinceFacts:
    def test_enters_a_column_and_confirms_the_rest(self, year: Year, kunming: Office, verifier: Client) -> None:
        path = f"periods/{year.period.pk}/province-facts/E3/"
        row = {"office_id": kunming.pk, "fact": {"counts": ["1", "0"]}}

        written = send(verifier, path, {"rows": [row]})
        again = send(verifier, path, {"rows": [row | {"fact": {"counts": ["2", "0"]}}]})
        confirmed = send(verifier, f"{path}no-events/", {"reason": "省信访局函告本月无集访"})

        assert (written.json(), confirmed.json()) == ({"written": 1}, {"written": 2})
        assert (again.status_code, "刚刚录入" in again.json()["title"]) == (409, True)  # lock_version null: not seen
        rows = verifier.get(f"{API}{path}").json()["results"]
        assert rows[0]["fact"] == {"counts": ["1", "0"]}

    def test_names_the_bad_rows(self, year: Year, offices: dict[str, Office], verifier: Client) -> None:
        rows = [{"office_id": offices[slug].pk, "fact": {"counts": ["x", "0"]}} for slug in ("kunming", "puer")]

        answer = send(verifier, f"periods/{year.period.pk}/province-facts/E3/", {"rows": rows})

        assert (answer.status_code, [row["label"] for row in answer.json()["rows"]]) == (422, ["昆明市", "普洱市"])


class TestCompleteness:
    def test_counts_each_office(self, year: Year, kunming: Office, verifier: Client) -> None:
        year.report(kunming)

        rows = verifier.get(f"{API}periods/{year.period.pk}/completeness/").json()["results"]

        assert (rows[0]["reported"], rows[0]["expected"], rows[1]["on_time"]) == (3, 3, None)


class TestAdjustments:
    def test_records_lists_and_revokes(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client], offices: dict[str, Office],
        settings, tmp_path,
    ) -> None:  # fmt: skip
        settings.EVIDENCE_DIR = tmp_path
        admin = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        me = Actor.of(admin.user, offices["yunnan"], [Role.APPRAISAL_ADMIN])
        paper = files.upload_file(upload=SimpleUploadedFile("通报.pdf", b"%PDF-1.4\n%%EOF\n"), actor=me, at=NOON)
        body = {
            "cycle_id": year.cycle.pk, "office_id": kunming.pk, "from_month": 11, "code": "V1",
            "legal_basis": "审计决定", "confirming_unit": "省审计厅", "evidence": [str(paper.pk)],
        }  # fmt: skip

        made = send(admin, "adjustments/", body)

        assert (made.status_code, made.json()["grade_ceiling"]) == (201, "QUALIFIED")
        assert admin.get(f"{API}adjustments/?kind=VETO&office=kunming").json()["count"] == 1
        assert len(admin.get(f"{API}adjustment-items/").json()["results"]) == 15
        revoked = send(admin, f"adjustments/{made.json()['id']}/revocation/", {"reason": "审计决定已撤销"})
        assert revoked.json()["refusals"]["revoke"]
        assert send(admin, "adjustments/", body | {"points": "1"}).status_code == 422
        assert send(signed_in("yunnan", Role.VERIFIER), "adjustments/", body).status_code == 403


class TestObjections:
    def test_files_and_decides(self, year: Year, kunming: Office, signed_in: Callable[..., Client]) -> None:
        year.report(kunming)
        CurrentValue.objects.update(state="VERIFIED")
        line = year.line(year.publish(at=NOON), kunming, "A1")
        reporter, admin = signed_in("kunming", Role.REPORTER), signed_in("yunnan", Role.APPRAISAL_ADMIN)

        filed = reporter.post(
            "/kunming/api/v1/objections/", {"line_id": line.pk, "grounds": "漏计一个安置点"}, content_type=JSON
        )
        path = f"objections/{filed.json()['id']}/decision/"
        heard(Objection.objects.get())
        hearing = {"heard_on": "2026-11-05", "minutes": "复核纪要〔2026〕1号"}
        body = {"upheld": True, "decision": "经复核应予计入", **hearing}
        empty = send(admin, path, body)
        decided = send(admin, path, body | {"fact": {"value": "860"}})
        again = send(admin, path, body | {"upheld": False})

        assert (filed.status_code, filed.json()["answer_due_on"]) == (201, "2026-11-19")
        assert "第 10 个工作日" in filed.json()["due_derivation"]
        assert (empty.status_code, decided.json()["state"], again.status_code) == (422, "UPHELD", 409)
        assert admin.get(f"{API}objections/?state=UPHELD&office=kunming").json()["count"] == 1
