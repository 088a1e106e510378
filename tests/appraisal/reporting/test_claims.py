"""A claim beside a ledger's figure: made with a reason, goes with the month, decided by another person."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import set_script_prefix

from appraisal.ledger.models import CurrentValue, FactClaim, Verification
from appraisal.ledger.selectors import claims as selectors
from appraisal.ledger.selectors.facts import situation_of
from appraisal.ledger.selectors.todos import values_to_verify
from appraisal.ledger.usecases.claims import decide_claim
from appraisal.ledger.usecases.province_facts import record_fact
from appraisal.ledger.usecases.ties import declare_tie
from appraisal.reporting import usecases
from appraisal.reporting.models import DraftValue, MonthlyDraft
from appraisal.reporting.selectors import book as books
from appraisal.reporting.selectors import sheet as sheets
from appraisal.reporting.selectors.sign_off import for_signature
from appraisal.reporting.selectors.value import value_form
from core import events
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants import actors
from tenants.models import Role, User
from tests.appraisal.reporting.conftest import COMPLETE, visitor
from tests.conftest import NOON

WHY = "资金台账漏记 10 月 30 日拨付的一笔，已附国库回单。"
OTHERS = tuple(code for code in COMPLETE if code != "B6")


class Fed:
    """Kunming's October with B6 published by the fund ledger."""

    def __init__(self, month: Any, actor: Any) -> None:
        self.month, self.actor, self.province = month, actor, month.office.parent
        self.indicator = month.running.indicator("B6")
        self.publish("84.6", reason="夜间统计的拨付率")

    def publish(self, figure: str, *, reason: str = "", at=NOON) -> None:
        with office_core.mounted(self.province.mount()):
            record_fact(
                period_id=self.month.period.pk, office_id=self.month.office.pk, indicator_id=self.indicator.pk,
                fact={"value": figure}, source="fund_ledger", reason=reason, evidence=[],
                actor=actors.system(self.province), at=at, as_of=date(2026, 10, 31),
            )  # fmt: skip

    def claim(self, figure: str = "90.1", *, reason: str = WHY, lock: int = 0, actor: Any = None, at=NOON):
        return usecases.save_claim(
            period_id=self.month.period.pk, indicator_id=self.indicator.pk, fact={"value": figure}, reason=reason,
            lock_version=lock, actor=actor or self.month.reporter, at=at,
        )  # fmt: skip

    def withdraw(self, *, actor: Any = None, at=NOON):
        return usecases.withdraw_claim(
            period_id=self.month.period.pk, indicator_id=self.indicator.pk, actor=actor or self.month.reporter, at=at
        )

    def hand_over(self, *, claim: str | None = "90.1") -> None:
        self.month.fill(OTHERS)
        if claim:
            self.claim(claim)
        self.month.submit()
        self.month.sign()

    @property
    def current(self) -> CurrentValue:
        return CurrentValue.objects.get(period=self.month.period, office=self.month.office, indicator=self.indicator)

    def decide(self, *, accept: bool, actor: Any = None, reason: str = "国库回单属实。", lock: int | None = None):
        with office_core.mounted(self.province.mount()):
            return decide_claim(
                claim_id=FactClaim.objects.get().pk, accept=accept, reason=reason,
                lock_version=self.current.lock_version if lock is None else lock,
                actor=actor or self.actor("yunnan", Role.VERIFIER), at=NOON,
            )  # fmt: skip

    def form(self):
        return value_form(self.month.reporter, self.month.period.pk, self.indicator.pk, on=NOON.date())


@pytest.fixture
def fed(kunming_month, actor) -> Fed:
    return Fed(kunming_month, actor)


