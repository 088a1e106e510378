"""动态跟踪: what leaders see of progress, whoever they are, and what it costs."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from appraisal.ledger.models import ScoreRun
from appraisal.ledger.selectors import tracking as selectors
from appraisal.ledger.usecases import scores as usecases
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_scores import calculated, put
from tests.conftest import NOON


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def run(running, kunming: Office, puer: Office) -> ScoreRun:
    """September: 900 of 1,200 people are due; Kunming has them, Pu'er has 700, Diqing has reported nothing."""
    for code in ("A1", "A2"):
        put(running, kunming, code, {"value": "1000"})
        put(running, puer, code, {"value": "700"})
    return usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)


class TestProvince:
    def test_holds_progress_against_the_plan_and_says_why(self, run: ScoreRun) -> None:
        rows = {row.card.schema_name: row for row in selectors.of_province(run).rows}

        assert [(slug, rows[slug].light) for slug in ("kunming", "puer", "diqing")] == [
            ("kunming", "GREEN"), ("puer", "RED"), ("diqing", "RED"),
        ]  # fmt: skip
        assert (str(rows["puer"].done), str(rows["puer"].due)) == ("58.3", "75.0")
        below = selectors.of_office(run, {9: run}, rows["puer"].card.office_id)
        told = {line.indicator.code: line.sentence for line in below.lines}
        assert told["A1"] == "已达 700 人，为全年的 58.3%；按计划应达 900 人（75.0%）。"
        assert all(len(row.worst) <= 3 for row in rows.values())

    def test_tells_the_worst_first_and_agrees_with_the_card(self, run: ScoreRun, puer: Office) -> None:
        (row,) = (row for row in selectors.of_province(run).rows if row.card.office_id == puer.pk)
        card = run.cards.get(office=puer)
        lost = sorted((line.effective_points - line.score for line in card.lines.all()), reverse=True)

        assert [worst.lost for worst in row.worst] == lost[:3]

    def test_a_peer_group_alone(self, run: ScoreRun) -> None:
        assert selectors.of_province(run, 2).rows == []
        assert len(selectors.of_province(run, 1).rows) == 3


class TestMilestones:
    """A6 has one in March and one in September in each letter."""

    def test_on_every_page_and_in_the_api(self, run: ScoreRun, running, kunming: Office, signed_in) -> None:
        first, second = running.letters["kunming"].milestones.filter(indicator__code="A6").order_by("due_on")
        value = put(running, kunming, "A6", {"done_on": {f"{first.pk}": "2026-04-10", f"{second.pk}": ""}})

        seen = selectors.of_office(run, {9: run}, kunming.pk)
        assert [(line.stone.name, line.light) for line in seen.stones] == [
            ("实施规划报批", "YELLOW"), ("阶段性验收", "YELLOW"),
        ]  # fmt: skip
        page = signed_in("yunnan", Role.PRINCIPAL_LEADER).get("/yunnan/appraisal/tracking/kunming/").content.decode()
        assert "2026-04-10 完成，比 2026-03-31 晚 10 天。" in page
        assert f"/yunnan/appraisal/values/{value.pk}/" in page
        told = signed_in("kunming", Role.REPORTER).get(f"/kunming/api/v1/runs/{run.pk}/tracking/kunming/").json()
        assert [(each["days_late"], each["light"]) for each in told["stones"]] == [(10, "YELLOW"), (0, "YELLOW")]
        assert told["overdue"] == 0

    def test_an_overdue_one_is_told_beside_the_office(self, run: ScoreRun, puer: Office, signed_in) -> None:
        page = signed_in("yunnan", Role.PRINCIPAL_LEADER).get("/yunnan/appraisal/tracking/").content.decode()
        assert page.count("逾期节点 1") == 3  # March of all three; September ends with the month
        below = signed_in("puer", Role.PRINCIPAL_LEADER).get("/puer/appraisal/tracking/").content.decode()
        assert "应于 2026-03-31 完成，已逾期 183 天，尚未完成。" in below


