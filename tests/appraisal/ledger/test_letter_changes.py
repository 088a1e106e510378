"""A signed letter that changes: July (domain reference 2.7, 1)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from appraisal.ledger.models import LetterChange, Participant, Target, TargetLetter, TargetMilestone
from appraisal.ledger.selectors import changes as selectors
from appraisal.ledger.selectors import completeness, facts, letter_papers, overview, reports
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.states import LetterChangeState
from appraisal.ledger.usecases import changes, scores
from appraisal.ledger.usecases.changes import ChangedRow, Grounds
from appraisal.ledger.usecases.targets import TargetRow
from core.documents import render
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.models import Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_letters import paper_text
from tests.conftest import NOON
from tests.factories import PASSWORD

JULY = datetime(2026, 7, 8, 2, 0, tzinfo=UTC)
FLOOD = Grounds(kind="FORCE", reason="洪灾致安置点停工", basis="云防指〔2026〕7号", effective_on=date(2026, 7, 1))
REGION = Grounds(kind="REGION", reason="县级区划调整", basis="国函〔2026〕9号", effective_on=date(2026, 9, 1))
MERGER = Grounds(kind="MERGER", reason="机构合并", basis="云编〔2026〕2号", effective_on=date(2026, 10, 1))
LESS = TargetRow("A1", year_target="1000", q1="300", q2="500", q3="700")


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def kunming_leader(actor):
    return actor("kunming", Role.PRINCIPAL_LEADER)


def ask(running, who, rows=(LESS,), grounds=FLOOD, *, at=JULY, name="kunming") -> LetterChange:
    return changes.apply_for_change(letter_id=running.letters[name].pk, rows=rows, grounds=grounds, actor=who, at=at)


def approve(change, who, *, at=JULY, minutes="党组会纪要〔2026〕18号") -> LetterChange:
    return changes.approve_change(change_id=change.pk, minutes=minutes, actor=who, at=at)


def move(running, amounts, grounds=REGION, *, who=None, to="puer", milestones=None) -> LetterChange:
    return changes.transfer_targets(
        from_letter_id=running.letters["kunming"].pk, to_letter_id=running.letters[to].pk, amounts=amounts,
        grounds=grounds, actor=who or running.admin, at=JULY, milestones=milestones,
    )[0]  # fmt: skip


def target(name: str, code: str = "A1") -> Target:
    return Target.objects.get(letter__office__schema_name=name, indicator__code=code)


class TestInJuly:
    """Edge case 1: a target changed in July."""

    def test_nothing_changes_before_it_is_approved(self, running, kunming_leader) -> None:
        change = ask(running, kunming_leader)

        assert (change.state, target("kunming").year_target) == (LetterChangeState.APPLIED, 1200)
        assert change.rows["A1"]["year_target"] == "1000"

    def test_approved_it_is_a_new_version_with_both_names_reason_and_basis(self, running, kunming_leader) -> None:
        change = approve(ask(running, kunming_leader), running.leader)
        letter = TargetLetter.objects.get(pk=running.letters["kunming"].pk)
        version = letter_selectors.get_version(letter, None)

        assert (target("kunming").year_target, version.number, version.effective_on) == (1000, 2, date(2026, 7, 1))
        assert [each["name"] for each in version.signatures] == [running.leader.name, kunming_leader.name]
        assert (version.reason, version.basis) == (FLOOD.reason, "云防指〔2026〕7号；党组会纪要〔2026〕18号")
        assert change.version_id == version.pk
        assert letter.content_sha256 == letter.versions.get(number=1).content_sha256  # what was signed stays

    def test_the_paper_of_each_version_says_its_own(self, running, kunming_leader) -> None:
        approve(ask(running, kunming_leader), running.leader)
        letter = TargetLetter.objects.get(pk=running.letters["kunming"].pk)
        first, second = (
            paper_text(render(letter_papers.paper_of(letter, letter_selectors.get_version(letter, n), at=NOON), "docx"))
            for n in (1, 2)
        )

        assert "第2版" not in first
        assert "1,200（300 / 600 / 900）" in second  # before …
        assert "1,000（300 / 500 / 700）" in second  # … and after
        assert FLOOD.reason in second

    def test_scores_of_months_before_use_the_version_before(self, running, kunming_leader) -> None:
        def denominator(month: int) -> str:
            period = running.period(month)
            found, _stones = facts._held(period, {row.pk: row for row in running.version.indicators.all()})
            return str(found[running.letters["kunming"].office_id, running.indicator("A1").pk].year_target)

        approve(ask(running, kunming_leader), running.leader)

        assert [Decimal(denominator(month)) for month in (1, 6, 7, 12)] == [1200, 1200, 1000, 1000]

    def test_a_month_is_reported_against_the_targets_that_held_then(self, running, kunming_leader) -> None:
        """Not only scored: the sheet of May shows what May was to reach."""
        approve(ask(running, kunming_leader), running.leader)
        code = running.indicator("A1").pk

        told = [reports.demands(kunming_leader, running.period(month)).targets[code] for month in (1, 6, 7, 12)]

        assert [row.year_target for row in told] == [1200, 1200, 1000, 1000]
        assert {row.indicator_id for row in told} == {code}

    def test_what_did_not_apply_in_a_month_is_that_months(
        self, running, kunming_leader, django_assert_num_queries
    ) -> None:
        """What waits for whom is counted by the letter of the month, not by today's."""
        before = overview.progress_of(running.cycle, running.period(6)).expected
        aside = TargetRow("A1", applicable=False, not_applicable_reason="工程停建")
        approve(ask(running, kunming_leader, rows=(aside,)), running.leader)

        def told(month: int) -> tuple[int, int]:
            period = running.period(month)
            rows = {row.office.schema_name: row.expected for row in completeness.standings(period)}
            return overview.progress_of(running.cycle, period).expected - before, rows["kunming"] - rows["puer"]

        assert [told(month) for month in (1, 6, 7, 12)] == [(0, 0), (0, 0), (-1, -1), (-1, -1)]
        june = running.cycle.periods.select_related("cycle").get(month=6)
        with django_assert_num_queries(5):
            overview.progress_of(running.cycle, june)

    def test_who_left_spares_nobody_else(self, running, kunming_leader) -> None:
        """What does not apply to an office that takes no part in the month is not taken off the others."""
        aside = TargetRow("A1", applicable=False, not_applicable_reason="工程停建")
        approve(ask(running, kunming_leader, rows=(aside,)), running.leader)
        Participant.objects.filter(cycle=running.cycle, office__schema_name="kunming").update(left_on=date(2026, 10, 1))
        period = running.period(10)
        left = [row.expected for row in completeness.standings(period)]

        assert overview.progress_of(running.cycle, period).expected == sum(left)

    def test_the_versions_read_in_english_too(self, running, kunming_leader) -> None:
        aside = TargetRow("A1", applicable=False, not_applicable_reason="工程停建")
        approve(ask(running, kunming_leader, rows=(aside,)), running.leader)
        letter = TargetLetter.objects.get(pk=running.letters["kunming"].pk)

        with translation.override("en"):
            (change,) = letter_papers.editions(letter)[0]["changes"]

        assert change == ("A1", "Relocation head-count", "1,200 (300 / 600 / 900)", "Not applicable: 工程停建")

    def test_only_in_the_months_for_it_and_once(self, running, kunming_leader) -> None:
        for day in (datetime(2026, 5, 31, 4, tzinfo=UTC), datetime(2026, 8, 1, 4, tzinfo=UTC)):
            with pytest.raises(Conflict, match="2026-06-01 至 2026-07-31"):
                ask(running, kunming_leader, at=day)
        change = ask(running, kunming_leader)
        with pytest.raises(Conflict, match="待批准"):
            ask(running, kunming_leader)
        approve(change, running.leader)
        with pytest.raises(Conflict, match="已经调整过 1 次"):
            ask(running, kunming_leader, [TargetRow("A2", year_target="1")])

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"reason": " "}, "reason"), ({"basis": ""}, "basis"), ({"effective_on": date(2026, 7, 2)}, "effective_on"),
            ({"effective_on": date(2027, 1, 1)}, "effective_on"), ({"kind": "MERGER"}, "kind"),
        ],
    )  # fmt: skip
    def test_needs_grounds(self, running, kunming_leader, change, field) -> None:
        given_grounds = Grounds(**({name: getattr(FLOOD, name) for name in FLOOD.__dataclass_fields__} | change))
        with pytest.raises(Invalid) as refusal:
            ask(running, kunming_leader, grounds=given_grounds)
        assert refusal.value.field == field

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            (TargetRow("A1", year_target="1200", q1="300", q2="600", q3="900"), "没有与现行目标不同"),
            (TargetRow("A1", year_target="100", q1="300", q2="600", q3="900"), "不能低于"),
            (TargetRow("Q9", year_target="1"), "没有这个指标"),
            (TargetRow("A6", year_target="1"), "不填目标数"),
            (TargetRow("B1", year_target="1"), "没有这个指标"),
        ],
    )
    def test_needs_figures_that_fit(self, running, kunming_leader, row, said) -> None:
        with pytest.raises(Invalid, match=said):
            ask(running, kunming_leader, [row])

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [("kunming", Role.REPORTER, Denied), ("puer", Role.PRINCIPAL_LEADER, NotFound),
         ("yunnan", Role.APPRAISAL_ADMIN, Denied), ("shifan", Role.PRINCIPAL_LEADER, NotFound)],
    )  # fmt: skip
    def test_is_for_the_offices_leaders(self, running, actor, office, role, refusal) -> None:
        with pytest.raises(refusal):
            ask(running, actor(office, role))

    def test_a_month_that_is_published_stays_as_it_is(self, running, kunming_leader) -> None:
        run = scores.new_run(running.period(8), note="", actor=running.admin, at=NOON)
        scores.calculate_run(run_id=run.pk, actor=running.admin, at=NOON)
        scores.publish_run(run_id=run.pk, actor=running.admin, at=NOON)
        with pytest.raises(Conflict, match="7 月及以后已有核定"):
            ask(running, kunming_leader)


