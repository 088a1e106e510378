"""Pages of scores: what only they add."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisal.ledger.models import CurrentValue, Scorecard, ScoreRun
from appraisal.ledger.selectors import gains, listed_items
from appraisal.ledger.usecases import scores as usecases
from appraisal.ledger.usecases import statements
from core.errors import NotFound
from core.files import get_file
from tenants.models import Office, Role
from tests import factories
from tests.appraisal import setting
from tests.appraisal.ledger.test_scores import calculated, put
from tests.appraisal.ledger.test_statements import listed
from tests.conftest import NOON

SignedIn = Callable[..., Client]


@pytest.fixture
def running(actor: Callable[..., Any], offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def published(running: setting.Running, kunming: Office) -> ScoreRun:
    put(running, kunming, "A1", {"value": "701"})
    return usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)


class TestCockpit:
    def test_is_empty_and_says_so_before_the_first_publication(self, running, signed_in: SignedIn) -> None:
        page = signed_in("yunnan", Role.APPRAISAL_ADMIN).get("/yunnan/appraisal/overview/")

        assert page.status_code == 200
        assert "还没有核定的得分" in page.content.decode()

    def test_ranks_all_prefectures(self, published: ScoreRun, signed_in: SignedIn) -> None:
        page = signed_in("yunnan", Role.PRINCIPAL_LEADER).get("/yunnan/appraisal/overview/").content.decode()

        assert all(name in page for name in ("昆明市", "普洱市", "迪庆州"))
        assert f"/yunnan/appraisal/runs/{published.pk}/kunming/" in page

    def test_stays_with_the_running_year_while_the_next_is_prepared(
        self, published: ScoreRun, running: setting.Running, signed_in: SignedIn
    ) -> None:
        setting.opened_year(running, 2027)

        for page in ("overview", "ranking"):
            text = signed_in("yunnan", Role.APPRAISAL_ADMIN).get(f"/yunnan/appraisal/{page}/").content.decode()
            assert f"/yunnan/appraisal/runs/{published.pk}/kunming/" in text
        response = signed_in("kunming", Role.REPORTER).get("/kunming/appraisal/score/")
        assert response.headers["Location"] == f"/kunming/appraisal/runs/{published.pk}/kunming/"

    def test_is_not_for_a_prefecture(self, published: ScoreRun, signed_in: SignedIn) -> None:
        assert signed_in("kunming", Role.REPORTER).get("/kunming/appraisal/overview/").status_code == 403

    def test_asks_as_many_queries_for_sixteen_offices_as_for_three(
        self, published: ScoreRun, signed_in: SignedIn
    ) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        client.get("/yunnan/appraisal/overview/")

        with CaptureQueriesContext(connection) as asked:
            client.get("/yunnan/appraisal/overview/")

        assert len([each for each in asked if "SAVEPOINT" not in each["sql"]]) < 20


class TestScorecard:
    def test_shows_where_every_point_comes_from(self, published: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("kunming", Role.REPORTER)

        page = client.get(f"/kunming/appraisal/runs/{published.pk}/kunming/A1/").content.decode()

        assert "701" in page
        assert "900" in page
        assert "15.58" in page  # 20 × 701 ÷ 900 = 15.5778

    def test_the_story_is_a_fragment_for_htmx(self, published: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("kunming", Role.REPORTER)

        answer = client.get(f"/kunming/appraisal/runs/{published.pk}/kunming/A1/", headers={"HX-Request": "true"})

        assert answer.content.decode().lstrip().startswith("<aside")

    def test_another_prefectures_card_is_not_found(self, published: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("kunming", Role.REPORTER)

        assert client.get(f"/kunming/appraisal/runs/{published.pk}/puer/").status_code == 404

    def test_tells_what_bonus_deduction_and_veto_stand_on_and_opens_their_files(
        self, running: setting.Running, puer: Office, signed_in: SignedIn, actor: Callable[..., Any]
    ) -> None:
        rows = listed(running, puer)
        run = usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)
        issued = statements.issue_statements(run_id=run.pk, actor=running.admin, at=NOON)
        [statement] = [row for row in issued if row.office_id == puer.pk]
        client = signed_in("puer", Role.REPORTER)

        for page in (f"runs/{run.pk}/puer/", f"statements/{statement.pk}/"):
            text = client.get(f"/puer/appraisal/{page}").content.decode()
            for row in rows:
                assert row.legal_basis in text
                assert row.confirming_unit in text
                assert row.evidence[0]["id"] in text
        assert get_file(actor("puer", Role.REPORTER), rows[3].evidence[0]["id"]).name == "通报.pdf"
        with pytest.raises(NotFound):
            get_file(actor("kunming", Role.REPORTER), rows[3].evidence[0]["id"])

    def test_asks_as_much_for_many_items_as_for_one(
        self, running: setting.Running, puer: Office, kunming: Office, django_assert_num_queries: Any
    ) -> None:
        listed(running, puer)
        listed(running, kunming)
        run = calculated(running)
        cards = list(Scorecard.objects.filter(run=run))

        with django_assert_num_queries(1):
            items = listed_items.of_cards(run, cards)
        assert sorted(len(each) for each in items.values()) == [0, 4, 4]
        with django_assert_num_queries(0):
            assert listed_items.of_cards(run, [card for card in cards if not items[card.pk]])

    def test_my_score_leads_to_the_newest_card(self, published: ScoreRun, signed_in: SignedIn) -> None:
        answer = signed_in("kunming", Role.REPORTER).get("/kunming/appraisal/score/")

        assert answer["Location"] == f"/kunming/appraisal/runs/{published.pk}/kunming/"

    def test_an_unpublished_card_is_not_found_for_the_office(self, running, signed_in: SignedIn) -> None:
        run = calculated(running)

        page = signed_in("kunming", Role.REPORTER).get(f"/kunming/appraisal/runs/{run.pk}/kunming/")

        assert page.status_code == 404


class TestWinningBack:
    """失分与挽回: exact for the chosen, refused for others, constant in queries."""

    def page(self, run: ScoreRun, office: str = "kunming") -> str:
        return f"/{office}/appraisal/runs/{run.pk}/kunming/winning-back/"

    def test_says_what_to_do_and_what_it_brings(self, published: ScoreRun, signed_in: SignedIn) -> None:
        text = signed_in("kunming", Role.REPORTER).get(self.page(published)).content.decode()

        assert "再增加 199 人，达到 900 人" in text  # 701 of the 900 due by September
        assert "+4.42" in text  # 20 − 20 × 701 ÷ 900
        assert "报送本指标，最多可得" in text
        assert "还没有勾选" in text

    def test_the_chosen_come_true_together(self, published: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("kunming", Role.REPORTER)
        fragment = client.get(self.page(published), {"do": ["A1.1"]}, headers={"HX-Request": "true"}).content.decode()

        card = published.cards.get(office__schema_name="kunming")
        assert fragment.lstrip().startswith("<aside")
        assert f"{card.total + Decimal('4.42'):.2f}" in fragment

    @pytest.mark.parametrize(
        ("do", "why"), [(["Z9.1"], "不在本得分单可挽回的办法里"), (["A1.1", "A1.9"], "A1.9"), (["<b>"], "&lt;b&gt;")]
    )
    def test_what_is_no_way_is_said(self, published: ScoreRun, signed_in: SignedIn, do: list[str], why: str) -> None:
        answer = signed_in("kunming", Role.REPORTER).get(self.page(published), {"do": do})

        assert answer.status_code == 422
        assert why in answer.content.decode()

    def test_two_ways_of_one_indicator_are_refused(self, running, kunming: Office, signed_in: SignedIn) -> None:
        put(running, kunming, "A1", {"value": "1"})
        run = usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)

        answer = signed_in("kunming", Role.REPORTER).get(self.page(run), {"do": ["A1.1", "A1.2"]})

        assert answer.status_code == 422
        assert "A1 选了两种办法，同一指标只能选一种" in answer.content.decode()

    def test_the_bureau_sees_it_and_another_prefecture_does_not(self, published: ScoreRun, signed_in: SignedIn) -> None:
        statuses = [
            signed_in(office, role).get(self.page(published, office)).status_code
            for office, role in (("yunnan", Role.VERIFIER), ("puer", Role.REPORTER), ("shifan", Role.APPRAISAL_ADMIN))
        ]

        assert statuses == [200, 404, 404]

    def test_an_unpublished_one_is_the_bureaus_alone(self, running, signed_in: SignedIn) -> None:
        run = calculated(running)

        assert signed_in("kunming", Role.REPORTER).get(self.page(run)).status_code == 404
        assert signed_in("yunnan", Role.VERIFIER).get(self.page(run, "yunnan")).status_code == 200

    def test_the_api_says_the_same(self, published: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("kunming", Role.REPORTER)
        address = f"/kunming/api/v1/runs/{published.pk}/cards/kunming/winning-back/"

        found = client.get(address, {"do": "A1.1"}).json()
        wrong = client.get(address, {"do": "Z9.1"})

        way = next(each for each in found["ways"] if each["key"] == "A1.1")
        assert (way["gain"], way["score"], way["fact"]) == ("4.4222", "20.0000", {"target": "900", "value": "900"})
        assert way["outcome"] == found["together"]
        assert Decimal(found["together"]["total"]) - Decimal(found["now"]["total"]) == Decimal("4.42")
        assert (wrong.status_code, wrong.json()["field"]) == (422, "do")
        assert client.get(address.replace("cards/kunming", "cards/puer")).status_code == 404

    def test_asks_as_much_for_many_offices_as_for_few(
        self, running, kunming: Office, django_assert_num_queries: Any
    ) -> None:
        put(running, kunming, "A1", {"value": "701"})
        card = Scorecard.objects.select_related("run__period", "run__cycle").get(
            run=calculated(running), office=kunming
        )

        with django_assert_num_queries(2):
            found = gains.of_card(card)
        assert len(found.ways) > 3

    def test_a_tie_is_broken_by_deductions_as_the_ranking_breaks_it(
        self, running, kunming: Office, puer: Office
    ) -> None:
        """Level by points taken off: who has fewer of them stands before; given back by an objection, ahead."""
        put(running, puer, "B6", {"value": "85"})
        put(running, kunming, "B6", {"value": "91"})
        lead = Scorecard.objects.get(run=(run := calculated(running)), office=kunming).total
        behind = Scorecard.objects.get(run=run, office=puer).total
        CurrentValue.objects.filter(office=kunming).update(points_off=lead - behind, reason="抽查不符")
        cards = {
            card.office_id: card
            for card in Scorecard.objects.select_related("run__period", "run__cycle").filter(run=calculated(running))
        }
        mine, ahead = cards[kunming.pk], cards[puer.pk]
        found = gains.of_card(mine)
        [objection] = [way for way in found.ways if way.gain.effort == "OBJECT"]

        assert (mine.total, mine.deduction_count, ahead.deduction_count) == (ahead.total, 1, 0)
        assert (ahead.rank, mine.rank) == (1, 2)
        assert (found.now.rank, found.now.peer_rank) == (2, mine.peer_rank)
        assert objection.outcome.rank == 1
        assert gains.of_card(ahead).now.rank == 1

    def test_a_run_that_did_not_keep_them_compares_deduction_items_alone(self, running, kunming: Office) -> None:
        put(running, kunming, "B6", {"value": "91"}, points_off=1, reason="抽查不符")
        run = calculated(running)
        Scorecard.objects.filter(run=run).update(deduction_count=None)

        found = gains.of_card(
            Scorecard.objects.select_related("run__period", "run__cycle").get(run=run, office=kunming)
        )

        assert found.now.rank == 1

    def test_places_are_those_of_the_ranking(self, running, kunming: Office, puer: Office) -> None:
        """What is said of today is what the run says; and the place promised is the one that a new run gives."""
        mine = put(running, kunming, "A1", {"value": "701"})
        put(running, puer, "A1", {"value": "800"})
        run = calculated(running)
        card = Scorecard.objects.select_related("run__period", "run__cycle").get(run=run, office=kunming)
        found = gains.of_card(card, ["A1.1"])

        type(mine).objects.filter(pk=mine.pk).update(final_fact={"value": "900"})
        anew = Scorecard.objects.get(run=calculated(running), office=kunming)

        assert (found.now.total, found.now.rank, found.now.peer_rank) == (card.total, card.rank, card.peer_rank)
        assert found.together is not None
        then = found.together
        assert (then.total, then.rank, then.peer_rank, then.grade) == (
            anew.total, anew.rank, anew.peer_rank, anew.grade,
        )  # fmt: skip
        assert anew.rank < card.rank


class TestRunPages:
    def test_calculating_leads_to_the_run_and_its_progress(self, running, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        answer = client.post(f"/yunnan/appraisal/periods/{running.period(9).pk}/run/", {"note": "首次计算"})

        run = ScoreRun.objects.get()
        assert answer["Location"] == f"/yunnan/appraisal/runs/{run.pk}/"
        assert client.get(f"/yunnan/appraisal/runs/{run.pk}/progress/").status_code == 200

    def test_polling_ends_when_the_run_has(self, published: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        assert client.get(f"/yunnan/appraisal/runs/{published.pk}/progress/").status_code == 286

    def test_publishing_asks_for_the_password(self, running, signed_in: SignedIn) -> None:
        run = calculated(running)
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        address = f"/yunnan/appraisal/runs/{run.pk}/publish/"

        wrong = client.post(address, {"password": "nein"})
        right = client.post(address, {"password": factories.PASSWORD})

        run.refresh_from_db()
        assert (wrong.status_code, right.status_code, run.state) == (422, 302, "PUBLISHED")

    def test_page_and_policy_refuse_alike(self, running, signed_in: SignedIn) -> None:
        run = calculated(running)

        answer = signed_in("yunnan", Role.VERIFIER).post(
            f"/yunnan/appraisal/runs/{run.pk}/publish/", {"password": factories.PASSWORD}
        )

        assert answer.status_code == 403
        assert "只有省级考核管理员或领导可以核定得分" in answer.content.decode()


class TestRanking:
    @pytest.mark.parametrize(("office", "role"), [("yunnan", Role.VERIFIER), ("kunming", Role.REPORTER)])
    def test_is_seen_by_the_bureau_and_its_prefectures(
        self, published: ScoreRun, signed_in: SignedIn, office: str, role: str
    ) -> None:
        page = signed_in(office, role).get(f"/{office}/appraisal/ranking/").content.decode()

        assert "普洱市" in page
        assert published.code in page

    def test_another_province_sees_nothing_of_it(self, published: ScoreRun, signed_in: SignedIn) -> None:
        page = signed_in("shifan", Role.APPRAISAL_ADMIN).get("/shifan/appraisal/ranking/").content.decode()

        assert "普洱市" not in page
