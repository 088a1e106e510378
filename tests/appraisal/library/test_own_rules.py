"""A province's own rules: from a day to come on, for its offices alone; what was calculated before stays as it was."""

import copy
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appraisal.inspections.selectors.tasks import checklists
from appraisal.ledger.rules import procedure
from appraisal.library.models import OwnRule
from appraisal.library.rules import OFFERED, Problem
from appraisal.library.selectors import own_rules as selectors
from appraisal.library.usecases import own_rules as usecases
from appraisal.rules import adjustments
from appraisal.rules.parameters import in_force
from core import office as office_core
from core.errors import Denied, Invalid
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.conftest import NOON, TODAY

NEXT_YEAR = date(2027, 1, 1)
DAYS = {"to_file": 7, "to_answer": 12}
OTHER_GRADES = [
    {"grade": "EXCELLENT", "at_least": "95"}, {"grade": "GOOD", "at_least": "85"},
    {"grade": "QUALIFIED", "at_least": "70"}, {"grade": "UNQUALIFIED", "at_least": "0"},
]  # fmt: skip


@pytest.fixture
def admin(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


@pytest.fixture(autouse=True)
def nothing_kept() -> Any:
    yield
    selectors.forget()


def lay_down(actor: Actor, name: str = "objection_days", **changed: Any) -> OwnRule:
    given = {"valid_from": NEXT_YEAR, "value": DAYS, "source": "云南省考核办法", "document": "云移发〔2026〕9号"}
    return usecases.lay_down_rule(name=name, actor=actor, at=NOON, **(given | changed))


def default(name: str) -> Any:
    return copy.deepcopy(OFFERED[name].parameter.default_at(TODAY).value)


def problems_of(name: str, value: Any) -> list[str]:
    problems: list[Problem] = []
    OFFERED[name].shape.read(value, "", problems)
    return [problem.path for problem in problems]


class TestShapes:
    @pytest.mark.parametrize("name", sorted(OFFERED))
    def test_take_what_the_file_says_and_keep_it_to_the_letter(self, name: str) -> None:
        value, problems = default(name), []

        kept = OFFERED[name].shape.read(value, "", problems)

        assert not problems
        assert selectors.as_text(kept) == selectors.as_text(value)  # the order of rows and entries, too

    @pytest.mark.parametrize("name", sorted(OFFERED))
    @pytest.mark.parametrize("nonsense", [None, "x", -3, 1.5, True, [], {}, [[]], [{}], {"": {}}, {"x": None}])
    def test_refuse_what_makes_no_sense_and_break_on_nothing(self, name: str, nonsense: Any) -> None:
        assert problems_of(name, nonsense)

    @pytest.mark.parametrize("name", sorted(OFFERED))
    def test_are_said_in_words(self, name: str) -> None:
        assert OFFERED[name].shape.said(default(name))

    @pytest.mark.parametrize(
        ("bounds", "place"),
        [(("90", "90", "60", "0"), "1-at_least"), (("90", "80", "60", "1"), "3-at_least"),
         (("90", "x", "60", "0"), "1-at_least"), (("901", "80", "60", "0"), "0-at_least")],
    )  # fmt: skip
    def test_grades_fall_strictly_and_end_at_nothing(self, bounds: tuple[str, ...], place: str) -> None:
        rows = [row | {"at_least": bound} for row, bound in zip(default("grades"), bounds, strict=True)]

        assert problems_of("grades", rows) == [place]

    def test_shares_of_the_year_total_100(self) -> None:
        assert problems_of("annual_composite", default("annual_composite") | {"interim": "41"}) == ["interim"]

    def test_rows_of_a_checklist_have_codes_of_their_own(self) -> None:
        value = default("checklists")
        value["FUND"]["items"][1]["code"] = "F1"

        assert problems_of("checklists", value) == ["FUND-items-1-code"]


class TestLayDownRule:
    def test_holds_from_its_day_on_and_not_before(self, admin: Actor, yunnan: Office, mounted: Any) -> None:
        lay_down(admin)
        mounted(yunnan)

        assert procedure.objection_days(NEXT_YEAR - timedelta(days=1)) == 5
        assert procedure.objection_days(NEXT_YEAR) == 7
        assert procedure.reference("objection_days", NEXT_YEAR) == "云南省考核办法（云移发〔2026〕9号）"

    def test_is_its_own_offices_and_nobody_elses(self, actor: Any, offices: dict[str, Office]) -> None:
        lay_down(actor("yunnan", Role.APPRAISAL_ADMIN))
        lay_down(actor("shifan", Role.APPRAISAL_ADMIN), value={"to_file": 3, "to_answer": 4})

        found = {}
        for name, office in offices.items():
            with office_core.mounted(office.mount()):
                found[name] = procedure.objection_days(NEXT_YEAR)
                with office_core.mounted(office_core.beside()):
                    assert procedure.objection_days(NEXT_YEAR) == found[name]  # beside the office it is the same work
        assert procedure.objection_days(NEXT_YEAR) == 5  # nobody's work
        assert found == {
            "yunnan": 7, "kunming": 7, "puer": 7, "diqing": 7, "shifan": 3, "qinghe": 3, "anlan_platform": 5
        }  # fmt: skip

    def test_limits_of_one_day_differ_by_province(self, offices: dict[str, Office]) -> None:
        """Whatever is kept in memory by day must not be another province's."""
        row = OwnRule(
            province=offices["yunnan"], name="adjustment_limits", valid_from=NEXT_YEAR, number=1, source="x",
            document="x", laid_down_by_id=1, laid_down_at=NOON,
            text=selectors.as_text({"bonus_cap": "3", "deduction_cap": "9", "minimum": "0", "maximum": "103"}),
        )  # fmt: skip
        row.save()
        with office_core.mounted(offices["yunnan"].mount()):
            expected = 3 if "adjustment_limits" in OFFERED else 5
            assert adjustments.limits(NEXT_YEAR).bonus_cap == expected
        with office_core.mounted(offices["shifan"].mount()):
            assert adjustments.limits(NEXT_YEAR).bonus_cap == 5

    def test_goes_back_to_the_default(self, admin: Actor, kunming: Office, mounted: Any) -> None:
        lay_down(admin)
        lay_down(admin, valid_from=date(2028, 1, 1), back=True, value=None)
        mounted(kunming)

        days = [procedure.objection_days(day) for day in (TODAY, NEXT_YEAR, date(2027, 12, 31), date(2028, 1, 1))]
        assert days == [5, 7, 7, 5]

    def test_a_day_that_has_not_come_is_laid_down_again_with_a_reason(self, admin: Actor, yunnan: Office) -> None:
        lay_down(admin)
        with pytest.raises(Invalid) as refused:
            lay_down(admin, value={"to_file": 8, "to_answer": 12})
        assert refused.value.field == "reason"
        lay_down(admin, value={"to_file": 8, "to_answer": 12}, reason="文件印发前修改")

        with office_core.mounted(yunnan.mount()):
            assert procedure.objection_days(NEXT_YEAR) == 8
        assert list(OwnRule.objects.order_by("number").values_list("number", "reason")) == [
            (1, ""), (2, "文件印发前修改")
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("changed", "field"),
        [({"valid_from": TODAY}, "valid_from"), ({"valid_from": date(2020, 1, 1)}, "valid_from"),
         ({"valid_from": date(2040, 1, 1)}, "valid_from"), ({"source": " "}, "source"), ({"document": ""}, "document"),
         ({"document": "长" * 61}, "document"), ({"source": "a\x00b"}, "source"), ({"value": {"to_file": 7}}, "value"),
         ({"value": {"to_file": 5, "to_answer": 10}}, "value"), ({"back": True, "value": None}, "value")],
    )  # fmt: skip
    def test_says_what_cannot_be(self, admin: Actor, changed: dict[str, Any], field: str) -> None:
        with pytest.raises(Invalid) as refused:
            lay_down(admin, **changed)
        assert refused.value.field == field
        assert not OwnRule.objects.exists()

    def test_names_each_place_that_does_not_fit(self, admin: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            lay_down(admin, value={"to_file": 0, "to_answer": "many"})
        assert [row["field"] for row in refused.value.rows] == ["to_file", "to_answer"]

    @pytest.mark.parametrize(
        ("schema", "role"),
        [("yunnan", Role.PRINCIPAL_LEADER), ("yunnan", Role.VERIFIER), ("yunnan", Role.SYS_ADMIN),
         ("kunming", Role.REPORTER), ("kunming", Role.PRINCIPAL_LEADER)],
    )  # fmt: skip
    def test_is_the_bureaus_appraisal_administrators(self, actor: Any, schema: str, role: str) -> None:
        with pytest.raises(Denied):
            lay_down(actor(schema, role))

    def test_knows_no_parameters_of_the_machine(self, admin: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            lay_down(admin, name="job_tries")
        assert refused.value.field == "name"

    def test_a_day_that_something_rests_on_is_past(self, admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(selectors, "relied_on", [lambda province: None, lambda province: date(2026, 12, 31)])
        with pytest.raises(Invalid, match="2026-12-31"):
            lay_down(admin, "grades", valid_from=date(2026, 12, 31), value=OTHER_GRADES)
        lay_down(admin, "grades", value=OTHER_GRADES)
        lay_down(admin, valid_from=date(2026, 12, 31))  # no score rests on a period of days

    def test_a_checklist_of_its_own(self, admin: Actor, yunnan: Office, mounted: Any) -> None:
        value = default("checklists")
        value["FUND"]["name"] = "资金专项检查"
        del value["FUND"]["items"][1:]
        lay_down(admin, "checklists", value=value)
        mounted(yunnan)

        assert checklists(NEXT_YEAR)[0] == ("FUND", "资金专项检查")
        assert checklists(TODAY)[0] == ("FUND", "资金监管")


class TestReading:
    def test_takes_one_query_and_none_for_what_is_not_on_offer(self, admin: Actor, kunming: Office) -> None:
        lay_down(admin)
        with office_core.mounted(kunming.mount()):
            selectors.forget()
            with CaptureQueriesContext(connection) as none:
                in_force("outlier", TODAY) if "outlier" not in OFFERED else None
            with CaptureQueriesContext(connection) as first:
                for day in (TODAY, NEXT_YEAR):
                    in_force("grades", day)
                    procedure.objection_days(day)
            with CaptureQueriesContext(connection) as again:
                procedure.objection_days(NEXT_YEAR)
        rules = [query for query in first.captured_queries if "library_ownrule" in query["sql"]]
        assert (len(none), len(rules), len(again)) == (0, 1, 0)

    def test_what_was_read_is_forgotten_with_the_request(self, kunming: Office) -> None:
        kept: list[Any] = []

        def request() -> None:
            with office_core.mounted(kunming.mount()):
                kept.append(office_core.kept())

        import contextvars

        for _each in range(2):
            contextvars.Context().run(request)
        assert kept[0] is not kept[1]


class TestWall:
    def test_rows_are_added_and_never_changed(self, admin: Actor) -> None:
        row = lay_down(admin)
        for act in (lambda: OwnRule.objects.filter(pk=row.pk).update(text="{}"), lambda: row.delete()):
            with pytest.raises(IntegrityError, match="own_rules_are_kept"), transaction.atomic():
                act()

    def test_without_the_trigger_they_could_be(self, admin: Actor) -> None:
        row = lay_down(admin)
        with office_core.maintenance(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE public.library_ownrule DISABLE TRIGGER kept_own_rule")
        assert OwnRule.objects.filter(pk=row.pk).update(text="{}") == 1

    def test_an_office_reads_its_provinces_rows_and_writes_none(self, admin: Actor, offices: dict[str, Office]) -> None:
        row = lay_down(admin)
        seen = {}
        for name, office in offices.items():
            with office_core.mounted(office.mount()):
                seen[name] = OwnRule.objects.count()
        assert seen == {
            "yunnan": 1, "kunming": 1, "puer": 1, "diqing": 1, "shifan": 0, "qinghe": 0, "anlan_platform": 0
        }  # fmt: skip
        row.pk, row.number, row.reason = None, 2, "x"
        for name in ("kunming", "shifan"):
            with office_core.mounted(offices[name].mount()), pytest.raises(Exception, match=r"row-level|permission"), \
                 transaction.atomic():  # fmt: skip
                row.save(force_insert=True)
        with office_core.mounted(offices["yunnan"].mount()):
            row.save(force_insert=True)


def page(client: Client, name: str = "", **data: Any) -> Any:
    url = f"/yunnan/templates/rules/{name}/" if name else "/yunnan/templates/rules/"
    return client.post(url, data) if data else client.get(url)


def typed(**changed: Any) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=40)
    return {"valid_from": day, "source": "办法", "document": "1号", **changed}


class TestPages:
    def test_the_bureau_lays_a_rule_down(self, signed_in: Any) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        answer = page(client, "objection_days", **typed(**{"v-to_file": "7", "v-to_answer": "12"}))

        assert answer.status_code == 302
        assert OwnRule.objects.get().value == DAYS
        assert "起变更" in page(client).content.decode()
        assert "7 个工作日" in page(client, "objection_days").content.decode()

    def test_says_beside_the_entry_what_does_not_fit_and_loses_nothing(self, signed_in: Any) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        answer = page(client, "objection_days", **typed(**{"v-to_file": "70", "v-to_answer": "12"}))
        text = answer.content.decode()

        assert answer.status_code == 422
        assert 'id="v-to_file-error"' in text
        assert 'value="70"' in text
        assert 'value="1号"' in text
        assert not OwnRule.objects.exists()

    def test_rows_are_added_moved_and_removed_without_a_script(self, signed_in: Any) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        rows = {
            f"v-FUND-items-{n}-{name}": f"{name.upper()}{n}" for n in range(2) for name in ("code", "text", "basis")
        }
        given = typed(**{"v-FUND-name": "资金", "v-FUND-items-n": "2", **rows})

        def codes(act: str) -> list[Any]:
            answer = page(client, "checklists", **given, act=act)
            assert answer.status_code == 200
            assert 'value="1号"' in answer.content.decode()
            fund = answer.context["node"].nodes[0]
            return [row[0].value for row in fund.nodes[2].rows]

        assert codes("add:v-FUND-items") == ["CODE0", "CODE1", ""]
        assert codes("up:v-FUND-items:1") == ["CODE1", "CODE0"]
        assert codes("remove:v-FUND-items:0") == ["CODE1"]
        for nonsense in ("x", "up:v-FUND-items:9", "add:v-NO", "remove:v-FUND-items:-1", "down:v-FUND-items:1", "add:"):
            assert codes(nonsense) == ["CODE0", "CODE1"]

    def test_offices_read_and_write_nothing(self, signed_in: Any) -> None:
        client = signed_in("kunming", Role.REPORTER)

        assert client.get("/kunming/templates/rules/").status_code == 200
        shown = client.get("/kunming/templates/rules/grades/")
        assert shown.status_code == 200
        assert '<form method="post" novalidate>' not in shown.content.decode()
        assert client.post("/kunming/templates/rules/grades/", typed()).status_code == 403

    @pytest.mark.parametrize("name", sorted(OFFERED))
    def test_what_the_page_shows_is_what_it_takes(self, signed_in: Any, name: str) -> None:
        """Handed back as it was shown, a value is the same: every entry is on the page and is read again."""
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        given: dict[str, Any] = {}

        def collect(node: Any) -> None:
            if node.kind == "entry" and not (node.input == "check" and not node.value):
                given[node.path] = node.value
            if node.kind == "rows":
                given[f"{node.path}-n"] = len(node.rows)
            for inner in (*node.nodes, *(cell for row in node.rows for cell in row)):
                collect(inner)

        shown = page(client, name)
        collect(shown.context["node"])
        for path in given:
            assert f'name="{path}"' in shown.content.decode()
        answer = page(client, name, **typed(**given))

        assert "没有变化" in answer.content.decode()  # understood, and equal


class TestApi:
    def test_lists_and_lays_down(self, signed_in: Any) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        day = (timezone.localdate() + timedelta(days=40)).isoformat()
        body = {"name": "objection_days", "valid_from": day, "value": DAYS, "source": "办法", "document": "1号"}

        made = client.post("/yunnan/api/v1/own-rules/", body, content_type="application/json")
        found = {row["name"]: row for row in client.get("/yunnan/api/v1/own-rules/").json()}

        assert made.status_code == 201, made.content
        assert set(found) == set(OFFERED)
        assert found["objection_days"]["changes_on"] == day
        assert found["objection_days"]["next_value"] == DAYS
        assert found["objection_days"]["history"][0]["document"] == "1号"
        body["value"] = {"to_file": 7}
        bad = client.post("/yunnan/api/v1/own-rules/", body, content_type="application/json")
        assert bad.status_code == 422

    def test_pages_are_linked_from_the_schemes(self, signed_in: Any) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        assert "/templates/rules/" in client.get("/yunnan/templates/").content.decode()


class TestCodes:
    """Codes that other rules name stay; none is an item and a veto at once."""

    def test_the_deduction_of_a_false_claim_stays(self, admin: Actor) -> None:
        items = default("adjustment_items")
        del items["M4"]
        with pytest.raises(Invalid, match="M4"):
            lay_down(admin, "adjustment_items", value=items)
        lay_down(admin, "false_claim", value=default("false_claim") | {"item": "M3"})
        lay_down(admin, "adjustment_items", value=items)
        with pytest.raises(Invalid, match="M4"):
            lay_down(admin, "false_claim", value=None, back=True, reason="恢复")

    def test_a_later_rule_that_names_it_counts_as_well(self, admin: Actor) -> None:
        lay_down(admin, "false_claim", value=default("false_claim") | {"item": "M3"})
        lay_down(admin, "false_claim", value=None, back=True, valid_from=date(2027, 6, 1))
        items = default("adjustment_items")
        del items["M4"]
        with pytest.raises(Invalid, match="M4"):
            lay_down(admin, "adjustment_items", value=items)

    @pytest.mark.parametrize(("name", "code"), [("adjustment_items", "V1"), ("vetoes", "M1")])
    def test_are_not_used_twice(self, admin: Actor, name: str, code: str) -> None:
        value = default(name)
        value = {code: next(iter(value.values())), **value}
        with pytest.raises(Invalid) as refused:
            lay_down(admin, name, value=value)
        assert refused.value.rows[0]["field"] == "0-code"

    def test_a_tie_is_broken_by_groups_or_by_counts(self) -> None:
        assert not problems_of("tie_break", [{"higher": ["B"]}, {"fewer": "vetoes"}])
        assert problems_of("tie_break", [{"by": "higher", "groups": []}]) == ["0-groups"]
        assert problems_of("tie_break", [{"by": "vetoes", "groups": ["A"]}]) == ["0-groups"]
        assert problems_of("tie_break", [{"fewer": "points"}]) == ["0-by"]
