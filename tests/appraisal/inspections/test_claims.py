"""A false claim: the prefecture is heard, a second person confirms, the indicator counts 0 and five points go."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from appraisal.checker import recheck
from appraisal.inspections.models import FalseClaim
from appraisal.inspections.reactions.evidence import inspected
from appraisal.inspections.selectors import claims as selectors
from appraisal.inspections.usecases import claims, tasks
from appraisal.ledger.models import CurrentValue, Objection, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.selectors import facts
from appraisal.ledger.selectors import objections as objections_selectors
from appraisal.ledger.usecases import adjustments, objections, scores
from appraisal.library import usecases as library
from appraisal.library.models import Indicator, TemplateVersion
from appraisal.library.schemes import scheme_of
from appraisal.rules import engine
from core import events
from core.errors import Conflict, Denied, Invalid, NotFound, Refusal
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.inspections.test_tasks import FOUND, paper, underway
from tests.appraisal.panel_setting import HEARING, heard
from tests.appraisal.verification_setting import Year
from tests.conftest import NOON, TODAY

LATER = NOON + timedelta(days=30)
DECISION = "花名册与户籍核对，二十人不存在"
JSON = "application/json"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def inspector(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.INSPECTOR)


def propose(year: Year, who: Actor, office: Office, **more: Any) -> FalseClaim:
    return claims.propose_false_claim(**{
        "cycle_id": year.cycle.pk, "office_id": office.pk, "indicator": "A1", "month": 10, "facts": FOUND,
        "evidence": [str(paper("yunnan").pk)], "actor": who, "at": NOON, **more,
    })  # fmt: skip


def confirm(claim: FalseClaim, actor: Actor, at: Any = LATER, decision: str = DECISION) -> FalseClaim:
    return claims.confirm_false_claim(claim_id=claim.pk, decision=decision, actor=actor, at=at)


def waiting(who: Actor, at: Any = NOON) -> list[FalseClaim]:
    return list(selectors.waiting(who, on=timezone.localdate(at)))


def run(year: Year, admin: Actor, month: int = 10) -> ScoreRun:
    made = scores.new_run(year.periods[month], note="", actor=admin, at=NOON)
    return scores.calculate_run(run_id=made.pk, actor=admin, at=NOON)


class TestTheConsequence:
    def test_the_indicator_counts_nothing_and_five_points_are_deducted(
        self, year: Year, admin: Actor, inspector: Actor, kunming: Office
    ) -> None:
        year.report(kunming)
        before = run(year, admin)

        confirm(propose(year, inspector, kunming), admin)
        after = run(year, admin)

        def card(of: ScoreRun) -> Scorecard:
            return Scorecard.objects.get(run=of, office=kunming)

        line = ScoreLine.objects.get(card=card(after), indicator=year.indicators["A1"])
        lost = ScoreLine.objects.get(card=card(before), indicator=year.indicators["A1"]).score
        assert lost > 0
        assert line.score == 0
        assert line.trace["zeroed"] == ["填报虚假数据"]
        assert "line.zeroed" in [step["key"] for step in line.trace["steps"]]
        assert card(after).deduction == 5
        expected = card(before).indicator_total - lost
        assert card(after).total == max(Decimal(0), expected - 5).quantize(Decimal("0.01"))
        assert before.inputs_sha256 != after.inputs_sha256
        whole = {**card(after).trace, "lines": [row.trace for row in ScoreLine.objects.filter(card=card(after))]}
        assert [each for each in recheck(whole) if not each.place.startswith("group")] == []

    def test_a_revoked_adjustment_gives_the_indicator_back(
        self, year: Year, admin: Actor, inspector: Actor, kunming: Office
    ) -> None:
        year.report(kunming)
        before = run(year, admin)
        claim = confirm(propose(year, inspector, kunming), admin)
        assert claim.adjustment is not None

        adjustments.revoke_adjustment(
            adjustment_id=claim.adjustment.pk, reason="法院判决撤销认定", actor=admin, at=LATER
        )

        assert run(year, admin).outputs_sha256 == before.outputs_sha256

    def test_counts_from_the_first_month_that_is_not_published(
        self, year: Year, admin: Actor, inspector: Actor, kunming: Office
    ) -> None:
        year.publish(month=9)
        year.publish(month=10)

        claim = confirm(propose(year, inspector, kunming, month=9), admin)

        assert claim.adjustment is not None
        assert (claim.adjustment.from_month, claim.adjustment.indicator) == (11, year.indicators["A1"])
        assert (claim.adjustment.code, claim.adjustment.points) == ("M4", 5)

    def test_only_a_deduction_zeroes(self, year: Year, admin: Actor, inspector: Actor, kunming: Office) -> None:
        claim = confirm(propose(year, inspector, kunming), admin)

        with pytest.raises(IntegrityError, match="only_a_deduction_zeroes_an_indicator"), transaction.atomic():
            type(claim.adjustment).objects.filter(pk=claim.adjustment_id).update(kind="BONUS")


class TestAppeal:
    """The prefecture objects to the line that counts 0; upheld, zero and deduction go together, or stay together."""

    @pytest.fixture
    def appealed(self, year: Year, admin: Actor, inspector: Actor, kunming: Office, reporter: Actor) -> Objection:
        year.report(kunming)
        confirm(propose(year, inspector, kunming), admin)
        CurrentValue.objects.update(state="VERIFIED")
        done = scores.publish_run(run_id=run(year, admin).pk, actor=admin, at=NOON)
        return objections.file_objection(
            line_id=year.line(done, kunming, "A1").pk,
            grounds="法院已确认花名册属实",
            evidence=[],
            actor=reporter,
            at=NOON,
        )

    def decide(self, row: Objection, who: Actor, **more: Any) -> Objection:
        given = {"upheld": True, "decision": "法院判决花名册属实，撤销认定", "at": NOON, **HEARING, **more}
        if not row.seats.exists():
            heard(row, upheld=bool(given["upheld"]))
        return objections.decide_objection(objection_id=row.pk, actor=who, **given)

    def test_upheld_takes_back_both_and_nothing_else_has_to_be_typed(
        self, year: Year, appealed: Objection, admin: Actor, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        published = appealed.line.card
        assert (appealed.line.score, published.deduction) == (0, 5)

        self.decide(appealed, actor("yunnan", Role.PRINCIPAL_LEADER))

        claim = FalseClaim.objects.get()
        assert claim.adjustment is not None
        assert (claim.state, claim.adjustment.revoke_reason) == ("CONFIRMED", "申诉复核：法院判决花名册属实，撤销认定")
        told = [event.name for event in events.timeline(f"ledger.adjustment:{claim.adjustment.pk}")]
        assert told == ["AdjustmentRevoked", "AdjustmentRecorded"]
        again = Scorecard.objects.get(run=run(year, admin), office=kunming)
        line = ScoreLine.objects.get(card=again, indicator=year.indicators["A1"])
        assert (line.score > 0, again.deduction, "zeroed" in line.trace) == (True, 0, False)
        published.refresh_from_db()
        assert published.deduction == 5  # what is published stays

    def test_rejected_leaves_both(
        self, appealed: Objection, admin: Actor, actor: Callable[..., Actor], year: Year, kunming: Office
    ) -> None:
        self.decide(appealed, actor("yunnan", Role.PRINCIPAL_LEADER), upheld=False)

        assert Scorecard.objects.get(run=run(year, admin), office=kunming).deduction == 5

    def test_nobody_decides_about_what_they_confirmed(self, appealed: Objection, admin: Actor) -> None:
        for upheld in (True, False):
            with pytest.raises(Denied, match="由您认定"):
                self.decide(appealed, admin, upheld=upheld)
        assert "由您认定" in str(objections_selectors.decide_refusal(admin, appealed, on=TODAY))

    def test_on_the_page_and_for_whom(
        self, appealed: Objection, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOON)
        path, leader = f"appraisal/objections/{appealed.pk}/", signed_in("yunnan", Role.PRINCIPAL_LEADER)
        assert "另扣 5.00 分" in signed_in("kunming", Role.REPORTER).get(f"/kunming/{path}").content.decode()
        hearing = {"heard_on": "2026-11-05", "minutes": "复核纪要〔2026〕1号"}
        form = {"upheld": "upheld", "value": "800", "decision": "法院判决花名册属实，撤销认定", **hearing}
        heard(appealed)
        assert "一并撤销" in leader.get(f"/yunnan/{path}decide/").content.decode()

        assert leader.post(f"/yunnan/{path}decide/", form).status_code == 302

        claim = FalseClaim.objects.get()
        shown = signed_in("kunming", Role.REPORTER).get(f"/kunming/inspections/claims/{claim.pk}/").content.decode()
        assert "认定已撤销" in shown

    def test_what_was_taken_back_before_is_not_taken_back_twice(
        self, appealed: Objection, admin: Actor, actor: Callable[..., Actor]
    ) -> None:
        claim = FalseClaim.objects.get()
        assert claim.adjustment is not None
        adjustments.revoke_adjustment(adjustment_id=claim.adjustment.pk, reason="法院判决撤销", actor=admin, at=NOON)

        with pytest.raises(Invalid, match="更正后的数值"):  # nothing is left that an upheld objection would change
            self.decide(appealed, actor("yunnan", Role.PRINCIPAL_LEADER))
        claim.adjustment.refresh_from_db()
        assert claim.adjustment.revoke_reason == "法院判决撤销"

    def test_a_false_claim_follows_its_indicator_into_an_amended_scheme(
        self, year: Year, admin: Actor, inspector: Actor, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        year.report(kunming)
        confirm(propose(year, inspector, kunming), admin)
        copy = library.copy_version(version_id=year.cycle.version_id, actor=admin, at=NOON)
        renamed = copy.indicators.get(code="A1")
        Indicator.objects.filter(pk=renamed.pk).update(code="A9", origins=["A1"])
        TemplateVersion.objects.filter(pk=copy.pk).update(
            state="PUBLISHED", published_by_id=1, published_at=NOON, minutes_number="〔2026〕9号"
        )
        copy.refresh_from_db()

        situation = facts.situation_of(year.period, copy)

        assert [(each.indicator, each.reason) for each in situation.adjustments["kunming"].zeroed] == [
            ("A9", "填报虚假数据")
        ]
        engine.score(scheme_of(copy), situation.peers, situation.facts, situation.adjustments)


class TestHearing:
    def test_the_prefecture_speaks_once_and_in_time(
        self, year: Year, inspector: Actor, kunming: Office, reporter: Actor, admin: Actor,
        actor: Callable[..., Actor],
    ) -> None:  # fmt: skip
        claim = propose(year, inspector, kunming)

        def state(who: Actor, at: Any = NOON, text: str = "二十人因迁出未及时核减") -> FalseClaim:
            return claims.state_side(claim_id=claim.pk, text=text, evidence=[], actor=who, at=at)

        assert claim.hear_until.isoformat() == "2026-11-12"  # five working days after 5 November
        refusals: list[tuple[type[Refusal], Actor, dict[str, Any]]] = [
            (Denied, admin, {}), (NotFound, actor("puer", Role.REPORTER), {}),
            (Denied, actor("kunming", Role.REVIEWER), {}), (Conflict, reporter, {"at": LATER}),
            (Invalid, reporter, {"text": "不"}),
        ]  # fmt: skip
        for kind, who, more in refusals:
            with pytest.raises(kind):
                state(who, **more)
        state(reporter)
        with pytest.raises(Conflict, match="已经陈述"):
            state(reporter)
        confirm(claim, admin, at=NOON)  # heard, so nothing has to be waited for
        assert [event.name for event in events.timeline(claim.subject)] == [
            "FalseClaimConfirmed", "FalseClaimAnswered", "FalseClaimProposed",
        ]  # fmt: skip

    def test_nothing_is_confirmed_before_it_was_heard_nor_by_one_person(
        self, year: Year, inspector: Actor, kunming: Office, admin: Actor, reporter: Actor,
        actor: Callable[..., Actor],
    ) -> None:  # fmt: skip
        claim, own = propose(year, inspector, kunming), propose(year, admin, kunming, indicator="B6")

        refusals: list[tuple[type[Refusal], str, FalseClaim, Actor, dict[str, Any]]] = [
            (Conflict, "2026-11-12 以后", claim, admin, {"at": NOON}),
            (Denied, "另一个人确认", own, admin, {}),
            (Denied, "确认、撤销", claim, inspector, {}),
            (Denied, "确认、撤销", claim, reporter, {}),
            (NotFound, "没有", claim, actor("shifan", Role.APPRAISAL_ADMIN), {}),
            (Invalid, "理由", claim, admin, {"decision": "是"}),
        ]
        for kind, words, row, who, more in refusals:
            with pytest.raises(kind, match=words):
                confirm(row, who, **more)
        confirm(claim, admin)
        for act in (confirm, lambda row, who: claims.drop_false_claim(
            claim_id=row.pk, decision=DECISION, actor=who, at=LATER
        )):  # fmt: skip
            with pytest.raises(Conflict, match="已作出决定：已认定"):
                act(claim, admin)
        confirm(own, actor("yunnan", Role.PRINCIPAL_LEADER))

    def test_the_database_keeps_two_people(self, year: Year, inspector: Actor, kunming: Office, admin: Actor) -> None:
        claim = confirm(propose(year, inspector, kunming), admin)

        with pytest.raises(IntegrityError, match="of_another_person"), transaction.atomic():
            FalseClaim.objects.filter(pk=claim.pk).update(decided_by_id=inspector.user_id)

    def test_dropped_nothing_follows_and_it_may_be_proposed_anew(
        self, year: Year, inspector: Actor, kunming: Office, admin: Actor
    ) -> None:
        claim = propose(year, inspector, kunming)
        with pytest.raises(Conflict, match="已在认定中"):
            propose(year, inspector, kunming)

        claims.drop_false_claim(claim_id=claim.pk, decision="系统口径调整所致，不属虚假", actor=admin, at=NOON)

        assert propose(year, inspector, kunming).state == "HEARING"
        claim.refresh_from_db()
        assert (claim.state, claim.adjustment) == ("DROPPED", None)


class TestProposing:
    def test_from_a_finding_with_its_evidence(
        self, year: Year, inspector: Actor, kunming: Office, puer: Office, admin: Actor, reporter: Actor
    ) -> None:
        task = underway(year, admin, kunming, [inspector])
        finding = tasks.record_finding(
            task_id=task.pk, text=FOUND, consequence="FALSE", indicator="A1", evidence=[str(paper("yunnan").pk)],
            actor=inspector, at=NOON,
        )  # fmt: skip

        claim = propose(year, inspector, kunming, finding_id=finding.pk, evidence=[])

        assert claim.evidence == finding.evidence
        with pytest.raises(NotFound):
            propose(year, inspector, puer, finding_id=finding.pk)
        assert (waiting(reporter), waiting(admin), waiting(inspector)) == ([claim], [], [])  # heard first
        assert (waiting(reporter, LATER), waiting(admin, LATER)) == ([], [claim])

    def test_wants_everything_by_the_bureau(
        self, year: Year, inspector: Actor, kunming: Office, qinghe: Office, reporter: Actor,
        actor: Callable[..., Actor],
    ) -> None:  # fmt: skip
        refusals: list[tuple[type[Refusal], dict[str, Any]]] = [
            (Invalid, {"indicator": "Z9"}), (Invalid, {"month": 13}), (Invalid, {"facts": "假"}),
            (Invalid, {"evidence": []}), (NotFound, {"office_id": qinghe.pk}), (NotFound, {"finding_id": 1}),
            (Denied, {"actor": reporter}), (Denied, {"actor": actor("yunnan", Role.PRINCIPAL_LEADER)}),
            (NotFound, {"actor": actor("shifan", Role.VERIFIER)}),
        ]  # fmt: skip
        for kind, wrong in refusals:
            with pytest.raises(kind):
                propose(year, inspector, kunming, **wrong)

    def test_each_side_reads_the_others_files(
        self, year: Year, inspector: Actor, kunming: Office, reporter: Actor, actor: Callable[..., Actor]
    ) -> None:
        shown, answered = paper("yunnan"), paper("kunming")
        claim = propose(year, inspector, kunming, evidence=[str(shown.pk)])
        claims.state_side(
            claim_id=claim.pk, text="二十人因迁出未及时核减", evidence=[str(answered.pk)], actor=reporter, at=NOON
        )

        assert inspected(reporter, shown)
        assert inspected(inspector, answered)
        assert not inspected(actor("puer", Role.REPORTER), shown)
        assert not inspected(actor("shifan", Role.VERIFIER), answered)


class TestPages:
    @pytest.fixture(autouse=True)
    def in_november(self, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOON)
        settings.EVIDENCE_DIR = tmp_path

    def test_from_proposal_to_decision(self, year: Year, kunming: Office, signed_in: Callable[..., Client]) -> None:
        inspector, admin = signed_in("yunnan", Role.INSPECTOR), signed_in("yunnan", Role.APPRAISAL_ADMIN)
        form = {"office_id": kunming.pk, "indicator": "A1", "month": 10, "facts": FOUND}
        assert inspector.get("/yunnan/inspections/claims/new/").status_code == 200
        bare = inspector.post("/yunnan/inspections/claims/new/", form)
        assert (bare.status_code, "须附证据" in bare.content.decode()) == (422, True)
        upload = SimpleUploadedFile("核对表.pdf", PDF, "application/pdf")
        made = inspector.post("/yunnan/inspections/claims/new/", {**form, "evidence": upload})
        assert made.status_code == 302
        claim = FalseClaim.objects.get()
        ours, theirs = f"/yunnan/inspections/claims/{claim.pk}/", f"/kunming/inspections/claims/{claim.pk}/"
        below = signed_in("kunming", Role.REPORTER)
        assert "年度搬迁安置人口完成率" in below.get("/kunming/inspections/claims/").content.decode()
        assert FOUND in below.get(theirs).content.decode()
        assert admin.get(f"{ours}confirm/").status_code == 409
        assert below.get(f"{theirs}statement/").status_code == 200
        assert below.post(f"{theirs}statement/", {"text": "二十人因迁出未及时核减"}).status_code == 302
        assert admin.get(f"{ours}confirm/").status_code == admin.get(f"{ours}drop/").status_code == 200
        assert inspector.post(f"{ours}confirm/", {"decision": DECISION}).status_code == 403
        assert admin.post(f"{ours}confirm/", {"decision": DECISION}).status_code == 302
        assert "计 0 分" in below.get(theirs).content.decode()
        assert "计 0 分" in admin.get("/yunnan/appraisal/adjustments/").content.decode()

    def test_the_api_says_and_does_the_same(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client]
    ) -> None:
        inspector, admin = signed_in("yunnan", Role.INSPECTOR), signed_in("yunnan", Role.APPRAISAL_ADMIN)
        body = {
            "cycle_id": year.cycle.pk, "office_id": kunming.pk, "indicator": "A1", "month": 10, "facts": FOUND,
            "evidence": [str(paper("yunnan").pk)],
        }  # fmt: skip

        def post(client: Client, path: str, data: object) -> Any:
            return client.post(path, data, content_type=JSON)

        made = post(inspector, "/yunnan/api/v1/false-claims/", body)
        assert made.status_code == 201, made.content
        ours = f"/yunnan/api/v1/false-claims/{made.json()['id']}/"
        below = signed_in("kunming", Role.ISSUER)
        stated = post(below, f"{ours.replace('yunnan', 'kunming')}statement/", {"text": "二十人因迁出未及时核减"})
        assert stated.json()["statement"] == "二十人因迁出未及时核减"
        assert post(inspector, f"{ours}confirmation/", {"decision": DECISION}).status_code == 403
        assert post(admin, f"{ours}confirmation/", {"decision": DECISION}).json()["state"] == "CONFIRMED"
        assert post(admin, f"{ours}dropping/", {"decision": DECISION}).status_code == 409
        listed = below.get("/kunming/api/v1/false-claims/", {"state": "CONFIRMED"}).json()
        assert [row["indicator"] for row in listed["results"]] == ["A1"]