class TestClaiming:
    def test_the_sentence_says_which_ledger_as_of_when_and_what_was_counted(self, fed) -> None:
        seen = fed.form().published

        assert seen.sentence == (
            "取自资金台账，统计到 2026-10-31，系统于 2026-11-05 12:00 发布第 1 版；统计的是：夜间统计的拨付率。"
        )
        assert (seen.text[:4], seen.refusal) == ("84.6", None)

    def test_stands_beside_the_fact_which_goes_on_counting(self, fed) -> None:
        fed.claim()

        seen = fed.form()
        assert (seen.published.claim.fact, seen.published.claim.narrative) == ({"value": "90.1"}, WHY)
        assert fed.current.final_fact == {"value": "84.6"}
        assert (seen.value, seen.status) == (None, "verified")

    def test_wants_a_reason_and_another_figure(self, fed) -> None:
        with pytest.raises(Invalid, match="请写明理由"):
            fed.claim(reason="不对")
        with pytest.raises(Invalid, match="另报数与台账的数相同"):
            fed.claim("84.60")
        with pytest.raises(Invalid):
            fed.claim("很多")
        with pytest.raises(Invalid):
            fed.claim("")
        assert not DraftValue.objects.exists()

    def test_only_beside_a_ledgers_figure(self, fed) -> None:
        with pytest.raises(Conflict, match="A1 没有台账发布的数值，直接填报即可"):
            usecases.save_claim(
                period_id=fed.month.period.pk, indicator_id=fed.month.running.indicator("A1").pk,
                fact={"value": "1"}, reason=WHY, actor=fed.month.reporter, at=NOON,
            )  # fmt: skip

    def test_not_by_who_may_not_fill_in(self, fed, actor) -> None:
        for other in (
            fed.month.issuer,
            actor("kunming", Role.REVIEWER),
            visitor(actor("yunnan", Role.VERIFIER), fed.month.office),
        ):
            with pytest.raises(Denied):
                fed.claim(actor=other)
            with pytest.raises(Denied):
                fed.withdraw(actor=other)

    def test_not_after_the_close(self, fed) -> None:
        with pytest.raises(Conflict, match="截止"):
            fed.claim(at=NOON + timedelta(days=60))

    def test_a_stale_save_is_refused(self, fed) -> None:
        fed.claim()
        fed.claim("90.2", lock=1)

        with pytest.raises(Conflict, match=r"刚由.*保存过"):
            fed.claim("91", lock=1)
        with pytest.raises(Conflict):
            fed.claim("91")
        assert DraftValue.objects.get().fact == {"value": "90.2"}

    def test_what_was_begun_before_the_ledger_published_does_not_become_a_claim_by_itself(self, kunming_month, actor):
        kunming_month.save("B6", fact={"value": "82.5"})
        fed = Fed(kunming_month, actor)

        seen = fed.form()
        assert (seen.published.claim, seen.value) == (None, None)
        fed.claim()
        assert fed.form().published.claim.fact == {"value": "90.1"}

    def test_takes_evidence_as_any_value(self, fed) -> None:
        with pytest.raises(Conflict, match="取自资金台账"):
            fed.month.attach("B6", name="回单.pdf", sha256="c" * 64)
        fed.claim()
        fed.month.attach("B6", name="回单.pdf", sha256="c" * 64)
        fed.month.fill(OTHERS)
        fed.month.submit()
        fed.month.sign()

        assert [each["name"] for each in FactClaim.objects.get().evidence] == ["回单.pdf"]

    def test_withdrawn_while_the_month_is_not_handed_over(self, fed) -> None:
        fed.claim()
        fed.withdraw()

        assert fed.form().published.claim is None
        assert not DraftValue.objects.exists()
        with pytest.raises(NotFound, match="没有可以撤回的另报数"):
            fed.withdraw()

    def test_the_sheet_leaves_it_out_and_says_so(self, fed) -> None:
        fed.claim()
        loaded = sheets.sheet(fed.month.reporter, fed.month.period.pk, on=NOON.date())

        assert "B6" not in {row.code for row in books.writable(fed.month.reporter, loaded)}
        assert "B6 取自台账，不在表内填写" in books._from_ledgers(loaded)


