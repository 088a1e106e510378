"""Targets in two rounds: each side in its turn, differences seen, the end in the letter's draft."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.ledger.models import Consultation, CurrentValue, ReportedValue, Target, TargetLetter
from appraisal.ledger.selectors import consultations as selectors
from appraisal.ledger.states import ConsultationState
from appraisal.ledger.usecases import consultations, cycles, letters
from appraisal.ledger.usecases.consultations import Proposed
from core.errors import Conflict, Denied, Invalid, NotFound, Refusal
from core.models import EventRecord
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON

CODES = ("A1", "A2")  # the indicators of the small template whose target the letter gives


@pytest.fixture
def prepared(actor, offices) -> setting.Running:
    return setting.prepared_cycle(actor, offices)


@pytest.fixture
def opened(prepared) -> Consultation:
    """Kunming's."""
    consultations.open_consultations(cycle_id=prepared.cycle.pk, actor=prepared.admin, at=NOON)
    return Consultation.objects.get(office__schema_name="kunming")


@pytest.fixture
def kunming_admin(actor):
    return actor("kunming", Role.APPRAISAL_ADMIN)


def rows(*figures: object, reason: str = "") -> list[Proposed]:
    return [Proposed(code, figure, reason) for code, figure in zip(CODES, figures, strict=True)]


def send(consultation: Consultation, actor, given: list[Proposed], note: str = "", *, at=NOON, **more) -> Consultation:
    lock = Consultation.objects.get(pk=consultation.pk).lock_version
    return consultations.send_figures(
        consultation_id=consultation.pk, rows=given, note=note, actor=actor, at=at, **({"lock_version": lock} | more)
    )


def walked(consultation: Consultation, prepared, office, *, final: list[Proposed]) -> Consultation:
    """All four steps."""
    send(consultation, office, rows("1000", "200"))
    send(consultation, prepared.admin, rows("1300", "200"), "省级下达计划增加")
    send(consultation, office, rows("1200", "200", reason="两个安置点用地未批"))
    return send(consultation, prepared.admin, final, "按用地批复情况折中")


class TestOpening:
    def test_asks_everybody_for_every_target_that_the_letter_gives(self, opened, prepared) -> None:
        assert Consultation.objects.count() == 3
        assert [row.indicator.code for row in selectors.figures(opened)] == list(CODES)
        # Ten working days after Thursday 5 November 2026.
        assert opened.due_on == date(2026, 11, 19)

    def test_drafts_letters_that_are_missing(self, actor, offices) -> None:
        prepared = setting.prepared_cycle(actor, offices)
        lone = prepared.letters["diqing"]
        lone.targets.all().delete()
        TargetLetter.objects.filter(pk=lone.pk)._raw_delete("default")  # without a look into offices' schemas
        consultations.open_consultations(cycle_id=prepared.cycle.pk, actor=prepared.admin, at=NOON)

        assert prepared.cycle.letters.count() == 3

    def test_happens_once(self, opened, prepared) -> None:
        with pytest.raises(Conflict, match="都已开始"):
            consultations.open_consultations(cycle_id=prepared.cycle.pk, actor=prepared.admin, at=NOON)

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [("yunnan", Role.PRINCIPAL_LEADER, Denied), ("kunming", Role.APPRAISAL_ADMIN, Denied),
         ("shifan", Role.APPRAISAL_ADMIN, NotFound)],
    )  # fmt: skip
    def test_is_for_the_bureaus_administrator(self, prepared, actor, office, role, refusal) -> None:
        with pytest.raises(refusal):
            consultations.open_consultations(cycle_id=prepared.cycle.pk, actor=actor(office, role), at=NOON)

    def test_brings_last_years_actuals_from_the_record(self, actor, offices) -> None:
        running = setting.running_cycle(actor, offices)
        for month, fact in ((11, "900"), (12, "1100.5")):
            value = ReportedValue.objects.create(
                period=running.period(month), office=offices["kunming"], indicator=running.indicator("A1"), version=1,
                source="report", fact={"value": fact}, entered_at=NOON,
            )  # fmt: skip
            CurrentValue.objects.create(
                period=value.period, office=value.office, indicator=value.indicator, value=value, state="VERIFIED",
                final_fact={"value": fact},
            )  # fmt: skip
        later = setting.opened_year(running, 2027)
        consultations.open_consultations(cycle_id=later.cycle.pk, actor=later.admin, at=NOON)
        row = selectors.figures(Consultation.objects.get(office__schema_name="kunming"))[0]

        assert (row.last_year, row.last_year_recorded) == (Decimal("1100.5"), True)


