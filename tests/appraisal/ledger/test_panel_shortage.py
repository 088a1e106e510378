"""A bureau that has too few impartial people for a panel: who stands back and why is told, and what to do; nobody is
stuck."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from appraisal.ledger.models import Objection, PanelSeat
from appraisal.ledger.selectors import panels as selectors
from appraisal.ledger.usecases import panels
from appraisal.library.selectors import own_rules
from appraisal.library.usecases.own_rules import lay_down_rule
from core import office as office_core
from core.errors import Invalid
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.ledger.test_panels import admin, name, objection, reporter, verified_by, year
from tests.appraisal.panel_setting import panelists
from tests.conftest import NOON, TODAY

__all__ = ["admin", "objection", "reporter", "year"]
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    yield
    own_rules.forget()


@pytest.fixture
def few(objection: Objection, offices: dict[str, Office]) -> list[Actor]:
    """Three could sit on it beside the administrator; two of them verified the figure."""
    people = panelists(offices["yunnan"])
    for person in people[:2]:
        verified_by(person, objection)
    return people


def smaller(admin: Actor, number: int = 1) -> None:
    lay_down_rule(
        name="objection_panel",
        valid_from=TOMORROW,
        value=number,
        source="考核办法",
        document="1号",
        actor=admin,
        at=NOON,
    )


def shortage(admin: Actor, objection: Objection, on: Any = TODAY) -> selectors.Shortage | None:
    return selectors.shortage(selectors.candidates(admin.home, objection, on=on), on=on)


def test_there_is_none_while_enough_are_left(objection: Objection, admin: Actor, offices: dict[str, Office]) -> None:
    panelists(offices["yunnan"], 2)

    assert shortage(admin, objection) is None


def test_says_how_many_are_left_and_what_can_be_done(objection: Objection, admin: Actor, few: list[Actor]) -> None:
    with pytest.raises(Invalid) as refused:
        name(objection, admin, [few[2], admin, few[0]])

    said = refused.value.message
    assert said.startswith("复核小组至少 3 人；本局可以担任的 4 人中 2 人须回避，只剩 2 人。")
    assert "另外 1 位与此事无关的人员" in said
    assert "本省规则" in said
    assert not PanelSeat.objects.exists()


def test_somebody_with_the_role_more_is_enough(
    objection: Objection, admin: Actor, few: list[Actor], offices: dict[str, Office]
) -> None:
    more = panelists(offices["yunnan"], 1, named="新")

    name(objection, admin, [few[2], admin, *more])

    assert PanelSeat.objects.count() == 3


def test_or_a_smaller_number_from_the_next_day_on(
    objection: Objection, admin: Actor, few: list[Actor], yunnan: Office, mounted: Callable[[Office], Any]
) -> None:
    smaller(admin)
    mounted(yunnan)
    waiting = shortage(admin, objection)
    assert waiting is not None
    assert waiting.coming == (TOMORROW, 1)
    assert f"已定 {TOMORROW} 起至少 1 人" in waiting.ways[1]
    assert shortage(admin, objection, on=TOMORROW) is None

    panels.name_panel(
        objection_id=objection.pk, members=[few[2].user_id or 0], actor=admin, at=NOON + timedelta(days=1)
    )

    assert [seat.person_name for seat in PanelSeat.objects.all()] == [few[2].name]


def test_a_number_to_come_that_is_no_help_is_not_told(
    objection: Objection, admin: Actor, few: list[Actor], yunnan: Office
) -> None:
    smaller(admin, number=5)

    with office_core.mounted(yunnan.mount()):
        waiting = shortage(admin, objection)
    assert waiting is not None
    assert waiting.coming is None


class TestPage:
    def test_tells_who_stands_back_and_leads_on(
        self, objection: Objection, few: list[Actor], signed_in: Callable[..., Client]
    ) -> None:
        client, at = signed_in("yunnan", Role.APPRAISAL_ADMIN), f"/yunnan/appraisal/objections/{objection.pk}/panel/"

        text = client.get(at).content.decode()

        assert "4 人中 2 人须回避，只剩 2 人" in text
        assert all(f"<li>{person.name}" in text for person in few[:2])
        assert text.count("核验过所涉的数据") == 2
        assert "/yunnan/templates/rules/objection_panel/" in text
        refused = client.post(at, {"members": [few[2].user_id]})
        assert (refused.status_code, "只剩 2 人" in refused.content.decode()) == (422, True)

    def test_says_nothing_of_it_while_enough_are_left(
        self, objection: Objection, offices: dict[str, Office], signed_in: Callable[..., Client]
    ) -> None:
        panelists(offices["yunnan"])
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        text = client.get(f"/yunnan/appraisal/objections/{objection.pk}/panel/").content.decode()

        assert ("只剩" in text, "rules/objection_panel" in text) == (False, False)

    def test_a_leader_reads_it_without_the_link_to_what_is_the_administrators(
        self, objection: Objection, few: list[Actor], signed_in: Callable[..., Client]
    ) -> None:
        client = signed_in("yunnan", Role.LEADER_IN_CHARGE)

        text = client.get(f"/yunnan/appraisal/objections/{objection.pk}/panel/").content.decode()

        assert ("只剩 2 人" in text, "rules/objection_panel" in text) == (True, False)

    def test_nobody_to_take_a_members_place_is_said_too(
        self, objection: Objection, few: list[Actor], admin: Actor, offices: dict[str, Office],
        signed_in: Callable[..., Client],
    ) -> None:  # fmt: skip
        client = signed_in("yunnan", Role.LEADER_IN_CHARGE)
        name(objection, admin, [few[2], admin, SimpleNamespace(user_id=client.user.pk)])  # type: ignore[attr-defined]
        at = f"/yunnan/appraisal/objections/{objection.pk}/panel/replace/"

        assert "没有别的人可以换上" in client.get(at).content.decode()
        panelists(offices["yunnan"], 1, named="新")
        assert "没有别的人可以换上" not in client.get(at).content.decode()
