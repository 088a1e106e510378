"""Years and letters over the API: only what it adds to the use cases."""

import pytest

from appraisal.ledger.usecases import cycles
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON
from tests.factories import PASSWORD

JSON = "application/json"
YUNNAN = "/yunnan/api/v1/"


class TestTheYear:
    def test_is_opened_grouped_scheduled_and_drafted(self, actor, signed_in, offices) -> None:
        version = setting.published(actor("yunnan", Role.APPRAISAL_ADMIN))
        admin = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        body = {"year": 2026, "version_id": version.pk, "name": "2026 年考核"}
        cycle = admin.post(f"{YUNNAN}cycles/", body, JSON)
        assert cycle.status_code == 201
        at = f"{YUNNAN}cycles/{cycle.json()['id']}/"
        groups = [{"office_id": offices[name].pk, "peer_group": 1, "reason": "相近"} for name in setting.PREFECTURES]
        assert admin.put(f"{at}participants/", {"groups": groups}, JSON).json()["count"] == 3
        assert admin.put(f"{at}participants/", {"groups": groups[:2]}, JSON).json()["rows"][0]["code"] == "diqing"
        periods = admin.post(f"{at}periods/")
        assert (periods.status_code, periods.json()["count"]) == (201, 12)
        assert "工作日" in periods.json()["results"][0]["derivations"]["due_on"]
        assert admin.post(f"{at}periods/").status_code == 409
        assert admin.post(f"{at}periods/recompute/").status_code == 200
        drafted = admin.post(f"{at}letters/")
        assert (drafted.status_code, drafted.json()["count"]) == (201, 3)
        started = admin.post(f"{at}start/")
        assert (started.status_code, len(started.json()["rows"])) == (409, 3)
        assert admin.get(f"{YUNNAN}cycles/?year=2026&state=PREPARING").json()["count"] == 1
        assert admin.get(at).json()["refusals"]["start"] is None

    @pytest.mark.parametrize(("office", "status"), [("kunming", 403), ("shifan", 404)])
    def test_is_the_bureaus_business(self, actor, signed_in, offices, office: str, status: int) -> None:
        running = setting.prepared_cycle(actor, offices)
        client = signed_in(office, Role.APPRAISAL_ADMIN)

        assert client.post(f"/{office}/api/v1/cycles/{running.cycle.pk}/start/").status_code == status


class TestLetters:
    def test_are_filled_issued_withdrawn_and_signed(self, actor, signed_in, offices) -> None:
        running = setting.prepared_cycle(actor, offices)
        admin, leader = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("yunnan", Role.PRINCIPAL_LEADER)
        issuer, stranger = signed_in("kunming", Role.ISSUER), signed_in("puer", Role.PRINCIPAL_LEADER)
        letter = running.letters["kunming"].pk
        at, below = f"{YUNNAN}letters/{letter}/", f"/kunming/api/v1/letters/{letter}/"

        rows = [{"code": code, "year_target": "100", "q1": "10", "q2": "20", "q3": "30"} for code in ("A1", "A2")]
        filled = admin.put(f"{at}targets/", {"rows": rows, "lock_version": 0}, JSON)
        assert [row["code"] for row in filled.json()["lacking"]] == ["A6"]
        wrong = admin.put(f"{at}targets/", {"rows": [{**rows[0], "q1": "99"}], "lock_version": 1}, JSON)
        assert wrong.json()["rows"] == [{"code": "A1", "field": "q2", "message": wrong.json()["rows"][0]["message"]}]
        stones = {"milestones": [{"name": "验收", "due_on": "2026-09-30"}], "lock_version": 1}
        assert admin.put(f"{at}milestones/A6/", stones, JSON).json()["lacking"] == []
        assert issuer.get(below).status_code == 404  # a draft is the bureau's own

        signature = {"number": "云移责〔2026〕1号", "password": PASSWORD, "lock_version": 2}
        assert admin.post(f"{at}issue/", signature, JSON).status_code == 403
        mistyped = leader.post(f"{at}issue/", {**signature, "password": "x"}, JSON)
        assert (mistyped.status_code, mistyped.json()["field"]) == (422, "password")
        assert leader.post(f"{at}issue/", signature, JSON).json()["state"] == "ISSUED"
        assert leader.post(f"{at}withdraw/", {"reason": "有误", "lock_version": 3}, JSON).json()["state"] == "DRAFT"
        assert leader.post(f"{at}issue/", {**signature, "lock_version": 4}, JSON).status_code == 200
        assert issuer.get("/kunming/api/v1/letters/?year=2026&state=ISSUED").json()["count"] == 1
        assert stranger.get(f"/puer/api/v1/letters/{letter}/").status_code == 404
        signed = issuer.post(f"{below}sign/", {"password": PASSWORD, "lock_version": 5}, JSON)
        assert (signed.json()["state"], len(signed.json()["content_sha256"])) == ("SIGNED", 64)
        assert signed.json()["refusals"]["sign"]

    def test_an_idempotency_key_signs_once(self, actor, signed_in, offices) -> None:
        running = setting.prepared_cycle(actor, offices)
        letter = setting.issued_letter(running, "kunming")
        issuer = signed_in("kunming", Role.ISSUER)
        body = {"password": PASSWORD, "lock_version": letter.lock_version}

        answers = [
            issuer.post(f"/kunming/api/v1/letters/{letter.pk}/sign/", body, JSON, headers={"Idempotency-Key": "s1"})
            for _again in range(2)
        ]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[1].headers["Idempotency-Replayed"] == "true"

    def test_a_started_year_shows_it(self, actor, signed_in, offices) -> None:
        running = setting.running_cycle(actor, offices)
        client = signed_in("puer", Role.REPORTER)

        answer = client.get(f"/puer/api/v1/cycles/{running.cycle.pk}/").json()
        assert answer["state"] == "RUNNING"
        assert answer["refusals"]["make_periods"]
        assert client.get(f"/puer/api/v1/cycles/{running.cycle.pk}/periods/").json()["count"] == 12
        assert cycles.recompute_periods(cycle_id=running.cycle.pk, actor=running.admin, at=NOON) == []
