"""The year by months: the agreed ends exactly, between them as last year went, never falling."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.ledger.models import CurrentValue, MonthPlan, ReportedValue, Target
from appraisal.ledger.rules import timeplan as rules
from appraisal.ledger.rules.timeplan import spread
from appraisal.ledger.selectors import decompositions, timeplan
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.usecases import changes
from appraisal.ledger.usecases import timeplan as usecases
from appraisal.ledger.usecases.targets import TargetRow
from appraisal.ledger.views import letter_words
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON

figures = st.decimals(D(0), D("99999999.9999"), places=4)
ends = st.lists(figures, min_size=4, max_size=4).map(sorted)
curves = st.none() | st.lists(figures, min_size=12, max_size=12)


class TestSpread:
    def test_goes_straight_where_nothing_is_known_of_last_year(self) -> None:
        assert spread(D(1200), (D(300), D(600), D(900)), None, 0) == [D(100 * month) for month in range(1, 13)]
        assert spread(D(120), None, None, 0) == [D(10 * month) for month in range(1, 13)]

    def test_shares_a_quarter_as_last_year_grew(self) -> None:
        last_year = [D(n) for n in (10, 20, 60, 60, 60, 60, 70, 80, 90, 90, 100, 120)]
        months = spread(D(1200), (D(300), D(600), D(900)), last_year, 0)

        assert months[:3] == [50, 100, 300]  # 10 : 10 : 40
        assert months[3:6] == [400, 500, 600]  # no growth at all: evenly
        assert months[9:] == [900, 1000, 1200]  # 0 : 10 : 20

    def test_a_correction_downwards_adds_nothing(self) -> None:
        months = spread(D(30), None, [D(n) for n in (10, 5, 10, 20, 20, 20, 20, 20, 20, 20, 20, 30)], 0)
        assert months[:4] == [10, 10, 10, 20]

    @given(ends, curves, st.integers(0, 4))
    def test_ends_exactly_and_never_falls(self, agreed, curve, places) -> None:
        months = spread(agreed[3], agreed[:3], curve, places)

        assert len(months) == 12
        assert [months[2], months[5], months[8], months[11]] == agreed
        assert months == sorted(months)

    @given(figures, curves)
    def test_without_quarters_december_is_the_year(self, year, curve) -> None:
        months = spread(year, None, curve, 2)
        assert months[11] == year
        assert months == sorted(months)


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


def report(running, offices, month: int, value: str) -> None:
    made = ReportedValue.objects.create(
        period=running.period(month), office=offices["kunming"], indicator=running.indicator("A1"), version=1,
        source="report", fact={"value": value}, entered_at=NOON,
    )  # fmt: skip
    CurrentValue.objects.create(
        period=made.period, office=made.office, indicator=made.indicator, value=made, state="SUBMITTED"
    )


class TestThePlan:
    def test_has_every_growing_target_of_the_letter(self, running, offices) -> None:
        report(running, offices, 2, "150")
        rows = timeplan.plan_of(running.letters["kunming"])

        assert [row.indicator.code for row in rows] == ["A1", "A2"]
        assert (rows[0].months[1], rows[0].actual[1], rows[0].gap(2), rows[0].gap(3)) == (200, 150, -50, None)
        assert rows[0].from_last_year is False

    def test_follows_last_years_actuals(self, running, offices) -> None:
        for month, value in ((1, "10"), (2, "10"), (3, "40")):
            report(running, offices, month, value)
        later = setting.opened_year(running, 2027)
        setting.fill_letter(later, "kunming")
        row = timeplan.plan_of(later.letters["kunming"])[0]

        assert (row.from_last_year, row.months[:3]) == (True, [75, 75, 300])

    def test_is_shown_to_both_sides_and_linked_from_the_workbench(self, running, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 5, 4, tzinfo=UTC))
        office, stranger = signed_in("kunming", Role.REPORTER), signed_in("puer", Role.REPORTER)
        letter = running.letters["kunming"].pk
        workbench = office.get(f"/kunming/reporting/{running.period(11).pk}/").content.decode()
        page = f"appraisal/letters/{letter}/plan/"
        assert page in workbench
        assert "1,100" in office.get(f"/kunming/{page}").content.decode()
        assert stranger.get(f"/puer/{page}").status_code == 404
        listed = office.get(f"/kunming/api/v1/letters/{letter}/plan/").json()["results"]
        assert listed[0]["months"][11] == "1200.0000"
        assert stranger.get(f"/puer/api/v1/letters/{letter}/plan/").status_code == 404


JULY = datetime(2026, 7, 8, 2, 0, tzinfo=UTC)
EVEN = [str(100 * month) for month in range(1, 13)]
LATE_START = ["20", "60", "300", "320", "380", "600", "620", "700", "900", "920", "1000", "1200"]


@pytest.fixture
def office_admin(actor):
    return actor("kunming", Role.APPRAISAL_ADMIN)


def lay_down(running, who, rows=None, *, number=0, at=NOON, name="kunming", **more):
    return usecases.lay_months_down(
        letter_id=running.letters[name].pk, rows={"A1": LATE_START} if rows is None else rows, number=number, actor=who,
        at=at, **more,
    )  # fmt: skip


def months_of(running, code: str = "A1") -> tuple[list[D], bool]:
    (row,) = [each for each in timeplan.plan_of(running.letters["kunming"]) if each.indicator.code == code]
    return row.months, row.laid_down


class TestLayingMonthsDown:
    def test_is_the_offices_own_inside_what_was_agreed_on(self, running, office_admin) -> None:
        plan = lay_down(running, office_admin)

        assert (plan.number, plan.letter_version, plan.made_by_name) == (1, 1, office_admin.name)
        assert months_of(running) == ([D(n) for n in LATE_START], True)
        assert months_of(running, "A2")[1] is False
        told = letter_words.timeline(letter_selectors.history(office_admin, running.letters["kunming"]))[0]
        assert told["text"] == "安排 A1 的分月计划"

    def test_no_score_and_no_light_follows_it(self, running, office_admin) -> None:
        before = Target.objects.filter(letter=running.letters["kunming"]).values_list("indicator", "year_target", "q1")
        kept = list(before)
        lay_down(running, office_admin)
        assert list(before.all()) == kept

    def test_is_shared_out_again_when_emptied_and_every_plan_is_kept(self, running, office_admin) -> None:
        lay_down(running, office_admin, {"A1": LATE_START, "A2": LATE_START})
        lay_down(running, office_admin, {"A1": []}, number=1)

        assert months_of(running) == ([D(n) for n in EVEN], False)
        assert months_of(running, "A2")[1] is True
        assert [sorted(row.rows) for row in timeplan.plans(running.letters["kunming"])] == [["A2"], ["A1", "A2"]]
        row = MonthPlan.objects.first()
        with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
            MonthPlan.objects.filter(pk=row.pk).update(rows={})

    @pytest.mark.parametrize(
        ("code", "months", "said"),
        [
            ("A1", [*EVEN[:1], "50", *EVEN[2:]], "2 月末的累计数不能低于上月的 100"),
            ("A1", [*EVEN[:2], "301", *EVEN[3:]], "3 月末应为责任书定的 300"),
            ("A1", [*EVEN[:11], "1199"], "12 月末应为责任书定的 1200"),
            ("A1", ["", *EVEN[1:]], "1 月没有数"),
            ("A1", ["x", *EVEN[1:]], "不是数字"),
            ("A1", EVEN[:11], "没有写满十二个月"),
            ("A5", EVEN, "没有给这个指标定累计目标"),
            ("A1", EVEN, "没有与现行分月计划不同的内容"),
        ],
    )
    def test_refuses_what_does_not_fit(self, running, office_admin, code, months, said) -> None:
        with pytest.raises(Invalid, match=said):
            lay_down(running, office_admin, {code: months})
        assert not MonthPlan.objects.exists()

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [
            ("kunming", Role.REPORTER, Denied), ("puer", Role.APPRAISAL_ADMIN, NotFound),
            ("yunnan", Role.PRINCIPAL_LEADER, Denied), ("shifan", Role.APPRAISAL_ADMIN, NotFound),
        ],
    )  # fmt: skip
    def test_is_for_the_offices_leaders(self, running, actor, office, role, refusal) -> None:
        with pytest.raises(refusal):
            lay_down(running, actor(office, role), reason="理由")

    def test_a_draft_or_closed_year_has_none(self, running, actor, offices, office_admin) -> None:
        later = setting.opened_year(running, 2027)
        setting.issued_letter(later, "kunming")
        with pytest.raises(Conflict, match="还没有双方签署"):
            lay_down(later, office_admin)
        running.cycle.state = "CLOSED"
        running.cycle.save(update_fields=["state"])
        with pytest.raises(Conflict, match="已结束"):
            lay_down(running, office_admin)

    def test_whoever_saw_an_older_plan_is_told(self, running, office_admin) -> None:
        lay_down(running, office_admin)
        with pytest.raises(Conflict, match=office_admin.name):
            lay_down(running, office_admin, {"A1": EVEN})
        assert MonthPlan.objects.count() == 1

    def test_after_the_days_for_it_the_bureau_with_a_reason_and_only_months_to_come(
        self, running, office_admin, monkeypatch
    ) -> None:
        monkeypatch.setattr(decompositions, "due", lambda letter, since: (date(2026, 5, 29), None))
        last, after = (datetime(2026, 5, day, 4, tzinfo=UTC) for day in (29, 30))
        lay_down(running, office_admin, at=last)
        with pytest.raises(Conflict, match="2026-05-29 截止"):
            lay_down(running, office_admin, {"A1": EVEN}, number=1, at=after)
        with pytest.raises(Invalid, match="理由"):
            lay_down(running, running.admin, {"A1": EVEN}, number=1, at=after)
        with pytest.raises(Invalid, match="1 月已过"):
            lay_down(running, running.admin, {"A1": EVEN}, number=1, at=after, reason="安置点推迟开工")
        given = [*LATE_START[:4], "450", *EVEN[5:]]
        plan = lay_down(running, running.admin, {"A1": given}, number=1, at=after, reason="安置点推迟开工")
        assert (plan.reason, plan.made_by_name) == ("安置点推迟开工", running.admin.name)
        lay_down(running, running.admin, {"A1": []}, number=2, at=after, reason="统一")  # the open months are as even
        assert months_of(running)[0] == [D(n) for n in (*LATE_START[:4], *EVEN[4:])]

    def test_a_letter_that_was_changed_is_shared_out_anew(self, running, office_admin) -> None:
        lay_down(running, office_admin)
        asked = changes.apply_for_change(
            letter_id=running.letters["kunming"].pk, actor=office_admin, at=JULY,
            rows=[TargetRow("A1", year_target="1000", q1="300", q2="600", q3="700")],
            grounds=changes.Grounds(kind="FORCE", reason="洪灾", basis="云防指7号", effective_on=date(2026, 7, 1)),
        )  # fmt: skip
        changes.approve_change(change_id=asked.pk, minutes="纪要", actor=running.leader, at=JULY)

        months, laid_down = months_of(running)
        assert (laid_down, months[5], months[8], months[11]) == (False, 600, 700, 1000)
        standing = timeplan.standing(running.letters["kunming"], date(2026, 7, 9))
        assert (standing.version, standing.first_open) == (2, 7)  # the office has its days again, for what is to come
        with pytest.raises(Invalid, match="1 月已过"):
            lay_down(running, office_admin, {"A1": ["1", *map(str, months[1:])]}, number=1, at=JULY)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
    @given(st.lists(st.decimals(D(-50), D(1300), places=1), min_size=12, max_size=12))
    def test_what_is_kept_never_falls_and_ends_as_agreed(self, running, office_admin, given) -> None:
        last = timeplan.plans(running.letters["kunming"]).first()
        try:
            lay_down(running, office_admin, {"A1": [str(n) for n in given]}, number=last.number if last else 0)
        except Invalid:
            assert given != sorted(given) or [given[2], given[5], given[8], given[11]] != [300, 600, 900, 1200]
        months, _by_hand = months_of(running)
        assert months == sorted(months)
        assert [months[2], months[5], months[8], months[11]] == [300, 600, 900, 1200]

    @given(ends, curves)
    def test_the_shared_months_always_fit(self, agreed, curve) -> None:
        months = spread(agreed[3], agreed[:3], curve, 2)
        assert rules.fits(months, rules.agreed(agreed[3], agreed[:3]))
        assert not rules.fits([*months[:11], months[11] + 1], rules.agreed(agreed[3], agreed[:3]))


class TestPagesAndApi:
    def test_the_office_lays_its_months_down(self, running, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
        office, reporter = signed_in("kunming", Role.PRINCIPAL_LEADER), signed_in("kunming", Role.REPORTER)
        at = f"/kunming/appraisal/letters/{running.letters['kunming'].pk}/plan/"
        assert f"{at}edit/" in office.get(at).content.decode()
        assert f"{at}edit/" not in reporter.get(at).content.decode()
        assert reporter.get(f"{at}edit/").status_code == 403
        shown = office.get(f"{at}edit/").content.decode()
        assert 'name="A1-1"' in shown
        assert 'name="A1-3"' not in shown  # agreed on
        first = {f"A1-{n}": typed for n, typed in enumerate(LATE_START, 1)}
        second = {f"A2-{n}": typed for n, typed in enumerate(EVEN, 1)}
        wrong = office.post(f"{at}edit/", {"number": 0, **first, **second, "A1-2": "10"})
        assert (wrong.status_code, "2 月末的累计数不能低于上月的 20" in wrong.content.decode()) == (422, True)
        assert office.post(f"{at}edit/", {"number": 0, **first, **second}).status_code == 302
        assert office.post(f"{at}edit/", {"number": 0, **first, **second}).status_code == 409
        assert "按分月计划" in office.get(at).content.decode()
        assert MonthPlan.objects.get().rows == {"A1": LATE_START}

    def test_the_api_does_the_same(self, running, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
        office, stranger = signed_in("kunming", Role.PRINCIPAL_LEADER), signed_in("puer", Role.PRINCIPAL_LEADER)
        admin, json = signed_in("yunnan", Role.APPRAISAL_ADMIN), "application/json"
        at = f"api/v1/letters/{running.letters['kunming'].pk}/"
        body = {"number": 0, "rows": [{"code": "A1", "months": LATE_START}]}
        done = office.put(f"/kunming/{at}plan/", body, json)
        assert (done.status_code, done.json()["plan"]) == (200, {"number": 1, "refusal": None})
        assert office.get(f"/kunming/{at}plan/").json()["results"][0]["laid_down"] is True
        assert stranger.put(f"/puer/{at}plan/", body, json).status_code == 404
        assert office.put(f"/kunming/{at}plan/", body, json).status_code == 409
        back = {"number": 1, "rows": [{"code": "A1", "months": []}]}
        assert admin.put(f"/yunnan/{at}plan/", back, json).json()["field"] == "reason"
        assert admin.put(f"/yunnan/{at}plan/", {**back, "reason": "统一安排"}, json).status_code == 200