class TestTheRounds:
    def test_go_up_down_up_down_and_end_in_the_draft(self, opened, prepared, kunming_admin) -> None:
        done = walked(opened, prepared, kunming_admin, final=rows("1250", "200"))
        targets = {row.indicator.code: row.year_target for row in Target.objects.filter(letter__office=opened.office)}

        assert (done.state, done.due_on) == (ConsultationState.FINAL, None)
        assert (targets["A1"], targets["A2"]) == (1250, 200)
        first = selectors.figures(done)[0]
        assert first.differing == {"control", "second", "final"}
        assert selectors.figures(done)[1].differing == set()

    def test_without_a_figure_the_indicator_does_not_apply(self, opened, prepared, kunming_admin) -> None:
        final = [Proposed("A1", "1250"), Proposed("A2", "", "本年无投资任务")]
        walked(opened, prepared, kunming_admin, final=final)
        target = Target.objects.get(letter__office=opened.office, indicator__code="A2")

        assert (target.applicable, target.not_applicable_reason) == (False, "本年无投资任务")

    def test_quarters_of_the_draft_stay_where_they_fit(self, opened, prepared, kunming_admin) -> None:
        letter = prepared.letters["kunming"]
        drafted = [letters.TargetRow(code, year_target="1000", q1="100", q2="400", q3="700") for code in CODES]
        letters.save_targets(letter_id=letter.pk, rows=drafted, lock_version=0, actor=prepared.admin, at=NOON)
        walked(opened, prepared, kunming_admin, final=rows("1250", "200"))
        kept = {row.indicator.code: row.q3 for row in Target.objects.filter(letter=letter, indicator__code__in=CODES)}

        assert kept == {"A1": 700, "A2": None}

    def test_a_step_is_sent_again_until_it_is_answered(self, opened, prepared, kunming_admin) -> None:
        send(opened, kunming_admin, rows("1000", "200"))
        again = send(opened, kunming_admin, rows("1010", "200"))
        assert (again.state, selectors.figures(again)[0].first) == (ConsultationState.FIRST, 1010)
        send(opened, prepared.admin, rows("1010", "200"))
        send(opened, kunming_admin, rows("1010", "200"))  # already the second proposal
        with pytest.raises(Conflict, match="改动过这里"):
            send(opened, kunming_admin, rows("1", "2"), lock_version=1)

    def test_the_due_day_of_each_step_is_reckoned_from_the_one_before(self, opened, prepared, kunming_admin) -> None:
        later = NOON + timedelta(days=20)  # 25 November: six days after the due day
        first = send(opened, kunming_admin, rows("1000", "200"), at=later)

        assert (first.first_late, first.due_on) == (True, date(2026, 12, 7))  # eight working days
        event = EventRecord.objects.get(name="FiguresSent")
        assert (event.data["late"], event.data["due_on"]) == (True, "2026-12-07")

    def test_last_years_actual_is_the_offices_word_where_there_is_no_record(self, opened, kunming_admin) -> None:
        send(opened, kunming_admin, [Proposed("A1", "1000", last_year="800"), Proposed("A2", "200")])
        row = selectors.figures(Consultation.objects.get(pk=opened.pk))[0]

        assert (row.last_year, row.last_year_recorded) == (800, False)
        assert selectors.change(row, "first") == {"amount": 200, "percent": 25}
        assert selectors.change(row, "control") is None