class TestPages:
    def test_the_bureau_sees_all_and_goes_down_to_the_value(self, run: ScoreRun, signed_in) -> None:
        client = signed_in("yunnan", Role.PRINCIPAL_LEADER)
        page = client.get("/yunnan/appraisal/tracking/").content.decode()
        assert "红色预警" in page
        assert "/yunnan/appraisal/tracking/puer/" in page

        below = client.get("/yunnan/appraisal/tracking/puer/").content.decode()
        assert "按计划应达 900 人" in below
        assert "/yunnan/appraisal/values/" in below

    def test_an_office_sees_itself_and_no_other(self, run: ScoreRun, signed_in) -> None:
        client = signed_in("puer", Role.PRINCIPAL_LEADER)
        own = client.get("/puer/appraisal/tracking/")
        assert "红色预警" in own.content.decode()
        assert "昆明" not in own.content.decode()
        assert client.get("/puer/appraisal/tracking/kunming/").status_code == 404
        assert client.get(f"/puer/api/v1/runs/{run.pk}/tracking/").status_code == 403
        assert client.get(f"/puer/api/v1/runs/{run.pk}/tracking/kunming/").status_code == 404
        assert client.get(f"/puer/api/v1/runs/{run.pk}/tracking/puer/").json()["light"] == "RED"

    def test_administrators_and_other_provinces_do_not(self, run: ScoreRun, signed_in) -> None:
        assert signed_in("yunnan", Role.SEC_ADMIN).get("/yunnan/appraisal/tracking/").status_code == 403
        assert signed_in("shifan", Role.PRINCIPAL_LEADER).get("/yunnan/appraisal/tracking/").status_code == 404
        foreign = signed_in("shifan", Role.PRINCIPAL_LEADER).get("/shifan/appraisal/tracking/kunming/")
        assert foreign.status_code == 404

    def test_says_so_before_the_first_publication(self, running, signed_in) -> None:
        for slug in ("yunnan", "kunming"):
            page = signed_in(slug, Role.PRINCIPAL_LEADER).get(f"/{slug}/appraisal/tracking/")
            assert "还没有核定的得分" in page.content.decode()

    @pytest.mark.parametrize("query", ["month=99", "month=x", "group=0", "group=x", "group=99", "year=1"])
    def test_heeds_no_nonsense(self, run: ScoreRun, signed_in, query: str) -> None:
        page = signed_in("yunnan", Role.PRINCIPAL_LEADER).get(f"/yunnan/appraisal/tracking/?{query}")

        assert page.status_code == 200

    def test_gives_the_table_as_a_workbook_that_computes_nothing(self, run: ScoreRun, signed_in) -> None:
        odd = "=1+1"
        Office.objects.filter(schema_name="puer").update(short_name=odd)
        answer = signed_in("yunnan", Role.PRINCIPAL_LEADER).get("/yunnan/appraisal/tracking/?form=xlsx")
        page = load_workbook(BytesIO(answer.content)).active
        assert page is not None
        names = {page.cell(row, 1).value: page.cell(row, 1).data_type for row in range(3, 6)}

        assert names[odd] == "s"
        assert page.cell(3, 9).value in ("正常", "红色预警")

    def test_page_and_api_say_the_same(self, run: ScoreRun, signed_in) -> None:
        rows = signed_in("yunnan", Role.VERIFIER).get(f"/yunnan/api/v1/runs/{run.pk}/tracking/").json()["rows"]

        seen = selectors.of_province(run).rows
        assert [(row["office"], row["light"]) for row in rows] == [(each.card.schema_name, each.light) for each in seen]


def test_asks_fewer_than_twenty_queries(run: ScoreRun, signed_in) -> None:
    client = signed_in("yunnan", Role.PRINCIPAL_LEADER)
    client.get("/yunnan/appraisal/tracking/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/yunnan/appraisal/tracking/")

    asked = [each["sql"] for each in seen.captured_queries if "SAVEPOINT" not in each["sql"]]
    assert len(asked) < 20  # session, person, office, roles and what waits in the menu among them