def stones_of(running, code: str, **days: date) -> ChangedRow:
    """Other days for the milestones of one indicator: first, second."""
    names = {"first": "实施规划报批", "second": "阶段性验收"}
    return ChangedRow(code, milestones={names[which]: day for which, day in days.items()})


LATER = date(2026, 11, 15)


class TestMilestonesInJuly:
    """Not figures alone: a flood moves a day, too."""

    def test_the_day_changes_with_the_new_version_and_not_before(self, running, kunming_leader) -> None:
        code = running.version.indicators.filter(method="MILESTONE").first().code
        change = ask(running, kunming_leader, [stones_of(running, code, second=LATER)])
        days = TargetMilestone.objects.filter(letter=running.letters["kunming"], indicator__code=code)
        assert sorted(days.values_list("due_on", flat=True)) == [date(2026, 3, 31), date(2026, 9, 30)]
        approve(change, running.leader)

        letter = TargetLetter.objects.get(pk=running.letters["kunming"].pk)
        assert sorted(days.values_list("due_on", flat=True)) == [date(2026, 3, 31), LATER]
        (row,) = [row for row in letter_selectors.get_version(letter, 2).content["targets"] if row["code"] == code]
        assert row["milestones"][1] == {"name": "阶段性验收", "due_on": "2026-11-15"}
        (told,) = selectors.figures(LetterChange.objects.get(pk=change.pk))
        assert [told[which]["milestones"][1]["due_on"] for which in ("before", "after")] == ["2026-09-30", "2026-11-15"]
        paper = paper_text(
            render(letter_papers.paper_of(letter, letter_selectors.get_version(letter, 2), at=NOON), "docx")
        )
        assert "2026年11月15日" in paper

    def test_months_before_keep_the_day_they_had(self, running, kunming_leader) -> None:
        indicator = running.version.indicators.filter(method="MILESTONE").first()
        grounds = Grounds(kind="FORCE", reason="洪灾", basis="云防指7号", effective_on=date(2026, 8, 1))
        approve(
            ask(running, kunming_leader, [stones_of(running, indicator.code, second=LATER)], grounds), running.leader
        )

        for month, second in ((7, date(2026, 9, 30)), (8, LATER)):
            period = running.period(month)
            told = reports.demands(kunming_leader, period).milestones[indicator.pk]
            _targets, scored = facts._held(period, {row.pk: row for row in running.version.indicators.all()})
            scored = scored[running.letters["kunming"].office_id, indicator.pk]
            assert [stone.due_on for stone in told] == [date(2026, 3, 31), second]
            assert [(stone.pk, stone.due_on) for stone in told] == [(stone.pk, stone.due_on) for stone in scored]

    @pytest.mark.parametrize(
        ("days", "said"),
        [
            ({"first": date(2026, 12, 1)}, "已经到期"),
            ({"second": date(2026, 6, 30)}, "生效日 2026-07-01 以后"),
            ({"second": date(2027, 1, 1)}, "2026 年以内"),
            ({"second": date(2026, 9, 30)}, "没有与现行目标不同"),
        ],
    )
    def test_needs_days_that_fit(self, running, kunming_leader, days, said) -> None:
        code = running.version.indicators.filter(method="MILESTONE").first().code
        with pytest.raises(Invalid, match=said):
            ask(running, kunming_leader, [stones_of(running, code, **days)])

    def test_knows_its_milestones(self, running, kunming_leader) -> None:
        for code, said in (("A1", "没有节点“竣工”"), ("B2", "没有这个指标")):
            with pytest.raises(Invalid, match=said):
                ask(running, kunming_leader, [ChangedRow(code, year_target="1200", q1="300", q2="600", q3="900",
                                                         milestones={"竣工": LATER})])  # fmt: skip

    def test_the_database_lets_a_day_through_only_then_and_no_name(self, running, kunming_leader) -> None:
        """Negative control: the same statement goes through while an approved change is applied."""
        stones = TargetMilestone.objects.filter(letter=running.letters["kunming"])
        with pytest.raises(IntegrityError, match="signed_letter"), transaction.atomic():
            stones.update(due_on=LATER)
        ask(running, kunming_leader)
        with transaction.atomic():
            LetterChange.objects.update(state="APPROVED", decided_at=JULY, decided_by_id=1, minutes="x")
            assert stones.update(due_on=LATER) > 0
            with pytest.raises(IntegrityError, match="signed_letter"), transaction.atomic():
                stones.filter(name="阶段性验收").update(name="验收")
            with pytest.raises(IntegrityError, match="signed_letter"), transaction.atomic():
                stones.all().delete()
            transaction.set_rollback(True)

    def test_by_page_and_api(self, running, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: JULY)
        office = signed_in("kunming", Role.PRINCIPAL_LEADER)
        letter = running.letters["kunming"].pk
        stone = TargetMilestone.objects.filter(letter_id=letter, name="阶段性验收").select_related("indicator").first()
        page, name = f"/kunming/appraisal/letters/{letter}/change/", f"{stone.indicator.code}-due-{stone.pk}"
        assert f'name="{name}"' in office.get(page).content.decode()
        body = {"kind": "FORCE", "effective_on": "2026-07-01", "reason": "洪灾", "basis": "云防指7号"}
        for code in ("A1", "A2"):
            body |= {f"{code}-year_target": "1200", f"{code}-q1": "300", f"{code}-q2": "600", f"{code}-q3": "900"}
        for typed, said in (("明天", "时限不是日期"), ("2026-05-01", "以后")):
            wrong = office.post(page, body | {name: typed})
            assert (wrong.status_code, said in wrong.content.decode()) == (422, True)
        assert office.post(page, body | {name: "2026-11-15"}).status_code == 302
        change = LetterChange.objects.get()
        assert "2026-11-15" in office.get(f"/kunming/appraisal/changes/{change.pk}/").content.decode()
        shown = office.get(f"/kunming/api/v1/letter-changes/{change.pk}/").json()
        assert shown["figures"][0]["after"]["milestones"][1]["due_on"] == "2026-11-15"
        row = {"code": stone.indicator.code, "milestones": [{"name": stone.name, "due_on": "2026-12-01"}]}
        body = {"kind": "PLAN", "reason": "计划", "basis": "文件1号", "effective_on": "2026-08-01", "rows": [row]}
        made = signed_in("puer", Role.PRINCIPAL_LEADER).post(
            f"/puer/api/v1/letters/{running.letters['puer'].pk}/changes/", body, "application/json"
        )
        assert (made.status_code, made.json()["figures"][0]["after"]["milestones"][1]["due_on"]) == (201, "2026-12-01")