class TestRefusals:
    @pytest.mark.parametrize(
        ("given", "field", "said"),
        [
            ([Proposed("A1", "1")], "figure", "每个指标都要填"),
            ([Proposed("A1", "1"), Proposed("A2", "")], "reason", "写明理由"),
            ([Proposed("A1", "1"), Proposed("A2", "0")], "figure", "不适用"),
            ([Proposed("A1", "1"), Proposed("A2", "-1")], "figure", "0 与"),
            ([Proposed("A1", "1"), Proposed("A2", "x")], "figure", "不是数字"),
            ([Proposed("A1", "1"), Proposed("A2", "1", "很" * 201)], "reason", "200"),
            ([*rows("1", "2"), Proposed("Q9", "1")], "code", "没有这个指标"),
            ([*rows("1", "2"), Proposed("A1", "1")], "code", "两次"),
        ],
    )
    def test_name_the_row(self, opened, kunming_admin, given, field, said) -> None:
        with pytest.raises(Invalid, match=said) as refusal:
            send(opened, kunming_admin, given)
        assert refusal.value.rows[0]["field"] == field

    def test_the_bureau_says_why_it_differs_and_the_office_does_for_each(self, opened, prepared, kunming_admin) -> None:
        send(opened, kunming_admin, rows("1000", "200"))
        with pytest.raises(Invalid, match="A1 与州市所报不同") as refusal:
            send(opened, prepared.admin, rows("1300", "200"))
        assert refusal.value.field == "note"
        send(opened, prepared.admin, rows("1300", "200"), "计划增加")
        with pytest.raises(Invalid, match="与控制数 1300 不同"):
            send(opened, kunming_admin, rows("1200", "200"))

    def test_each_waits_for_its_turn(self, opened, prepared, kunming_admin) -> None:
        with pytest.raises(Conflict, match="还没有一上"):
            send(opened, prepared.admin, rows("1", "2"))
        walked(opened, prepared, kunming_admin, final=rows("1250", "200"))
        for side in (prepared.admin, kunming_admin):
            with pytest.raises(Conflict, match="二下确定"):
                send(opened, side, rows("1", "2"))

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [("kunming", Role.REPORTER, Denied), ("yunnan", Role.VERIFIER, Denied),
         ("puer", Role.APPRAISAL_ADMIN, NotFound), ("shifan", Role.APPRAISAL_ADMIN, NotFound)],
    )  # fmt: skip
    def test_nobody_else_sends(self, opened, actor, office, role, refusal) -> None:
        with pytest.raises(refusal):
            send(opened, actor(office, role), rows("1", "2"))

    def test_a_signed_letter_takes_no_final_targets(self, opened, prepared, kunming_admin) -> None:
        setting.issued_letter(prepared, "kunming")
        send(opened, kunming_admin, rows("1000", "200"))
        send(opened, prepared.admin, rows("1000", "200"))
        send(opened, kunming_admin, rows("1000", "200"))
        with pytest.raises(Conflict, match="写入责任书草稿：责任书已由省级签署"):
            send(opened, prepared.admin, rows("1000", "200"))

    def test_a_started_year_is_no_longer_agreed_on(self, opened, prepared, kunming_admin, actor) -> None:
        for name in setting.PREFECTURES:
            letter = setting.issued_letter(prepared, name)
            signer = actor(name, Role.PRINCIPAL_LEADER)
            letters.sign_letter(letter_id=letter.pk, lock_version=letter.lock_version, actor=signer, at=NOON)
        cycles.start_cycle(cycle_id=prepared.cycle.pk, actor=prepared.admin, at=NOON)
        with pytest.raises(Conflict, match="已启动"):
            send(opened, kunming_admin, rows("1", "2"))


class TestSeeing:
    def test_an_office_sees_its_own(self, opened, prepared, actor) -> None:
        assert selectors.consultations_for(prepared.admin).count() == 3
        assert [row.office.schema_name for row in selectors.consultations_for(actor("puer", Role.REPORTER))] == ["puer"]
        assert selectors.consultations_for(actor("shifan", Role.APPRAISAL_ADMIN)).count() == 0

    def test_what_waits_is_counted_for_who_may_send(self, opened, kunming_admin, actor) -> None:
        assert selectors.awaited_of_office(kunming_admin).count() == 1
        assert selectors.awaited_of_office(actor("kunming", Role.REPORTER)).count() == 0
        send(opened, kunming_admin, rows("1", "2"))
        assert selectors.awaited_of_office(kunming_admin).count() == 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["office", "bureau"]), st.sampled_from(["100", "200"])), max_size=7))
