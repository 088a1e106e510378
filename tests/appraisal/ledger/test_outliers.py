"""Hints against peers: what an office is told of others, and what the verifier sees."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from appraisal.ledger.models import CurrentValue, Participant, PeerChange, ReportedValue, ScoreRun
from appraisal.ledger.rules import remarks
from appraisal.ledger.selectors import outliers
from appraisal.ledger.states import RunState, ValueState
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.conftest import NOON, TODAY

NAMES = ("kunming", "puer", "diqing")


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices, NAMES)


def value(running: setting.Running, office: Office, month: int, figure: str, code: str = "A1") -> CurrentValue:
    period, indicator = running.period(month), running.indicator(code)
    row = ReportedValue.objects.create(
        period=period, office=office, indicator=indicator, version=1, source="report", fact={"value": figure},
        entered_at=NOON,
    )  # fmt: skip
    return CurrentValue.objects.create(
        period=period, office=office, indicator=indicator, value=row, final_fact={"value": figure},
        state=ValueState.SUBMITTED,
    )  # fmt: skip


@pytest.fixture
def crowd(running) -> list[Office]:
    """Eight offices of one group, so that four others are known of each."""
    found = [Office.objects.get(schema_name=name) for name in NAMES]
    for number in range(5):
        office = Office.objects.create(
            schema_name=f"p{number}", parent=found[0].parent, level=Office.Level.PREFECTURE, name=f"第{number}办公室",
            short_name=f"第{number}", region_code=f"53{70 + number}", created_at=NOON,
        )  # fmt: skip
        Participant.objects.create(cycle=running.cycle, office=office, peer_group=1, reason="规模相近")
        found.append(office)
    return found


def grown(running, crowd, month: int, figures: list[str]) -> list[CurrentValue]:
    """Everybody had 100 in the month before."""
    for office in crowd:
        value(running, office, month - 1, "100")
    return [value(running, office, month, figure) for office, figure in zip(crowd, figures, strict=True)]


USUAL = ["110", "120", "115", "130", "125", "120", "118"]


class TestSpreads:
    def test_is_the_median_of_the_group_in_two_queries_whatever_the_number(self, running, crowd) -> None:
        grown(running, crowd, 10, ["420", *USUAL])
        with CaptureQueriesContext(connection) as seen:
            found = outliers.spreads(running.period(10), [running.indicator("A1").pk])
        spread = found[running.indicator("A1").pk, 1]

        assert spread.count == 8
        assert spread.median == Fraction(20, 100)
        assert len([each for each in seen.captured_queries if "ledger_" in each["sql"]]) <= 4

    def test_leaves_out_grades_and_who_had_nothing_before(self, running, crowd) -> None:
        value(running, crowd[0], 10, "100")
        value(running, crowd[1], 9, "0")
        value(running, crowd[1], 10, "50")

        assert outliers.spreads(running.period(10)) == {}


class TestTheVerifier:
    def test_reads_how_far_from_its_group_a_value_is(self, running, crowd) -> None:
        rows = grown(running, crowd, 10, ["420", *USUAL])

        [remark] = outliers.about(rows[0], TODAY)

        assert (remark.kind, remark.severity) == ("PEERS", "HINT")
        assert remark.sentence == "比上月增加 3.2 倍，同组 8 个单位 10 月的中位数为增加 20%。"
        assert outliers.about(rows[1], TODAY) == []

    def test_is_told_nothing_in_a_small_group(self, running) -> None:
        offices = [Office.objects.get(schema_name=name) for name in NAMES]
        rows = grown(running, offices, 10, ["900", "110", "120"])

        assert outliers.about(rows[0], TODAY) == []


class TestTheOffice:
    def published(self, running, month: int = 9) -> ScoreRun:
        period = running.period(month)
        return ScoreRun.objects.create(
            cycle=running.cycle, period=period, number=1, version=running.version, state=RunState.PUBLISHED,
            as_of=TODAY, started_at=NOON, published_at=NOON,
        )  # fmt: skip

    def change(self, running, run: ScoreRun, **more) -> PeerChange:
        given = {"offices": 8, "median": Decimal("0.2"), "deviation": Decimal("0.05"), "peer_group": 1} | more
        return PeerChange.objects.create(run=run, indicator=running.indicator("A1"), **given)

    def test_is_told_its_own_groups_median_of_the_month_before(self, running, actor, offices, mounted) -> None:
        run = self.published(running)
        self.change(running, run)
        self.change(running, run, peer_group=2, median=Decimal(9))
        mounted(offices["kunming"])

        told = outliers.told_of_peers(actor("kunming", Role.REPORTER), running.period(10))

        assert [(row.peer_group, row.median) for row in told.values()] == [(1, Decimal("0.2"))]

    def test_of_a_run_that_is_not_published_and_of_another_province_nothing(
        self, running, actor, offices, mounted
    ) -> None:
        run = self.published(running)
        self.change(running, run)
        assert PeerChange.objects.count() == 1

        mounted(offices["qinghe"])
        assert not PeerChange.objects.exists()

    def test_cannot_write_what_is_said_of_its_peers(self, running, offices, mounted) -> None:
        run = self.published(running)
        mounted(offices["kunming"])
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            self.change(running, run)


class TestSentences:
    @pytest.mark.parametrize(
        ("share", "words"),
        [
            ("3.2", "增加 3.2 倍"),
            ("0.32", "增加 32%"),
            ("-0.4", "减少 40%"),
            ("-1.5", "减少 1.5 倍"),
            ("0.001", "持平"),
        ],
    )
    def test_say_growth_as_people_do(self, share: str, words: str) -> None:
        assert remarks.moved(share) == words

    def test_a_leap_tells_what_it_is_compared_with(self) -> None:
        figures = {1: Decimal(10), 2: Decimal(20), 3: Decimal(31), 4: Decimal(40), 5: Decimal(51), 6: Decimal(200)}

        remark = outliers.leap_remark(figures, 6, "人", TODAY)

        assert remark is not None
        assert remark.sentence == "比上月变动 149 人，是本单位今年其他月份变动中位数（10.5 人）的 14.2 倍。"
        assert outliers.leap_remark(figures, 5, "人", TODAY) is None
        assert remarks.read(remark.stored()) == remark
