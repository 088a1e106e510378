"""A running year amended: values kept, months from then on scored by another version, undone to the same bytes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from appraisal.ledger.models import Amendment, CurrentValue, ReportedValue
from appraisal.ledger.selectors import amendments as selectors
from appraisal.ledger.selectors import explanations
from appraisal.ledger.usecases import amendments as usecases
from appraisal.ledger.usecases import scores
from appraisal.library import usecases as library
from appraisal.library.models import Indicator, TemplateVersion
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_scores import calculated, line, put
from tests.benchmarks import world
from tests.conftest import NOON

REASON = "省政府年中调整搬迁任务，经会议研究修订"


class Year:
    """A running year with its administrator, leader, and versions made of the first."""

    def __init__(self, running: setting.Running) -> None:
        self.running, self.cycle, self.admin, self.leader = running, running.cycle, running.admin, running.leader

    def version(self, *edits: Callable[["Draft"], None]) -> TemplateVersion:
        draft = Draft(self.running.version, self.admin)
        for edit in edits:
            edit(draft)
        return draft.published()

    def propose(self, version: TemplateVersion, *, month: int = 9, **given: Any) -> Amendment:
        given = {"reason": REASON, "actor": self.admin, **given}
        return usecases.propose_amendment(
            cycle_id=self.cycle.pk, version_id=version.pk, from_month=month, at=NOON, **given
        )

    def approve(self, amendment: Amendment, **given: Any) -> Amendment:
        given = {
            "minutes_number": "党组会纪要〔2026〕9号",
            "actor": self.leader,
            "lock_version": amendment.lock_version,
            **given,
        }
        return usecases.approve_amendment(amendment_id=amendment.pk, at=NOON, **given)

    def undo(self, amendment: Amendment, **given: Any) -> Amendment:
        given = {"reason": REASON, "actor": self.leader, "lock_version": amendment.lock_version, **given}
        return usecases.undo_amendment(amendment_id=amendment.pk, at=NOON, **given)

    def amended(self, *edits: Callable[["Draft"], None], month: int = 9) -> Amendment:
        return self.approve(self.propose(self.version(*edits), month=month))


class Draft:
    """A copy of a published version, edited by the library's use cases and published."""

    def __init__(self, version: TemplateVersion, admin: Actor) -> None:
        self.admin = admin
        self.version = library.copy_version(version_id=version.pk, actor=admin, at=NOON)

    def row(self, code: str) -> Indicator:
        return Indicator.objects.select_related("parent").get(version=self.version, code=code)

    def do(self, act: Any, **given: Any) -> None:
        lock = TemplateVersion.objects.get(pk=self.version.pk).lock_version
        act(version_id=self.version.pk, lock_version=lock, actor=self.admin, at=NOON, **given)

    def points(self, **points: str) -> None:
        self.do(library.set_points, points=points)

    def save(self, code: str, **changes: Any) -> None:
        self.do(library.save_indicator, indicator_id=self.row(code).pk, changes=changes)

    def split(self, code: str, into: str, points: str) -> None:
        row = self.row(code)
        names = ("name", "method", "parameters", "unit", "target_basis", "cumulative", "entered_by", "data_source")
        fields = {**{name: getattr(row, name) for name in names}, "points": points}
        self.do(library.add_indicator, group_id=row.parent_id, code=into, fields=fields, origins=[code])

    def merge(self, code: str, into: str) -> None:
        self.do(library.remove_indicator, indicator_id=self.row(code).pk, into=into)

    def published(self) -> TemplateVersion:
        lock = TemplateVersion.objects.get(pk=self.version.pk).lock_version
        return library.publish_version(
            version_id=self.version.pk, minutes_number="党组会纪要〔2026〕8号",
            effective_on=date(self.version.year, 7, 1), lock_version=lock, actor=self.admin, at=NOON,
        )  # fmt: skip


@pytest.fixture
def year(actor: Callable[..., Actor], offices: dict[str, Office]) -> Year:
    running = setting.running_cycle(actor, offices)
    for name, people in (("kunming", "701"), ("puer", "900")):
        put(running, offices[name], "A1", {"value": people})
        put(running, offices[name], "A2", {"value": "800"})
        put(running, offices[name], "B6", {"value": "91"}, points_off=Decimal("0.45"), reason="抽查 2 笔不符")
    return Year(running)


