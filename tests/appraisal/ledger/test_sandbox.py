"""The sandbox: exact, on the run's own facts, writing nothing; and what is taken over into a draft."""

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from appraisal.ledger.models import CurrentValue, Participant, ScoreAdjustment, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.selectors import pinned, rechecks
from appraisal.ledger.selectors import sandbox as selectors
from appraisal.ledger.usecases import sandbox as usecases
from appraisal.ledger.usecases import scores
from appraisal.ledger.views import sandbox as views
from appraisal.library import usecases as library
from appraisal.library.models import TemplateVersion
from appraisal.library.schemes import scheme_of
from appraisal.rules import engine
from appraisal.rules.adjustments import limits
from core import sheets
from core.errors import Conflict, Denied, Invalid, NotFound
from core.http import WriteInReadView
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_scores import calculated, put
from tests.benchmarks import world
from tests.conftest import NOON

SignedIn = Callable[..., Client]


@pytest.fixture
def running(actor: Callable[..., Any], offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def run(running: setting.Running, offices: dict[str, Office]) -> ScoreRun:
    """September, published: all kinds of facts, a correction, points off, a bonus, a veto, something not applicable."""
    kunming, puer, diqing = (offices[name] for name in setting.PREFECTURES)
    for office, people in ((kunming, "701"), (puer, "900"), (diqing, "450")):
        put(running, office, "A1", {"value": people})
        put(running, office, "A2", {"value": "800"})
        put(running, office, "B1", {"counts": [str(len(people))]})
        put(running, office, "B8", {"value": f"{int(people) / 100}"})
        put(running, office, "B9", {"marks": ["7", "8", "6.5"], "counts": ["0"]})
    put(running, kunming, "B6", {"value": "91"}, points_off=Decimal("0.45"), reason="抽查 2 笔不符")
    put(running, puer, "B6", {"value": "95"}, final_fact={"value": "81"}, corrected=True, reason="花名册重复")
    put(running, diqing, "B7", {"value": "3", "target": "0"})
    common = {"cycle": running.cycle, "office": kunming, "from_month": 8, "legal_basis": "办法第 9 条",
              "confirming_unit": "省政府",
              "recorded_by_id": 1, "recorded_by_name": "管理员", "recorded_at": NOON}  # fmt: skip
    ScoreAdjustment.objects.create(kind="BONUS", code="NATIONAL", title="国家表彰", points="7", **common)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks pending cannot be altered
    with world.untriggered():  # coefficients are locked once the year has begun
        Participant.objects.filter(office=puer).update(difficulty=Decimal("1.02"), difficulty_reason="在建电站最多")
    return scores.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)


def plan(run: ScoreRun, *changes: dict[str, Any], **more: Any) -> selectors.Plan:
    return usecases.plan_of(run=run, changes=changes, **more)


