"""Whoever keeps a ledger publishes its figures: over the page, over the API, never over what is not theirs."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisal.ledger.models import CurrentValue, Tie
from appraisal.ledger.policies import province_facts as policies
from appraisal.ledger.usecases import verification as usecases
from appraisal.ledger.usecases.verification import FactRow
from appraisal.library.models import Indicator
from core import files
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.actors import Actor
from tenants.models import Office, Role, User
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON

DAY = NOON.date()
COUNTED = "国库支付明细，截至 10 月 31 日"
PREFECTURES = ("kunming", "puer", "diqing")


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    """B6 is the fund ledger's."""
    made = running_year(offices["yunnan"], [offices[slug] for slug in PREFECTURES])
    Indicator.objects.filter(pk=made.indicators["B6"].pk).update(data_source="fund_ledger")
    made.indicators["B6"].refresh_from_db()
    return made


@pytest.fixture
def supervisor(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.FUND_SUPERVISOR)


def export(actor: Actor) -> str:
    """A file of the actor's office."""
    upload = SimpleUploadedFile("资金台账.csv", "州市,支付率\n昆明,84.6\n".encode(), content_type="text/csv")
    return str(files.upload_file(upload=upload, actor=actor, at=NOON).pk)


def publish(year: Year, actor: Actor, figures: dict[str, str], *, code: str = "B6", **more: Any) -> list[CurrentValue]:
    offices = {office.schema_name: office for office in Office.objects.filter(schema_name__in=figures)}
    rows = [FactRow(offices[slug].pk, {"value": figure}, COUNTED) for slug, figure in figures.items()]
    return usecases.publish_facts(**{
        "period_id": year.period.pk, "indicator_id": year.indicators[code].pk, "rows": rows, "as_of": DAY,
        "actor": actor, "at": NOON, **({} if "evidence" in more else {"evidence": [export(actor)]}), **more,
    })  # fmt: skip


