"""What is offered as a province's own rule, what is not and why; the smaller ones are obeyed where they count."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from appraisal.duties.selectors import todos as duties
from appraisal.ledger.rules import procedure
from appraisal.library.models import Indicator, Method, TargetBasis
from appraisal.library.rules import OFFERED
from appraisal.reporting.rules import changes, facts
from core.errors import Invalid
from tenants.actors import Actor
from tenants.models import Office, Role
from tenants.rules import notices
from tests.appraisal.library.test_own_rules import NEXT_YEAR, default, lay_down, nothing_kept, problems_of
from tests.conftest import TODAY

__all__ = ["nothing_kept"]
ROOT = Path(__file__).resolve().parents[3]
ADR = ROOT / "platform/docs/adr/0037-a-province-lays-down-its-own-figures.md"


@pytest.fixture
def admin(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


def test_every_dated_file_is_on_offer_or_adr_37_says_why_not() -> None:
    files = [*ROOT.glob("appraisal/**/params/*.yaml"), *ROOT.glob("tenants/**/params/*.yaml")]
    files += ROOT.glob("platform/core/**/params/*.yaml")
    told = ADR.read_text("utf-8")

    assert len({path.stem for path in files}) == len(files) > 60
    assert [path.stem for path in files if path.stem not in OFFERED and f"`{path.stem}`" not in told] == []
    assert [name for name in OFFERED if f"`{name}`" in told] == []


class TestShapes:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("objection_panel", 2), ("objection_panel", 0), ("objection_panel", 17), ("statement_receipt_days", 0),
            ("additive_units", ["人", "人"]), ("additive_units", ["人", "%"]), ("additive_units", ["完成率"]),
            ("additive_units", []), ("whole_units", ["很长很长很长很长很长很长"]), ("whole_units", "人"),
            ("duty_notice_days", 91), ("explain_change", {"points": "3", "share": "0.3", "of_target": "0.2"}),
            ("explain_change", {"points": "0", "share": "0.3", "of_target": "0.2", "characters": 10}),
            ("notice_days", {"before": [3, 3], "after": [1]}), ("notice_days", {"before": [1], "after": [0]}),
            ("notice_days", {"before": [], "after": [1]}),
            ("notice_escalation", [{"after": 5, "to": ["PRINCIPAL_LEADER"]}, {"after": 5, "to": ["PRINCIPAL_LEADER"]}]),
            ("notice_escalation", [{"after": 5, "to": ["VERIFIER"]}]), ("matter", {"item": "M5", "day_off": "LATER"}),
        ],
    )  # fmt: skip
    def test_refuse_what_no_bureau_could_mean(self, name: str, value: Any) -> None:
        assert len(problems_of(name, value)) >= 1

    def test_take_what_was_typed_on_a_line(self) -> None:
        shape = OFFERED["notice_days"].shape
        given = shape.typed({"v-before": "5，1 0", "v-after": "2、4"}, "v")

        assert shape.read(given, "", []) == {"before": [5, 1, 0], "after": [2, 4]}

    def test_of_panels_say_that_the_number_is_odd(self, admin: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            lay_down(admin, "objection_panel", value=2)

        assert refused.value.rows[0]["message"] == "复核小组至少应为单数，表决才有多数；填的是 2。"


class TestWhereTheyCount:
    def test_the_day_before_and_the_day_itself(self, admin: Actor, kunming: Office, mounted: Any) -> None:
        """For an office of the province: nothing of it before the day, all of it from then on."""
        ratio = Indicator(method=Method.RATIO, target_basis=TargetBasis.LETTER, unit="棵", cumulative=True)
        lay_down(admin, "statement_receipt_days", value=7)
        lay_down(admin, "duty_notice_days", value=30)
        lay_down(admin, "objection_panel", value=1)
        lay_down(admin, "additive_units", value=["人", "棵"])
        lay_down(admin, "whole_units", value=["人", "棵"])
        lay_down(admin, "notice_days", value={"before": [2], "after": [1]})
        lay_down(admin, "notice_escalation", value=[{"after": 9, "to": "FIRST"}])
        lay_down(admin, "explain_change", value={"points": "3", "share": "0.3", "of_target": "0.01", "characters": 30})
        lay_down(admin, "matter", value=default("matter") | {"day_off": "AS_GIVEN"})
        mounted(kunming)

        def found(on: date) -> list[Any]:
            change = changes.change(ratio, Decimal(120), Decimal(100), Decimal(1000), on)
            return [
                procedure.statement_receipt_days(on), duties.notice_days(on), procedure.panel_least(on),
                facts.additive(ratio, on), len(facts.wrongs(ratio, {"value": "1.5"}, [], on=on)),
                notices.stage_of(3, 0, on=on), len(notices.steps(5, on=on)), changes.characters(on),
                bool(change and change.reason), procedure.matter(on)["day_off"],
            ]  # fmt: skip

        assert found(TODAY) == [3, 15, 3, False, 0, "B3", 2, 10, False, "NEXT"]
        assert found(NEXT_YEAR) == [7, 30, 1, True, 1, "", 0, 30, True, "AS_GIVEN"]

    def test_what_an_overdue_matter_deducts_stays_an_item(self, admin: Actor) -> None:
        items = default("adjustment_items")
        del items["M5"]
        with pytest.raises(Invalid, match=r"督办事项的逾期.*M5"):
            lay_down(admin, "adjustment_items", value=items)
        with pytest.raises(Invalid, match="没有编码为 M99 的扣分事项"):
            lay_down(admin, "matter", value=default("matter") | {"item": "M99"})
        lay_down(admin, "matter", value=default("matter") | {"item": "M4"})
        lay_down(admin, "adjustment_items", value=items)