def official() -> dict[str, str]:
    """A checksum of each official table, jobs and events among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND (tablename LIKE 'ledger\\_%' OR "
            "tablename LIKE 'library\\_%' OR tablename LIKE 'core\\_%') ORDER BY 1"
        )
        sums = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM public.{table} t")
            sums[table] = cursor.fetchone()[0]
    return sums


class TestTrial:
    def test_the_unchanged_scheme_gives_the_runs_own_bytes(self, run: ScoreRun) -> None:
        situation = pinned.situation_of_run(run)

        cards = engine.score(
            scheme_of(run.version), situation.peers, situation.facts, situation.adjustments, limits=limits(run.as_of)
        )

        for card in Scorecard.objects.filter(run=run).select_related("office"):
            stored = rechecks.stored_card(card, list(card.lines.order_by("id")))
            del stored["grade_steps"]
            assert cards[card.office.schema_name].as_json() == json.loads(json.dumps(stored))

    def test_the_unchanged_plan_moves_nothing_and_says_that_all_lines_are_equal(self, run: ScoreRun) -> None:
        trial = selectors.trial_of(run, plan(run))

        assert (trial.equal, trial.compared, trial.exact) == (27, 27, True)
        assert [(row.change, row.climbed, row.card.grade == row.grade) for row in trial.rows] == [(0, 0, True)] * 3
        assert trial.changes == []

    def test_it_stays_equal_when_the_values_change_afterwards(self, run: ScoreRun) -> None:
        CurrentValue.objects.filter(period=run.period, indicator__code="A1").update(final_fact={"value": "1"})

        assert selectors.trial_of(run, plan(run)).exact

    def test_says_who_moves_by_which_change(self, run: ScoreRun) -> None:
        trial = selectors.trial_of(run, plan(run, {"code": "A1", "points": "10"}, {"code": "A2", "points": "25"}))

        moved = {row.card.schema_name: row.moved.by_cause() for row in trial.rows}
        assert moved["kunming"]["A1"] == Decimal("-7.7889")  # 10 × 701/900 instead of 20 ×
        assert trial.points == 100
        rows = {row.card.schema_name: row for row in trial.rows}
        stored = {card.office.schema_name: card for card in Scorecard.objects.filter(run=run).select_related("office")}
        for slug, row in rows.items():
            lines = sum((line.change for line in row.moved.lines), Decimal(0))
            assert Fraction(lines) + row.moved.adjusted + row.moved.rest == Fraction(row.total - stored[slug].total)

    def test_tells_each_line_with_both_traces(self, run: ScoreRun) -> None:
        trial = selectors.trial_of(run, plan(run, {"code": "A1", "points": "10", "cap": "0.7"}))

        story = next(story for story in selectors.stories(trial, "kunming") if story.code == "A1")

        assert (story.moved.before, story.by_points, story.moved.after) == (
            Decimal("15.5778"), Decimal("7.7889"), Decimal("7.0000"),
        )  # fmt: skip
        assert story.why == "改了分值 20 → 10、计分参数"
        assert any("701" in text for text in story.steps_before)
        assert any("0.70" in text for text in story.steps_after)

    def test_a_switched_off_indicator_gives_its_points_to_its_group(self, run: ScoreRun) -> None:
        trial = selectors.trial_of(run, plan(run, {"code": "B6", "off": True}))

        assert trial.points == 100
        lines = {line.code: line for line in trial.rows[0].moved.lines}
        assert lines["B6"].after is None
        assert lines["B1"].because == ("B6",)
        off = selectors.trial_of(run, plan(run, {"code": "B6", "off": True}, spread=False))
        assert off.points == 90

    def test_caps_of_bonus_items_count(self, run: ScoreRun) -> None:
        trial = selectors.trial_of(run, plan(run, bonus_cap="3"))

        row = next(row for row in trial.rows if row.card.schema_name == "kunming")
        assert (row.change, row.adjusted) == (Decimal("-2.00"), Decimal("-2.00"))  # 5 of the 7 counted, now 3

    def test_a_method_that_cannot_read_the_facts_is_refused_by_name(self, run: ScoreRun) -> None:
        with pytest.raises(Invalid) as refused:
            selectors.trial_of(run, plan(run, {"code": "A1", "method": "MANUAL", "parameters": {}}))

        assert refused.value.rows == [{"code": "A1", "message": "已有的数据是按“完成率”收集的，不能改按“人工评定”计分"}]

    def test_another_method_is_scored_from_the_same_facts(self, run: ScoreRun) -> None:
        steps = {"direction": "higher_is_better", "steps": [{"at_least": "75", "points": "20"}]}

        trial = selectors.trial_of(run, plan(run, {"code": "A1", "method": "STEP", "parameters": steps}))

        after = {row.card.schema_name: row.moved.lines[0].after for row in trial.rows}
        assert after == {"kunming": Decimal(20), "puer": Decimal(20), "diqing": Decimal(0)}  # 77.9, 100 and 50 %

    def test_another_version_is_tried_by_its_codes(self, run: ScoreRun, running: setting.Running) -> None:
        draft = library.copy_version(version_id=run.version_id, actor=running.admin, at=NOON)
        rows = {row.code: row for row in draft.indicators.all()}
        draft = library.set_points(
            version_id=draft.pk, points={"A1": "15", "A2": "20"}, lock_version=0, actor=running.admin, at=NOON
        )
        group = rows["A"]
        library.add_indicator(
            version_id=draft.pk, group_id=group.pk, code="A9", lock_version=1, actor=running.admin, at=NOON,
            fields={"name": "新项", "points": "5", "method": "MANUAL"},
        )  # fmt: skip

        trial = selectors.trial_of(run, usecases.plan_of(run=run, version=draft, changes=[]))

        assert trial.not_gathered == ["A9"]
        assert {change.code for change in trial.changes} == {"A1", "A2"}

    def test_tries_the_months_of_the_year(self, run: ScoreRun, running: setting.Running, kunming: Office) -> None:
        put(running, kunming, "A1", {"value": "300"}, month=3)
        earlier = calculated(running, 3)
        scores.publish_run(run_id=earlier.pk, actor=running.admin, at=NOON)

        year = selectors.year_of(selectors.trial_of(run, plan(run, {"code": "A1", "points": "10"})))

        assert [row.month for row in year] == [3, 9]
        assert year[0].offices["kunming"].total - year[0].offices["kunming"].total_before == Decimal("-10.00")

    def test_needs_the_same_number_of_queries_for_any_number_of_changes(
        self, run: ScoreRun, django_assert_num_queries: Any
    ) -> None:
        for changes in ([], [{"code": code, "points": "9"} for code in ("A1", "A2", "B1", "B6")]):
            wanted = plan(run, *changes)
            with django_assert_num_queries(5):
                selectors.trial_of(run, wanted)


class TestPlan:
    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"code": "Z9", "points": "5"}, "没有 Z9"),
            ({"code": "A1", "points": "0"}, "分值应大于 0"),
            ({"code": "A1", "points": "5.555"}, "最多两位小数"),
            ({"code": "A1", "points": "五"}, "不是分值"),
            ({"code": "A1", "cap": "-1"}, "上限应为 0 至 100"),
            ({"code": "A1", "cap": "NaN"}, "上限应为 0 至 100"),
            ({"code": "A1", "method": "RANK"}, "要同时给出新方法的参数"),
            ({"code": "A1", "method": "MAGIC", "parameters": {}}, "不在可选范围内"),
        ],
    )
    def test_refuses_what_makes_no_sense_by_name(self, run: ScoreRun, change: dict[str, Any], sentence: str) -> None:
        with pytest.raises(Invalid, match=sentence) as refused:
            plan(run, change)

        assert refused.value.rows[0]["code"] == change["code"]

    def test_refuses_two_changes_of_one_indicator(self, run: ScoreRun) -> None:
        with pytest.raises(Invalid, match="写了两次"):
            plan(run, {"code": "A1", "points": "5"}, {"code": "A1", "off": True})

    def test_leaves_out_what_changes_nothing(self, run: ScoreRun) -> None:
        same = {"code": "A1", "points": "20.00", "cap": "1.00"}

        assert plan(run, same, na_treatment=run.version.na_treatment).empty


class TestTakeOver:
    def test_makes_a_draft_with_the_changes_and_its_origin(self, run: ScoreRun, running: setting.Running) -> None:
        linear = {"from": "0", "to": "100"}
        wanted = plan(
            run, {"code": "A1", "points": "18"}, {"code": "B6", "off": True},
            {"code": "A2", "method": "LINEAR", "parameters": linear}, na_treatment="FULL", bonus_cap="3",
        )  # fmt: skip

        draft = usecases.take_over(run_id=run.pk, plan=wanted, actor=running.admin, at=NOON)

        rows = {row.code: row for row in draft.indicators.all()}
        assert (draft.state, draft.copied_from_id, draft.na_treatment) == ("DRAFT", run.version_id, "FULL")
        assert rows["A1"].points == 18
        assert "B6" not in rows
        assert (rows["A2"].method, rows["A2"].parameters, rows["A2"].cumulative) == ("LINEAR", linear, False)
        assert sum(row.points for row in rows.values() if row.method) == 98  # 100 − 20 + 18; B6's 10 are shared out
        assert draft.note == "试算时加分上限 3 分；由 S-202609-01 的沙盘推演转来"
        tried = selectors.trial_of(run, wanted)
        again = selectors.trial_of(run, usecases.plan_of(run=run, version=draft, changes=[], bonus_cap="3"))
        assert [(row.card.schema_name, row.total) for row in again.rows] == [
            (row.card.schema_name, row.total) for row in tried.rows
        ]

    def test_a_whole_group_switched_off_goes(self, run: ScoreRun, running: setting.Running) -> None:
        draft = usecases.take_over(
            run_id=run.pk, plan=plan(run, {"code": "H1", "off": True}), actor=running.admin, at=NOON
        )

        assert not draft.indicators.filter(code__in=("H", "H1")).exists()
        assert sum(row.points for row in draft.indicators.exclude(method="")) == 100

    def test_refuses_a_plan_without_changes(self, run: ScoreRun, running: setting.Running) -> None:
        with pytest.raises(Conflict, match="还没有改动"):
            usecases.take_over(run_id=run.pk, plan=plan(run), actor=running.admin, at=NOON)

    def test_makes_nothing_of_what_cannot_be_scored(self, run: ScoreRun, running: setting.Running) -> None:
        before = TemplateVersion.objects.count()

        with pytest.raises(Invalid):
            usecases.take_over(
                run_id=run.pk, plan=plan(run, {"code": "A1", "method": "MANUAL", "parameters": {}}),
                actor=running.admin, at=NOON,
            )  # fmt: skip

        assert TemplateVersion.objects.count() == before

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [
            ("yunnan", Role.VERIFIER, Denied), ("yunnan", Role.PRINCIPAL_LEADER, Denied),
            ("yunnan", Role.AUDIT_ADMIN, Denied), ("kunming", Role.PRINCIPAL_LEADER, Denied),
            ("shifan", Role.APPRAISAL_ADMIN, NotFound),
        ],
    )  # fmt: skip
    def test_is_the_administrators(
        self, run: ScoreRun, actor: Callable[..., Any], office: str, role: str, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            usecases.take_over(
                run_id=run.pk, plan=plan(run, {"code": "A1", "points": "5"}), actor=actor(office, role), at=NOON
            )


class TestPage:
    def url(self, run: ScoreRun, office: str = "yunnan") -> str:
        return f"/{office}/appraisal/runs/{run.pk}/sandbox/"

    def test_shows_ranks_before_and_after_and_why(self, run: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.VERIFIER)

        page = client.post(self.url(run), {"points.A1": "10", "points.A2": "25", "office": "kunming", "year": "1"})

        text = page.content.decode()
        assert page.status_code == 200
        assert "27 项得分与本批次逐项相同" in text
        assert "昆明市" in text
        assert "分值 20" in text
        assert "逐月" in text
        assert "转为草稿" not in text  # the administrator's

    def test_writes_nothing_whatever_is_asked(self, run: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        client.get("/yunnan/appraisal/ranking/")  # whatever a session writes is written
        before = official()

        for data in ({"points.A1": "10"}, {"off.B6": "1", "do": "export-csv"}, {"edit": "A1"}, {"points.A1": "x"}):
            client.post(self.url(run), data)
        client.get(self.url(run))
        client.post(
            f"/yunnan/api/v1/runs/{run.pk}/sandbox/", {"changes": [{"code": "A1", "off": True}]}, "application/json"
        )

        assert official() == before

    def test_the_wall_is_shut_from_inside(
        self, run: ScoreRun, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Negative control: were a line of the sandbox to write, the page would break instead."""

        def evil(run: ScoreRun, plan: selectors.Plan) -> None:
            ScoreLine.objects.filter(card__run=run).update(score=0)

        monkeypatch.setattr(views.selectors, "trial_of", evil)

        with pytest.raises(WriteInReadView):
            signed_in("yunnan", Role.APPRAISAL_ADMIN).post(self.url(run), {"points.A1": "10"})

    def test_a_rule_is_changed_in_its_form_and_kept_in_the_next_post(self, run: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        opened = client.post(self.url(run), {"edit": "B6"}).content.decode()
        assert 'name="rule_of" value="B6"' in opened

        changed = client.post(self.url(run), {
            "rule_of": "B6", "rule_shown": "STEP", "rule_method": "STEP", "p-direction": "higher_is_better",
            "p-unit": "", "t-bound": ["95"], "t-points": ["10"],
        })  # fmt: skip

        text = changed.content.decode()
        assert "规则已改" in text
        assert 'name="rule.B6"' in text
        rule = json.dumps({"method": "STEP", "parameters": {
            "direction": "higher_is_better", "steps": [{"at_least": "95", "points": "10"}]}})  # fmt: skip
        kept = client.post(self.url(run), {"rule.B6": rule}).context["trial"]
        assert kept.rows == changed.context["trial"].rows
        forgotten = client.post(self.url(run), {
            "rule.B6": rule, "rule_of": "B6", "rule_shown": "STEP", "do": "forget", "p-direction": "higher_is_better",
            "t-bound": ["95"], "t-points": ["10"],
        })  # fmt: skip
        assert forgotten.context["trial"].plan.empty

    def test_an_untouched_open_rule_is_no_change(self, run: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        for code in ("A1", "B1", "B6", "B8", "B9"):
            opened = client.post(self.url(run), {"edit": code})
            form = opened.context["rule_form"]
            data: dict[str, Any] = {"rule_of": code, "rule_shown": form.method, "rule_method": form.method}
            data |= {
                f"p-{name}": value for name, value in ((n.removeprefix("p-"), form.initial[n]) for n in form.fields)
            }
            for row in form.rows():
                for name, _label, value in row:
                    data.setdefault(name, []).append(value)

            assert client.post(self.url(run), data).context["trial"].plan.empty, code

    def test_says_what_is_wrong_and_shows_the_run_as_it_is(self, run: ScoreRun, signed_in: SignedIn) -> None:
        page = signed_in("yunnan", Role.APPRAISAL_ADMIN).post(self.url(run), {"points.A1": "0", "points.B1": "abc"})

        assert page.status_code == 422
        assert "A1 分值应大于 0" in page.content.decode()
        assert page.context["trial"].plan.empty

    def test_exports_what_it_shows_with_formulas_defused(self, run: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        answer = client.post(self.url(run), {"points.A1": "10", "do": "export-csv"})

        assert "attachment" in answer["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(answer.content.decode().removeprefix(sheets.BOM))))
        assert rows[0][:2] == ["沙盘推演，不是正式得分", run.code]
        totals = [row for row in rows if len(row) > 2 and row[2] == "总分"]
        assert len(totals) == 3
        assert len(rows) == 2 + 3 * 10  # two heads, a total and nine indicators each

    def test_the_workbook_says_the_same_in_texts_and_numbers(self, run: ScoreRun, signed_in: SignedIn) -> None:
        answer = signed_in("yunnan", Role.VERIFIER).post(self.url(run), {"points.A1": "10", "do": "export-xlsx"})

        page = load_workbook(io.BytesIO(answer.content)).active
        cells = [cell for row in page.iter_rows() for cell in row]
        assert page.max_row == 2 + 3 * 10
        assert all(cell.data_type != "f" for cell in cells)
        assert page["F3"].data_type == "n"

    def test_a_draft_is_made_by_its_button_alone(self, run: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        answer = client.post(f"{self.url(run)}draft/", {"points.A1": "10", "points.A2": "25"})

        draft = TemplateVersion.objects.get(state="DRAFT")
        assert answer["Location"] == f"/yunnan/templates/versions/{draft.pk}/"
        assert client.get(f"{self.url(run)}draft/").status_code == 405
        assert client.post(f"{self.url(run)}draft/", {}).status_code == 409

    @pytest.mark.parametrize(
        ("office", "role", "status"),
        [
            ("yunnan", Role.FUND_SUPERVISOR, 403), ("yunnan", Role.SYS_ADMIN, 403), ("kunming", Role.REPORTER, 403),
            ("shifan", Role.APPRAISAL_ADMIN, 404),
        ],
    )  # fmt: skip
    def test_is_for_the_bureaus_officers(
        self, run: ScoreRun, signed_in: SignedIn, office: str, role: str, status: int
    ) -> None:
        assert signed_in(office, role).get(self.url(run, office)).status_code == status

    def test_waits_until_the_run_is_calculated(self, running: setting.Running, signed_in: SignedIn) -> None:
        run = scores.new_run(running.period(9), note="", actor=running.admin, at=NOON)

        assert signed_in("yunnan", Role.APPRAISAL_ADMIN).get(self.url(run)).status_code == 409

    def test_another_templates_version_is_not_found(
        self, run: ScoreRun, running: setting.Running, signed_in: SignedIn
    ) -> None:
        other = setting.draft(running.admin, code="QT")
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        assert [client.get(f"{self.url(run)}?with={each}").status_code for each in (other.pk, "x", 10**25)] == [404] * 3


class TestApi:
    def test_answers_what_the_page_shows(self, run: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        body = {"changes": [{"code": "A1", "points": "10"}], "office": "kunming", "year": True}

        answer = client.post(f"/yunnan/api/v1/runs/{run.pk}/sandbox/", body, "application/json")

        told = answer.json()
        assert answer.status_code == 200
        assert (told["compared"], told["equal"], told["points"]) == (27, 27, "90.00")
        kunming = next(row for row in told["offices"] if row["office"] == "kunming")
        assert kunming["by_change"] == {"A1": "-7.7889"}
        assert told["lines"][0]["code"] == "A1"
        assert [month["month"] for month in told["months"]] == [9]

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"changes": [{"code": "A1", "points": "0"}]}, 422), ({"office": "qinghe"}, 404),
            ({"version": 999999}, 404), ({"changes": [{"points": "1"}]}, 422), ({"bonus_cap": "x"}, 422),
        ],
    )  # fmt: skip
    def test_refuses_as_a_problem(self, run: ScoreRun, signed_in: SignedIn, body: Any, status: int) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        answer = client.post(f"/yunnan/api/v1/runs/{run.pk}/sandbox/", body, "application/json")

        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")

    def test_makes_a_draft_once_for_one_key(self, run: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        body, key = {"changes": [{"code": "A1", "points": "10"}]}, {"Idempotency-Key": "once"}
        url = f"/yunnan/api/v1/runs/{run.pk}/sandbox/draft/"

        answers = [client.post(url, body, "application/json", headers=key) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert TemplateVersion.objects.filter(state="DRAFT").count() == 1