class TestTheSecondPerson:
    def test_is_a_leader_of_the_province_and_not_who_applied(self, running, actor, kunming_leader) -> None:
        change = ask(running, kunming_leader)
        for office, role, refusal in (
            ("yunnan", Role.APPRAISAL_ADMIN, Denied), ("kunming", Role.PRINCIPAL_LEADER, Denied),
            ("shifan", Role.PRINCIPAL_LEADER, NotFound),
        ):  # fmt: skip
            with pytest.raises(refusal):
                approve(change, actor(office, role))

    def test_never_decides_about_a_move_of_ones_own(self, running, actor) -> None:
        both = actor("yunnan", Role.PRINCIPAL_LEADER, Role.APPRAISAL_ADMIN)
        change = move(running, {"A1": "100"}, who=both)
        with pytest.raises(Denied, match="另一位领导"):
            approve(change, both)
        assert approve(change, running.leader).state == LetterChangeState.APPROVED

    def test_names_the_minutes_and_decides_once(self, running, kunming_leader) -> None:
        change = ask(running, kunming_leader)
        with pytest.raises(Invalid, match="纪要"):
            approve(change, running.leader, minutes=" ")
        approve(change, running.leader)
        for act in (approve, lambda c, who: changes.refuse_change(change_id=c.pk, reason="x", actor=who, at=JULY)):
            with pytest.raises(Conflict, match="已经办结"):
                act(change, running.leader)

    def test_refuses_with_a_reason_or_the_office_takes_it_back(self, running, kunming_leader) -> None:
        refused = changes.refuse_change(
            change_id=ask(running, kunming_leader).pk, reason="灾情已计入原计划", actor=running.leader, at=JULY
        )
        assert (refused.state, target("kunming").year_target) == (LetterChangeState.REFUSED, 1200)
        again = ask(running, kunming_leader)
        with pytest.raises(Denied):
            changes.withdraw_change(change_id=again.pk, reason="x", actor=running.admin, at=JULY)
        taken = changes.withdraw_change(change_id=again.pk, reason="重新测算", actor=kunming_leader, at=JULY)
        assert taken.state == LetterChangeState.WITHDRAWN


