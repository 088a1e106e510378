"""A figure that a ledger published stands: the reporter reads where it is from, and cannot type over it."""

import pytest
from django.test import Client

from appraisal.ledger.usecases.province_facts import record_fact
from core import office as office_core
from core.errors import Conflict, Invalid
from tenants import actors
from tenants.models import User
from tests.appraisal.reporting.conftest import COMPLETE
from tests.conftest import NOON


@pytest.fixture
def published(kunming_month):
    """B6 of October, by the fund ledger."""
    province = kunming_month.office.parent
    with office_core.mounted(province.mount()):
        record_fact(
            period_id=kunming_month.period.pk, office_id=kunming_month.office.pk,
            indicator_id=kunming_month.running.indicator("B6").pk, fact={"value": "84.6"}, source="fund_ledger",
            reason="", evidence=[], actor=actors.system(province), at=NOON,
        )  # fmt: skip
    return kunming_month


def test_refuses_the_reporters_figure_and_says_who_published(published) -> None:
    with pytest.raises(Conflict, match="B6 取自资金台账，系统于 11-05 12:00 发布，不能改填"):
        published.save("B6", fact={"value": "99"})


def test_the_month_goes_over_without_it(published) -> None:
    published.fill(tuple(code for code in COMPLETE if code != "B6"))

    published.submit()
    report = published.sign()

    assert "B6" not in {value.indicator.code for value in report.values.select_related("indicator")}


def test_a_month_without_the_ledgers_figure_asks_for_it(kunming_month) -> None:
    kunming_month.fill(tuple(code for code in COMPLETE if code != "B6"))

    with pytest.raises(Invalid) as refused:
        kunming_month.submit()

    assert [row["code"] for row in refused.value.rows] == ["B6"]


def test_the_page_tells_it_beside_the_field(published, monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    client, pk = Client(), published.running.indicator("B6").pk
    with office_core.mounted(office_core.PUBLIC):
        client.force_login(User.objects.get(pk=published.reporter.user_id))
        page = client.get(f"/kunming/reporting/{published.period.pk}/{pk}/").content.decode()

    assert "B6 取自资金台账" in page
