"""Counties that moved from one letter to another, offices that merged (domain reference 2.7, 2 and 3)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.ledger.models import LetterChange, Participant, ScoreLine, TargetMilestone
from appraisal.ledger.selectors import facts, reports
from appraisal.ledger.states import LetterChangeState
from appraisal.ledger.usecases import changes, scores
from appraisal.ledger.usecases.changes import ChangedRow
from appraisal.reporting.rules import facts as reporting
from core.errors import Denied, Invalid, NotFound
from tenants.models import Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_letter_changes import (
    JULY,
    MERGER,
    approve,
    ask,
    move,
    target,
)
from tests.appraisal.ledger.test_scores import put
from tests.conftest import NOON


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def kunming_leader(actor):
    return actor("kunming", Role.PRINCIPAL_LEADER)


class TestACountyThatMoved:
    """Edge case 2: from one prefecture to another in the middle of the year."""

    def test_what_one_gives_up_the_other_takes_on(self, running) -> None:
        change = move(running, {"A1": "200"})
        assert (target("kunming").year_target, target("puer").year_target) == (1200, 1200)
        approve(change, running.leader)

        assert target("kunming").quarters == (250, 500, 750, 1000)
        assert target("puer").quarters == (350, 700, 1050, 1400)
        assert {each.state for each in LetterChange.objects.all()} == {LetterChangeState.APPROVED}
        assert target("kunming", "A2").year_target == 1200  # the others stay

    def test_both_or_neither(self, running) -> None:
        changes.refuse_change(change_id=move(running, {"A1": "200"}).pk, reason="未批", actor=running.leader, at=JULY)

        assert {each.state for each in LetterChange.objects.all()} == {LetterChangeState.REFUSED}
        assert target("puer").year_target == 1200

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.decimals(Decimal("0.0001"), Decimal(1200), places=4))
    def test_nothing_is_lost_on_the_way(self, running, amount) -> None:
        with transaction.atomic():
            approve(move(running, {"A1": str(amount)}), running.leader)
            kept, taken = target("kunming"), target("puer")
            transaction.set_rollback(True)
        pairs = zip(kept.quarters or (0, 0, 0, 0), taken.quarters, strict=True)
        assert [a + b for a, b in pairs] == [600, 1200, 1800, 2400]

    @pytest.mark.parametrize("amounts", [{"A1": "1200.5"}, {"A1": "0"}, {"A6": "1"}, {"Q9": "1"}, {}, {"A1": "x"}])
    def test_refuses_what_is_not_there(self, running, amounts) -> None:
        with pytest.raises(Invalid):
            move(running, amounts)

    @pytest.mark.parametrize(
        ("office", "role"), [("yunnan", Role.PRINCIPAL_LEADER), ("kunming", Role.PRINCIPAL_LEADER)]
    )
    def test_is_for_the_bureaus_administrator(self, running, actor, office, role) -> None:
        with pytest.raises((Denied, NotFound)):
            move(running, {"A1": "1"}, who=actor(office, role))


class TestOfficesThatMerged:
    """Edge case 3: one is appraised no more, the other has the targets of both."""

    def test_everything_moves_and_the_first_is_not_appraised_any_more(self, running) -> None:
        approve(move(running, {}, MERGER), running.leader)

        assert target("puer").year_target == 2400
        assert target("kunming").applicable is False
        assert Participant.objects.get(office__schema_name="kunming").left_on == date(2026, 10, 1)
        assert set(facts.situation_of(running.period(9)).peers) == {"kunming", "puer", "diqing"}
        assert set(facts.situation_of(running.period(10)).peers) == {"puer", "diqing"}

    def test_scores_of_both_months_can_be_calculated(self, running) -> None:
        approve(move(running, {}, MERGER), running.leader)
        counted = {}
        for month in (9, 10):
            run = scores.new_run(running.period(month), note="", actor=running.admin, at=NOON)
            counted[month] = scores.calculate_run(run_id=run.pk, actor=running.admin, at=NOON).cards.count()

        assert counted == {9: 3, 10: 2}


def stones(name: str) -> list[tuple[str, str, str]]:
    """Name, day, day it was done before, of the milestones the office has now."""
    rows = TargetMilestone.objects.here().filter(letter__office__schema_name=name).order_by("due_on", "pk")
    return [(row.name, f"{row.due_on}", f"{row.done_before or ''}") for row in rows]


def reported(running, offices, name: str, month: int, done: dict[str, str], **more):
    """The office's milestones in a month, verified: name → the day it was done on."""
    ids = dict(TargetMilestone.objects.filter(letter=running.letters[name]).values_list("name", "pk"))
    fact = {"done_on": {str(ids[each]): day for each, day in done.items()}}
    return put(running, offices[name], "A6", fact, month=month, **more)


