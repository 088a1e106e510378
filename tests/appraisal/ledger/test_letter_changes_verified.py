"""Every page about a month shows what held in it, whatever has changed since (edge case 1 of 2.7): the target and the
days of milestones, the letter's version, the version of the scheme that scores it, the unit."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, TargetLetter
from appraisal.ledger.selectors import histories, holding, province_facts, queue, tracking, values
from appraisal.ledger.usecases import cycles, letters
from appraisal.ledger.usecases.changes import ChangedRow
from appraisal.ledger.usecases.targets import TargetRow
from appraisal.library.models import Indicator
from appraisal.reporting.selectors import counts
from core import office as office_core
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_amendments import Draft, Year
from tests.appraisal.ledger.test_letter_changes import LESS, approve, ask
from tests.appraisal.ledger.test_scores import calculated, put, report
from tests.conftest import NOON

LATER = date(2026, 11, 15)
EVERY = 6  # indicators of the small template that a prefecture reports on
SPARED = ChangedRow("A2", applicable=False, not_applicable_reason="项目停建")


def lighter(draft: Draft) -> None:
    """A1 splits in two of 12 and 8 points."""
    draft.points(A1="12")
    draft.split("A1", "A11", "8")


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def changed(actor: Any, offices: dict[str, Office]) -> setting.Running:
    """kunming from July on: A1 1000 instead of 1200, the second milestone in November, A2 no longer; from September
    on all are scored by another version; a third version, in another unit, is published and in force nowhere."""
    running = setting.running_cycle(actor, offices)
    days = ChangedRow("A6", milestones={"阶段性验收": LATER})
    approve(ask(running, actor("kunming", Role.PRINCIPAL_LEADER), rows=[LESS, days, SPARED]), running.leader)
    year = Year(running)
    year.amended(lighter, month=9)
    year.version(lambda draft: draft.save("A1", unit="户"))
    return running


@pytest.fixture
def verifier(signed_in: Callable[..., Client]) -> Client:
    return signed_in("yunnan", Role.VERIFIER)


MONTHS = [
    (6, "600 人", "2026-09-30", "责任书第 1 版（现为第 2 版）", "指标体系 v2026.1"),
    (8, "633.33 人", "2026-11-15", "责任书第 2 版", "指标体系 v2026.1"),
    (9, "700 人", "2026-11-15", "责任书第 2 版", "按 v2026.1 填报，9 月起按 v2026.2 计分"),
]
monthly = pytest.mark.parametrize(("month", "target", "day", "letter", "scheme"), MONTHS)


def two(running: setting.Running, office: Office, month: int) -> tuple[CurrentValue, CurrentValue]:
    """A quantity and milestones, handed over."""
    stones = {f"{pk}": "" for pk in running.letters[office.schema_name].milestones.values_list("pk", flat=True)}
    handed = report(running, office, month)
    return (
        put(running, office, "A1", {"value": "500"}, month=month, state="SUBMITTED", value_of=handed),
        put(running, office, "A6", {"done_on": stones}, month=month, state="SUBMITTED", value_of=handed),
    )


class TestWhatHeld:
    @monthly
    def test_on_the_queue(
        self, changed: setting.Running, kunming: Office, verifier: Client, month: int, target: str, day: str,
        letter: str, scheme: str,
    ) -> None:  # fmt: skip
        two(changed, kunming, month)

        page = verifier.get(f"/yunnan/appraisal/queue/?month={month}")
        text, rows = page.content.decode(), page.context["rows"]

        assert [row.target for row in rows] == [target, f"实施规划报批 2026-03-31；阶段性验收 {day}"]
        assert {row.letter.sentence for row in rows} == {letter}
        assert all(said in text for said in (target, day, letter, scheme))
        assert ("现为" in letter) == ("现为" in text)

    @monthly
    def test_on_the_grid(
        self, changed: setting.Running, kunming: Office, verifier: Client, month: int, target: str, day: str,
        letter: str, scheme: str,
    ) -> None:  # fmt: skip
        two(changed, kunming, month)

        text = verifier.get(f"/yunnan/appraisal/verification-grid/?month={month}&indicator=A1").content.decode()

        assert all(said in text for said in (f">{target}<", f">{letter}<", f">{scheme}<"))
        assert ("A11 满分 8.00" in text) == (month == 9) != ("· 满分 20.00" in text)
        assert "户" not in text.split('id="h-grid"')[1].split("</table>")[0]

    @monthly
    def test_on_the_detail_and_in_the_history(
        self, changed: setting.Running, kunming: Office, verifier: Client, month: int, target: str, day: str,
        letter: str, scheme: str,
    ) -> None:  # fmt: skip
        people, stones = two(changed, kunming, month)

        beside = verifier.get(f"/yunnan/appraisal/queue/{people.pk}/", HTTP_HX_REQUEST="true").content.decode()
        whole = verifier.get(f"/yunnan/appraisal/values/{people.pk}/").content.decode()
        milestones = verifier.get(f"/yunnan/appraisal/values/{stones.pk}/").content.decode()

        for text in (beside, whole):
            assert all(said in text for said in (target, letter, scheme))
            assert ("A11" in text) == (month == 9)
        assert day in milestones
        assert ({"2026-09-30", "2026-11-15"} - {day}).pop() not in milestones

    @monthly
    def test_in_the_form_that_corrects_milestones(
        self, changed: setting.Running, kunming: Office, month: int, target: str, day: str, letter: str, scheme: str
    ) -> None:
        _people, stones = two(changed, kunming, month)

        told = histories.milestones_of(values.get_value(changed.admin, stones.pk))

        assert [each.due_on.isoformat() for each in told] == ["2026-03-31", day]

    @monthly
    def test_in_the_api(
        self, changed: setting.Running, kunming: Office, verifier: Client, month: int, target: str, day: str,
        letter: str, scheme: str,
    ) -> None:  # fmt: skip
        people, stones = two(changed, kunming, month)

        told = verifier.get(f"/yunnan/api/v1/values/{people.pk}/").json()

        assert (told["target"], told["value"]["unit"]) == (target, "人")
        assert (told["asked_version"], told["letter_version"]) == ("v2026.1", 1 if month == 6 else 2)
        assert told["scored_version"] == ("v2026.2" if month == 9 else "v2026.1")
        scored = [(row["code"], row["points"]) for row in told["scored_as"]]
        assert scored == ([("A1", "12.0000"), ("A11", "8.0000")] if month == 9 else [])
        assert day in verifier.get(f"/yunnan/api/v1/values/{stones.pk}/").json()["target"]

    @monthly
    def test_on_the_offices_workbench(
        self, changed: setting.Running, signed_in: Callable[..., Client], month: int, target: str, day: str,
        letter: str, scheme: str,
    ) -> None:  # fmt: skip
        reporter, period = signed_in("kunming", Role.REPORTER), changed.period(month)

        text = reporter.get(f"/kunming/reporting/{period.pk}/").content.decode()
        told = reporter.get(f"/kunming/api/v1/periods/{period.pk}/draft/").json()

        assert all(said in text for said in (letter, scheme))
        assert ("移民投资完成率" in text) == (month == 6)  # A2 was spared in July
        assert (told["asked_version"], told["letter_version"]) == ("v2026.1", 1 if month == 6 else 2)
        assert told["scored_version"] == ("v2026.2" if month == 9 else "v2026.1")


class TestWhoWasAsked:
    def test_the_menu_counts_what_the_letter_of_the_month_asks_for(
        self, changed: setting.Running, kunming: Office, puer: Office
    ) -> None:
        def waiting(office: Office, month: int) -> int:
            with office_core.mounted(office.mount()):
                return counts.not_begun(office.pk, changed.period(month))

        assert [waiting(kunming, month) for month in (6, 7, 9)] == [EVERY, EVERY - 1, EVERY - 1]
        assert [waiting(puer, month) for month in (6, 7, 9)] == [EVERY] * 3

    def test_and_asks_again_for_what_was_spared_before(
        self, actor: Callable[..., Actor], offices: dict[str, Office], kunming: Office
    ) -> None:
        """The other way about: it did not apply up to June."""
        running = setting.prepared_cycle(actor, offices)
        letter = setting.fill_letter(running, "kunming")
        letters.save_targets(
            letter_id=letter.pk, lock_version=letter.lock_version, actor=running.admin, at=NOON,
            rows=[TargetRow("A2", applicable=False, not_applicable_reason="项目停建")],
        )  # fmt: skip
        for name in setting.PREFECTURES:
            number = letters.suggest_number(letter)
            drafted = TargetLetter.objects.get(pk=running.letters[name].pk)
            if name != "kunming":
                drafted = setting.fill_letter(running, name)
            issued = letters.issue_letter(
                letter_id=drafted.pk, number=number, lock_version=drafted.lock_version, actor=running.leader, at=NOON
            )
            signer = actor(name, Role.PRINCIPAL_LEADER)
            letters.sign_letter(letter_id=issued.pk, lock_version=issued.lock_version, actor=signer, at=NOON)
        cycles.start_cycle(cycle_id=running.cycle.pk, actor=running.admin, at=NOON)
        leader = actor("kunming", Role.PRINCIPAL_LEADER)
        approve(ask(running, leader, rows=[ChangedRow("A2", year_target="1000")]), running.leader)

        with office_core.mounted(kunming.mount()):
            found = [counts.not_begun(kunming.pk, running.period(month)) for month in (6, 7)]
        assert found == [EVERY - 1, EVERY]

    def test_the_province_enters_for_whom_it_applied_in_the_month(
        self, changed: setting.Running, kunming: Office
    ) -> None:
        row = Indicator.objects.get(version=changed.version, code="A2")

        told = {
            month: {entry.office.schema_name for entry in province_facts.grid(changed.period(month), row)
                    if not entry.applicable}
            for month in (6, 7)
        }  # fmt: skip

        assert told == {6: set(), 7: {"kunming"}}

    def test_progress_is_against_the_plan_of_the_month(self, changed: setting.Running, kunming: Office) -> None:
        plans, days = {}, {}
        for month in (6, 7):
            put(changed, kunming, "A1", {"value": "500"}, month=month)
            seen = tracking.of_office(calculated(changed, month), {}, kunming.pk)
            assert seen is not None
            plans[month] = {line.indicator.code: line.quantity.year for line in seen.lines}

            days[month] = [line.stone.due_on.isoformat() for line in seen.stones]

        assert plans == {6: {"A1": 1200, "A2": 1200}, 7: {"A1": 1000}}
        assert days == {6: ["2026-03-31", "2026-09-30"], 7: ["2026-03-31", "2026-11-15"]}


def test_nothing_is_said_of_a_letter_that_nobody_has_signed(
    actor: Callable[..., Actor], offices: dict[str, Office], kunming: Office
) -> None:
    running = setting.prepared_cycle(actor, offices)

    assert holding.letters_of(running.period(6), [kunming.pk]) == {}


def test_a_line_asks_as_many_queries_for_three_offices_as_for_one(
    changed: setting.Running, offices: dict[str, Office], django_assert_num_queries: Any
) -> None:
    period = changed.period(6)
    rows = [put(changed, offices[name], "A1", {"value": "5"}, month=6) for name in setting.PREFECTURES]
    found = list(CurrentValue.objects.filter(pk__in=[row.pk for row in rows]).select_related("value", "indicator"))
    for each in (found[:1], found):
        with django_assert_num_queries(4):
            queue.rows_of(each, period)
