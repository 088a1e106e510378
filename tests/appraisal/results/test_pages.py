"""The year's pages: what only they add; one walk plays the year from the self-appraisal to the lock."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from appraisal.results.models import SelfAppraisal, YearResult, YearRun
from appraisal.results.selectors import own
from appraisal.results.usecases import calculating
from tenants.models import Office, Role
from tests.appraisal import results_setting as world
from tests.appraisal import setting
from tests.appraisal.results.test_outcome import AFTER
from tests.appraisal.results_setting import DECISION, JANUARY, MARCH, MINUTES
from tests.factories import PASSWORD

SignedIn = Callable[..., Client]


@pytest.fixture
def running(actor: Callable[..., Any], offices: dict[str, Office]) -> setting.Running:
    running = setting.running_cycle(actor, offices)
    world.published_year(running)
    return running


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Sets the moment that pages act at."""
    return lambda at: monkeypatch.setattr("django.utils.timezone.now", lambda: at)


def text(client: Client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, (path, page.status_code)
    return page.content.decode()


class TestTheYear:
    def test_from_self_appraisal_to_lock(self, running, signed_in: SignedIn, clock) -> None:
        clock(JANUARY)
        world.evidence_reported(running, "kunming")
        reporter, signer = signed_in("kunming", Role.REPORTER), signed_in("kunming", Role.ISSUER)
        cycle = running.cycle.pk
        items = own.items(running.cycle, running.letters["kunming"].office, None)
        given: dict[str, Any] = {"lock_version": "0"}
        for item in items:
            given |= {
                f"score-{item.indicator.code}": str(item.indicator.points),
                f"statement-{item.indicator.code}": "完成",
            }
        assert "A1" in text(reporter, "/kunming/results/self/")
        assert reporter.post("/kunming/results/self/", given).status_code == 302
        assert signer.post(f"/kunming/results/self/{cycle}/submit/", {"password": PASSWORD}).status_code == 302
        assert SelfAppraisal.objects.get().state == "SUBMITTED"

        clock(MARCH)
        admin, leader = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("yunnan", Role.PRINCIPAL_LEADER)
        signer = signed_in("kunming", Role.ISSUER)
        assert "1 / 3" in text(admin, "/yunnan/results/")
        assert "完成" in text(admin, f"/yunnan/results/self/{cycle}/kunming/")
        answer = admin.post(f"/yunnan/results/years/{cycle}/calculate/", {"note": "年终"})
        run = YearRun.objects.get()
        assert answer["Location"] == f"/yunnan/results/runs/{run.pk}/"
        assert "已排队" in text(admin, f"/yunnan/results/runs/{run.pk}/")
        assert admin.get(f"/yunnan/results/runs/{run.pk}/progress/").status_code == 200
        calculating.calculate_year(run_id=run.pk, actor=running.admin, at=MARCH)
        assert admin.get(f"/yunnan/results/runs/{run.pk}/progress/").status_code == 286
        shown = text(admin, f"/yunnan/results/runs/{run.pk}/")
        assert "没有按时报送自评" in shown or "总分" in shown
        assert "年度得分" in text(admin, f"/yunnan/results/runs/{run.pk}/offices/kunming/")
        admin.post(f"/yunnan/results/runs/{run.pk}/propose/", {"minutes": MINUTES})
        result = YearResult.objects.get()
        at = f"/yunnan/results/{result.pk}/"
        assert "拟定" in text(admin, at)
        admin.post(f"{at}grades/puer/", {"grade": "QUALIFIED", "reason": "委员会研究认定", "minutes": MINUTES})
        assert "待另一人复核" in text(admin, at)
        assert leader.post(f"{at}grades/puer/confirm/").status_code == 302
        assert leader.post(f"{at}decide/", {"minutes": DECISION, "password": "wrong"}).status_code == 422
        assert YearResult.objects.get().state == "PROPOSED"
        leader.post(f"{at}decide/", {"minutes": DECISION, "password": PASSWORD})
        refused = admin.post(f"{at}notice/", {"words": "联系 13888886666", "contact": "考核处"})
        assert refused.status_code == 422
        assert "138****6666" in refused.content.decode()
        admin.post(f"{at}notice/", {"words": "", "contact": "考核处 0871-6512 3456"})
        assert "公示期" in text(signer, f"/kunming/results/{result.pk}/paper/")
        assert "第 1 份" in text(signer, f"/kunming/results/{result.pk}/")
        signer.post(f"/kunming/results/{result.pk}/objections/kunming/", {"grounds": "自评折合有误"})
        objection = result.objections.get()
        admin.post(
            f"/yunnan/results/objections/{objection.pk}/answer/", {"upheld": "rejected", "decision": "经核查无误"}
        )

        clock(AFTER)
        leader, signer = signed_in("yunnan", Role.PRINCIPAL_LEADER), signed_in("kunming", Role.ISSUER)
        assert leader.post(f"{at}lock/", {"password": "wrong"}).status_code != 302
        assert leader.post(f"{at}lock/", {"password": PASSWORD}).status_code == 302
        result.refresh_from_db()
        assert result.state == "LOCKED"
        assert "已锁定" in text(signer, "/kunming/results/?year=2026")


class TestRefusalsShow:
    def test_the_form_of_a_refused_step_says_why_at_once(self, running, signed_in: SignedIn, clock) -> None:
        clock(MARCH)
        result = world.noticed(running)
        leader = signed_in("yunnan", Role.PRINCIPAL_LEADER)

        page = leader.get(f"/yunnan/results/{result.pk}/lock/")

        assert page.status_code == 409
        assert "2027-03-17" in page.content.decode()

    def test_a_late_self_appraisal_is_shown_and_not_taken(self, running, signed_in: SignedIn, clock) -> None:
        clock(MARCH)
        reporter = signed_in("kunming", Role.REPORTER)

        assert "截止" in text(reporter, "/kunming/results/self/")
        assert reporter.post("/kunming/results/self/", {"lock_version": "0", "score-A1": "1"}).status_code == 409

    def test_a_score_beyond_the_points_is_said(self, running, signed_in: SignedIn, clock) -> None:
        clock(JANUARY)

        page = signed_in("kunming", Role.REPORTER).post(
            "/kunming/results/self/", {"lock_version": "0", "score-A1": "999"}
        )

        assert page.status_code == 422
        assert "A1" in page.content.decode()

    def test_the_bureaus_year_is_not_for_its_other_people(self, running, signed_in: SignedIn) -> None:
        assert signed_in("yunnan", Role.SYS_ADMIN).get("/yunnan/results/").status_code == 403
        assert signed_in("kunming", Role.REPORTER).get("/kunming/results/").status_code == 200

    def test_a_run_is_not_for_a_prefecture(self, running, signed_in: SignedIn, clock) -> None:
        clock(MARCH)
        result = world.noticed(running)

        assert signed_in("kunming", Role.REPORTER).get(f"/kunming/results/runs/{result.run_id}/").status_code == 403


class TestRunPage:
    def test_compares_two_calculations(self, running, signed_in: SignedIn, clock) -> None:
        clock(MARCH)
        world.calculated(running)
        world.published_month(running, 12, {**world.TOTALS, "diqing": "95"})
        second = world.calculated(running)

        page = text(signed_in("yunnan", Role.APPRAISAL_ADMIN), f"/yunnan/results/runs/{second.pk}/")

        assert "S-202612-02" in page
        assert "87.00" in page


class TestApi:
    def test_plays_the_same_steps(self, running, signed_in: SignedIn, clock) -> None:
        clock(MARCH)
        admin, leader = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("yunnan", Role.PRINCIPAL_LEADER)
        base, json = "/yunnan/api/v1", "application/json"
        made = admin.post(f"{base}/cycles/{running.cycle.pk}/year-runs/", {"note": ""}, json)
        assert made.status_code == 202
        run = made.json()["id"]
        calculating.calculate_year(run_id=run, actor=running.admin, at=MARCH)
        cards = admin.get(f"{base}/year-runs/{run}/cards/").json()["results"]
        assert [card["office"] for card in cards] == ["kunming", "puer", "diqing"]
        assert admin.get(f"{base}/year-runs/{run}/cards/puer/").json()["trace"]["format"] == "anlan.year/1"
        proposal = admin.post(f"{base}/year-runs/{run}/proposal/", {"minutes": MINUTES}, json)
        assert proposal.status_code == 201
        at = f"{base}/year-results/{proposal.json()['id']}"
        changed = admin.put(
            f"{at}/grades/puer/", {"grade": "QUALIFIED", "reason": "委员会研究认定", "minutes": MINUTES}, json
        )
        assert changed.status_code == 200
        assert "复核" in changed.json()["refusals"]["decide"] or changed.json()["refusals"]["decide"]
        assert leader.post(f"{at}/grades/puer/", {}, json).status_code == 200
        unsigned = leader.post(f"{at}/decision/", {"minutes": DECISION, "password": "wrong"}, json)
        assert (unsigned.status_code, unsigned.json()["field"]) == (422, "password")
        signed = leader.post(f"{at}/decision/", {"minutes": DECISION, "password": PASSWORD}, json)
        assert signed.json()["state"] == "DECIDED"
        refused = admin.post(f"{at}/notice/", {"words": "13888886666", "contact": "考核处"}, json)
        assert (refused.status_code, refused.json()["field"]) == (422, "words")
        assert admin.post(f"{at}/notice/", {"contact": "考核处"}, json).json()["notice_until"] == "2027-03-17"
        clock(AFTER)
        leader = signed_in("yunnan", Role.PRINCIPAL_LEADER)
        assert leader.post(f"{at}/lock/", {"password": "wrong"}, json).status_code == 422
        assert leader.post(f"{at}/lock/", {"password": PASSWORD}, json).json()["state"] == "LOCKED"
        again = leader.post(f"{at}/reopening/", {"password": PASSWORD, "reason": "公示后认定否决"}, json)
        assert again.json()["state"] == "REOPENED"

    def test_a_prefecture_writes_and_hands_over_its_own(self, running, signed_in: SignedIn, clock) -> None:
        clock(JANUARY)
        world.evidence_reported(running, "kunming")
        signer, json = signed_in("kunming", Role.ISSUER), "application/json"
        at = f"/kunming/api/v1/cycles/{running.cycle.pk}/self-appraisal/"
        items = signer.get(at).json()["items"]
        rows = [{"code": row["code"], "score": f"{float(row['points']):.2f}", "statement": "完成"} for row in items]

        kept = signer.put(at, {"lock_version": 0, "scores": rows}, json)
        stale = signer.put(at, {"lock_version": 0, "scores": rows[:1]}, json)
        done = signer.post(f"{at}submission/", {"password": PASSWORD}, json)

        assert (kept.status_code, stale.status_code, done.json()["state"]) == (200, 409, "SUBMITTED")