def late(running, name: str, month: int) -> list[int]:
    """The days late of what is due, as the month is scored."""
    return facts.situation_of(running.period(month)).facts[name]["A6"]["late_days"]


class TestMilestonesOfOfficesThatMerged:
    """Edge case 3: whoever has the tasks has their milestones, and is scored by them."""

    def test_go_to_the_other_letter_with_their_days_and_what_is_done_stays_done(self, running, offices) -> None:
        for month in (3, 9):  # the later report says so, too; one that nobody verified says nothing
            reported(running, offices, "kunming", month, {"实施规划报批": "2026-04-10"})
        reported(
            running, offices, "kunming", 10, {"阶段性验收": "2026-10-01"}
        )  # not the merged office's month any more
        approve(move(running, {}, MERGER), running.leader)

        assert stones("kunming") == []
        assert stones("puer") == [
            ("实施规划报批", "2026-03-31", ""), ("实施规划报批（昆明市）", "2026-03-31", "2026-04-10"),
            ("阶段性验收", "2026-09-30", ""), ("阶段性验收（昆明市）", "2026-09-30", ""),
        ]  # fmt: skip
        content = running.letters["puer"].versions.get(number=2).content
        (row,) = [row for row in content["targets"] if row["code"] == "A6"]
        assert row["milestones"][1] == {
            "name": "实施规划报批（昆明市）", "due_on": "2026-03-31", "done_before": "2026-04-10"
        }  # fmt: skip
        (left,) = [
            row for row in running.letters["kunming"].versions.get(number=2).content["targets"] if row["code"] == "A6"
        ]
        assert (left["applicable"], left["milestones"]) == (False, [])

    def test_are_scored_for_the_receiver_from_then_on(self, running, offices) -> None:
        reported(running, offices, "kunming", 9, {"实施规划报批": "2026-04-10"})
        approve(move(running, {}, MERGER), running.leader)
        done = {"实施规划报批": "2026-03-30", "阶段性验收": "2026-09-30", "阶段性验收（昆明市）": "2026-10-05"}
        reported(running, offices, "puer", 9, {"实施规划报批": "2026-03-30"})
        reported(running, offices, "puer", 10, done)

        assert late(running, "puer", 9) == [0, 0]  # the second is due on the 30th itself
        assert sorted(late(running, "puer", 10)) == [0, 0, 5, 10]

    def test_months_before_stay_byte_for_byte(self, running, offices) -> None:
        """Also the merged office's own: its milestones are there for the months it was appraised in."""
        reported(running, offices, "kunming", 9, {"实施规划报批": "2026-04-10"})
        reported(running, offices, "puer", 9, {"实施规划报批": "2026-03-30", "阶段性验收": "2026-10-02"})
        before = {month: facts.situation_of(running.period(month)).sha256() for month in (1, 6, 9)}
        run = scores.new_run(running.period(9), note="", actor=running.admin, at=NOON)
        run = scores.calculate_run(run_id=run.pk, actor=running.admin, at=NOON)
        rows = list(ScoreLine.objects.filter(card__run=run).order_by("pk").values())
        scores.publish_run(run_id=run.pk, actor=running.admin, at=NOON)
        approve(move(running, {}, MERGER), running.leader)

        assert {month: facts.situation_of(running.period(month)).sha256() for month in (1, 6, 9)} == before
        assert list(ScoreLine.objects.filter(card__run=run).order_by("pk").values()) == rows
        assert late(running, "kunming", 9) == [10, 0]

    def test_the_receivers_form_asks_only_for_what_is_not_done(self, running, offices, actor) -> None:
        reported(running, offices, "kunming", 9, {"实施规划报批": "2026-04-10"})
        approve(move(running, {}, MERGER), running.leader)
        a6, people = running.indicator("A6"), actor("puer", Role.REPORTER)

        asked = {}
        for month in (9, 10):
            told = reports.demands(people, running.period(month)).milestones[a6.pk]
            asked[month] = [place.label for place in reporting.places_of(a6, told)]
        assert asked == {
            9: ["实施规划报批", "阶段性验收"], 10: ["实施规划报批", "阶段性验收", "阶段性验收（昆明市）"]
        }  # fmt: skip
        assert reporting.short(a6, {"done_on": {}}, told) == ("1/4", "个节点")
        again = {"done_on": {str(next(each.pk for each in told if each.done_before)): "2026-03-01"}}
        assert ["已由原单位" in wrong.message for wrong in reporting.wrongs(a6, again, told, on=JULY.date())] == [True]

    def test_once_carried_they_can_be_carried_on(self, running, offices) -> None:
        """A second merger takes what came with the first, and the day it was done."""
        reported(running, offices, "kunming", 6, {"实施规划报批": "2026-03-30"})
        approve(move(running, {}, replace(MERGER, effective_on=date(2026, 8, 1))), running.leader)
        letters = {name: letter.pk for name, letter in running.letters.items()}
        second = changes.transfer_targets(
            from_letter_id=letters["puer"], to_letter_id=letters["diqing"], amounts={}, grounds=MERGER,
            actor=running.admin, at=JULY,
        )[0]  # fmt: skip
        approve(second, running.leader)

        assert len(stones("diqing")) == 6
        assert ("实施规划报批（昆明市）", "2026-03-31", "2026-03-30") in stones("diqing")


