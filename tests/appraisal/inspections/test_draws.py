"""A round: prepared with explained weights, frozen for good, seeded by somebody else later, drawn once."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from appraisal.inspections.models import Contribution, Draw
from appraisal.inspections.rules.drawing import canonical, digest
from appraisal.inspections.selectors import draws as selectors
from appraisal.inspections.usecases import draws as usecases
from appraisal.ledger.models import Report, Tie
from appraisal.ledger.usecases import ties, verification
from core import events
from core.errors import Conflict, Denied, Invalid, NotFound, Refusal
from tenants.actors import Actor
from tenants.models import Membership, Office, Region, Role
from tests.appraisal.inspections import setting
from tests.appraisal.inspections.setting import LATER, TOMORROW
from tests.appraisal.inspections.test_drawing import redone
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON, TODAY


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"], offices["diqing"]])


class TestPreparing:
    def test_weighs_every_prefecture_by_what_the_record_says(
        self, year: Year, offices: dict[str, Office], admin: Actor, team: list[Actor]
    ) -> None:
        values = year.report(offices["kunming"])
        Report.objects.filter(office=offices["puer"]).delete()
        Report.objects.create(
            period=year.period, office=offices["puer"], round=1, handed_over_at=NOON, on_time=False
        )  # fmt: skip
        verification.correct_value(
            current_value_id=values[0].pk, lock_version=0, fact={"value": "790"}, reason="花名册少十人，按册更正",
            actor=team[0] if team[0].has(Role.VERIFIER) else admin, at=NOON,
        )  # fmt: skip
        verification.verify_values(items=[(values[1].pk, 0)], actor=admin, at=NOON)

        draw = setting.prepared(year.cycle, admin)

        rows = {row["office"]: row for row in draw.material["objects"]}
        parts = {part["part"]: part for part in rows["kunming"]["risk"]}
        assert (parts["corrected"]["corrected"], parts["corrected"]["decided"]) == (1, 2)
        assert rows["kunming"]["weight"] == 100 + 100 + 120  # half corrected, never inspected
        assert rows["puer"]["weight"] == 100 + 20 + 120  # late once
        assert rows["diqing"]["weight"] == 220
        assert [row["office"] for row in draw.material["objects"]] == ["kunming", "puer", "diqing"]
        assert {row["user_id"] for row in draw.material["inspectors"]} == {person.user_id for person in team}
        assert selectors.risk_sentences(rows["puer"]["risk"]) == ["基础 100", "迟报 1 次，加 20", "从未抽查，加 120"]

    def test_numbers_rounds_and_weighs_what_was_drawn_lately_less(
        self, year: Year, admin: Actor, team: list[Actor]
    ) -> None:
        first = setting.drawn(year.cycle, admin, team[0], wanted=3)

        second = setting.prepared(year.cycle, admin, at=LATER, seed_on=TOMORROW + timedelta(days=1))

        assert (first.number, second.number) == (1, 2)
        assert {row["weight"] for row in second.material["objects"]} == {100}

    def test_takes_counties_and_verified_values(
        self, year: Year, offices: dict[str, Office], admin: Actor, team: list[Actor]
    ) -> None:
        counties = Region.objects.filter(level="COUNTY", parent_code=offices["kunming"].region_code).count()
        values = year.report(offices["kunming"])
        verification.verify_values(items=[(values[0].pk, 0)], actor=admin, at=NOON)

        by_county = setting.prepared(year.cycle, admin, kind="COUNTY") if counties else None
        by_value = setting.prepared(year.cycle, admin, kind="VALUE", month=10)

        assert [row["key"] for row in by_value.material["objects"]] == ["value:kunming:A1:10"]
        if by_county:
            assert sum(row["office"] == "kunming" for row in by_county.material["objects"]) == counties

    def test_promises_each_prefecture_some(
        self, year: Year, kunming: Office, puer: Office, admin: Actor, team: list[Actor]
    ) -> None:
        """A list that promises is of the second algorithm; one that does not is, byte by byte, of the first."""
        for office in (kunming, puer):
            verification.verify_values(items=[(year.report(office)[0].pk, 0)], actor=admin, at=NOON)
        given: dict[str, Any] = {"kind": "VALUE", "month": 10, "wanted": 2}
        with pytest.raises(Invalid) as refused:
            setting.prepared(year.cycle, admin, **{**given, "wanted": 1, "per_office": 1})

        promising = setting.drawn(year.cycle, admin, team[0], per_office=1, **given)
        plain = setting.frozen(year.cycle, admin, **given)

        assert (refused.value.field, "合计需 2 个" in refused.value.message) == ("per_office", True)
        assert (promising.frozen["algorithm"], promising.frozen["per_office"]) == ("anlan-draw/2", 1)
        assert {pair["object"].split(":")[1] for pair in promising.result} == {"kunming", "puer"}
        assert selectors.result_of(promising)["algorithm"] == "anlan-draw/2"
        assert (plain.frozen["algorithm"], "per_office" in plain.frozen) == ("anlan-draw/1", False)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"per_office": -1}, "per_office"), ({"per_office": 501}, "per_office"),
         ({"per_office": 1}, "per_office"),
         ({"title": " "}, "title"), ({"kind": "MOON"}, "kind"), ({"wanted": 4}, "wanted"), ({"wanted": 0}, "wanted"),
         ({"each": 0}, "each"), ({"seed_kind": "DICE"}, "seed_kind"), ({"seed_source": ""}, "seed_source"),
         ({"seed_on": TODAY}, "seed_on"), ({"seed_on": None}, "seed_on"), ({"kind": "VALUE"}, "month"),
         ({"seed_kind": "CONTRIBUTIONS"}, "seed_people"), ({"kind": "VALUE", "month": 9}, "month"),
         ({"seed_kind": "CONTRIBUTIONS", "seed_people": 10}, "seed_people"), ({"title": "抽" * 81}, "title")],
    )  # fmt: skip
    def test_wants_everything_and_in_bounds(self, wrong: dict[str, Any], field: str, year: Year, admin: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            setting.prepared(year.cycle, admin, **wrong)

        assert refused.value.field == field

    def test_only_by_the_administrator_of_the_province_in_a_running_year(
        self, year: Year, admin: Actor, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        refusals: list[tuple[type[Refusal], Actor]] = [
            (Denied, actor("yunnan", Role.VERIFIER)), (Denied, actor("kunming", Role.APPRAISAL_ADMIN)),
            (Denied, Actor(admin.user_id, admin.name, kunming, admin.home, admin.roles)),
            (NotFound, actor("shifan", Role.APPRAISAL_ADMIN)),
        ]  # fmt: skip
        for kind, who in refusals:
            with pytest.raises(kind):
                setting.prepared(year.cycle, who)
        type(year.cycle).objects.filter(pk=year.cycle.pk).update(state="CLOSED")
        with pytest.raises(Conflict, match="不在进行中"):
            setting.prepared(year.cycle, admin)


class TestTheDraft:
    def test_objects_are_left_out_with_a_reason_and_put_back(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = setting.prepared(year.cycle, admin)

        def leave(reason: str, key: str = "office:puer") -> Draw:
            return usecases.leave_out(draw_id=draw.pk, key=key, reason=reason, actor=admin, at=NOON)

        with pytest.raises(Invalid):
            leave("短")
        with pytest.raises(Invalid, match="没有这个对象"):
            leave("上月刚由审计厅查过", "office:mars")
        assert leave("上月刚由审计厅查过").lock_version == 1
        frozen = usecases.freeze(draw_id=draw.pk, actor=admin, at=NOON).frozen
        assert frozen["left_out"] == [{"key": "office:puer", "label": "普洱市", "reason": "上月刚由审计厅查过"}] or (
            frozen["left_out"][0]["key"] == "office:puer"
        )
        assert "office:puer" not in [row["key"] for row in frozen["objects"]]

    def test_inspectors_are_chosen_and_a_recount_keeps_the_choice(
        self, year: Year, admin: Actor, team: list[Actor]
    ) -> None:
        draw = setting.prepared(year.cycle, admin)
        one = f"p{team[0].user_id}"

        usecases.choose_inspectors(draw_id=draw.pk, keys=[one], actor=admin, at=NOON)
        usecases.leave_out(draw_id=draw.pk, key="office:puer", reason="上月刚由审计厅查过", actor=admin, at=NOON)
        again = usecases.recount(draw_id=draw.pk, actor=admin, at=LATER)

        assert [row["key"] for row in again.material["inspectors"] if row["chosen"]] == [one]
        assert {row["key"] for row in again.material["objects"] if row["left_out"]} == {"office:puer"}
        assert again.as_of == TOMORROW
        with pytest.raises(Invalid, match="不在名单中"):
            usecases.choose_inspectors(draw_id=draw.pk, keys=["p0"], actor=admin, at=NOON)

    def test_nobody_else_edits_it_and_prefectures_do_not_know_of_it(
        self, year: Year, admin: Actor, team: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        draw = setting.prepared(year.cycle, admin)

        for kind, who in ((Denied, team[0]), (NotFound, actor("kunming", Role.ISSUER))):
            with pytest.raises(kind):
                usecases.choose_inspectors(draw_id=draw.pk, keys=[], actor=who, at=NOON)
            with pytest.raises(kind):
                usecases.leave_out(draw_id=draw.pk, key="office:puer", reason="x", actor=who, at=NOON)
            with pytest.raises(kind):
                usecases.recount(draw_id=draw.pk, actor=who, at=NOON)
            with pytest.raises(kind):
                usecases.freeze(draw_id=draw.pk, actor=who, at=NOON)


class TestFreezing:
    def test_writes_the_list_down_with_its_hash_and_publishes_it(
        self, year: Year, admin: Actor, team: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        draw = setting.frozen(year.cycle, admin)

        assert draw.frozen_sha256 == digest(draw.frozen_text)
        assert draw.frozen_text == canonical(json.loads(draw.frozen_text))
        assert draw.frozen["seed"] == {"kind": "FIGURE", "source": setting.SOURCE, "on": TOMORROW.isoformat()}
        assert selectors.get_draw(actor("kunming", Role.REPORTER), draw.pk) == draw
        with pytest.raises(NotFound):
            selectors.get_draw(actor("qinghe", Role.REPORTER), draw.pk)
        assert [event.name for event in events.timeline(draw.subject)] == ["ListFrozen", "DrawPrepared"]

    def test_excludes_who_served_there_lately_and_who_declared_a_tie(
        self, year: Year, admin: Actor, team: list[Actor], offices: dict[str, Office]
    ) -> None:
        served, kin, _free = team
        self.serve(served, offices["kunming"], until="2023-11-05")  # three years to the day
        self.serve(served, offices["puer"], until="2023-11-04")
        ties.declare_tie(person_id=kin.user_id, office_id=offices["diqing"].pk, kind=Tie.Kind.KIN, actor=admin, at=NOON)

        frozen = setting.frozen(year.cycle, admin).frozen

        assert [(row["object"], row["inspector"], row["why"]) for row in frozen["excluded"]] == sorted([
            ("office:kunming", f"p{served.user_id}", "SERVED"), ("office:diqing", f"p{kin.user_id}", "KIN"),
        ])  # fmt: skip

    @staticmethod
    def serve(person: Actor, office: Office, *, until: str) -> None:
        Membership.objects.create(
            user_id=person.user_id, office=office, role=Role.REPORTER, valid_from=setting.a_day("2020-01-01"),
            valid_to=setting.a_day(until), ended_at=None, duty="BUSINESS", granted_at=NOON,
        )  # fmt: skip

    def test_refuses_a_list_that_could_not_be_drawn_from(
        self, year: Year, admin: Actor, team: list[Actor], offices: dict[str, Office]
    ) -> None:
        for person in team:
            ties.declare_tie(
                person_id=person.user_id, office_id=offices["puer"].pk, kind=Tie.Kind.INTEREST, actor=admin, at=NOON
            )
        with pytest.raises(Invalid, match="可派的检查人员不足 1 人"):
            setting.frozen(year.cycle, admin)
        draw = setting.prepared(year.cycle, admin, wanted=3)
        usecases.leave_out(draw_id=draw.pk, key="office:puer", reason="上月刚由审计厅查过", actor=admin, at=NOON)
        with pytest.raises(Invalid, match="只剩 2 个对象"):
            usecases.freeze(draw_id=draw.pk, actor=admin, at=NOON)

    def test_wants_the_risk_of_today_and_a_figure_ahead(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = setting.prepared(year.cycle, admin)

        with pytest.raises(Conflict, match="请先重新计算"):
            usecases.freeze(draw_id=draw.pk, actor=admin, at=LATER)
        usecases.recount(draw_id=draw.pk, actor=admin, at=LATER)
        with pytest.raises(Invalid, match="约定的日期已到"):
            usecases.freeze(draw_id=draw.pk, actor=admin, at=LATER)

    def test_afterwards_nothing_of_the_list_changes(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = setting.frozen(year.cycle, admin)

        for act in (
            lambda: usecases.freeze(draw_id=draw.pk, actor=admin, at=NOON),
            lambda: usecases.recount(draw_id=draw.pk, actor=admin, at=NOON),
            lambda: usecases.choose_inspectors(draw_id=draw.pk, keys=[], actor=admin, at=NOON),
            lambda: usecases.leave_out(draw_id=draw.pk, key="office:puer", reason="理由写在这里", actor=admin, at=NOON),
        ):
            with pytest.raises(Conflict, match="已于 2026-11-05 12:00 冻结"):
                act()


CHANGES = [
    {"frozen_text": "{}"}, {"frozen_sha256": "0" * 64}, {"title": "另一个名称"}, {"wanted": 2}, {"state": "DRAFT"},
    {"seed_on": None, "seed_people": 3, "seed_kind": "CONTRIBUTIONS"}, {"seed_source": "别的数字"},
    {"material": {"objects": []}}, {"frozen_at": LATER}, {"as_of": TOMORROW},
]  # fmt: skip


class TestTheDatabaseKeepsIt:
    @pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
    def test_a_frozen_list(self, change: dict[str, Any], year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = setting.frozen(year.cycle, admin)

        with pytest.raises(IntegrityError, match="frozen_list_"), transaction.atomic():
            Draw.objects.filter(pk=draw.pk).update(**change)

    def test_a_hash_that_is_not_the_lists(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = setting.prepared(year.cycle, admin)

        with pytest.raises(IntegrityError, match="frozen_list_bears_its_own_hash"), transaction.atomic():
            Draw.objects.filter(pk=draw.pk).update(
                state="FROZEN", frozen_text="{}", frozen_sha256="0" * 64, frozen_at=NOON, frozen_by_id=1
            )

    def test_what_was_drawn(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = setting.drawn(year.cycle, admin, team[0])

        for change in ({"seed": "1"}, {"result": []}, {"state": "FROZEN"}):
            with pytest.raises(IntegrityError, match="round_is_drawn_once"), transaction.atomic():
                Draw.objects.filter(pk=draw.pk).update(**change)
        with pytest.raises(IntegrityError, match="rounds are never removed"), transaction.atomic():
            draw.delete()

    def test_without_the_trigger_the_list_changes_and_whoever_redoes_the_draw_sees_it(
        self, year: Year, admin: Actor, team: list[Actor]
    ) -> None:
        draw = setting.drawn(year.cycle, admin, team[0])
        published = draw.frozen_sha256
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE public.inspections_draw DISABLE TRIGGER frozen_draw")
            changed = draw.frozen_text.replace('"weight":220', '"weight":1', 1)
            Draw.objects.filter(pk=draw.pk).update(frozen_text=changed, frozen_sha256=digest(changed))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE public.inspections_draw ENABLE TRIGGER frozen_draw")

        draw.refresh_from_db()
        mark, _ = redone().redo(draw.frozen_text.encode(), draw.seed)

        assert mark != published  # what was published in November, on paper or by the API, is another list

    def test_a_contribution(self, year: Year, admin: Actor, team: list[Actor], actor: Callable[..., Actor]) -> None:
        draw = setting.by_people(year.cycle, admin, team[:2])
        row = draw.contributions.get(number=1)

        with pytest.raises(IntegrityError, match="contribution_is_kept"), transaction.atomic():
            Contribution.objects.filter(pk=row.pk).update(sha256="0" * 64)
        with pytest.raises(IntegrityError, match="not that of the hash"), transaction.atomic():
            Contribution.objects.filter(pk=row.pk).update(phrase="另一段话", revealed_at=NOON)
        with pytest.raises(IntegrityError, match="contribution_is_kept"), transaction.atomic():
            row.delete()


class TestDrawing:
    def test_gives_what_the_script_gives(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = setting.drawn(year.cycle, admin, team[0], wanted=2, each=2)

        assert (draw.seed, draw.seed_note) == ("332155", "3321.55（上交所网站）")
        assert redone().redo(draw.frozen_text.encode(), draw.seed) == (draw.frozen_sha256, draw.result)
        assert [row["place"] for row in selectors.drawn_rows(draw)] == [1, 2]
        assert events.timeline(draw.subject)[0].data["seed"] == "332155"

    @pytest.mark.parametrize("figure", ["3321.55", " 3,321.55 ", "３３２１．５５", "3321.55点"])
    def test_the_way_a_figure_is_written_is_nobodys_choice(
        self, figure: str, year: Year, admin: Actor, team: list[Actor]
    ) -> None:
        assert setting.drawn(year.cycle, admin, team[0], figure=figure).seed == "332155"

    def test_once_by_another_person_on_the_day_or_later(
        self, year: Year, admin: Actor, team: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        draw = setting.frozen(year.cycle, admin)

        def now(who: Actor = team[0], at: Any = LATER, figure: str = "3321.55", note: str = "上交所网站") -> Draw:
            return usecases.draw_now(draw_id=draw.pk, figure=figure, note=note, actor=who, at=at)

        refusals: list[tuple[type[Refusal], str, dict[str, Any]]] = [
            (Conflict, "2026-11-06 才产生", {"at": NOON}),
            (Denied, "由您冻结", {"who": admin}),
            (Denied, "由本省的", {"who": actor("kunming", Role.ISSUER)}),
            (NotFound, "没有", {"who": actor("shifan", Role.VERIFIER)}),
            (Invalid, "照公布的样子", {"figure": "跌了"}),
            (Invalid, "照公布的样子", {"figure": "3321"}),
            (Invalid, "照公布的样子", {"figure": "1" * 61}),
            (Invalid, "出处", {"note": " "}),
        ]
        for kind, words, wrong in refusals:
            with pytest.raises(kind, match=words):
                now(**wrong)
        now()
        with pytest.raises(Conflict, match="每一轮只抽一次"):
            now(figure="4444.44")

    def test_a_new_round_needs_a_new_seed(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        setting.drawn(year.cycle, admin, team[0])
        other = setting.frozen(year.cycle, admin, title="又一轮")

        with pytest.raises(Conflict, match="要用新的种子"):
            usecases.draw_now(draw_id=other.pk, figure="3,321.55", note="上交所网站", actor=team[0], at=LATER)

    def test_not_from_a_draft_nor_a_void_round(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draft = setting.prepared(year.cycle, admin)
        with pytest.raises(Conflict, match="还没有冻结"):
            usecases.draw_now(draw_id=draft.pk, figure="3321.55", note="x", actor=team[0], at=LATER)
        usecases.void(draw_id=draft.pk, reason="名单范围有误", actor=admin, at=NOON)
        with pytest.raises(Conflict, match="已经作废"):
            usecases.draw_now(draw_id=draft.pk, figure="3321.55", note="x", actor=team[0], at=LATER)


class TestContributions:
    def test_hashes_first_then_phrases_then_the_draw(
        self, year: Year, admin: Actor, team: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        people = [team[0], actor("kunming", Role.REPORTER), actor("puer", Role.ISSUER)]
        draw = setting.by_people(year.cycle, admin, people)
        for person in people:
            with pytest.raises(Conflict, match="没有公开自己的一段"):
                usecases.draw_now(draw_id=draw.pk, actor=team[1], at=NOON)
            usecases.reveal(draw_id=draw.pk, phrase=setting.phrase(person), actor=person, at=NOON)

        done = usecases.draw_now(draw_id=draw.pk, actor=team[1], at=NOON)

        assert done.seed == digest("\n".join(setting.phrase(person) for person in people))
        published = selectors.result_of(done)
        assert [row["phrase"] for row in published["contributions"]] == [setting.phrase(person) for person in people]
        assert redone().redo(done.frozen_text.encode(), done.seed) == (done.frozen_sha256, done.result)

    def test_each_once_and_not_by_who_froze_the_list(
        self, year: Year, admin: Actor, team: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        draw = setting.by_people(year.cycle, admin, team[:1], seed_people=2)

        def commit(who: Actor, sha256: str = digest("又一段别的话")) -> None:
            usecases.commit_hash(draw_id=draw.pk, sha256=sha256, actor=who, at=NOON)

        for kind, words, who, sha256 in (
            (Denied, "由您冻结", admin, digest("x")), (Conflict, "每人一段", team[0], digest("x")),
            (Invalid, "64 位", team[1], "abc"), (Invalid, "同一个哈希", team[1], digest(setting.phrase(team[0]))),
            (NotFound, "没有", actor("qinghe", Role.REPORTER), digest("x")),
            (Denied, "考核工作人员", actor("kunming", Role.CIVIL_SERVANT), digest("x")),
        ):  # fmt: skip
            with pytest.raises(kind, match=words):
                commit(who, sha256)
        with pytest.raises(Conflict, match="还差 1 人"):
            usecases.reveal(draw_id=draw.pk, phrase=setting.phrase(team[0]), actor=team[0], at=NOON)
        commit(team[1])
        with pytest.raises(Conflict, match="已经交齐"):
            commit(team[2])

    def test_the_phrase_is_the_one_that_was_hashed(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = setting.by_people(year.cycle, admin, team[:2])

        def reveal(who: Actor, phrase: str) -> None:
            usecases.reveal(draw_id=draw.pk, phrase=phrase, actor=who, at=NOON)

        for kind, words, who, phrase in (
            (Invalid, "不符", team[0], setting.phrase(team[1])), (Invalid, "不换行", team[0], "短"),
            (Invalid, "不换行", team[0], "一行\n又一行又一行"),
            (Denied, "提交过哈希", team[2], setting.phrase(team[2])),
        ):  # fmt: skip
            with pytest.raises(kind, match=words):
                reveal(who, phrase)
        assert selectors.awaiting_phrase(team[0]).get() == draw
        reveal(team[0], setting.phrase(team[0]))
        assert not selectors.awaiting_phrase(team[0])
        with pytest.raises(Conflict, match="已经公开"):
            reveal(team[0], setting.phrase(team[0]))

    def test_a_round_by_a_figure_takes_none(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = setting.frozen(year.cycle, admin)

        with pytest.raises(Conflict, match="不由个人提交"):
            usecases.commit_hash(draw_id=draw.pk, sha256=digest("x"), actor=team[0], at=NOON)
        people = setting.by_people(year.cycle, admin, team[:2])
        for person in team[:2]:
            usecases.reveal(draw_id=people.pk, phrase=setting.phrase(person), actor=person, at=NOON)
        with pytest.raises(Invalid, match="不另填数字"):
            usecases.draw_now(draw_id=people.pk, figure="3321.55", note="x", actor=team[2], at=NOON)


class TestVoiding:
    REASON = "名单范围有误，另开一轮"

    def void(self, draw: Draw, actor: Actor, at: Any = NOON, reason: str = REASON) -> Draw:
        return usecases.void(draw_id=draw.pk, reason=reason, actor=actor, at=at)

    def test_while_nobody_can_know_the_seed(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = self.void(setting.frozen(year.cycle, admin), admin)

        assert (draw.state, draw.void_reason) == ("VOID", self.REASON)
        with pytest.raises(Conflict, match="已经作废"):
            self.void(draw, admin)
        assert setting.prepared(year.cycle, admin).number == 2  # its number stays taken

    def test_not_when_somebody_could(
        self, year: Year, admin: Actor, team: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        by_figure = setting.frozen(year.cycle, admin)
        by_people = setting.by_people(year.cycle, admin, team[:2])
        usecases.reveal(draw_id=by_people.pk, phrase=setting.phrase(team[0]), actor=team[0], at=NOON)

        with pytest.raises(Conflict, match="种子已经可知"):
            self.void(by_figure, admin, at=LATER)
        with pytest.raises(Conflict, match="种子已经可知"):
            self.void(by_people, admin)
        for kind, who in ((Denied, team[0]), (Denied, actor("kunming", Role.APPRAISAL_ADMIN))):
            with pytest.raises(kind):
                self.void(by_figure, who)
        with pytest.raises(Invalid):
            self.void(by_figure, admin, reason="错")
