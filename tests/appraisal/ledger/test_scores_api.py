"""The API of scores: the same refusals as the pages, and cards that recompute."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from appraisal.checker import recheck
from appraisal.ledger.usecases import adjustments
from appraisal.ledger.usecases import scores as usecases
from tenants.models import Office, Role, SignInAttempt
from tests.appraisal import setting
from tests.appraisal.ledger.test_scores import calculated, put
from tests.appraisal.ledger.test_statements import listed
from tests.conftest import NOON
from tests.factories import PASSWORD

SignedIn = Callable[..., Client]


@pytest.fixture
def running(actor: Callable[..., Any], offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


class TestRuns:
    def test_the_administrator_calculates_and_hears_of_the_job(self, running, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        answer = client.post(
            f"/yunnan/api/v1/periods/{running.period(9).pk}/runs/", {"note": "首次"}, "application/json"
        )

        assert (answer.status_code, answer.json()["state"], answer.json()["note"]) == (202, "RUNNING", "首次")

    @pytest.mark.parametrize(("office", "role", "status"), [
        ("yunnan", Role.VERIFIER, 403), ("kunming", Role.PRINCIPAL_LEADER, 404), ("shifan", Role.APPRAISAL_ADMIN, 404),
    ])  # fmt: skip
    def test_others_do_not(self, running, signed_in: SignedIn, office: str, role: str, status: int) -> None:
        client = signed_in(office, role)

        answer = client.post(f"/{office}/api/v1/periods/{running.period(9).pk}/runs/", {}, "application/json")

        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"

    def test_a_prefecture_sees_published_runs_only(self, running, signed_in: SignedIn) -> None:
        run = calculated(running)
        client = signed_in("kunming", Role.REPORTER)

        before = client.get("/kunming/api/v1/runs/").json()["count"]
        usecases.publish_run(run_id=run.pk, actor=running.admin, at=NOON)
        after = client.get("/kunming/api/v1/runs/").json()["count"]

        assert (before, after) == (0, 1)

    def test_publishing_twice_is_a_conflict(self, running, signed_in: SignedIn) -> None:
        run = calculated(running)
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        address, signature = f"/yunnan/api/v1/runs/{run.pk}/publication/", {"password": PASSWORD}
        first = client.post(address, signature, "application/json")
        second = client.post(address, signature, "application/json")

        assert (first.status_code, second.status_code) == (200, 409)
        assert first.json()["state"] == "PUBLISHED"

    def test_publishing_asks_for_the_password_and_counts_a_wrong_one(self, running, signed_in: SignedIn) -> None:
        run = calculated(running)
        client, key = signed_in("yunnan", Role.APPRAISAL_ADMIN), {"Idempotency-Key": "once"}
        address = f"/yunnan/api/v1/runs/{run.pk}/publication/"

        wrong = client.post(address, {"password": "nein"}, "application/json", headers=key)
        right = client.post(address, {"password": PASSWORD}, "application/json", headers=key)

        assert (wrong.status_code, wrong.json()["field"], right.status_code) == (422, "password", 200)
        assert SignInAttempt.objects.get().reason == "wrong-password"

    def test_who_may_not_publish_is_not_asked(self, running, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.VERIFIER)

        answer = client.post(
            f"/yunnan/api/v1/runs/{calculated(running).pk}/publication/", {"password": "nein"}, "application/json"
        )

        assert answer.status_code == 403
        assert not SignInAttempt.objects.exists()


class TestCards:
    def test_a_card_recomputes_from_what_the_api_gives(self, running, kunming: Office, signed_in: SignedIn) -> None:
        put(running, kunming, "A1", {"value": "701"})
        run = usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)
        client = signed_in("kunming", Role.REPORTER)

        card = client.get(f"/kunming/api/v1/runs/{run.pk}/cards/kunming/").json()

        whole = {**card["trace"], "lines": [line["trace"] for line in card["lines"]]}
        assert recheck(whole) == []
        assert card["total"] == whole["total"]["total"]

    def test_tells_what_bonus_deduction_and_veto_stand_on(self, running, puer: Office, signed_in: SignedIn) -> None:
        rows = listed(running, puer)
        run = usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)
        adjustments.revoke_adjustment(
            adjustment_id=rows[2].pk, reason="通报已被撤销，不应扣分", actor=running.admin, at=NOON + timedelta(days=1)
        )

        card = signed_in("puer", Role.REPORTER).get(f"/puer/api/v1/runs/{run.pk}/cards/puer/").json()

        assert [each["adjustment_id"] for each in card["items"]] == [row.pk for row in rows]
        bonus, first, second, veto = card["items"]
        assert (bonus["kind"], bonus["points"], bonus["legal_basis"]) == ("BONUS", "1.0000", "云政发〔2026〕8号")
        assert (first["legal_basis"], first["revoked_at"]) == ("云移〔2026〕9号", None)
        assert (second["points"], second["revoke_reason"]) == ("0.5000", "通报已被撤销，不应扣分")
        assert (veto["code"], veto["ceiling"], veto["confirming_unit"]) == ("V1", "QUALIFIED", "省审计厅")
        assert veto["evidence"][0]["name"] == "通报.pdf"

    def test_another_prefectures_card_is_not_found(self, running, signed_in: SignedIn) -> None:
        run = usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)
        client = signed_in("kunming", Role.REPORTER)

        assert client.get(f"/kunming/api/v1/runs/{run.pk}/cards/puer/").status_code == 404
        assert client.get(f"/kunming/api/v1/runs/{run.pk}/ranking/").json()["count"] == 3

    def test_an_unknown_filter_value_is_invalid(self, running, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.VERIFIER)

        assert client.get("/yunnan/api/v1/runs/?month=13").status_code == 422