def test_whoever_sends_in_whatever_order_the_record_stays_in_step(opened, prepared, kunming_admin, moves) -> None:
    """Any order of attempts: a refusal changes nothing, and what was sent follows the four steps."""
    Consultation.objects.filter(pk=opened.pk).update(
        state="OPEN", first_at=None, control_at=None, second_at=None, final_at=None, due_on=NOON.date()
    )
    opened.figures.update(first=None, control=None, second=None, final=None)
    sent = []
    for side, figure in moves:
        before = Consultation.objects.get(pk=opened.pk)
        try:
            done = send(
                opened, kunming_admin if side == "office" else prepared.admin, rows(figure, figure, reason="因"), "因"
            )
        except Refusal:
            now = Consultation.objects.get(pk=opened.pk)
            assert (now.state, now.lock_version) == (before.state, before.lock_version)
            continue
        sent.append(done.state)
    order = [ConsultationState(state) for state in ("FIRST", "CONTROL", "SECOND", "FINAL")]
    steps = [state for place, state in enumerate(sent) if place == 0 or state != sent[place - 1]]

    assert steps == order[: len(steps)]


class TestPagesAndApi:
    def test_go_through_all_steps(self, prepared, signed_in) -> None:
        admin, office = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("kunming", Role.APPRAISAL_ADMIN)
        at = f"/yunnan/appraisal/cycles/{prepared.cycle.pk}/consultations/"
        assert "还没有开始商定" in admin.get(at).content.decode()
        assert admin.post(at).status_code == 302
        assert admin.post(at).status_code == 409
        consultation = Consultation.objects.get(office__schema_name="kunming")
        page = f"appraisal/consultations/{consultation.pk}/"
        assert "2026 年目标商定" in office.get("/kunming/appraisal/my-letter/").content.decode()
        assert "送出一上" in office.get(f"/kunming/{page}").content.decode()
        body = {"A1-figure": "1000", "A2-figure": "x", "lock_version": 0, "A1-last_year": "900"}
        wrong = office.post(f"/kunming/{page}", body)
        assert (wrong.status_code, "不是数字" in wrong.content.decode()) == (422, True)
        assert office.post(f"/kunming/{page}", body | {"A2-figure": "200"}).status_code == 302
        assert office.post(f"/kunming/{page}", body | {"A2-figure": "200"}).status_code == 409
        assert "+11.1%" in admin.get(f"/yunnan/{page}").content.decode()
        api = f"/yunnan/api/v1/consultations/{consultation.pk}/"
        body = {
            "lock_version": 1,
            "note": "计划增加",
            "rows": [{"code": "A1", "figure": "1100"}, {"code": "A2", "figure": "200"}],
        }
        sent = admin.post(f"{api}figures/", body, "application/json")
        assert (sent.status_code, sent.json()["state"]) == (200, "CONTROL")
        assert sent.json()["figures"][0]["differing"] == ["control"]
        below = f"/kunming/api/v1/consultations/{consultation.pk}/"
        body = {"lock_version": 2, "rows": [{"code": "A1", "figure": "1050"}, {"code": "A2", "figure": "200"}]}
        refused = office.post(f"{below}figures/", body, "application/json")
        assert (refused.status_code, refused.json()["rows"][0]["code"]) == (422, "A1")
        body["rows"][0]["reason"] = "用地未批"
        assert office.post(f"{below}figures/", body, "application/json").json()["state"] == "SECOND"
        assert office.get(below).json()["refusals"]["send"] is None  # until the bureau answers
        listed = admin.get("/yunnan/api/v1/consultations/?year=2026&state=SECOND").json()
        assert [row["office"]["schema_name"] for row in listed["results"]] == ["kunming"]

    def test_of_others_are_not_found(self, opened, signed_in) -> None:
        for name in ("puer", "shifan"):
            client = signed_in(name, Role.APPRAISAL_ADMIN)
            assert client.get(f"/{name}/appraisal/consultations/{opened.pk}/").status_code == 404
            assert client.get(f"/{name}/api/v1/consultations/{opened.pk}/").status_code == 404
