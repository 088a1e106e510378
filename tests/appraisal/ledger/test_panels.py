"""A panel of an odd number hears an objection; each member votes once, and the majority binds the decision."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, Objection, PanelSeat, PanelVote, Verification
from appraisal.ledger.selectors import panels as selectors
from appraisal.ledger.usecases import objections, panels, ties
from core import events, todos
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants import menu
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.panel_setting import HEARING, WORDS, heard, panelists
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON, TODAY


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"]])


@pytest.fixture
def reporter(actor: Callable[..., Actor]) -> Actor:
    return actor("kunming", Role.REPORTER)


@pytest.fixture
def objection(year: Year, kunming: Office, reporter: Actor) -> Objection:
    year.report(kunming)
    CurrentValue.objects.update(state="VERIFIED")
    line = year.line(year.publish(at=NOON), kunming, "A1")
    return objections.file_objection(
        line_id=line.pk, grounds="漏计一个安置点六十人", evidence=[], actor=reporter, at=NOON
    )


@pytest.fixture
def admin(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


@pytest.fixture
def members(offices: dict[str, Office]) -> list[Actor]:
    return panelists(offices["yunnan"])


def name(objection: Objection, actor: Actor, members: list[Actor]) -> Objection:
    ids = [member.user_id or 0 for member in members]
    return panels.name_panel(objection_id=objection.pk, members=ids, actor=actor, at=NOON)


def vote(objection: Objection, member: Actor, uphold: bool = True, words: str = WORDS) -> Objection:
    return panels.vote(objection_id=objection.pk, uphold=uphold, words=words, actor=member, at=NOON)


def decide(objection: Objection, actor: Actor, *, upheld: bool = False, **more: Any) -> Objection:
    given = {"upheld": upheld, "decision": "经复核小组合议，佐证不足", **HEARING, "at": NOON, **more}
    if upheld:
        given["fact"] = {"value": "860"}
    return objections.decide_objection(objection_id=objection.pk, actor=actor, **given)


def replace(
    objection: Objection, actor: Actor, leaving: Actor, instead: Actor, reason: str = "出差不能到会"
) -> Objection:
    return panels.replace_member(
        objection_id=objection.pk, leaving=leaving.user_id or 0, person_id=instead.user_id or 0, reason=reason,
        actor=actor, at=NOON,
    )  # fmt: skip


def verified_by(person: Actor, objection: Objection) -> None:
    value = CurrentValue.objects.get(indicator=objection.line.indicator).value
    Verification.objects.create(value=value, decision="VERIFIED", by_id=person.user_id, by_name="", at=NOON)


def lines_of(person: Actor) -> list[str]:
    """The titles in the inbox, which are as many as the menu says."""
    with office_core.mounted(person.office.mount(actor_id=person.user_id)):
        lines = [line.title for line in todos.todos_for(person, NOON) if line.source == "objections"]
        items = [item for group in menu.groups_for(person, at=NOON) for item in group.items]
    [item] = [item for item in items if item.name == "ledger:objections"]
    assert len(lines) == item.count
    return lines


class TestNaming:
    def test_is_kept_and_told(self, objection: Objection, admin: Actor, members: list[Actor]) -> None:
        name(objection, admin, members)

        assert [seat.person_name for seat in PanelSeat.objects.order_by("pk")] == [each.name for each in members]
        [named, _filed] = events.timeline(f"ledger.objection:{objection.pk}")
        assert (named.name, named.data["members"]) == ("PanelNamed", [each.name for each in members])

    @pytest.mark.parametrize("number", [0, 1, 2, 4])
    def test_wants_an_odd_number_of_three_at_least(
        self, number: int, objection: Objection, admin: Actor, offices: dict[str, Office]
    ) -> None:
        with pytest.raises(Invalid, match="单数") as refused:
            name(objection, admin, panelists(offices["yunnan"], number))
        assert refused.value.field == "members"

    def test_takes_five_too_but_nobody_twice(
        self, objection: Objection, admin: Actor, offices: dict[str, Office], members: list[Actor]
    ) -> None:
        with pytest.raises(Invalid, match="单数"):
            name(objection, admin, [*members[:2], members[0]])
        name(objection, admin, panelists(offices["yunnan"], 5))
        assert PanelSeat.objects.count() == 5

    def test_leaves_out_who_has_a_conflict_of_interest(
        self, objection: Objection, admin: Actor, members: list[Actor], kunming: Office
    ) -> None:
        verified_by(members[0], objection)
        ties.declare_tie(
            person_id=admin.user_id or 0, office_id=kunming.pk, kind="KIN", note="配偶", actor=admin, at=NOON
        )

        why = {row.name: row.why_not for row in selectors.candidates(admin.home, objection, on=TODAY)}
        assert why[members[0].name] == "核验过所涉的数据"
        assert "回避关系" in why[admin.name]
        assert why[members[1].name] == ""
        with pytest.raises(Denied, match="回避关系"):
            name(objection, admin, members)

    def test_refuses_a_member_with_a_conflict_of_interest(
        self, objection: Objection, admin: Actor, members: list[Actor]
    ) -> None:
        verified_by(members[0], objection)

        with pytest.raises(Invalid, match=f"{members[0].name}须回避（核验过所涉的数据）"):
            name(objection, admin, members)
        assert not PanelSeat.objects.exists()

    def test_refuses_strangers(
        self, objection: Objection, admin: Actor, members: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        for stranger in (actor("kunming", Role.INSPECTOR), actor("shifan", Role.INSPECTOR),
                         actor("yunnan", Role.SYS_ADMIN), actor("yunnan", Role.CIVIL_SERVANT)):  # fmt: skip
            with pytest.raises(Invalid, match="请从本局"):
                name(objection, admin, [*members[:2], stranger])

    def test_is_the_administrators_or_a_leaders_once(
        self, objection: Objection, admin: Actor, members: list[Actor], actor: Callable[..., Actor], kunming: Office
    ) -> None:
        for who in (actor("yunnan", Role.VERIFIER), members[0], actor("kunming", Role.PRINCIPAL_LEADER)):
            with pytest.raises(Denied, match="复核小组由"):
                name(objection, who, members)
        with pytest.raises(Denied):
            name(objection, Actor(admin.user_id, admin.name, kunming, admin.home, admin.roles), members)
        for slug in ("shifan", "puer"):
            with pytest.raises(NotFound):
                name(objection, actor(slug, Role.APPRAISAL_ADMIN), members)
        name(objection, actor("yunnan", Role.LEADER_IN_CHARGE), members)
        with pytest.raises(Conflict, match="已经组成"):
            name(objection, admin, members)


class TestVoting:
    @pytest.fixture(autouse=True)
    def named(self, objection: Objection, admin: Actor, members: list[Actor]) -> None:
        name(objection, admin, members)

    def test_is_each_members_once(self, objection: Objection, members: list[Actor]) -> None:
        vote(objection, members[0])

        with pytest.raises(Conflict, match="以一次为限"):
            vote(objection, members[0], False)
        assert PanelVote.objects.get().uphold is True

    def test_is_nobody_elses(
        self, objection: Objection, admin: Actor, actor: Callable[..., Actor], members: list[Actor], kunming: Office
    ) -> None:
        for who in (admin, actor("yunnan", Role.INSPECTOR), actor("kunming", Role.PRINCIPAL_LEADER)):
            with pytest.raises(Denied, match="不在这件申诉的复核小组中"):
                vote(objection, who)
        first = members[0]
        with pytest.raises(Denied):
            vote(objection, Actor(first.user_id, first.name, kunming, first.home, first.roles))
        with pytest.raises(NotFound):
            vote(objection, actor("shifan", Role.INSPECTOR))

    def test_wants_words(self, objection: Objection, members: list[Actor]) -> None:
        with pytest.raises(Invalid) as refused:
            vote(objection, members[0], words="好")
        assert refused.value.field == "words"

    def test_ends_for_who_got_a_tie_until_they_are_replaced(
        self, objection: Objection, admin: Actor, members: list[Actor], kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        ties.declare_tie(
            person_id=members[0].user_id or 0, office_id=kunming.pk, kind="KIN", note="配偶", actor=admin, at=NOON
        )
        with pytest.raises(Denied, match="请由考核管理员更换"):
            vote(objection, members[0])

        replace(objection, admin, members[0], instead := actor("yunnan", Role.DIVISION_CHIEF))

        with pytest.raises(Denied, match="不在"):
            vote(objection, members[0])
        vote(objection, instead)
        left = PanelSeat.objects.get(person_id=members[0].user_id)
        assert (left.left_reason, left.left_by_name) == ("出差不能到会", admin.name)

    def test_is_not_told_to_others_before_all_have(
        self, objection: Objection, admin: Actor, members: list[Actor], reporter: Actor
    ) -> None:
        for place, member in enumerate(members):
            assert {row.uphold for row in selectors.panel_of(admin, objection).members} == {None}
            vote(objection, member, bool(place))

        assert [row.uphold for row in selectors.panel_of(admin, objection).members] == [False, True, True]
        told = selectors.panel_of(reporter, objection).members
        assert {(row.uphold, row.words, row.voted) for row in told} == {(None, "", False)}
        assert "uphold" not in str([row.data for row in events.timeline(f"ledger.objection:{objection.pk}")])


class TestReplacing:
    def test_refuses_what_does_not_fit(
        self, objection: Objection, admin: Actor, members: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        instead, barred = actor("yunnan", Role.INSPECTOR), actor("yunnan", Role.VERIFIER)
        verified_by(barred, objection)
        with pytest.raises(Conflict, match="还没有组成"):
            replace(objection, admin, members[0], instead)
        name(objection, admin, members)
        vote(objection, members[0])

        for leaving, coming, reason, field in (
            (members[0], instead, "出差不能到会", "leaving"), (instead, instead, "出差不能到会", "leaving"),
            (members[1], members[2], "出差不能到会", "person_id"), (members[1], barred, "出差不能到会", "person_id"),
            (members[1], instead, "忙", "reason"),
        ):  # fmt: skip
            with pytest.raises(Invalid) as refused:
                replace(objection, admin, leaving, coming, reason)
            assert refused.value.field == field
        with pytest.raises(Denied):
            replace(objection, members[1], members[1], instead)
        vote(objection, members[1])
        vote(objection, members[2])
        with pytest.raises(Conflict, match="都已表决"):
            replace(objection, admin, members[2], instead)


class TestTheDecision:
    def test_waits_for_the_panel_and_for_all_of_it(
        self, objection: Objection, admin: Actor, members: list[Actor]
    ) -> None:
        with pytest.raises(Conflict, match="还没有组成复核小组"):
            decide(objection, admin)
        name(objection, admin, members)
        for voted, member in enumerate(members):
            with pytest.raises(Conflict, match=f"3 人中已有 {voted} 人表决"):
                decide(objection, admin)
            vote(objection, member, False)
        assert decide(objection, admin).state == "REJECTED"

    @pytest.mark.parametrize("upheld", [True, False])
    def test_is_the_majoritys(self, upheld: bool, objection: Objection, admin: Actor) -> None:
        heard(objection, upheld=upheld)

        with pytest.raises(Invalid, match="3 人中 2 人") as refused:
            decide(objection, admin, upheld=not upheld)
        assert refused.value.field == "upheld"
        decided = decide(objection, admin, upheld=upheld)
        assert (decided.state, decided.heard_on, decided.minutes, decided.decided_by_id) == (
            "UPHELD" if upheld else "REJECTED", TODAY, "复核纪要〔2026〕1号", admin.user_id,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"heard_on": TODAY + timedelta(days=1)}, "heard_on"), ({"heard_on": TODAY - timedelta(days=1)}, "heard_on"),
         ({"minutes": " "}, "minutes"), ({"minutes": "长" * 61}, "minutes")],
    )  # fmt: skip
    def test_wants_the_hearing(self, wrong: dict[str, Any], field: str, objection: Objection, admin: Actor) -> None:
        heard(objection, upheld=False)

        with pytest.raises(Invalid) as refused:
            decide(objection, admin, **wrong)
        assert refused.value.field == field

    def test_ends_votes_and_replacements(
        self, objection: Objection, admin: Actor, members: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        name(objection, admin, members)
        for member in members:
            vote(objection, member, False)
        decide(objection, admin)

        with pytest.raises(Conflict, match="已作出复核决定"):
            vote(objection, members[0])
        with pytest.raises(Conflict, match="已作出复核决定"):
            replace(objection, admin, members[0], actor("yunnan", Role.INSPECTOR))


class TestWhatWaits:
    def test_for_whom_from_step_to_step(self, objection: Objection, admin: Actor, members: list[Actor]) -> None:
        first = members[0]
        assert (lines_of(admin), lines_of(first)) == (["为昆明市对 A1 得分的申诉组成复核小组"], [])

        name(objection, admin, members)
        assert (lines_of(admin), lines_of(first)) == ([], ["就昆明市对 A1 得分的申诉表决（复核小组）"])

        for member in members:
            vote(objection, member, False)
        assert (lines_of(admin), lines_of(first)) == (["答复昆明市对 A1 得分的申诉"], [])

        decide(objection, admin)
        assert (lines_of(admin), lines_of(first)) == ([], [])

    def test_a_decider_on_the_panel_votes_first(self, objection: Objection, admin: Actor, members: list[Actor]) -> None:
        name(objection, admin, [admin, *members[:2]])
        assert lines_of(admin) == ["就昆明市对 A1 得分的申诉表决（复核小组）"]
        vote(objection, admin)
        assert lines_of(admin) == []


class TestTheDatabase:
    """It refuses as well, whoever writes; without its triggers it would not."""

    def refused(self, statement: str, words: str) -> None:
        with pytest.raises(IntegrityError, match=words), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def taken(self, table: str, statement: str) -> None:
        """Control: with the trigger away, the same statement goes through."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE public.{table} DISABLE TRIGGER USER")
            cursor.execute(statement)
            assert cursor.rowcount == 1
            transaction.set_rollback(True)

    def check(self, table: str, statement: str, words: str) -> None:
        self.refused(statement, words)
        self.taken(table, statement)

    def test_a_vote_is_never_edited(self, objection: Objection) -> None:
        heard(objection)
        first = PanelVote.objects.order_by("pk")[0].pk
        for statement in (f"UPDATE ledger_panelvote SET uphold = NOT uphold WHERE id = {first}",
                          f"DELETE FROM ledger_panelvote WHERE id = {first}"):  # fmt: skip
            self.check("ledger_panelvote", statement, "handed_over_is_immutable")

    def test_nobody_votes_after_the_decision_or_after_they_left(
        self, objection: Objection, admin: Actor, members: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        name(objection, admin, members)
        replace(objection, admin, members[0], actor("yunnan", Role.INSPECTOR))
        seat = PanelSeat.objects.get(person_id=members[0].user_id).pk

        statement = f"INSERT INTO ledger_panelvote (seat_id, uphold, words, voted_at) VALUES ({seat}, true, 'x', now())"
        self.check("ledger_panelvote", statement, "panel_votes_before_the_decision")

    def test_who_voted_or_left_stays_on_record(self, objection: Objection) -> None:
        heard(objection)
        seat = PanelSeat.objects.order_by("pk")[0].pk

        statement = f"UPDATE ledger_panelseat SET left_at = now(), left_reason = 'x' WHERE id = {seat}"
        self.check("ledger_panelseat", statement, "panel_seat_stays")

    def test_the_majority_binds(self, objection: Objection) -> None:
        heard(objection, upheld=False)
        decided = "decision = 'x', decided_at = now(), heard_on = current_date, minutes = '1'"
        upheld = f"UPDATE ledger_objection SET state = 'UPHELD', {decided} WHERE id = {objection.pk}"
        unheard = "state = 'REJECTED', decision = 'x', decided_at = now()"
        silent = f"UPDATE ledger_objection SET {unheard} WHERE id = {objection.pk}"

        self.check("ledger_objection", upheld, "panel_binds_the_decision")
        self.check("ledger_objection", silent, "panel_binds_the_decision")

    def test_there_is_no_decision_without_a_whole_panel(
        self, objection: Objection, admin: Actor, members: list[Actor]
    ) -> None:
        decided = "state = 'REJECTED', decision = 'x', decided_at = now(), heard_on = current_date, minutes = '1'"
        statement = f"UPDATE ledger_objection SET {decided} WHERE id = {objection.pk}"

        self.check("ledger_objection", statement, "panel_binds_the_decision")
        name(objection, admin, members)
        vote(objection, members[0], False)
        vote(objection, members[1], False)
        self.check("ledger_objection", statement, "panel_binds_the_decision")


class TestPages:
    @pytest.fixture(autouse=True)
    def in_november(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOON)

    def test_from_the_panel_to_the_decision(
        self, objection: Objection, signed_in: Callable[..., Client], members: list[Actor]
    ) -> None:
        at, leader = f"/yunnan/appraisal/objections/{objection.pk}/", signed_in("yunnan", Role.LEADER_IN_CHARGE)
        voters = [signed_in("yunnan", Role.INSPECTOR) for _number in range(3)]
        ids = [voter.user.pk for voter in voters]  # type: ignore[attr-defined]

        assert leader.get(f"{at}panel/").status_code == 200
        assert leader.post(f"{at}panel/", {"members": ids[:2]}).status_code == 422
        assert leader.post(f"{at}panel/", {"members": [*ids[:2], members[0].user_id]}).status_code == 302
        assert leader.get(f"{at}panel/").status_code == 409
        swap = {"leaving": members[0].user_id, "person_id": ids[2], "reason": "出差不能到会"}
        assert leader.get(f"{at}panel/replace/").status_code == 200
        assert leader.post(f"{at}panel/replace/", swap | {"reason": "忙"}).status_code == 422
        assert leader.post(f"{at}panel/replace/", swap).status_code == 302
        assert leader.get(f"{at}vote/").status_code == 403
        for voter in voters:
            assert voter.get(f"{at}vote/").status_code == 200
            assert voter.post(f"{at}vote/", {"uphold": "rejected", "words": "好"}).status_code == 422
            assert voter.post(f"{at}vote/", {"uphold": "rejected", "words": WORDS}).status_code == 302
            assert voter.get(f"{at}vote/").status_code == 409

        page = leader.get(at).content.decode()
        assert "已表决 3/3" in page
        assert f"{members[0].name}（已更换）" in page
        assert "作出复核决定" in page
        mine = (
            signed_in("kunming", Role.REPORTER).get(f"/kunming/appraisal/objections/{objection.pk}/").content.decode()
        )
        assert WORDS not in mine

    def test_over_the_api(
        self, objection: Objection, signed_in: Callable[..., Client], members: list[Actor], kunming: Office
    ) -> None:
        at, admin = f"/yunnan/api/v1/objections/{objection.pk}/", signed_in("yunnan", Role.APPRAISAL_ADMIN)
        voters = [signed_in("yunnan", Role.INSPECTOR) for _number in range(3)]
        ids = [voter.user.pk for voter in voters]  # type: ignore[attr-defined]

        def send(client: Client, path: str, body: dict[str, Any]) -> Any:
            return client.post(f"{at}{path}", body, content_type="application/json")

        assert send(admin, "panel/", {"members": ids[:2]}).status_code == 422
        named = send(admin, "panel/", {"members": [*ids[:2], members[0].user_id]})
        assert (named.status_code, len(named.json()["panel"])) == (200, 3)
        assert named.json()["refusals"]["panel_name"]
        swap = {"leaving": members[0].user_id, "person_id": ids[2], "reason": "出差不能到会"}
        assert send(admin, "panel/replacement/", swap).status_code == 200
        for voter in voters:
            assert send(voter, "vote/", {"uphold": False, "words": WORDS}).status_code == 200
        assert send(voters[0], "vote/", {"uphold": True, "words": WORDS}).status_code == 409
        assert {row["uphold"] for row in admin.get(at).json()["panel"]} == {False}