class TestMilestonesOfACountyThatMoved:
    def test_those_that_are_named_go_and_the_others_stay(self, running) -> None:
        days = {"阶段性验收": date(2026, 10, 31)}
        approve(move(running, {}, milestones={"A6": days}), running.leader)

        assert stones("kunming") == [("实施规划报批", "2026-03-31", "")]
        assert ("阶段性验收（昆明市）", "2026-10-31", "") in stones("puer")
        assert target("kunming", "A6").applicable is True

    def test_with_the_last_one_the_indicator_does_not_apply_any_more(self, running) -> None:
        days = {"阶段性验收": date(2026, 9, 30), "实施规划报批": date(2026, 3, 31)}
        approve(move(running, {"A1": "10"}, milestones={"A6": days}), running.leader)

        assert (target("kunming", "A6").applicable, len(stones("puer"))) == (False, 4)

    @pytest.mark.parametrize(
        ("days", "said"),
        [
            ({"竣工": date(2026, 10, 31)}, "没有节点“竣工”"),
            ({"实施规划报批": date(2026, 10, 31)}, "生效日之前到期的不改"),
            ({"阶段性验收": date(2026, 8, 31)}, "2026-09-01 以后"),
            ({"阶段性验收": date(2027, 1, 1)}, "2026 年以内"),
            ({}, "没有节点“A6”"),
        ],
    )
    def test_refuses_what_is_not_there(self, running, days, said) -> None:
        with pytest.raises(Invalid, match=said):
            move(running, {}, milestones={"A6": days})