class TestGoesWithTheMonth:
    def test_through_submission_and_signature_into_the_record(self, fed) -> None:
        fed.month.fill(OTHERS)
        fed.claim()
        fed.month.submit()

        with pytest.raises(Conflict, match="请签发人先退回"):
            fed.claim("91", lock=1)
        with pytest.raises(Conflict, match="请签发人先退回"):
            fed.withdraw()
        read = for_signature(fed.month.issuer, fed.month.period.pk, on=NOON.date())
        assert [(line.indicator.code, line.value.narrative) for line in read.claims] == [("B6", WHY)]

        report = fed.month.sign()
        claim = FactClaim.objects.get()
        assert (claim.report, claim.fact, claim.reason, claim.state) == (report, {"value": "90.1"}, WHY, "OPEN")
        assert (claim.value, claim.claimed_by_name) == (fed.current.value, fed.month.reporter.name)
        assert fed.current.final_fact == {"value": "84.6"}  # until somebody decides

    def test_handed_over_it_is_neither_changed_nor_withdrawn_nor_repeated(self, fed) -> None:
        fed.hand_over()

        for act in (fed.claim, fed.withdraw):
            with pytest.raises(Conflict, match="已随月报报送省级，现在是“待核定”"):
                act()

    def test_alone_where_the_ledger_published_after_the_month_went_over(self, kunming_month, actor) -> None:
        kunming_month.hand_over()
        fed = Fed(kunming_month, actor)
        fed.claim()
        kunming_month.submit()
        report = kunming_month.sign()

        assert (report.round, report.values.count(), report.claims.count()) == (2, 0, 1)

    def test_withdrawn_again_the_month_is_handed_over_as_it_was(self, fed) -> None:
        fed.hand_over(claim=None)
        fed.claim()
        assert MonthlyDraft.objects.get().state == "FILLING"
        fed.withdraw()

        assert MonthlyDraft.objects.get().state == "HANDED_OVER"

    def test_keeps_while_the_fact_moves_and_says_so(self, fed) -> None:
        fed.claim()
        fed.publish("86", reason="补录一笔拨付")

        seen = fed.form().published
        assert (seen.claim.fact, seen.moved[:4], seen.text[:2]) == ({"value": "90.1"}, "84.6", "86")

    def test_is_not_handed_over_once_the_ledger_says_the_same(self, fed) -> None:
        fed.month.fill(OTHERS)
        fed.claim()
        fed.publish("90.10", reason="补录一笔拨付")

        with pytest.raises(Invalid) as refused:
            fed.month.submit()
        assert [(row["code"], row["message"]) for row in refused.value.rows] == [
            ("B6", "台账现在的数已与另报数相同，请撤回另报。")
        ]


