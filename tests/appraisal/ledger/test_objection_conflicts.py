"""Nobody decides on an objection to a figure they made or checked, or of an office they are tied to (回避)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, FactClaim, Objection, ReportedValue, Verification
from appraisal.ledger.selectors import objections as selectors
from appraisal.ledger.usecases import objections as usecases
from appraisal.ledger.usecases import ties, verification
from core import office as office_core
from core import todos
from core.errors import Denied
from tenants import menu
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.panel_setting import HEARING, heard
from tests.appraisal.verification_setting import HANDED_OVER, Year, running_year
from tests.conftest import NOON, TODAY

ADMIN, LEADER = Role.APPRAISAL_ADMIN, Role.LEADER_IN_CHARGE


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"]])


@pytest.fixture
def admin(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", ADMIN)


@pytest.fixture
def other(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", LEADER)


@pytest.fixture
def reporter(actor: Callable[..., Actor]) -> Actor:
    return actor("kunming", Role.REPORTER)


def verify(year: Year, office: Office, code: str, by: Actor) -> None:
    """Before publication, as a verifier does."""
    value = CurrentValue.objects.get(period=year.period, office=office, indicator=year.indicators[code])
    verification.verify_values(items=[(value.pk, value.lock_version)], actor=by, at=HANDED_OVER)


def published(year: Year, office: Office, by: Actor | None = None, codes: tuple[str, ...] = ()) -> Any:
    year.report(office)
    for code in codes:
        assert by is not None
        verify(year, office, code, by)
    CurrentValue.objects.update(state="VERIFIED")
    return year.publish(at=NOON)


def file(line: Any, actor: Actor) -> Objection:
    return usecases.file_objection(line_id=line.pk, grounds="漏计一个安置点六十人", evidence=[], actor=actor, at=NOON)


def reject(objection: Objection, actor: Actor, *, hear: bool = True) -> Objection:
    if hear and not objection.seats.exists():
        heard(objection, upheld=False)
    return usecases.decide_objection(
        objection_id=objection.pk, upheld=False, decision="佐证不足，维持原分", actor=actor, at=NOON, **HEARING
    )


def waiting(person: Actor, at: datetime = NOON) -> int:
    """What the inbox and the menu say alike."""
    with office_core.mounted(person.office.mount(actor_id=person.user_id)):
        lines = [line for line in todos.todos_for(person, at) if line.source == "objections"]
        items = [item for group in menu.groups_for(person, at=at) for item in group.items]
        [item] = [item for item in items if item.name == "ledger:objections"]
    assert sum(line.count for line in lines) == item.count
    return item.count


class TestWhoVerified:
    @pytest.fixture
    def objection(self, year: Year, kunming: Office, admin: Actor, reporter: Actor) -> Objection:
        return file(year.line(published(year, kunming, admin, ("A1",)), kunming, "A1"), reporter)

    def test_does_not_decide_and_is_told_who_can(self, objection: Objection, admin: Actor, other: Actor) -> None:
        with pytest.raises(Denied, match=f"由您核验过.*可由{other.name}办理"):
            reject(objection, admin, hear=False)
        assert Objection.objects.get().state == "OPEN"
        assert "由您核验过" in str(selectors.decide_refusal(admin, objection, on=TODAY))

        assert reject(objection, other).state == "REJECTED"

    def test_is_told_when_nobody_can(self, objection: Objection, admin: Actor) -> None:
        with pytest.raises(Denied, match=r"都须回避.*给另一个人授予"):
            reject(objection, admin, hear=False)

    def test_has_it_neither_in_the_inbox_nor_behind_the_menu(
        self, objection: Objection, admin: Actor, other: Actor
    ) -> None:
        assert (waiting(admin), waiting(other)) == (0, 1)

    def test_an_earlier_version_of_the_figure_counts_too(
        self, objection: Objection, admin: Actor, other: Actor
    ) -> None:
        current = CurrentValue.objects.get(indicator=objection.line.indicator)
        again = ReportedValue.objects.create(
            period=objection.period, office=objection.office, indicator=objection.line.indicator, version=2,
            source="report", fact={"value": "810"}, report=current.value.report, entered_at=NOON,
        )  # fmt: skip
        CurrentValue.objects.filter(pk=current.pk).update(value=again)
        Verification.objects.create(value=again, decision="VERIFIED", by_id=other.user_id, by_name="", at=NOON)

        assert (waiting(admin), waiting(other)) == (0, 0)

    def test_decides_about_figures_that_others_verified(
        self, year: Year, kunming: Office, puer: Office, admin: Actor, reporter: Actor
    ) -> None:
        """Control: another indicator, another month and another office bar nobody."""
        year.report(puer)
        verify(year, puer, "A1", admin)
        year.report(kunming, month=9)
        earlier = CurrentValue.objects.get(office=kunming, period__month=9, indicator=year.indicators["A1"])
        verification.verify_values(items=[(earlier.pk, earlier.lock_version)], actor=admin, at=HANDED_OVER)
        objection = file(year.line(published(year, kunming, admin, ("B6", "B7")), kunming, "A1"), reporter)

        assert waiting(admin) == 1
        assert reject(objection, admin).state == "REJECTED"


class TestOthersWhoJudgedBefore:
    def test_who_entered_the_figure_for_the_province(
        self, year: Year, kunming: Office, admin: Actor, other: Actor, reporter: Actor
    ) -> None:
        ReportedValue.objects.create(
            period=year.period, office=kunming, indicator=year.indicators["E3"], version=1, source="province",
            fact={"counts": ["1", "0"]}, entered_by_id=admin.user_id, entered_by_name=admin.name, entered_at=NOON,
        )  # fmt: skip
        objection = file(year.line(published(year, kunming), kunming, "E3"), reporter)

        with pytest.raises(Denied, match=f"由您录入.*可由{other.name}办理"):
            reject(objection, admin, hear=False)
        assert (waiting(admin), waiting(other)) == (0, 1)

    def test_who_decided_between_the_ledgers_figure_and_the_offices(
        self, year: Year, kunming: Office, admin: Actor, reporter: Actor
    ) -> None:
        line = year.line(published(year, kunming), kunming, "A1")
        current = CurrentValue.objects.get(indicator=line.indicator)
        claim = FactClaim.objects.create(
            period=year.period, office=kunming, indicator=line.indicator, value=current.value, fact={"value": "1"},
            report=current.value.report, reason="漏计", claimed_by_id=1, claimed_by_name="", claimed_at=NOON,
        )  # fmt: skip
        objection = file(line, reporter)
        assert waiting(admin) == 1

        claim.state, claim.decision, claim.decided_by_id, claim.decided_at = "UPHELD", "以台账为准", admin.user_id, NOON
        claim.save()

        assert waiting(admin) == 0
        with pytest.raises(Denied, match="由您核验过"):
            reject(objection, admin, hear=False)


class TestTies:
    def test_bar_from_the_offices_objections_until_they_end(
        self, year: Year, kunming: Office, admin: Actor, other: Actor, reporter: Actor, actor: Callable[..., Actor]
    ) -> None:
        other_admin = actor("yunnan", ADMIN)
        objection = file(year.line(published(year, kunming), kunming, "A1"), reporter)
        tie = ties.declare_tie(
            person_id=admin.user_id or 0, office_id=kunming.pk, kind="KIN", note="配偶在该局", actor=admin, at=NOON
        )

        with pytest.raises(Denied, match=f"昆明市有回避关系（.*）.*可由.*{other.name}.*办理"):
            reject(objection, admin, hear=False)
        assert (waiting(admin), waiting(other)) == (0, 1)

        ties.end_tie(tie_id=tie.pk, reason="配偶已调离该局", actor=other_admin, at=NOON)
        assert waiting(admin) == 1
        assert reject(objection, admin).state == "REJECTED"

    def test_to_another_office_bar_from_nothing_here(
        self, year: Year, kunming: Office, puer: Office, admin: Actor, reporter: Actor
    ) -> None:
        objection = file(year.line(published(year, kunming), kunming, "A1"), reporter)
        ties.declare_tie(
            person_id=admin.user_id or 0, office_id=puer.pk, kind="KIN", note="配偶在该局", actor=admin, at=NOON
        )

        assert waiting(admin) == 1
        assert reject(objection, admin).state == "REJECTED"


class TestPageAndApi:
    @pytest.fixture(autouse=True)
    def in_november(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOON)

    def test_say_the_same(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client], reporter: Actor, other: Actor
    ) -> None:
        client = signed_in("yunnan", ADMIN)
        user = client.user  # type: ignore[attr-defined]
        me = Actor(user.pk, user.name, Office.objects.get(schema_name="yunnan"), other.home, frozenset({ADMIN}))
        objection = file(year.line(published(year, kunming, me, ("A1",)), kunming, "A1"), reporter)
        words = {"upheld": False, "decision": "佐证不足，维持原分", **HEARING}
        at = f"/yunnan/appraisal/objections/{objection.pk}/"

        page = client.get(at).content.decode()
        assert "由您核验过" in page
        assert other.name in page
        assert "作出复核决定" not in page
        assert client.get(f"{at}decide/").status_code == 403
        assert client.post(f"{at}decide/", words).status_code == 403
        api = f"/yunnan/api/v1/objections/{objection.pk}/"
        assert "由您核验过" in client.get(api).json()["refusals"]["decide"]
        assert client.post(f"{api}decision/", words, "application/json").status_code == 403

    def test_a_list_of_many_takes_no_more_queries(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client], reporter: Actor
    ) -> None:
        run, client = published(year, kunming), signed_in("yunnan", ADMIN)

        def queries() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert client.get("/yunnan/api/v1/objections/").status_code == 200
            return len(asked)

        file(year.line(run, kunming, "A1"), reporter)
        queries()  # compiled ones are made
        few = queries()
        for code in ("B6", "B7", "E3"):
            file(year.line(run, kunming, code), reporter)

        assert queries() == few