class TestTheDatabase:
    def test_lets_targets_through_only_while_an_approved_change_is_applied(self, running, kunming_leader) -> None:
        def attack() -> int:
            return Target.objects.filter(letter=running.letters["kunming"], indicator__code="A1").update(year_target=1)

        ask(running, kunming_leader)
        with pytest.raises(IntegrityError, match="signed_letter_is_immutable"), transaction.atomic():
            attack()  # an application is no approval
        with transaction.atomic():
            LetterChange.objects.update(state="APPROVED", decided_at=JULY, decided_by_id=1, minutes="x")
            assert attack() == 1  # the control: the window is what lets it through …
            with pytest.raises(IntegrityError, match="approved_change_is_applied"), transaction.atomic():
                connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")  # … and it never ends open
            transaction.set_rollback(True)

    def test_a_decided_change_stays(self, running, kunming_leader) -> None:
        change = approve(ask(running, kunming_leader), running.leader)
        for act in (change.delete, lambda: LetterChange.objects.update(minutes="改写")):
            with pytest.raises(IntegrityError, match="decided_change_is_immutable"), transaction.atomic():
                act()


class TestPagesAndApi:
    def test_the_office_applies_and_a_leader_approves(self, running, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: JULY)
        office, leader = signed_in("kunming", Role.PRINCIPAL_LEADER), signed_in("yunnan", Role.PRINCIPAL_LEADER)
        letter = running.letters["kunming"].pk
        page = f"/kunming/appraisal/letters/{letter}/change/"
        assert "申请调整" in office.get(f"/kunming/appraisal/letters/{letter}/").content.decode()
        assert office.get(page).status_code == 200
        body = {"kind": "FORCE", "effective_on": "2026-07-01", "reason": "洪灾", "basis": "云防指7号",
                "A2-year_target": "1200", "A2-q1": "300", "A2-q2": "600", "A2-q3": "900"}  # fmt: skip
        wrong = office.post(page, body | {"A1-year_target": "x"})
        assert (wrong.status_code, "不是数字" in wrong.content.decode()) == (422, True)
        sent = office.post(page, body | {"A1-year_target": "1000", "A1-q1": "300", "A1-q2": "500", "A1-q3": "700"})
        assert sent.status_code == 302
        change = LetterChange.objects.get()
        assert office.post(page, body).status_code == 409
        above = f"/yunnan/appraisal/changes/{change.pk}/"
        assert "1000" in leader.get(above).content.decode()
        assert "昆明市（不可抗力）" in leader.get("/yunnan/appraisal/cycle/").content.decode()
        refused = leader.post(f"{above}approve/", {"minutes": "纪要18号", "password": "wrong"})
        assert refused.status_code == 422
        assert leader.post(f"{above}approve/", {"minutes": "纪要18号", "password": PASSWORD}).status_code == 302
        shown = office.get(f"/kunming/appraisal/letters/{letter}/").content.decode()
        assert "第 2 版" in shown
        assert "1,200（300 / 600 / 900） → 1,000（300 / 500 / 700）" in shown
        paper = office.get(f"/kunming/appraisal/letters/{letter}/letter.docx?edition=1")
        assert "第2版" not in paper_text(paper.content)

    def test_the_api_does_the_same(self, running, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: JULY)
        office, leader = signed_in("kunming", Role.PRINCIPAL_LEADER), signed_in("yunnan", Role.PRINCIPAL_LEADER)
        admin, json = signed_in("yunnan", Role.APPRAISAL_ADMIN), "application/json"
        letter = running.letters["kunming"].pk
        body = {"kind": "PLAN", "reason": "计划调整", "basis": "文件1号", "effective_on": "2026-08-01",
                "rows": [{"code": "A1", "year_target": "1000", "q1": "1", "q2": "2", "q3": "3"}]}  # fmt: skip
        made = office.post(f"/kunming/api/v1/letters/{letter}/changes/", body, json)
        assert (made.status_code, made.json()["figures"][0]["before"]["year_target"]) == (201, "1200")
        at = f"/yunnan/api/v1/letter-changes/{made.json()['id']}/"
        assert leader.get(at).json()["refusals"] == {"decide": None, "withdraw": "调整申请由申请单位撤回。"}
        refused = leader.post(f"{at}refuse/", {"reason": "不符合"}, json)
        assert (refused.status_code, refused.json()["state"]) == (200, "REFUSED")
        body = {"kind": "REGION", "reason": "区划", "basis": "国函", "effective_on": "2026-09-01",
                "to_letter_id": running.letters["puer"].pk, "amounts": [{"code": "A1", "amount": "100"}]}  # fmt: skip
        moved = admin.post(f"/yunnan/api/v1/letters/{letter}/transfer/", body, json)
        assert moved.status_code == 201
        at = f"/yunnan/api/v1/letter-changes/{moved.json()['id']}/"
        given_up = leader.post(f"{at}approve/", {"minutes": "纪要", "password": PASSWORD}, json).json()
        assert (given_up["state"], given_up["version"]) == ("APPROVED", 2)
        assert admin.get("/yunnan/api/v1/letter-changes/?state=APPROVED").json()["count"] == 2
        page = admin.get(f"/yunnan/appraisal/letters/{running.letters['diqing'].pk}/transfer/")
        assert page.status_code == 200

    def test_the_other_side_of_a_move_is_seen_by_the_bureau_alone(self, running, signed_in) -> None:
        out = move(running, {"A1": "200"})
        into = LetterChange.objects.get(pair=out)
        admin = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        for name, change, other in (("kunming", out, "普洱市"), ("puer", into, "昆明市")):
            mine = signed_in(name, Role.PRINCIPAL_LEADER).get(f"/{name}/appraisal/changes/{change.pk}/")
            above = admin.get(f"/yunnan/appraisal/changes/{change.pk}/").content.decode()
            api = signed_in(name, Role.REPORTER).get(f"/{name}/api/v1/letter-changes/{change.pk}/")
            assert (mine.status_code, api.status_code) == (200, 200)
            assert other not in mine.content.decode()
            assert f"{other}</a></dd>" in above

    def test_of_others_are_not_found(self, running, kunming_leader, signed_in) -> None:
        change = ask(running, kunming_leader)
        for name in ("puer", "shifan"):
            client = signed_in(name, Role.PRINCIPAL_LEADER)
            assert client.get(f"/{name}/appraisal/changes/{change.pk}/").status_code == 404
            assert client.get(f"/{name}/api/v1/letter-changes/{change.pk}/").status_code == 404
        assert selectors.figures(change)[0]["after"]["year_target"] == "1000"