def lighter(draft: Draft) -> None:
    draft.points(A1="15", A2="20")


class TestScoring:
    def test_months_from_then_on_are_scored_by_the_new_version_and_others_are_not(
        self, year: Year, kunming: Office
    ) -> None:
        put(year.running, kunming, "A1", {"value": "601"}, month=8)
        amendment = year.amended(lighter)

        august, september = calculated(year.running, 8), calculated(year.running, 9)

        assert (august.version_id, september.version_id) == (year.running.version.pk, amendment.version_id)
        assert line(september, kunming, "A1").score == Decimal("11.6833")  # 15 × 701 ÷ 900

    def test_no_value_is_lost_or_rewritten(self, year: Year) -> None:
        def kept() -> list[tuple[Any, ...]]:
            return [
                *ReportedValue.objects.order_by("id").values_list("id", "indicator_id", "fact"),
                *CurrentValue.objects.order_by("id").values_list(
                    "id", "indicator_id", "final_fact", "points_off", "state"
                ),
            ]

        before = kept()
        run = calculated(year.running)
        year.amended(lambda draft: (draft.points(A1="12"), draft.split("A1", "A11", "8")))
        again = calculated(year.running)

        assert kept() == before
        kunming = Office.objects.get(schema_name="kunming")
        first, second, before_it = (
            line(each, kunming, code).trace["fact"] for each, code in ((again, "A1"), (again, "A11"), (run, "A1"))
        )
        assert first == second == before_it

    def test_merged_indicators_are_scored_by_their_sums(self, year: Year, kunming: Office) -> None:
        def merge(draft: Draft) -> None:
            draft.split("A1", "A9", "17.5")  # A1 and A9 come from A1 …
            draft.points(A1="2.5")
            draft.merge("A9", "A1")  # … and are one again
            draft.points(A1="20")

        year.amended(merge)

        assert line(calculated(year.running), kunming, "A1").score == Decimal("15.5778")

    def test_points_off_stay_with_the_value(self, year: Year, kunming: Office) -> None:
        def split(draft: Draft) -> None:
            draft.points(B6="6")
            draft.split("B6", "B61", "4")
            for code, points in (("B6", "6"), ("B61", "4")):
                steps = [{"at_least": "90", "points": points}]
                draft.save(code, parameters={"direction": "higher_is_better", "steps": steps})

        year.amended(split)

        run = calculated(year.running)

        assert (line(run, kunming, "B6").score, line(run, kunming, "B61").score) == (Decimal("5.55"), Decimal(4))

    def test_the_scorecard_still_leads_to_the_value(self, year: Year, kunming: Office) -> None:
        year.amended(lambda draft: (draft.points(A1="12"), draft.split("A1", "A11", "8")))
        run = calculated(year.running)
        card = run.cards.select_related("office", "run__period", "run__cycle__version").get(office=kunming)

        groups = explanations.groups_of(card)
        order = [row.indicator.code for group in groups for row in group.lines]
        story = explanations.story_of(year.admin, card, "A11", order)

        assert story.current is not None
        assert story.current.final_fact == {"value": "701"}


class TestRollBack:
    def test_restores_the_same_bytes(self, year: Year) -> None:
        before = calculated(year.running)
        amendment = year.amended(lighter)
        between = calculated(year.running)
        year.undo(amendment)

        after = calculated(year.running)

        assert after.outputs_sha256 == before.outputs_sha256 != between.outputs_sha256
        assert (after.inputs_sha256, after.version_id) == (before.inputs_sha256, before.version_id)

    def test_of_twenty_offices_whatever_was_amended(self, offices: dict[str, Office]) -> None:
        """Random weights, caps, splits, mergers and methods over the shipped scheme."""
        province = world.make_province("amended", 20)
        world.fill(province.cycle, range(9, 10))
        leader = Actor(10**9, "分管领导", province.office, province.office, frozenset({Role.LEADER_IN_CHARGE}))
        year = Year(setting.Running(province.cycle, province.cycle.version, province.admin, leader))
        random = Random(20261105)
        before = calculated(year.running)

        for _round in range(3):
            amendment = year.amended(lambda draft: at_random(draft, random))
            between = calculated(year.running)
            values = CurrentValue.objects.filter(period__cycle=year.cycle).count()
            assert between.outputs_sha256 != before.outputs_sha256
            year.undo(amendment)
            after = calculated(year.running)
            assert (after.outputs_sha256, after.inputs_sha256) == (before.outputs_sha256, before.inputs_sha256)
            assert CurrentValue.objects.filter(period__cycle=year.cycle).count() == values

    def test_is_in_one_step_back_through_several(self, year: Year) -> None:
        first = year.amended(lighter)
        second = year.amended(lambda draft: draft.points(A1="10", A2="25"))
        with pytest.raises(Conflict, match="先回退最近"):
            year.undo(first)
        year.undo(second)

        assert selectors.version_in_force(year.running.period(9)).pk == first.version_id
        year.undo(first)
        assert selectors.version_in_force(year.running.period(9)).pk == year.running.version.pk


