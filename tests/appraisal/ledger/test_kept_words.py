"""Grids of letters: a refusal, by a policy too, comes with its sentence on the page, and nothing typed is lost."""

from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from appraisal.ledger.models import Consultation
from appraisal.ledger.usecases import consultations
from core.errors import Conflict, Denied, NotFound
from core.http import Told
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON

JULY = datetime(2026, 7, 8, 2, 0, tzinfo=UTC)
TYPED = "一字不能丢"


@pytest.fixture
def prepared(actor, offices) -> setting.Running:
    return setting.prepared_cycle(actor, offices)


@pytest.fixture
def running(actor, offices, monkeypatch) -> setting.Running:
    monkeypatch.setattr("django.utils.timezone.now", lambda: JULY)
    return setting.running_cycle(actor, offices)


def says(answer: HttpResponse, status: int, sentence: str, *typed: str) -> None:
    text = answer.content.decode()
    assert answer.status_code == status
    assert sentence in text
    for each in typed:
        assert each in text


class TestTold:
    """core.http.Told"""

    def test_keeps_the_refusal_of_a_post(self) -> None:
        with Told(RequestFactory().post("/")) as told:
            raise Denied("不行", rows=[{"code": "A1", "message": "不是数字"}])
        assert (told.status(), told.rows[0]["code"], str(told.refusal)) == (403, "A1", "不行")

    def test_has_nothing_to_tell_where_nothing_was_refused(self) -> None:
        with Told(RequestFactory().post("/")) as told:
            pass
        assert (told.status(), told.rows, told.refusal) == (200, [], None)

    def test_lets_a_page_that_is_only_asked_for_be_refused_as_a_page(self) -> None:
        with pytest.raises(Conflict), Told(RequestFactory().get("/")):
            raise Conflict("已经办结")

    @pytest.mark.parametrize("error", [NotFound("没有"), KeyError("a bug")])
    def test_hides_nothing_that_is_not_there_and_no_bug(self, error) -> None:
        with pytest.raises(type(error)), Told(RequestFactory().post("/")):
            raise error


class TestWhatWasTyped:
    """Each as its form posts it, by somebody who may no longer do it."""

    def test_stays_in_the_plan_of_months(self, running, signed_in) -> None:
        reporter = signed_in("kunming", Role.REPORTER)
        page = f"/kunming/appraisal/letters/{running.letters['kunming'].pk}/plan/edit/"
        says(reporter.post(page, {"number": 0, "A1-11": "987"}), 403, "可以安排分月计划", 'value="987"')
        assert 'name="A1-11"' not in reporter.get(page).content.decode()

    def test_of_a_letter_without_months_there_is_nothing_to_keep(self, prepared, signed_in) -> None:
        leader = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        page = f"/yunnan/appraisal/letters/{prepared.letters['kunming'].pk}/plan/edit/"
        says(leader.post(page, {"number": 0, "A1-11": "987"}), 409, "签署后再安排")

    def test_stays_in_the_application_for_other_targets(self, running, signed_in) -> None:
        page = f"/kunming/appraisal/letters/{running.letters['kunming'].pk}/change/"
        body = {"kind": "FORCE", "effective_on": "2026-07-01", "reason": TYPED, "basis": "云防指7号",
                "A1-year_target": "987"}  # fmt: skip
        reporter = signed_in("kunming", Role.REPORTER)
        says(reporter.post(page, body), 403, "可以申请调整目标", TYPED, 'value="987"')
        assert reporter.get(page).status_code == 403

    def test_stays_in_the_move_to_another_office(self, running, signed_in) -> None:
        page = f"/yunnan/appraisal/letters/{running.letters['kunming'].pk}/transfer/"
        body = {"kind": "REGION", "to_letter_id": running.letters["puer"].pk, "effective_on": "2026-09-01",
                "reason": TYPED, "basis": "国函9号", "A1-amount": "987"}  # fmt: skip
        leader = signed_in("yunnan", Role.PRINCIPAL_LEADER)
        says(leader.post(page, body), 403, "考核管理员", TYPED, 'value="987"')
        assert leader.get(page).status_code == 403

    def test_stays_in_the_coefficients(self, prepared, offices, signed_in) -> None:
        page = f"/yunnan/appraisal/cycles/{prepared.cycle.pk}/difficulty/"
        body = {f"k-{offices['kunming'].pk}": "1.04", f"r-{offices['kunming'].pk}": TYPED}
        leader = signed_in("yunnan", Role.PRINCIPAL_LEADER)
        says(leader.post(page, body), 403, "考核管理员", f'value="{TYPED}"', 'value="1.04"')
        assert 'name="k-' not in leader.get(page).content.decode()

    def test_stays_in_what_is_proposed(self, prepared, actor, signed_in) -> None:
        consultations.open_consultations(cycle_id=prepared.cycle.pk, actor=prepared.admin, at=NOON)
        asked = Consultation.objects.get(office__schema_name="kunming")
        page = f"/kunming/appraisal/consultations/{asked.pk}/"
        body = {"lock_version": 0, "step": "first", "note": TYPED, "A1-figure": "987", "A1-reason": "用地未批"}
        assert 'name="step" value="first"' in signed_in("kunming", Role.APPRAISAL_ADMIN).get(page).content.decode()
        reporter = signed_in("kunming", Role.REPORTER)
        says(reporter.post(page, body), 403, "可以上报目标建议", TYPED, 'value="987"', 'value="用地未批"')
        assert reporter.post(page, {**body, "step": "x"}).status_code == 403
        assert 'name="A1-figure"' not in reporter.get(page).content.decode()

    def test_stays_in_the_letters_grid(self, prepared, signed_in) -> None:
        page = f"/yunnan/appraisal/letters/{prepared.letters['kunming'].pk}/edit/"
        body = {"lock_version": 0, "A1-year_target": "987", "B7-text": TYPED}
        leader, admin = signed_in("yunnan", Role.PRINCIPAL_LEADER), signed_in("yunnan", Role.APPRAISAL_ADMIN)
        self.kept(leader, page, body, 403)
        setting.issued_letter(prepared, "kunming")  # by somebody else, while this one was typing
        self.kept(admin, page, body, 409)
        assert admin.get(page).status_code == 409

    def kept(self, who: Client, page: str, body: dict, status: int) -> None:
        says(who.post(page, body), status, "an-note bad", TYPED, 'value="987"')
