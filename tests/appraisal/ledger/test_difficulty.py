"""Difficulty coefficients: set and published before the year, in every score's trace, locked afterwards."""

import copy
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from appraisal.checker import recheck
from appraisal.ledger.models import Cycle, Participant, Scorecard
from appraisal.ledger.selectors import facts
from appraisal.ledger.usecases import cycles, difficulty, letters, scores
from appraisal.ledger.usecases.difficulty import Coefficient
from appraisal.rules import engine, gains
from appraisal.rules.adjustments import Adjustments, difficulty_of
from appraisal.rules.exact import number
from appraisal.rules.scheme import scheme_of_rows
from appraisal.rules.trace import render_steps
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON


@pytest.fixture
def prepared(actor, offices) -> setting.Running:
    return setting.prepared_cycle(actor, offices)


def put(prepared, offices, *rows: tuple[str, str, str], actor=None) -> Cycle:
    given_rows = [Coefficient(offices[name].pk, value, reason) for name, value, reason in rows]
    return difficulty.set_difficulty(
        cycle_id=prepared.cycle.pk, rows=given_rows, actor=actor or prepared.admin, at=NOON
    )


def publish(prepared, actor=None, basis: str = "党组会纪要〔2026〕3号") -> Cycle:
    return difficulty.publish_difficulty(
        cycle_id=prepared.cycle.pk, basis=basis, actor=actor or prepared.admin, at=NOON
    )


def started(prepared, actor) -> Cycle:
    for name in setting.PREFECTURES:
        letter = setting.issued_letter(prepared, name)
        letters.sign_letter(
            letter_id=letter.pk, lock_version=letter.lock_version, actor=actor(name, Role.ISSUER), at=NOON
        )
    return cycles.start_cycle(cycle_id=prepared.cycle.pk, actor=prepared.admin, at=NOON)


class TestSetting:
    def test_keeps_what_is_given_and_the_others(self, prepared, offices) -> None:
        put(prepared, offices, ("kunming", "1.03", "在建电站三座"), ("puer", "", ""))
        kept = {
            row.office.schema_name: (row.difficulty, row.difficulty_reason) for row in prepared.cycle.participants.all()
        }

        assert kept == {"kunming": (Decimal("1.03"), "在建电站三座"), "puer": (1, ""), "diqing": (1, "")}

    @pytest.mark.parametrize(
        ("value", "reason", "field", "said"),
        [
            ("1.06", "x", "coefficient", "1.06 不在 0.95 与 1.05 之间"),
            ("0.949", "x", "coefficient", "之间"),
            ("1.0001", "x", "coefficient", "三位小数"),
            ("abc", "x", "coefficient", "不是数字"),
            ("NaN", "x", "coefficient", "三位小数"),
            ("1.02", " ", "reason", "写明理由"),
            ("1.02", "很" * 201, "reason", "200"),
        ],
    )
    def test_refuses_what_is_none(self, prepared, offices, value, reason, field, said) -> None:
        with pytest.raises(Invalid, match=said) as refusal:
            put(prepared, offices, ("kunming", value, reason))
        assert refusal.value.rows[0]["field"] == field
        assert Participant.objects.exclude(difficulty=1).count() == 0

    def test_refuses_who_takes_no_part(self, prepared, offices) -> None:
        with pytest.raises(Invalid, match="没有参加"):
            put(prepared, offices, ("qinghe", "1.01", "x"))

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [("yunnan", Role.PRINCIPAL_LEADER, Denied), ("kunming", Role.APPRAISAL_ADMIN, Denied),
         ("shifan", Role.APPRAISAL_ADMIN, NotFound)],
    )  # fmt: skip
    def test_is_for_the_bureaus_administrator(self, prepared, offices, actor, office, role, refusal) -> None:
        for act in (lambda who: put(prepared, offices, actor=who), lambda who: publish(prepared, who)):
            with pytest.raises(refusal):
                act(actor(office, role))


class TestPublishing:
    def test_comes_before_the_start(self, prepared, offices, actor) -> None:
        put(prepared, offices, ("kunming", "1.03", "在建电站三座"))
        with pytest.raises(Conflict, match="还没有公布"):
            started(prepared, actor)

    def test_happens_once_and_anew_after_a_change(self, prepared, offices) -> None:
        put(prepared, offices, ("kunming", "1.03", "在建电站三座"))
        assert publish(prepared).difficulty_basis == "党组会纪要〔2026〕3号"
        with pytest.raises(Conflict, match="不必再公布"):
            publish(prepared)
        put(prepared, offices, ("kunming", "1.03", "在建电站三座"))  # nothing changes
        assert Cycle.objects.get(pk=prepared.cycle.pk).difficulty_published_at == NOON
        put(prepared, offices, ("kunming", "1.02", "在建电站三座"))
        assert Cycle.objects.get(pk=prepared.cycle.pk).difficulty_published_at is None

    def test_other_groups_are_published_anew_too(self, prepared, offices) -> None:
        publish(prepared)
        peers = [cycles.Peer(offices[name].pk, 1, "相近") for name in setting.PREFECTURES]
        cycles.set_peer_groups(cycle_id=prepared.cycle.pk, groups=peers, actor=prepared.admin, at=NOON)

        assert Cycle.objects.get(pk=prepared.cycle.pk).difficulty_published_at is None

    def test_names_what_it_rests_on(self, prepared) -> None:
        with pytest.raises(Invalid) as refusal:
            publish(prepared, basis=" ")
        assert refusal.value.field == "basis"

    def test_is_seen_by_the_prefectures_from_then_on(self, prepared, offices, signed_in) -> None:
        put(prepared, offices, ("kunming", "1.03", "在建电站三座"))
        below, above = signed_in("puer", Role.REPORTER), signed_in("yunnan", Role.APPRAISAL_ADMIN)
        page, api = (
            f"appraisal/cycles/{prepared.cycle.pk}/difficulty/",
            f"api/v1/cycles/{prepared.cycle.pk}/difficulty/",
        )
        assert below.get(f"/puer/{page}").status_code == below.get(f"/puer/{api}").status_code == 404
        body = {f"k-{offices['kunming'].pk}": "1.5", f"r-{offices['kunming'].pk}": "在建电站三座"}
        wrong = above.post(f"/yunnan/{page}", body)
        assert (wrong.status_code, "之间" in wrong.content.decode()) == (422, True)
        assert above.post(f"/yunnan/{page}", body | {f"k-{offices['kunming'].pk}": "1.04"}).status_code == 302
        assert above.post(f"/yunnan/{page}publish/", {"basis": "纪要1号"}).status_code == 302
        assert "1.04" in below.get(f"/puer/{page}").content.decode()
        assert below.post(f"/puer/{page}", body).status_code == 403
        assert below.get(f"/puer/{api}").json()["results"][0]["difficulty"] == "1.040"
        rows = {"rows": [{"office_id": offices["puer"].pk, "coefficient": "0.98", "reason": "任务较轻"}]}
        put_ = above.put(f"/yunnan/{api}", rows, "application/json")
        assert (put_.status_code, put_.json()["difficulty_published_at"]) == (200, None)
        assert above.post(f"/yunnan/{api}publish/", {"basis": "纪要2号"}, "application/json").status_code == 200