def at_random(draft: Draft, random: Random) -> None:
    rows = list(draft.version.indicators.exclude(method="").filter(points__gte=2).order_by("position"))
    ratios = [row for row in rows if row.method == "RATIO" and row.target_basis == "LETTER"]
    one, other = random.sample(ratios, 2)
    draft.save(one.code, parameters={**one.parameters, "cap": random.choice(["0.9", "1.1", "0.8"])})
    part = Decimal(random.randrange(25, int(other.points * 100) - 25)) / 100
    draft.points(**{other.code: str(other.points - part)})
    draft.split(other.code, "X1", str(part))
    for row in random.sample([row for row in rows if row.pk not in (one.pk, other.pk) and row.method == "RATIO"], 1):
        draft.points(**{row.code: str(row.points - 1), one.code: str(one.points + 1)})


def fixed(draft: Draft) -> None:
    draft.save("B7", target_basis="FIXED", parameters={"cap": "1", "denominator": "5"})


def brand_new(draft: Draft) -> None:
    draft.points(A1="15")
    fields = {"name": "新", "points": "5", "method": "MANUAL"}
    draft.do(library.add_indicator, group_id=draft.row("A").pk, code="A9", fields=fields)


class TestProposal:
    def test_lists_every_weight_that_moves_in_the_years_record(self, year: Year) -> None:
        year.propose(year.version(lighter))

        event = EventRecord.objects.get(name="AmendmentProposed")
        assert event.data["weights"] == {"A1": ["20", "15"], "A2": ["15", "20"]}
        assert event.subject == f"ledger.cycle:{year.cycle.pk}"

    def test_changes_nothing_before_it_is_approved(self, year: Year) -> None:
        year.propose(year.version(lighter))

        assert calculated(year.running).version_id == year.running.version.pk

    @pytest.mark.parametrize(
        ("edit", "sentence"),
        [
            (lambda draft: draft.save("A1", unit="户"), "A1 单位与责任书不同"),
            (fixed, "B7 分母来源"),
            (lambda draft: draft.save("A2", cumulative=False), "A2 是否累计"),
            (lambda draft: draft.save("B6", entered_by="PROVINCE"), "B6 数据提供方"),
            (lambda draft: draft.save("B6", method="MANUAL", parameters={}), "不能改按“人工评定”计分"),
            (brand_new, "A9 责任书里没有这项指标"),
            (lambda draft: (draft.merge("A6", "A1"), draft.points(A1="30")), "A6 的数据不能并入"),
        ],
    )  # fmt: skip
    def test_refuses_what_the_years_facts_cannot_give(self, year: Year, edit: Any, sentence: str) -> None:
        with pytest.raises(Invalid, match=sentence) as refused:
            year.propose(year.version(edit))

        assert refused.value.rows

    def test_refuses_wrong_versions_months_and_reasons(self, year: Year) -> None:
        draft = Draft(year.running.version, year.admin)
        lighter(draft)
        with pytest.raises(Invalid, match="还没有发布"):
            year.propose(draft.version)
        with pytest.raises(Conflict, match="已经按"):
            year.propose(year.running.version)
        with pytest.raises(Invalid, match="不是 2026 年度这套"):
            year.propose(setting.published(year.admin, code="QT"))
        version = draft.published()
        with pytest.raises(Invalid, match="理由"):
            year.propose(version, reason="改")
        for month in (0, 13):
            with pytest.raises(Invalid, match="1 至 12"):
                year.propose(version, month=month)
        with pytest.raises(NotFound):
            usecases.propose_amendment(
                cycle_id=year.cycle.pk, version_id=10**9, from_month=9, reason=REASON, actor=year.admin, at=NOON
            )

    def test_refuses_a_second_one_and_pinned_months(self, year: Year) -> None:
        run = scores.publish_run(run_id=calculated(year.running).pk, actor=year.admin, at=NOON)
        version = year.version(lighter)
        with pytest.raises(Conflict, match="9 月的得分已经核定"):
            year.propose(version, month=9)
        year.propose(version, month=10)
        with pytest.raises(Conflict, match="已有一项"):
            year.propose(version, month=11)
        assert run.state == "PUBLISHED"

    def test_refuses_a_year_that_is_not_running(self, actor: Callable[..., Actor], offices: dict[str, Office]) -> None:
        prepared = Year(setting.prepared_cycle(actor, offices))

        with pytest.raises(Conflict, match="不在进行中"):
            prepared.propose(prepared.running.version)

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [
            ("yunnan", Role.PRINCIPAL_LEADER, Denied), ("yunnan", Role.VERIFIER, Denied),
            ("kunming", Role.REPORTER, Denied), ("shifan", Role.APPRAISAL_ADMIN, NotFound),
        ],
    )  # fmt: skip
    def test_is_the_administrators(
        self, year: Year, actor: Callable[..., Actor], office: str, role: str, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            year.propose(year.version(lighter), actor=actor(office, role))


class TestDecision:
    @pytest.fixture
    def proposed(self, year: Year) -> Amendment:
        return year.propose(year.version(lighter))

    def test_is_another_persons(self, year: Year, proposed: Amendment) -> None:
        both = Actor(
            year.admin.user_id, year.admin.name, year.admin.home, year.admin.office,
            frozenset({Role.APPRAISAL_ADMIN, Role.PRINCIPAL_LEADER}),
        )  # fmt: skip

        with pytest.raises(Denied, match="不能自己批准"):
            year.approve(proposed, actor=both)

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [
            ("yunnan", Role.APPRAISAL_ADMIN, Denied), ("kunming", Role.PRINCIPAL_LEADER, NotFound),
            ("shifan", Role.PRINCIPAL_LEADER, NotFound),
        ],
    )  # fmt: skip
    def test_is_a_leaders_of_the_bureau(
        self, year: Year, proposed: Amendment, actor: Callable[..., Actor], office: str, role: str, refusal: Any
    ) -> None:
        with pytest.raises(refusal):
            year.approve(proposed, actor=actor(office, role))

    def test_needs_minutes_and_the_newest_state(self, year: Year, proposed: Amendment) -> None:
        with pytest.raises(Invalid, match="会议纪要编号"):
            year.approve(proposed, minutes_number=" ")
        with pytest.raises(Conflict, match="请刷新"):
            year.approve(proposed, lock_version=3)
        year.approve(proposed)
        with pytest.raises(Conflict, match="已生效"):
            year.approve(proposed)

    def test_waits_for_a_calculation_and_not_past_a_publication(self, year: Year, proposed: Amendment) -> None:
        run = scores.new_run(year.running.period(9), note="", actor=year.admin, at=NOON)
        with pytest.raises(Conflict, match="正在计算"):
            year.approve(proposed)
        scores.calculate_run(run_id=run.pk, actor=year.admin, at=NOON)
        scores.publish_run(run_id=run.pk, actor=year.admin, at=NOON)
        with pytest.raises(Conflict, match="已经核定"):
            year.approve(proposed)

    def test_a_run_of_the_old_rules_is_not_published_afterwards(self, year: Year, proposed: Amendment) -> None:
        run = calculated(year.running)
        year.approve(proposed)

        with pytest.raises(Conflict, match="指标体系有了修订"):
            scores.publish_run(run_id=run.pk, actor=year.admin, at=NOON)

        assert selectors.effect_of(Amendment.objects.get(pk=proposed.pk)).recalculate == [9]
        again = calculated(year.running)
        scores.publish_run(run_id=again.pk, actor=year.admin, at=NOON)
        proposed.refresh_from_db()
        with pytest.raises(Conflict, match="已经核定"):
            year.undo(proposed)

    def test_a_withdrawn_one_makes_room_for_the_next(self, year: Year, proposed: Amendment) -> None:
        gone = usecases.withdraw_amendment(
            amendment_id=proposed.pk, reason="分值有误，改后再提", lock_version=0, actor=year.leader, at=NOON
        )
        with pytest.raises(Conflict, match="已撤回"):
            year.approve(gone)

        assert year.propose(proposed.version, month=10).number == 2

    def test_the_database_keeps_what_was_decided(self, year: Year, proposed: Amendment) -> None:
        year.approve(proposed)
        for change in ({"from_month": 1}, {"reason": "另一个理由"}, {"minutes_number": "1"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Amendment.objects.filter(pk=proposed.pk).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            Amendment.objects.filter(pk=proposed.pk)._raw_delete(Amendment.objects.db)


class TestPages:
    def test_the_way_from_proposal_to_roll_back(self, year: Year, signed_in: Callable[..., Client]) -> None:
        version = year.version(lighter)
        calculated(year.running)
        admin, leader = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("yunnan", Role.LEADER_IN_CHARGE)
        base = "/yunnan/appraisal"

        asked = admin.post(
            f"{base}/cycles/{year.cycle.pk}/amendments/",
            {"version_id": version.pk, "from_month": 9, "reason": REASON},
        )
        found = Amendment.objects.get()
        assert asked["Location"] == f"{base}/amendments/{found.pk}/"
        text = leader.get(f"{base}/amendments/{found.pk}/").content.decode()
        assert all(word in text for word in ("昆明市", "各州市会怎样变", "分值怎样移动", REASON, "批准"))
        leader.post(f"{base}/amendments/{found.pk}/approve/", {"lock_version": 0, "minutes_number": "9号"})
        assert "请重新计算" in leader.get(f"{base}/amendments/{found.pk}/").content.decode()
        assert "年中修订" in admin.get(f"{base}/cycles/{year.cycle.pk}/").content.decode()
        leader.post(f"{base}/amendments/{found.pk}/undo/", {"lock_version": 1, "reason": REASON})
        found.refresh_from_db()
        assert found.state == "UNDONE"

    def test_a_prefecture_sees_what_came_into_force_and_no_preview(
        self, year: Year, signed_in: Callable[..., Client]
    ) -> None:
        proposed = year.propose(year.version(lighter))
        client = signed_in("kunming", Role.PRINCIPAL_LEADER)
        url = f"/kunming/appraisal/amendments/{proposed.pk}/"
        assert client.get(url).status_code == 404
        year.approve(proposed)
        calculated(year.running)

        text = client.get(url).content.decode()

        assert REASON in text
        assert "各州市会怎样变" not in text

    def test_the_api_walks_the_same_way(self, year: Year, signed_in: Callable[..., Client]) -> None:
        version = year.version(lighter)
        admin, leader = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("yunnan", Role.PRINCIPAL_LEADER)
        base = "/yunnan/api/v1"

        made = admin.post(
            f"{base}/cycles/{year.cycle.pk}/amendments/",
            {"version_id": version.pk, "from_month": 9, "reason": REASON}, "application/json",
        ).json()  # fmt: skip
        refused = admin.post(
            f"{base}/amendments/{made['id']}/approval/",
            {"lock_version": 0, "minutes_number": "9号"},
            "application/json",
        )
        approved = leader.post(
            f"{base}/amendments/{made['id']}/approval/",
            {"lock_version": 0, "minutes_number": "9号"},
            "application/json",
        )
        undone = leader.post(
            f"{base}/amendments/{made['id']}/roll-back/", {"lock_version": 1, "reason": REASON}, "application/json"
        )

        assert [row["code"] for row in made["weights"]] == ["A1", "A2"]
        assert (refused.status_code, approved.json()["state"], undone.json()["state"]) == (403, "IN_FORCE", "UNDONE")
        assert admin.get(f"{base}/amendments/").json()["count"] == 1