class TestDeciding:
    def test_accepted_it_counts_with_the_reason_and_both_stay(self, fed) -> None:
        fed.hand_over()
        claim = fed.decide(accept=True)

        now = fed.current
        assert (now.final_fact, now.corrected, now.reason) == ({"value": "90.1"}, True, "国库回单属实。")
        assert now.value.fact == {"value": "84.6"}
        assert (claim.state, claim.decision) == ("ACCEPTED", "国库回单属实。")
        row = Verification.objects.get(value=now.value)
        assert (row.decision, row.fact_before, row.fact_after) == ("CORRECTED", {"value": "84.6"}, {"value": "90.1"})
        scored = situation_of(fed.month.period).facts["kunming"]["B6"]
        assert (scored["value"], scored["reason"]) == ("90.1", "国库回单属实。")
        with office_core.mounted(fed.province.mount()):
            names = [record.name for record in events.timeline(now.subject)]
        assert {"FactRecorded", "FactClaimed", "ValueCorrected", "ClaimDecided"} <= set(names)

    def test_upheld_the_ledgers_counts_and_the_answer_is_read_by_the_office(self, fed) -> None:
        fed.hand_over()
        fed.decide(accept=False, reason="回单日期在 11 月。")

        assert (fed.current.final_fact, fed.current.corrected) == ({"value": "84.6"}, False)
        seen = fed.form().published
        assert (seen.handed.get_state_display(), seen.handed.decision) == ("维持台账数", "回单日期在 11 月。")
        with pytest.raises(Conflict, match="现在是“维持台账数”"):
            fed.claim()

    def test_decided_otherwise_until_publication(self, fed) -> None:
        fed.hand_over()
        fed.decide(accept=True)
        fed.decide(accept=False, reason="回单是另一项目的。")

        assert (fed.current.final_fact, fed.current.corrected) == ({"value": "84.6"}, False)
        with pytest.raises(Conflict, match="已经核定这项另报数为“维持台账数”"):
            fed.decide(accept=False)

    def test_not_by_who_claimed_reported_or_signed_it(self, fed, actor) -> None:
        fed.hand_over()
        verifier = actor("yunnan", Role.VERIFIER)
        claim = FactClaim.objects.get()
        for person in {claim.claimed_by_id, claim.report.reporter_id, claim.report.signer_id}:
            with pytest.raises(Denied, match="由您本人填写或签发"):
                fed.decide(accept=True, actor=replace(verifier, user_id=person))

    def test_not_by_others_nor_by_who_is_tied_to_the_office(self, fed, actor) -> None:
        fed.hand_over()
        for other in (actor("yunnan", Role.PRINCIPAL_LEADER), fed.month.reporter):
            with pytest.raises(Denied):
                fed.decide(accept=True, actor=other)
        with pytest.raises(NotFound):
            fed.decide(accept=True, actor=actor("puer", Role.REPORTER))

        verifier = actor("yunnan", Role.VERIFIER)
        with office_core.mounted(fed.province.mount()):
            declare_tie(person_id=verifier.user_id, office_id=fed.month.office.pk, kind="KIN", actor=verifier, at=NOON)
        with pytest.raises(Denied, match="回避关系"):
            fed.decide(accept=True, actor=verifier)

    def test_wants_reasons_and_what_was_seen(self, fed) -> None:
        fed.hand_over()
        with pytest.raises(Invalid, match="请写明理由"):
            fed.decide(accept=True, reason="行")
        with pytest.raises(Conflict, match="请刷新后"):
            fed.decide(accept=True, lock=99)
        assert FactClaim.objects.get().state == "OPEN"

    def test_a_new_fact_keeps_what_waits_and_says_that_it_moved(self, fed, actor) -> None:
        fed.hand_over()
        fed.publish("86", reason="补录一笔拨付")

        (line,) = selectors.lines_of(actor("yunnan", Role.VERIFIER), list(FactClaim.objects.all()))
        assert (line.claim.state, line.moved, line.fact[:4], line.now[:2]) == ("OPEN", True, "84.6", "86")
        assert fed.current.final_fact == {"value": "86"}

    def test_a_new_fact_opens_what_was_accepted_again(self, fed) -> None:
        fed.hand_over()
        fed.decide(accept=True)
        fed.publish("86", reason="补录一笔拨付")

        assert (FactClaim.objects.get().state, fed.current.final_fact) == ("OPEN", {"value": "86"})
        fed.decide(accept=True)
        assert fed.current.final_fact == {"value": "90.1"}

    def test_the_same_fact_published_again_takes_nothing_back(self, fed) -> None:
        fed.hand_over()
        fed.decide(accept=True)
        with pytest.raises(Invalid, match="没有改动"):
            fed.publish("84.60", reason="夜间重新统计")

        assert (FactClaim.objects.get().state, fed.current.final_fact) == ("ACCEPTED", {"value": "90.1"})

    def test_claimed_anew_against_a_new_fact_once_the_first_is_decided(self, fed) -> None:
        fed.hand_over()
        fed.publish("86", reason="补录一笔拨付")
        with pytest.raises(Conflict, match="待核定"):
            fed.claim("91", lock=1)
        fed.decide(accept=False, reason="回单日期在 11 月。")
        fed.claim("91", lock=1)
        fed.month.submit()
        fed.month.sign()

        assert [(row.value.version, row.fact["value"]) for row in FactClaim.objects.order_by("pk")] == [
            (1, "90.1"), (2, "91"),
        ]  # fmt: skip

    def test_what_the_ledger_says_by_now_cannot_be_accepted(self, fed) -> None:
        fed.hand_over()
        fed.publish("90.1", reason="补录一笔拨付")

        with pytest.raises(Conflict, match="请选“维持台账数”"):
            fed.decide(accept=True)
        fed.decide(accept=False, reason="台账已改正。")

    def test_waits_in_the_verifiers_inbox_until_decided(self, fed, actor) -> None:
        verifier = actor("yunnan", Role.VERIFIER)
        fed.hand_over()

        def lines() -> list[str]:
            with office_core.mounted(fed.province.mount()):
                return [row.title for row in values_to_verify(verifier, NOON) if "另报数" in row.title]

        assert lines() == ["核定 2026 年 10 月的 1 项另报数（与台账不同）"]
        fed.decide(accept=True)
        assert lines() == []


def test_the_wall_keeps_what_was_claimed(fed, mounted) -> None:
    """The bureau decides; nobody writes another figure into the record."""
    fed.hand_over()
    with office_core.mounted(fed.province.mount()):
        with pytest.raises(DatabaseError), transaction.atomic():
            FactClaim.objects.update(fact={"value": "1"})
        with pytest.raises(IntegrityError), transaction.atomic():
            FactClaim.objects.update(state="ACCEPTED")  # without who and why
    with office_core.mounted(fed.month.office.mount()), transaction.atomic():
        assert FactClaim.objects.update(state="OPEN") == 0