class TestFurtherMilestones:
    def test_are_added_by_a_change_with_a_reason(self, running, actor) -> None:
        leader = actor("kunming", Role.PRINCIPAL_LEADER)
        change = ask(running, leader, [ChangedRow("A6", added={"移民单项验收": date(2026, 11, 30)})])
        assert len(stones("kunming")) == 2
        approve(change, running.leader)

        assert stones("kunming")[-1] == ("移民单项验收", "2026-11-30", "")
        a6 = running.indicator("A6").pk
        told = {m: reports.demands(leader, running.period(m)).milestones[a6] for m in (6, 7)}
        assert [len(told[month]) for month in (6, 7)] == [2, 3]

    @pytest.mark.parametrize(
        ("code", "name", "day", "said"),
        [
            ("A6", "阶段性验收", date(2026, 11, 30), "已有节点"), ("A6", " ", date(2026, 11, 30), "要有名称"),
            ("A6", "验" * 121, date(2026, 11, 30), "要有名称"), ("A6", "竣工", date(2026, 6, 30), "以后"),
            ("A6", "竣工", date(2027, 1, 1), "2026 年以内"), ("A1", "竣工", date(2026, 11, 30), "按节点计分"),
        ],
    )  # fmt: skip
    def test_need_a_name_and_a_day(self, running, actor, code, name, day, said) -> None:
        figures = {"year_target": "1200", "q1": "300", "q2": "600", "q3": "900"} if code == "A1" else {}
        row = ChangedRow(code, added={name: day}, **figures)
        with pytest.raises(Invalid, match=said):
            ask(running, actor("kunming", Role.PRINCIPAL_LEADER), [row])

    def test_by_page_and_api(self, running, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: JULY)
        office, admin = signed_in("kunming", Role.PRINCIPAL_LEADER), signed_in("yunnan", Role.APPRAISAL_ADMIN)
        letter = running.letters["kunming"].pk
        page = f"/kunming/appraisal/letters/{letter}/change/"
        body = {"kind": "FORCE", "effective_on": "2026-07-01", "reason": "洪灾", "basis": "云防指7号"}
        for code in ("A1", "A2"):
            body |= {f"{code}-year_target": "1200", f"{code}-q1": "300", f"{code}-q2": "600", f"{code}-q3": "900"}
        for name, day, said in (("竣工", "", "时限不是日期"), ("", "2026-11-30", "要写名称")):
            wrong = office.post(page, body | {"A6-new-name-0": name, "A6-new-day-0": day})
            assert (wrong.status_code, said in wrong.content.decode()) == (422, True)
        assert office.post(page, body | {"A6-new-name-0": "竣工", "A6-new-day-0": "2026-11-30"}).status_code == 302
        change = LetterChange.objects.get()
        assert change.rows["A6"]["milestones"][-1] == {"name": "竣工", "due_on": "2026-11-30"}

        json = "application/json"
        row = {"code": "A6", "added": [{"name": "竣工", "due_on": "2026-11-30"}]}
        body = {"kind": "PLAN", "reason": "计划", "basis": "文件1号", "effective_on": "2026-08-01", "rows": [row]}
        made = signed_in("puer", Role.PRINCIPAL_LEADER).post(
            f"/puer/api/v1/letters/{running.letters['puer'].pk}/changes/", body, json
        )
        assert (made.status_code, len(made.json()["figures"][0]["after"]["milestones"])) == (201, 3)
        for each in LetterChange.objects.all():
            changes.refuse_change(change_id=each.pk, reason="x", actor=running.leader, at=JULY)
        page = f"/yunnan/appraisal/letters/{letter}/transfer/"
        stone = TargetMilestone.objects.get(letter_id=letter, name="阶段性验收")
        assert f'value="{stone.pk}"' in admin.get(page).content.decode()
        body = {"kind": "REGION", "to_letter_id": running.letters["puer"].pk, "effective_on": "2026-09-01",
                "reason": "区划", "basis": "国函9号", "stones": [stone.pk]}  # fmt: skip
        assert admin.post(page, body).status_code == 302
        waiting = LetterChange.objects.filter(state="APPLIED")
        assert {len(row.rows["A6"]["milestones"]) for row in waiting} == {1, 3}
        changes.refuse_change(change_id=waiting.first().pk, reason="x", actor=running.leader, at=JULY)
        body |= {"milestones": [{"code": "A6", "name": "阶段性验收", "due_on": "2026-10-15"}]}
        moved = admin.post(f"/yunnan/api/v1/letters/{letter}/transfer/", body, json)
        assert (moved.status_code, moved.json()["figures"][0]["code"]) == (201, "A6")

    def test_the_database_lets_one_in_only_then(self, running, actor) -> None:
        """Negative control: the same statement goes through while an approved change is applied."""
        row = TargetMilestone.objects.filter(letter=running.letters["kunming"]).first()

        def attack() -> None:
            TargetMilestone.objects.create(
                letter=row.letter, indicator_id=row.indicator_id, name="竣工", due_on=date(2026, 11, 30)
            )

        for act in (attack, lambda: TargetMilestone.objects.filter(pk=row.pk).update(left_on=date(2026, 7, 1))):
            with pytest.raises(IntegrityError, match="signed_letter"), transaction.atomic():
                act()
        with pytest.raises(IntegrityError, match="signed_letter"), transaction.atomic():
            TargetMilestone.objects.filter(pk=row.pk).update(done_before=date(2026, 3, 1))
        ask(running, actor("kunming", Role.PRINCIPAL_LEADER))
        with transaction.atomic():
            LetterChange.objects.update(state="APPROVED", decided_at=JULY, decided_by_id=1, minutes="x")
            attack()
            assert TargetMilestone.objects.filter(pk=row.pk).update(left_on=date(2026, 7, 1)) == 1
            transaction.set_rollback(True)
