"""Each indicator has one division of the bureau that confirms its figures (domain reference 2.2 step 12)."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from appraisal.ledger.models import CurrentValue
from appraisal.ledger.policies import verification as policies
from appraisal.ledger.selectors import completeness, owning, queue, todos
from appraisal.ledger.selectors import verification_grid as grid_of
from appraisal.ledger.usecases import verification
from appraisal.ledger.usecases.verification_grid import Judged, judge_values
from appraisal.library import usecases as library
from appraisal.library.forms import book, book_import
from appraisal.library.models import Indicator
from core.errors import Conflict, Denied, Invalid
from tenants.actors import Actor
from tenants.models import Division, Membership, Office, Role, StandIn
from tests.appraisal import setting
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON, TODAY

REASON = "花名册与报表人数不一致，请核对后重报"
WHY = "处室职责调整，由后期扶持处核实"


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def rooms(offices: dict[str, Office]) -> dict[str, Division]:
    return {
        name: Division.objects.create(office=offices["yunnan"], name=name, position=place, valid_from=date(2020, 1, 1))
        for place, name in enumerate(("搬迁安置处", "后期扶持处", "资金监管处"))
    }


@pytest.fixture
def year(offices: dict[str, Office], rooms: dict[str, Division]) -> Year:
    """A1 is of 搬迁安置处, B6 of 后期扶持处, B7 of none."""
    made = running_year(offices["yunnan"], [offices["kunming"], offices["puer"]])
    for code, name in (("A1", "搬迁安置处"), ("B6", "后期扶持处")):
        own(made.indicators[code], rooms[name])
    for slug in ("kunming", "puer"):
        for value in made.report(offices[slug]):
            made.values[slug, value.indicator.code] = value
    return made


def own(row: Indicator, division: Division | None) -> None:
    row.owner = division
    row.save(update_fields=["owner"])


def seat(user_id: int | None, division: Division | None) -> None:
    Membership.objects.filter(user_id=user_id, role=Role.VERIFIER).update(division=division)


@pytest.fixture
def of(actor: Callable[..., Actor], rooms: dict[str, Division]) -> Callable[..., Actor]:
    """of("搬迁安置处"): a verifier who sits there; "" for one who sits nowhere."""

    def make(name: str, *more: str) -> Actor:
        person = actor("yunnan", Role.VERIFIER, *more)
        seat(person.user_id, rooms.get(name))
        return person

    return make


def verify(who: Actor, *values: CurrentValue) -> list[CurrentValue]:
    return verification.verify_values(items=[(value.pk, 0) for value in values], actor=who, at=NOON)


def codes(rows: Any) -> list[str]:
    return sorted(rows.values_list("indicator__code", flat=True))


class TestWhoDecides:
    def test_a_verifier_decides_about_their_divisions_figures(self, year: Year, of: Callable[..., Actor]) -> None:
        done = verify(of("搬迁安置处"), year.values["kunming", "A1"], year.values["kunming", "B7"])

        assert {value.state for value in done} == {"VERIFIED"}

    def test_another_divisions_is_refused_by_its_name(self, year: Year, of: Callable[..., Actor]) -> None:
        with pytest.raises(Denied, match="B6 的责任处室是后期扶持处"):
            verify(of("搬迁安置处"), year.values["kunming", "B6"])
        assert CurrentValue.objects.get(pk=year.values["kunming", "B6"].pk).state == "SUBMITTED"

    def test_and_none_of_a_batch_is_done(self, year: Year, of: Callable[..., Actor]) -> None:
        with pytest.raises(Conflict) as refused:
            verify(of("搬迁安置处"), year.values["kunming", "A1"], year.values["kunming", "B6"])

        assert [row["id"] for row in refused.value.rows] == [year.values["kunming", "B6"].pk]
        assert not CurrentValue.objects.filter(state="VERIFIED").exists()

    @pytest.mark.parametrize("act", ["return", "correct", "points", "reopen"])
    def test_every_other_decision_as_well(self, act: str, year: Year, of: Callable[..., Actor]) -> None:
        value, theirs = year.values["kunming", "B6"], of("后期扶持处")
        lock = 0
        if act == "reopen":
            verify(theirs, value)
            lock = 1
        acts: dict[str, Callable[..., Any]] = {
            "return": verification.return_value, "reopen": verification.reopen_value,
            "correct": verification.correct_value, "points": verification.take_points_off,
        }  # fmt: skip
        more = {"correct": {"fact": {"value": "80"}}, "points": {"points": Decimal("0.5")}}.get(act, {})
        given = {"current_value_id": value.pk, "lock_version": lock, "reason": REASON, "at": NOON, **more}

        with pytest.raises(Denied, match="后期扶持处"):
            acts[act](actor=of("搬迁安置处"), **given)
        assert acts[act](actor=theirs, **given)

    def test_the_grid_as_well(self, year: Year, of: Callable[..., Actor]) -> None:
        row = Judged(year.values["puer", "B6"].pk, 0, {"value": "81"}, REASON)

        with pytest.raises(Denied, match="后期扶持处"):
            judge_values(rows=[row], actor=of("搬迁安置处"), at=NOON)
        assert judge_values(rows=[row], actor=of("后期扶持处"), at=NOON)

    def test_who_sits_nowhere_decides_about_what_none_owns(self, year: Year, of: Callable[..., Actor]) -> None:
        nowhere = of("")

        assert verify(nowhere, year.values["kunming", "B7"])
        with pytest.raises(Denied):
            verify(nowhere, year.values["kunming", "A1"])

    def test_the_administrator_decides_across_all(self, year: Year, actor: Callable[..., Actor]) -> None:
        admin = actor("yunnan", Role.APPRAISAL_ADMIN)

        assert len(verify(admin, *year.values.values())) == len(year.values)

    def test_a_leader_who_verifies_looks_on_at_all_and_decides_about_their_own(
        self, year: Year, of: Callable[..., Actor]
    ) -> None:
        leader = of("搬迁安置处", Role.LEADER_IN_CHARGE)

        assert codes(queue.awaited(leader)) == ["A1", "A1", "B6", "B6", "B7", "B7"]
        with pytest.raises(Denied):
            verify(leader, year.values["kunming", "B6"])

    def test_without_owners_every_verifier_decides_about_all(self, year: Year, of: Callable[..., Actor]) -> None:
        Indicator.objects.filter(owner__isnull=False).update(owner=None)

        assert len(verify(of("资金监管处"), *year.values.values())) == len(year.values)

    def test_who_stands_in_decides_as_the_other_would(
        self, year: Year, of: Callable[..., Actor], actor: Callable[..., Actor]
    ) -> None:
        other, person = of("后期扶持处"), actor("yunnan", Role.DIVISION_CHIEF)
        StandIn.objects.create(
            membership=Membership.objects.get(user_id=other.user_id, role=Role.VERIFIER), person_id=person.user_id,
            starts_on=TODAY, ends_on=TODAY, reason="出差", created_by_id=1, created_at=NOON,
        )  # fmt: skip
        standing = Actor(person.user_id, person.name, person.office, person.home, person.roles | {Role.VERIFIER})

        assert verify(standing, year.values["kunming", "B6"])
        with pytest.raises(Denied):
            verify(standing, year.values["kunming", "A1"])


class TestWhatTheyFind:
    def test_inbox_and_counter_are_of_their_own(self, year: Year, of: Callable[..., Actor]) -> None:
        mine = of("搬迁安置处")

        assert codes(queue.awaited(mine)) == ["A1", "A1", "B7", "B7"]
        assert [line.count for line in todos.values_to_verify(mine, NOON)] == [4]
        assert codes(queue.awaited(of("资金监管处"))) == ["B7", "B7"]

    def test_queue_and_its_counts(self, year: Year, of: Callable[..., Actor], rooms: dict[str, Division]) -> None:
        mine = of("后期扶持处")
        asked = queue.Filters(owner=str(rooms["后期扶持处"].pk))

        assert codes(queue.queue(mine, year.period, queue.Filters(), on=TODAY)) == ["B6", "B6", "B7", "B7"]
        assert queue.counts(mine, year.period, queue.Filters(), on=TODAY)["SUBMITTED"] == 4
        assert codes(queue.queue(mine, year.period, asked, on=TODAY)) == ["B6", "B6"]
        assert codes(queue.queue(mine, year.period, queue.Filters(owner=owning.NONE), on=TODAY)) == ["B7", "B7"]
        assert codes(queue.queue(mine, year.period, queue.Filters(owner="×"), on=TODAY)) == []

    def test_the_grid_lists_their_own_and_refuses_others(self, year: Year, of: Callable[..., Actor]) -> None:
        mine = of("后期扶持处")
        bars = owning.bars(mine, on=TODAY)

        rows = grid_of.found_by(mine, grid_of.indicators_of(year.period), bars)
        assert [row.code for row in rows] == ["B6", "B7"]
        assert grid_of.indicator_in_force(mine, year.period, "", bars, "").code == "B6"  # type: ignore[union-attr]
        with pytest.raises(Denied, match="搬迁安置处"):
            grid_of.indicator_in_force(mine, year.period, "A1", bars, "")

    def test_the_queues_statements_do_not_grow(
        self, year: Year, of: Callable[..., Actor], actor: Callable[..., Actor], offices: dict[str, Office]
    ) -> None:
        mine = of("后期扶持处")

        def asked() -> int:
            with CaptureQueriesContext(connection) as captured:
                bars = owning.bars(mine, on=TODAY)
                for value in queue.queue(mine, year.period, queue.Filters(), on=TODAY):
                    policies.own.reason(mine, value.indicator, bars=bars)
            return len(captured)

        before = asked()
        own(year.indicators["B7"], year.indicators["B6"].owner)

        assert asked() == before <= 5


class TestCounts:
    def test_per_owner(self, year: Year, of: Callable[..., Actor]) -> None:
        verify(of("搬迁安置处"), year.values["kunming", "A1"])

        rows = owning.owner_counts(year.period, on=TODAY)

        told = [
            (row.division and row.division.name, row.indicators, row.waiting, row.verified, row.people) for row in rows
        ]
        assert told == [("搬迁安置处", 1, 1, 1, 1), ("后期扶持处", 1, 2, 0, 0), (None, 1, 2, 0, 0)]

    def test_none_where_nobody_owns_anything(self, year: Year) -> None:
        Indicator.objects.filter(owner__isnull=False).update(owner=None)

        assert owning.owner_counts(year.period, on=TODAY) == []

    def test_completeness_of_one_division(self, year: Year, rooms: dict[str, Division]) -> None:
        rows = completeness.standings(year.period, str(rooms["搬迁安置处"].pk))

        assert [(row.expected, row.reported, row.waiting) for row in rows] == [(1, 1, 1), (1, 1, 1)]
        assert [row.expected for row in completeness.standings(year.period)] == [3, 3]


class TestPagesAndApi:
    @pytest.fixture
    def mine(self, year: Year, signed_in: Callable[..., Client], rooms: dict[str, Division]) -> Client:
        client = signed_in("yunnan", Role.VERIFIER)
        seat(client.user.pk, rooms["搬迁安置处"])  # type: ignore[attr-defined]
        return client

    def test_the_queue_shows_their_own_and_refuses_the_rest(self, year: Year, mine: Client) -> None:
        page = mine.get("/yunnan/appraisal/queue/?month=10")
        other = year.values["kunming", "B6"]

        assert page.status_code == 200
        assert [row.value.indicator.code for row in page.context["rows"]] == ["A1", "B7", "A1", "B7"]
        refused = mine.post("/yunnan/appraisal/queue/verify/", {"item": f"{other.pk}:0", "back": "month=10"})
        assert refused.status_code == 403
        assert "B6 的责任处室是后期扶持处" in refused.text

    def test_the_grid_and_the_dialogs(self, year: Year, mine: Client) -> None:
        other = year.values["kunming", "B6"]

        assert mine.get("/yunnan/appraisal/verification-grid/?month=10").context["indicator"].code == "A1"
        assert mine.get("/yunnan/appraisal/verification-grid/?month=10&indicator=B6").status_code == 403
        assert mine.get(f"/yunnan/appraisal/values/{other.pk}/return/").status_code == 403

    def test_the_api_refuses_and_says_whose_it_is(self, year: Year, mine: Client) -> None:
        other = year.values["kunming", "B6"]
        body = {"items": [{"id": other.pk, "lock_version": 0}]}

        refused = mine.post("/yunnan/api/v1/values/verifications/", body, content_type="application/json")

        assert refused.status_code == 403
        assert "后期扶持处" in refused.text
        told = mine.get(f"/yunnan/api/v1/values/{other.pk}/").json()["value"]
        assert told["owner"] == "后期扶持处"
        assert "后期扶持处" in told["refusals"]["verify"]
        listed = mine.get("/yunnan/api/v1/values/?owner=后期扶持处").json()["results"]
        assert {row["indicator"] for row in listed} == {"B6"}

    def test_completeness_shows_how_far_each_is_to_the_administrator(
        self, year: Year, mine: Client, signed_in: Callable[..., Client]
    ) -> None:
        admin = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        url = "/yunnan/appraisal/completeness/?month=10"

        assert "各责任处室核验进度" in admin.get(url).text
        assert "各责任处室核验进度" not in mine.get(url).text

    def test_an_offices_people_are_untouched(self, year: Year, signed_in: Callable[..., Client]) -> None:
        reporter = signed_in("kunming", Role.REPORTER)
        value = year.values["kunming", "B6"]

        assert reporter.get(f"/kunming/appraisal/values/{value.pk}/").status_code == 200
        listed = reporter.get("/kunming/api/v1/values/?year=2026").json()["results"]
        assert {row["indicator"] for row in listed} == {"A1", "B6", "B7"}


class TestScheme:
    @pytest.fixture
    def admin(self, actor: Callable[..., Actor]) -> Actor:
        return actor("yunnan", Role.APPRAISAL_ADMIN)

    def named(self, admin: Actor, **names: str) -> Any:
        version = setting.draft(admin)
        for code, name in names.items():
            library.save_indicator(
                version_id=version.pk, indicator_id=version.indicators.get(code=code).pk,
                changes={"owner_division": name}, lock_version=version.lock_version, actor=admin, at=NOON,
            )  # fmt: skip
            version.refresh_from_db()
        return version

    def publish(self, version: Any, admin: Actor) -> Any:
        return library.publish_version(
            version_id=version.pk, minutes_number="〔2026〕2号", effective_on=date(2026, 1, 1),
            lock_version=version.lock_version, actor=admin, at=NOON,
        )  # fmt: skip

    def owners(self, version: Any) -> dict[str, str]:
        rows = version.indicators.filter(owner__isnull=False).exclude(method="")
        return dict(rows.values_list("code", "owner__name"))

    def test_an_indicators_own_division_else_its_groups(self, admin: Actor, rooms: dict[str, Division]) -> None:
        version = self.publish(self.named(admin, A="搬迁安置处", A2="资金监管处"), admin)

        found = self.owners(version)
        assert (found["A1"], found["A2"]) == ("搬迁安置处", "资金监管处")
        assert "B6" not in found

    def test_only_a_division_of_the_bureau(self, admin: Actor, rooms: dict[str, Division], offices: Any) -> None:
        Division.objects.create(office=offices["kunming"], name="综合科", valid_from=date(2020, 1, 1))

        for name in ("财务处", "综合科"):
            with pytest.raises(Invalid, match="搬迁安置处") as refused:
                self.named(admin, A=name) if name == "财务处" else self.again(admin, name)
            assert refused.value.field == "owner_division"

    def again(self, admin: Actor, name: str) -> None:
        version = library.copy_version(
            version_id=setting.draft(admin, code="ZZ2").pk, actor=admin, at=NOON
        )  # fmt: skip
        library.save_indicator(
            version_id=version.pk, indicator_id=version.indicators.get(code="A").pk, changes={"owner_division": name},
            lock_version=0, actor=admin, at=NOON,
        )  # fmt: skip

    def test_one_that_is_closed_since_stops_the_publication(self, admin: Actor, rooms: dict[str, Division]) -> None:
        version = self.named(admin, A="搬迁安置处")
        Division.objects.filter(name="搬迁安置处").update(valid_to=TODAY)

        with pytest.raises(Invalid, match="搬迁安置处") as refused:
            self.publish(version, admin)
        assert [row["code"] for row in refused.value.rows] == ["A"]

    def test_the_workbook_carries_it_there_and_back(
        self, admin: Actor, rooms: dict[str, Division], tmp_path: Path
    ) -> None:
        version = self.named(admin, A="搬迁安置处", B6="后期扶持处")
        path = tmp_path / "book.xlsx"
        path.write_bytes(book.book_of(version))

        made = book_import.take(path, book_import.Asked(code="BACK", year=2026), actor=admin, at=NOON)
        assert dict(made.indicators.exclude(owner_division="").values_list("code", "owner_division")) == {
            "A": "搬迁安置处", "B6": "后期扶持处",
        }  # fmt: skip

        found = load_workbook(io.BytesIO(path.read_bytes()))
        for row in found["指标"].iter_rows():
            for cell in row:
                if cell.value == "后期扶持处":
                    cell.value = "财务处"
        found.save(path)
        with pytest.raises(Invalid) as refused:
            book_import.take(path, book_import.Asked(code="BACK2", year=2026), actor=admin, at=NOON)
        assert "财务处" in refused.value.rows[0]["message"]

    def test_the_form_offers_the_bureaus_divisions(
        self, admin: Actor, rooms: dict[str, Division], signed_in: Callable[..., Client]
    ) -> None:
        version, client = self.named(admin, A="搬迁安置处"), signed_in("yunnan", Role.APPRAISAL_ADMIN)
        row = version.indicators.get(code="A1")

        page = client.get(f"/yunnan/templates/versions/{version.pk}/?i={row.pk}&tab=source").text

        assert page.count('<option value="后期扶持处"') == 1
        assert "资金监管处" in page


class TestReassign:
    def given(self, row: Indicator, admin: Actor, **changed: Any) -> Indicator:
        told = {"owner_division": "后期扶持处", "seen": "搬迁安置处", "reason": WHY} | changed
        return library.reassign_owner(
            version_id=row.version_id, indicator_id=row.pk, actor=admin, at=NOON, **told
        )  # fmt: skip

    @pytest.fixture
    def admin(self, actor: Callable[..., Actor]) -> Actor:
        return actor("yunnan", Role.APPRAISAL_ADMIN)

    def test_from_then_on_the_other_divisions_verifiers_decide(
        self, year: Year, of: Callable[..., Actor], admin: Actor
    ) -> None:
        self.given(year.indicators["A1"], admin)

        assert verify(of("后期扶持处"), year.values["kunming", "A1"])
        with pytest.raises(Denied):
            verify(of("搬迁安置处"), year.values["puer", "A1"])

    def test_a_group_takes_along_what_was_the_same_divisions(
        self, year: Year, admin: Actor, rooms: dict[str, Division]
    ) -> None:
        group = year.indicators["B6"].parent
        assert group is not None
        own(group, rooms["后期扶持处"])
        own(year.indicators["B7"], rooms["资金监管处"])

        self.given(group, admin, owner_division="搬迁安置处", seen="后期扶持处")

        owners = dict(group.children.values_list("code", "owner__name"))
        assert owners == {"B6": "搬迁安置处", "B7": "资金监管处"}

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"seen": "资金监管处"}, "刚刚改为搬迁安置处"), ({"owner_division": "搬迁安置处"}, "已经是"),
            ({"owner_division": "财务处"}, "没有处室"), ({"reason": "调"}, "至少 5 个字"),
        ],
    )  # fmt: skip
    def test_refusals(self, changed: dict[str, str], said: str, year: Year, admin: Actor) -> None:
        with pytest.raises((Conflict, Invalid), match=said):
            self.given(year.indicators["A1"], admin, **changed)

    def test_is_the_administrators_and_not_of_a_draft(
        self, year: Year, admin: Actor, of: Callable[..., Actor], actor: Callable[..., Actor]
    ) -> None:
        for person in (of("搬迁安置处"), actor("kunming", Role.APPRAISAL_ADMIN)):
            with pytest.raises(Denied):
                self.given(year.indicators["A1"], person)
        draft = setting.draft(admin)
        with pytest.raises(Conflict, match="草稿"):
            self.given(draft.indicators.get(code="A1"), admin)

    def test_nothing_else_of_a_published_row_changes(self, year: Year, rooms: dict[str, Division]) -> None:
        row = year.indicators["A1"]
        Indicator.objects.filter(pk=row.pk).update(owner=rooms["资金监管处"])

        for changed in ({"owner_division": "资金监管处"}, {"owner": None, "name": "另一个"}, {"points": 7}):
            with pytest.raises(IntegrityError, match="published_version_is_frozen"), transaction.atomic():
                Indicator.objects.filter(pk=row.pk).update(**changed)

    def test_by_page_and_api(self, year: Year, signed_in: Callable[..., Client]) -> None:
        row, client = year.indicators["A1"], signed_in("yunnan", Role.APPRAISAL_ADMIN)
        url = f"/yunnan/templates/versions/{row.version_id}/indicators/{row.pk}/owner/"
        body = {"owner_division": "后期扶持处", "seen": "搬迁安置处", "reason": WHY}

        assert "改派" in client.get(url).text
        assert client.post(url, body).status_code == 302
        assert client.post(url, body).status_code == 409  # pressed again
        there = f"/yunnan/api/v1/template-versions/{row.version_id}/indicators/{row.pk}/owner/"
        back = {"owner_division": "", "seen": "后期扶持处", "reason": WHY}
        answer = client.post(there, back, content_type="application/json")
        assert (answer.status_code, answer.json()["owner"]) == (200, None)
        page = client.get(f"/yunnan/templates/versions/{row.version_id}/?i={row.pk}&tab=history").text
        assert "A1 的责任处室由 后期扶持处 改为 —" in page