class TestPages:
    def test_claimed_on_the_indicators_page_and_decided_beside_the_fact(self, fed, actor, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
        set_script_prefix("/")
        pk = fed.indicator.pk
        page = f"/kunming/reporting/{fed.month.period.pk}/{pk}/"
        reporter = client_of(fed.month.reporter)

        refused = post(reporter, f"{page}claim/", {"value": "84.6", "reason": WHY, "lock_version": "0"})
        assert (refused.status_code, "另报数与台账的数相同" in text(refused)) == (422, True)
        assert post(reporter, f"{page}claim/", {"value": "90.1", "reason": WHY}).status_code == 302
        assert "撤回另报" in text(get(reporter, page))
        assert post(reporter, f"{page}claim/withdraw/").status_code == 302
        fed.hand_over()
        assert "已报送的另报数" in text(get(reporter, page))

        verifier = client_of(actor("yunnan", Role.VERIFIER))
        assert "90.1" in text(get(verifier, "/yunnan/appraisal/fact-claims/"))
        value = f"/yunnan/appraisal/values/{fed.current.pk}/"
        assert "取自资金台账，统计到 2026-10-31" in text(get(verifier, value))
        claim = f"/yunnan/appraisal/fact-claims/{FactClaim.objects.get().pk}"
        assert WHY in text(get(verifier, f"{claim}/accept/"))
        seen = {"lock_version": fed.current.lock_version, "reason": "国库回单属实。"}
        assert post(verifier, f"{claim}/accept/", {**seen, "reason": "行"}).status_code == 422
        assert post(verifier, f"{claim}/accept/", seen).status_code == 302
        assert post(verifier, f"{claim}/uphold/", seen).status_code == 409
        assert "采用另报数" in text(get(verifier, value))
        assert get(client_of(actor("yunnan", Role.PRINCIPAL_LEADER)), f"{claim}/uphold/").status_code == 403
        assert "采用另报数" in text(get(reporter, "/kunming/appraisal/fact-claims/"))

    def test_the_api_says_the_same(self, fed, actor, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
        set_script_prefix("/")
        url = f"/kunming/api/v1/periods/{fed.month.period.pk}/draft/values/{fed.indicator.pk}/"
        reporter = client_of(fed.month.reporter)

        def put(body: dict[str, Any]):
            with office_core.mounted(office_core.PUBLIC):
                return reporter.put(f"{url}claim/", body, content_type="application/json")

        assert put({"fact": {"value": "84.6"}, "reason": WHY}).status_code == 422
        shown = put({"fact": {"value": "90.1"}, "reason": WHY}).json()
        assert (shown["published"]["claim"]["fact"], shown["refusals"]["claim"]) == ({"value": "90.1"}, None)
        assert put({"fact": {"value": "91"}, "reason": WHY}).status_code == 409
        with office_core.mounted(office_core.PUBLIC):
            assert reporter.delete(f"{url}claim/").json()["published"]["claim"] is None
        fed.hand_over()

        verifier = client_of(actor("yunnan", Role.VERIFIER))
        (row,) = get(verifier, "/yunnan/api/v1/fact-claims/?state=OPEN").json()["results"]
        assert (row["claimed_against"], row["claim"]["fact"], row["moved"]) == (
            {"value": "84.6"},
            {"value": "90.1"},
            False,
        )
        given = {"accept": True, "reason": "国库回单属实。", "lock_version": row["lock_version"]}
        url = f"/yunnan/api/v1/fact-claims/{row['claim']['id']}/"
        with office_core.mounted(office_core.PUBLIC):
            done = verifier.post(f"{url}decision/", given, content_type="application/json")
            again = verifier.post(f"{url}decision/", given, content_type="application/json")
        assert (done.json()["final_fact"], again.status_code) == ({"value": "90.1"}, 409)
        assert get(verifier, url).json()["claim"]["state"] == "ACCEPTED"
        report = FactClaim.objects.get().report_id
        assert get(reporter, f"/kunming/api/v1/reports/{report}/").json()["claims"][0]["reason"] == WHY
        assert get(verifier, f"/yunnan/api/v1/values/{fed.current.pk}/").json()["claims"][0]["state"] == "ACCEPTED"


def client_of(person: Any) -> Client:
    client = Client()
    with office_core.mounted(office_core.PUBLIC):
        client.force_login(User.objects.get(pk=person.user_id))
    return client


def get(client: Client, url: str):
    with office_core.mounted(office_core.PUBLIC):
        return client.get(url)


def post(client: Client, url: str, data: dict[str, Any] | None = None):
    with office_core.mounted(office_core.PUBLIC):
        return client.post(url, data or {})


def text(response: Any) -> str:
    return response.content.decode()
