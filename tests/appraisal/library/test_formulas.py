"""The page for authors of formulas, and a curve for every method."""

from typing import Any

import pytest
from django.test import Client

from appraisal.library.models import Method
from appraisal.library.views.curves import curve_of
from tenants.models import Role

PARAMETERS: dict[str, dict[str, Any]] = {
    Method.RATIO: {"cap": "1"}, Method.INVERSE_RATIO: {"cap": "1"},
    Method.STEP: {"direction": "higher_is_better", "steps": [{"at_least": "80", "points": "5"}]},
    Method.LINEAR: {"from": "0", "to": "100"}, Method.THRESHOLD: {"requires": ["方案", "纪要"]},
    Method.DEDUCT: {"minimum": "0", "rules": [{"event": "差错", "points": "1"}]},
    Method.ADD: {"cap": "5", "rules": [{"event": "表彰", "points": "1"}]},
    Method.MILESTONE: {"late_days": [{"at_most": "0", "share": "1"}], "otherwise": "0"},
    Method.RANK: {"scope": "province", "order": "ascending", "bands": [{"share": "1", "points": "5"}]},
    Method.PANEL: {"then_deduct": []},
    Method.FORMULA: {"expression": "points * done / planned", "inputs": ["done", "planned"]}, Method.MANUAL: {},
}  # fmt: skip


class TestCurves:
    @pytest.mark.parametrize("method", Method.values)
    def test_every_method_has_one_within_its_points(self, method: str) -> None:
        curve = curve_of(method, "5", PARAMETERS[method])

        assert curve is not None
        assert all(0 <= y <= 5 for _x, y in curve["points"])
        assert curve["xmin"] < curve["xmax"]
        assert curve["xname"]

    def test_categories_stand_side_by_side(self) -> None:
        steps = [{"equals": "优", "points": "5"}, {"equals": "良", "points": "3"}]

        curve = curve_of("STEP", "5", {"direction": "category", "steps": steps})

        assert curve is not None
        assert (curve["points"], curve["xname"]) == ([[1.0, 5.0], [2.0, 3.0]], "等次（优、良）")

    def test_a_formula_runs_along_its_first_input_with_the_others_as_tried(self) -> None:
        curve = curve_of("FORMULA", "5", PARAMETERS[Method.FORMULA], {"inputs": {"done": "8", "planned": "10"}})

        assert curve is not None
        assert curve["points"][0] == [0.0, 0.0]
        assert [16.0, 5.0] in curve["points"]
        assert "planned=10" in curve["xname"]

    def test_a_formula_that_never_applies_has_none(self) -> None:
        assert curve_of("FORMULA", "5", {"expression": "a / 0", "inputs": ["a"]}) is None


class TestPage:
    def test_shows_functions_bounds_and_computed_examples(self, signed_in) -> None:
        client: Client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        text = client.get("/yunnan/templates/formulas/").content.decode()

        assert all(word in text for word in ("min(a, b, …)", "500 个字", "3.4000", "不适用", "people"))

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ({"expression": "points * a / b", "inputs": "a=3\nb=4", "points": "5"}, "3.7500"),
            ({"expression": "points * a / b", "inputs": "a＝3\nb=0", "points": "5"}, "不适用"),
            ({"expression": "__import__('os')", "inputs": "a=3", "points": "5"}, "t-bad"),
            ({"expression": "a + b", "inputs": "a=x\nb=1", "points": "5"}, "t-bad"),
            ({"expression": "a + 1", "inputs": "a=1", "points": "五"}, "分值应为数字"),
            ({"expression": "a" * 600, "inputs": "", "points": "5"}, "an-err"),
        ],
    )
    def test_tries_what_is_typed_and_refuses_in_words(self, signed_in, asked: dict[str, str], told: str) -> None:
        client: Client = signed_in("yunnan", Role.VERIFIER)

        answer = client.get("/yunnan/templates/formulas/", asked)

        assert answer.status_code == 200
        assert told in answer.content.decode() or answer.context["form"].errors

    def test_is_for_business_roles(self, signed_in) -> None:
        assert signed_in("yunnan", Role.AUDIT_ADMIN).get("/yunnan/templates/formulas/").status_code == 403