class TestLocked:
    def test_once_the_year_has_started_in_the_database_too(self, prepared, offices, actor) -> None:
        put(prepared, offices, ("kunming", "1.03", "在建电站三座"))
        publish(prepared)
        started(prepared, actor)
        with pytest.raises(Conflict, match="已启动"):
            put(prepared, offices, ("kunming", "1.05", "改"))
        with pytest.raises(Conflict, match="已启动"):
            publish(prepared)
        with pytest.raises(IntegrityError, match="difficulty_is_locked"), transaction.atomic():
            Participant.objects.filter(office=offices["kunming"]).update(difficulty=Decimal("1.05"))
        Participant.objects.filter(office=offices["kunming"]).update(reason="别的列可以改")  # the control


class TestScoring:
    def test_every_card_says_what_multiplied_it(self, prepared, offices, actor) -> None:
        put(prepared, offices, ("kunming", "1.05", "在建电站三座"))
        publish(prepared)
        prepared.cycle = started(prepared, actor)
        assert set(facts.situation_of(prepared.period(10)).adjustments) == {"kunming"}
        run = scores.new_run(prepared.period(10), note="", actor=prepared.admin, at=NOON)
        scores.calculate_run(run_id=run.pk, actor=prepared.admin, at=NOON)
        cards = {card.office.schema_name: card for card in Scorecard.objects.select_related("office")}
        told = cards["kunming"].trace["total"]

        assert told["difficulty"]["coefficient"] == "1.05"
        assert "在建电站三座" in " ".join(render_steps(told["steps"]))
        assert "difficulty" not in cards["puer"].trace["total"]
        assert number(told["difficulty"]["weighted"]) == round(number(told["sum"]) * number("1.05"), 4)


SCHEME = scheme_of_rows(
    [{"code": "A", "name": "甲", "points": "100"},
     {"code": "A1", "parent": "A", "name": "一", "points": "100", "method": "MANUAL"}]
)  # fmt: skip
coefficients = st.decimals(Decimal("0.95"), Decimal("1.05"), places=3)
points = st.decimals(Decimal(0), Decimal(100), places=4)


def card_of(mark: Decimal, coefficient: Decimal):
    adjustments = {"x": Adjustments(difficulty=difficulty_of(number(coefficient), "边疆"))}
    return engine.score(SCHEME, {"x": "1"}, {"x": {"A1": {"points": str(mark)}}}, adjustments)["x"]


class TestTheChecker:
    @given(points, coefficients)
    def test_recomputes_every_total_from_the_trace_alone(self, mark, coefficient) -> None:
        assert recheck(card_of(mark, coefficient).as_json()) == []

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"coefficient": "1.04"}, "total.difficulty.weighted"),
            ({"coefficient": "1.2", "weighted": "96.0000"}, "total.difficulty.coefficient"),
            ({"weighted": "90.0000"}, "total.difficulty.weighted"),
            ({"reason": " "}, "total.difficulty.reason"),
        ],
    )
    def test_finds_a_coefficient_that_does_not_hold(self, change, place) -> None:
        whole = copy.deepcopy(card_of(Decimal(80), Decimal("1.03")).as_json())
        whole["total"]["difficulty"] |= change

        assert place in {difference.place for difference in recheck(whole)}

    def test_finds_one_that_was_taken_away(self) -> None:
        whole = copy.deepcopy(card_of(Decimal(80), Decimal("1.03")).as_json())
        del whole["total"]["difficulty"]

        assert {"total.steps", "total.total"} <= {difference.place for difference in recheck(whole)}

    @given(points, points, coefficients)
    def test_more_points_never_give_a_lower_total(self, one, other, coefficient) -> None:
        low, high = sorted((one, other))
        assert card_of(low, coefficient).total <= card_of(high, coefficient).total

    @given(points, coefficients)
    def test_a_gain_that_is_told_is_the_total_that_comes(self, mark, coefficient) -> None:
        now, then = card_of(mark, coefficient), card_of(Decimal(100), coefficient)
        gain = gains.Gain("A1", "WORK", {"key": "", "values": {}}, Decimal(100) - now.line("A1").score, Decimal(100))

        assert gains.total_with(now.trace, [gain]) == then.total