class TestPublishing:
    def test_the_figure_stands_with_where_it_is_from(self, year: Year, supervisor: Actor) -> None:
        written = publish(year, supervisor, {"kunming": "84.6", "puer": "91.2"})

        assert [(row.office.schema_name, row.final_fact, row.state) for row in written] == [
            ("kunming", {"value": "84.6"}, "VERIFIED"), ("puer", {"value": "91.2"}, "VERIFIED"),
        ]  # fmt: skip
        value = CurrentValue.objects.get(office__schema_name="kunming").value
        assert (value.source, value.as_of, value.narrative, value.entered_by_name) == (
            "fund_ledger", DAY, COUNTED, supervisor.name,
        )  # fmt: skip
        assert [entry["name"] for entry in value.evidence] == ["资金台账.csv"]

    def test_what_is_published_already_is_left_alone(self, year: Year, supervisor: Actor) -> None:
        publish(year, supervisor, {"kunming": "84.6"})

        assert publish(year, supervisor, {"kunming": "84.60"}) == []
        again = publish(year, supervisor, {"kunming": "85", "puer": "90"})
        assert [row.value.version for row in again] == [2, 1]

    def test_takes_the_place_of_what_an_office_reported_also_when_both_say_the_same(
        self, year: Year, kunming: Office, supervisor: Actor
    ) -> None:
        year.report(kunming, ("B6",))

        [row] = publish(year, supervisor, {"kunming": "85.5"})

        assert (row.value.source, row.value.version, row.state) == ("fund_ledger", 2, "VERIFIED")

    @pytest.mark.parametrize("role", [Role.VERIFIER, Role.PRINCIPAL_LEADER, Role.REPORTER, Role.SYS_ADMIN])
    def test_not_without_the_right_to_this_ledger(self, role: str, year: Year, actor: Callable[..., Actor]) -> None:
        with pytest.raises(Denied):
            publish(year, actor("yunnan", role), {"kunming": "84.6"}, evidence=["x"])

    def test_a_supervisor_of_funds_keeps_no_register_of_petitions(
        self, year: Year, supervisor: Actor, actor: Callable[..., Actor]
    ) -> None:
        indicator = year.indicators["B6"]
        indicator.data_source = "petition_register"
        asked = {"on": DAY, "published": False}

        refused = policies.publish.reason(supervisor, year.period, indicator, "petition_register", **asked)
        assert refused == "信访登记的数据由省级考核管理员发布。"
        administrator = actor("yunnan", Role.APPRAISAL_ADMIN)
        assert policies.publish.reason(administrator, year.period, indicator, "petition_register", **asked) is None

    def test_not_in_a_prefecture_nor_for_another_province(
        self, year: Year, kunming: Office, supervisor: Actor, actor: Callable[..., Actor]
    ) -> None:
        with pytest.raises(Denied):
            publish(year, actor("kunming", Role.FUND_SUPERVISOR), {"kunming": "84.6"}, evidence=["x"])
        visitor = Actor(supervisor.user_id, supervisor.name, kunming, supervisor.home, supervisor.roles)
        with pytest.raises(Denied):
            publish(year, visitor, {"kunming": "84.6"}, evidence=["x"])
        with pytest.raises(NotFound):
            publish(year, actor("shifan", Role.FUND_SUPERVISOR), {"kunming": "84.6"}, evidence=["x"])

    def test_not_an_indicator_that_people_report(self, year: Year, supervisor: Actor) -> None:
        with pytest.raises(Denied, match="系统发布"):
            publish(year, supervisor, {"kunming": "8"}, code="A1")

    def test_not_after_publication_of_the_scores(self, year: Year, supervisor: Actor) -> None:
        year.publish()

        with pytest.raises(Conflict, match="已核定发布"):
            publish(year, supervisor, {"kunming": "84.6"})

    def test_not_in_a_year_that_does_not_run(self, year: Year, supervisor: Actor) -> None:
        type(year.cycle).objects.filter(pk=year.cycle.pk).update(state="CLOSED")

        with pytest.raises(Conflict, match="不在进行中"):
            publish(year, supervisor, {"kunming": "84.6"})

    def test_wants_what_it_was_read_from(self, year: Year, supervisor: Actor) -> None:
        with pytest.raises(Invalid, match="台账导出") as refused:
            publish(year, supervisor, {"kunming": "84.6"}, evidence=[])

        assert refused.value.field == "evidence"

    @pytest.mark.parametrize("day", [DAY + timedelta(days=1), date(2025, 12, 31)])
    def test_counts_up_to_a_day_of_the_year_that_has_come(self, day: date, year: Year, supervisor: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            publish(year, supervisor, {"kunming": "84.6"}, as_of=day)

        assert refused.value.field == "as_of"

    def test_one_bad_row_and_nothing_is_published(self, year: Year, supervisor: Actor) -> None:
        with pytest.raises(Invalid):
            publish(year, supervisor, {"kunming": "84.6", "puer": "viele"})

        assert not CurrentValue.objects.exists()

    def test_nobody_publishes_about_an_office_they_are_tied_to(
        self, year: Year, kunming: Office, supervisor: Actor
    ) -> None:
        Tie.objects.create(
            person_id=supervisor.user_id, office=kunming, kind=Tie.Kind.KIN, note="配偶在该办任职",
            declared_by_id=supervisor.user_id, declared_by_name=supervisor.name, declared_at=NOON,
        )  # fmt: skip

        with pytest.raises(Denied, match="回避"):
            publish(year, supervisor, {"kunming": "84.6", "puer": "90"})
        assert len(publish(year, supervisor, {"puer": "90"})) == 1

    def test_who_saw_another_row_is_told(self, year: Year, kunming: Office, supervisor: Actor) -> None:
        publish(year, supervisor, {"kunming": "84.6"})
        stale = [FactRow(kunming.pk, {"value": "80"}, COUNTED, lock_version=None)]

        with pytest.raises(Conflict, match="刚刚录入"):
            publish(year, supervisor, {"kunming": "80"}, rows=stale)

    def test_asks_the_database_as_often_for_one_as_for_three(self, year: Year, supervisor: Actor) -> None:
        counts = []
        for figures in ({"kunming": "70"}, {"kunming": "71", "puer": "72", "diqing": "73"}):
            evidence = [export(supervisor)]
            with CaptureQueriesContext(connection) as asked:
                publish(year, supervisor, figures, evidence=evidence)
            counts.append(len(asked))

        assert counts[1] <= counts[0] + 1  # a first version and a second are two statements


class TestPage:
    @pytest.fixture
    def client(self, supervisor: Actor, monkeypatch: pytest.MonkeyPatch) -> Client:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
        client = Client()
        with office_core.mounted(office_core.PUBLIC):
            client.force_login(User.objects.get(pk=supervisor.user_id))
        return client

    URL = "/yunnan/appraisal/ledger-facts/?month=10&indicator=B6"

    def form(self, year: Year, figures: dict[str, str], **more: Any) -> dict[str, Any]:
        typed: dict[str, Any] = {"as_of": DAY.isoformat()}
        for office in Office.objects.filter(schema_name__in=PREFECTURES):
            typed |= {f"o{office.pk}-value": figures.get(office.schema_name, ""), f"o{office.pk}-reason": COUNTED,
                      f"o{office.pk}-lock": ""}  # fmt: skip
        return typed | more

    def test_publishes_a_column(self, year: Year, client: Client) -> None:
        file = SimpleUploadedFile("资金台账.csv", b"a,b\n1,2\n", content_type="text/csv")

        answer = client.post(self.URL, self.form(year, {"kunming": "84.6"}, evidence=[file]))

        assert answer.status_code == 302
        page = client.get(self.URL).content.decode()
        assert [text for text in ("资金台账.csv", "84.6", f"截至 {DAY.isoformat()}", "1/3") if text not in page] == []

    def test_keeps_what_was_typed_when_the_export_is_missing(self, year: Year, client: Client) -> None:
        answer = client.post(self.URL, self.form(year, {"kunming": "84.6"}))

        assert answer.status_code == 422
        assert 'value="84.6"' in answer.content.decode()
        assert not CurrentValue.objects.exists()

    def test_an_offices_own_figure_is_not_offered_as_the_ledgers(
        self, year: Year, kunming: Office, client: Client
    ) -> None:
        year.report(kunming, ("B6",))

        page = client.get(self.URL).content.decode()

        assert "州市填报" in page
        assert 'value="85.5"' not in page

    def test_is_closed_to_who_has_nothing_to_do_with_it(self, year: Year, actor: Callable[..., Actor]) -> None:
        inspector, client = actor("yunnan", Role.INSPECTOR), Client()
        with office_core.mounted(office_core.PUBLIC):
            client.force_login(User.objects.get(pk=inspector.user_id))

        assert client.get(self.URL).status_code == 403

    def test_leaders_look_on(self, year: Year, actor: Callable[..., Actor], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
        leader, client = actor("yunnan", Role.PRINCIPAL_LEADER), Client()
        with office_core.mounted(office_core.PUBLIC):
            client.force_login(User.objects.get(pk=leader.user_id))

        page = client.get(self.URL).content.decode()

        assert "资金台账的数据由省级资金监督员、考核管理员发布" in page
        assert 'name="evidence"' not in page
