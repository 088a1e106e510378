"""A further appeal through the pages and the API, from its filing to the document of the committee's decision."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from appraisal.ledger.models import FurtherAppeal, Objection
from tenants.models import Role
from tests.appraisal.ledger import test_further_appeals as appeals
from tests.appraisal.ledger.test_further_appeals import DECISION, GROUNDS, MEETING
from tests.conftest import NOON, TODAY

objection, run, running, rejected = appeals.objection, appeals.run, appeals.running, appeals.rejected


class TestPagesAndApi:
    @pytest.fixture(autouse=True)
    def in_november(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOON)

    def test_from_the_appeal_to_the_document(self, rejected: Objection, signed_in: Callable[..., Client]) -> None:
        office, bureau = signed_in("kunming", Role.REPORTER), signed_in("yunnan", Role.LEADER_IN_CHARGE)
        at, up = f"/kunming/appraisal/objections/{rejected.pk}/", f"/yunnan/appraisal/objections/{rejected.pk}/"
        assert "提出再申诉" in office.get(at).content.decode()
        assert office.get(f"{at}further-appeal/").status_code == 200
        assert office.post(f"{at}further-appeal/", {"grounds": "不服"}).status_code == 422
        assert office.post(f"{at}further-appeal/", {"grounds": GROUNDS}).status_code == 302
        assert office.get(f"{at}further-appeal/").status_code == 409
        again = office.post(f"{at}further-appeal/", {"grounds": GROUNDS})
        assert (again.status_code, GROUNDS in again.content.decode()) == (409, True)
        assert signed_in("puer", Role.REPORTER).get(f"/puer/appraisal/objections/{rejected.pk}/").status_code == 404

        appeal = FurtherAppeal.objects.get()
        assert "录入委员会决定" in bureau.get(up).content.decode()
        one = f"/yunnan/appraisal/further-appeals/{appeal.pk}/"
        assert bureau.get(f"{one}decide/").status_code == 200
        assert office.get(f"/kunming/appraisal/further-appeals/{appeal.pk}/decide/").status_code == 403
        sent = {"upheld": "rejected", "decision": DECISION, "met_on": TODAY.isoformat(), "minutes": MEETING["minutes"]}
        assert bureau.post(f"{one}decide/", sent | {"minutes": ""}).status_code == 422
        assert bureau.post(f"{one}decide/", sent).status_code == 302
        assert bureau.get(f"{one}decide/").status_code == 409
        assert bureau.get(f"{one}document/").status_code == 200
        assert bureau.post(f"{one}document/").status_code == 302
        page = office.get(at).content.decode()
        for words in (DECISION, "考核委员会的决定是最终的", "云移再〔2026〕1号", "得分变化", MEETING["minutes"]):
            assert words in page

    def test_the_api_does_the_same(self, rejected: Objection, signed_in: Callable[..., Client]) -> None:
        office, bureau = signed_in("kunming", Role.REPORTER), signed_in("yunnan", Role.LEADER_IN_CHARGE)
        at = f"/kunming/api/v1/objections/{rejected.pk}/"
        told = office.get(at).json()
        assert (told["refusals"]["further_appeal"], told["further_appeal_until"]) == (None, "2026-11-12")
        made = office.post(f"{at}further-appeal/", {"grounds": GROUNDS}, content_type="application/json")
        assert (made.status_code, made.json()["due_on"]) == (201, "2026-11-19")
        assert office.post(
            f"{at}further-appeal/", {"grounds": GROUNDS}, content_type="application/json"
        ).status_code == 409  # fmt: skip
        one = f"api/v1/further-appeals/{made.json()['id']}/"
        assert office.get(at).json()["further_appeal_id"] == made.json()["id"]
        body = {"upheld": False, "decision": DECISION, "met_on": TODAY.isoformat(), "minutes": MEETING["minutes"]}
        assert office.post(f"/kunming/{one}decision/", body, content_type="application/json").status_code == 403
        done = bureau.post(f"/yunnan/{one}decision/", body, content_type="application/json")
        assert (done.status_code, done.json()["state"]) == (200, "REJECTED")
        assert bureau.post(f"/yunnan/{one}decision/", body, content_type="application/json").status_code == 409
        assert bureau.post(f"/yunnan/{one}document/").status_code == 201
        assert office.get(f"/kunming/{one}").json()["minutes"] == MEETING["minutes"]
        assert signed_in("puer", Role.REPORTER).get(f"/puer/{one}").status_code == 404
