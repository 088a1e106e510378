"""An assigned matter (督办): a day, replies, returned or closed; a missed day comes to points off once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisal.inspections.models import Matter, MatterStep
from appraisal.inspections.reactions.menu import matters_open
from appraisal.inspections.selectors import matters as selectors
from appraisal.inspections.selectors import todos
from appraisal.inspections.usecases import matters
from appraisal.ledger.models import ScoreAdjustment
from appraisal.ledger.usecases import adjustments
from core.errors import Conflict, Denied, Invalid, NotFound, Refusal
from core.models import CalendarDay
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.inspections import test_tasks
from tests.appraisal.verification_setting import Year
from tests.conftest import NOON, TODAY

DUE = TODAY + timedelta(days=5)  # Tuesday 10 November 2026
TOO_LATE = NOON + timedelta(days=6)
TEXT = "核对搬迁人口花名册，差错逐户更正后书面报告"
DONE = "已逐户核对，更正三户，附核对表"
JSON = "application/json"
Acts = Callable[..., Any]


def paper(who: Actor) -> str:
    return str(test_tasks.paper(who.office.schema_name).pk)


def assigned(year: Year, admin: Actor, *offices: Office, **more: Any) -> list[Matter]:
    given = {
        "cycle_id": year.cycle.pk, "office_ids": [office.pk for office in offices], "title": "核对花名册", "text": TEXT,
        "basis": "云移发〔2026〕12号", "due_on": DUE, "actor": admin, "at": NOON, **more,
    }  # fmt: skip
    return matters.assign_matter(**given)


def replied(matter: Matter, who: Actor, at: datetime = NOON, **more: Any) -> Matter:
    return matters.reply(matter_id=matter.pk, text=DONE, actor=who, at=at, **more)


def deducted(matter: Matter, who: Actor, at: datetime = TOO_LATE, **more: Any) -> Matter:
    given = {"confirming_unit": "省局考核督查处", "evidence": [paper(who)], **more}
    return matters.deduct(matter_id=matter.pk, actor=who, at=at, **given)


def again(matter: Matter) -> Matter:
    return Matter.objects.get(pk=matter.pk)


class TestAssign:
    def test_each_office_has_its_own(self, year: Year, admin: Actor, kunming: Office, puer: Office) -> None:
        made = assigned(year, admin, kunming, puer, evidence=[paper(admin)])

        assert [(row.office, row.state, row.due_on) for row in made] == [(kunming, "OPEN", DUE), (puer, "OPEN", DUE)]
        assert made[0].evidence == made[1].evidence != []

    def test_a_day_off_moves_to_the_next_working_day(self, year: Year, admin: Actor, kunming: Office) -> None:
        saturday = date(2026, 11, 14)

        row = assigned(year, admin, kunming, due_on=saturday)[0]

        assert (row.due_on, row.first_due_on) == (date(2026, 11, 16), date(2026, 11, 16))
        assert "11" in selectors.derivation_of(row)

    def test_by_the_offices_own_calendar(self, year: Year, admin: Actor, kunming: Office, puer: Office) -> None:
        CalendarDay.objects.create(region_code=puer.region_code, day=DUE, is_working=False, name="州庆")

        one, other = assigned(year, admin, kunming, puer)

        assert (one.due_on, other.due_on) == (DUE, DUE + timedelta(days=1))

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"title": " "}, "title"), ({"basis": ""}, "basis"), ({"text": "办"}, "text"),
            ({"due_on": TODAY - timedelta(days=1)}, "due_on"), ({"due_on": TODAY + timedelta(days=400)}, "due_on"),
            ({"office_ids": []}, "office_ids"), ({"title": "长" * 121}, "title"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_at_its_field(
        self, more: dict[str, Any], field: str, year: Year, admin: Actor, kunming: Office
    ) -> None:
        with pytest.raises(Invalid) as refused:
            assigned(year, admin, kunming, **more)
        assert refused.value.field == field
        assert not Matter.objects.exists()

    def test_all_offices_or_none(self, year: Year, admin: Actor, kunming: Office, qinghe: Office) -> None:
        with pytest.raises(NotFound):
            assigned(year, admin, kunming, qinghe)
        assert not Matter.objects.exists()

    @pytest.mark.parametrize(
        ("slug", "role"),
        [("yunnan", Role.VERIFIER), ("yunnan", Role.PRINCIPAL_LEADER), ("kunming", Role.REPORTER)],
    )
    def test_is_the_administrators(
        self, slug: str, role: str, year: Year, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        with pytest.raises(Denied):
            assigned(year, actor(slug, role), kunming)

    def test_only_in_a_running_year(self, year: Year, admin: Actor, kunming: Office) -> None:
        type(year.cycle).objects.filter(pk=year.cycle.pk).update(state="CLOSED")

        with pytest.raises(Conflict, match="不在进行中"):
            assigned(year, admin, kunming)


class TestReply:
    def test_in_time(self, matter: Matter, reporter: Actor) -> None:
        done = replied(matter, reporter, NOON + timedelta(days=5))

        assert (done.state, done.late_replies, done.overdue(DUE + timedelta(days=30))) == ("ANSWERED", 0, False)

    def test_late_is_taken_and_marked(self, matter: Matter, reporter: Actor) -> None:
        done = again(replied(matter, reporter, TOO_LATE))

        assert (done.state, done.late_replies, done.missed_on) == ("ANSWERED", 1, DUE)
        assert done.overdue(DUE)

    @pytest.mark.parametrize(
        ("slug", "role", "error"),
        [
            ("kunming", Role.REVIEWER, Denied), ("puer", Role.REPORTER, NotFound),
            ("yunnan", Role.APPRAISAL_ADMIN, Denied), ("shifan", Role.APPRAISAL_ADMIN, NotFound),
        ],
    )  # fmt: skip
    def test_is_the_offices_own(
        self, slug: str, role: str, error: type[Refusal], matter: Matter, actor: Callable[..., Actor]
    ) -> None:
        with pytest.raises(error):
            replied(matter, actor(slug, role))
        assert again(matter).state == "OPEN"

    def test_once_until_it_is_returned(self, matter: Matter, reporter: Actor, admin: Actor) -> None:
        replied(matter, reporter)
        with pytest.raises(Conflict, match="待办结"):
            replied(matter, reporter)

        new = DUE + timedelta(days=7)
        back = matters.return_(matter_id=matter.pk, reason="核对表缺签字，请补签", due_on=new, actor=admin, at=NOON)

        assert (back.state, back.due_on, back.first_due_on, back.times_returned) == ("OPEN", new, DUE, 1)
        assert replied(matter, reporter, TOO_LATE).late_replies == 0  # in time by the new day
        kinds = list(MatterStep.objects.order_by("pk").values_list("kind", "due_on"))
        assert kinds == [("REPLY", DUE), ("RETURN", new), ("REPLY", new)]

    def test_what_was_missed_stays_missed_when_a_reply_is_returned(
        self, matter: Matter, reporter: Actor, admin: Actor
    ) -> None:
        replied(matter, reporter, TOO_LATE)
        matters.return_(
            matter_id=matter.pk, reason="核对表缺签字，请补签", due_on=DUE + timedelta(days=20), actor=admin,
            at=TOO_LATE,
        )  # fmt: skip

        assert again(matter).day_missed(DUE + timedelta(days=6)) == DUE

    def test_too_short_is_told(self, matter: Matter, reporter: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            matters.reply(matter_id=matter.pk, text="好", actor=reporter, at=NOON)
        assert refused.value.field == "text"


class TestJudge:
    def test_closed_for_good(self, matter: Matter, reporter: Actor, admin: Actor) -> None:
        replied(matter, reporter)
        done = matters.close(matter_id=matter.pk, text="已核对，同意办结", actor=admin, at=NOON)

        assert (done.state, done.ended_by_name) == ("CLOSED", admin.name)
        for act in (
            lambda: matters.close(matter_id=matter.pk, text="已核对，同意办结", actor=admin, at=NOON),
            lambda: matters.return_(matter_id=matter.pk, reason="请再核对一遍", due_on=DUE, actor=admin, at=NOON),
            lambda: matters.withdraw(matter_id=matter.pk, reason="不必再办理了", actor=admin, at=NOON),
            lambda: replied(matter, reporter),
        ):
            with pytest.raises(Conflict, match="已办结"):
                act()

    def test_not_without_a_reply(self, matter: Matter, admin: Actor) -> None:
        with pytest.raises(Conflict, match="待回复"):
            matters.close(matter_id=matter.pk, text="已核对，同意办结", actor=admin, at=NOON)

    def test_is_the_administrators(self, matter: Matter, reporter: Actor, actor: Callable[..., Actor]) -> None:
        replied(matter, reporter)
        for who in (actor("yunnan", Role.VERIFIER), reporter):
            with pytest.raises(Denied):
                matters.close(matter_id=matter.pk, text="已核对，同意办结", actor=who, at=NOON)
            with pytest.raises(Denied):
                matters.return_(matter_id=matter.pk, reason="请再核对一遍", due_on=DUE, actor=who, at=NOON)

    def test_a_new_day_lies_ahead(self, matter: Matter, reporter: Actor, admin: Actor) -> None:
        replied(matter, reporter)
        with pytest.raises(Invalid) as refused:
            matters.return_(
                matter_id=matter.pk, reason="请再核对一遍", due_on=TODAY - timedelta(days=1), actor=admin, at=NOON
            )
        assert refused.value.field == "due_on"

    def test_withdrawn_it_is_never_overdue(self, matter: Matter, admin: Actor) -> None:
        matters.withdraw(matter_id=matter.pk, reason="交办有误，另行通知", actor=admin, at=NOON)

        assert not again(matter).overdue(DUE + timedelta(days=90))
        with pytest.raises(Conflict, match="没有逾期"):
            deducted(matter, admin)


class TestSettle:
    def test_points_off_once_from_the_month_that_was_missed(self, matter: Matter, admin: Actor) -> None:
        done = deducted(matter, admin)

        row = ScoreAdjustment.objects.get()
        assert (row.code, row.kind, row.points, row.from_month) == ("M5", "DEDUCTION", Decimal("0.5"), 11)
        assert row.office_id == matter.office_id
        assert row.confirming_unit == "省局考核督查处"
        assert "云移发〔2026〕12号" in row.legal_basis
        assert (done.outcome, done.adjustment) == ("DEDUCTED", row)
        for act in (lambda: deducted(matter, admin), lambda: self.spared(matter, admin)):
            with pytest.raises(Conflict, match="已由"):
                act()
        assert ScoreAdjustment.objects.count() == 1

    def spared(self, matter: Matter, who: Actor, at: datetime = TOO_LATE) -> Matter:
        return matters.spare(matter_id=matter.pk, reason="因洪灾延误，已电话说明", actor=who, at=at)

    def test_late_twice_is_still_one(self, matter: Matter, reporter: Actor, admin: Actor) -> None:
        replied(matter, reporter, TOO_LATE)
        deducted(matter, admin)
        matters.return_(
            matter_id=matter.pk, reason="核对表缺签字，请补签", due_on=TOO_LATE.date(), actor=admin, at=TOO_LATE
        )
        replied(matter, reporter, TOO_LATE + timedelta(days=9))

        assert again(matter).late_replies == 2
        with pytest.raises(Conflict):
            deducted(matter, admin, TOO_LATE + timedelta(days=10))
        assert ScoreAdjustment.objects.count() == 1

    def test_revoked_it_is_not_taken_again(self, matter: Matter, admin: Actor) -> None:
        row = deducted(matter, admin).adjustment
        assert row is not None
        adjustments.revoke_adjustment(adjustment_id=row.pk, reason="通知送达有误", actor=admin, at=TOO_LATE)

        with pytest.raises(Conflict):
            deducted(matter, admin)

    def test_not_in_time(self, matter: Matter, reporter: Actor, admin: Actor) -> None:
        with pytest.raises(Conflict, match="没有逾期"):
            deducted(matter, admin, NOON + timedelta(days=5))
        replied(matter, reporter)
        with pytest.raises(Conflict, match="没有逾期"):
            deducted(matter, admin, NOON + timedelta(days=40))

    def test_needs_a_paper_and_a_unit(self, matter: Matter, admin: Actor) -> None:
        for more, field in (({"evidence": []}, "evidence"), ({"confirming_unit": " "}, "confirming_unit")):
            with pytest.raises(Invalid) as refused:
                deducted(matter, admin, **more)
            assert refused.value.field == field
        assert again(matter).outcome == ""

    def test_published_months_stay(self, matter: Matter, year: Year, admin: Actor) -> None:
        year.publish(month=10)
        assert selectors.counts_from(matter, date(2026, 10, 9)) == 11
        assert selectors.counts_from(matter, date(2025, 12, 9)) == 11
        assert selectors.counts_from(matter, date(2027, 1, 9)) == 12  # what is missed in step 17 counts in the year end

    def test_spared_with_a_reason(self, matter: Matter, admin: Actor) -> None:
        done = self.spared(matter, admin)

        assert (done.outcome, done.adjustment) == ("SPARED", None)
        with pytest.raises(Conflict, match="不扣分"):
            deducted(matter, admin)
        assert not ScoreAdjustment.objects.exists()

    @pytest.mark.parametrize(("slug", "role"), [("yunnan", Role.VERIFIER), ("kunming", Role.PRINCIPAL_LEADER)])
    def test_is_the_administrators(
        self, slug: str, role: str, matter: Matter, admin: Actor, actor: Callable[..., Actor]
    ) -> None:
        with pytest.raises(Denied):
            matters.deduct(
                matter_id=matter.pk, confirming_unit="省局", evidence=[], actor=actor(slug, role), at=TOO_LATE
            )
        with pytest.raises(Denied):
            self.spared(matter, actor(slug, role))


class TestWall:
    """What was decided stays, whoever writes: proven with what the same statement may do before."""

    def changed(self, matter: Matter, **fields: Any) -> None:
        with transaction.atomic():
            Matter.objects.filter(pk=matter.pk).update(**fields)

    def test_an_ended_matter_and_its_day(self, matter: Matter, reporter: Actor, admin: Actor) -> None:
        self.changed(matter, title="改过的标题")  # while it lives, an owner may
        replied(matter, reporter)
        matters.close(matter_id=matter.pk, text="已核对，同意办结", actor=admin, at=NOON)

        for fields in ({"title": "另一个"}, {"state": "OPEN", "ended_by_name": "", "ended_at": None}):
            with pytest.raises(IntegrityError, match="matter_is_kept"):
                self.changed(matter, **fields)

    def test_the_day_moves_with_a_return_only(self, matter: Matter) -> None:
        with pytest.raises(IntegrityError, match="matter_is_kept"):
            self.changed(matter, due_on=DUE + timedelta(days=9))

    def test_an_outcome(self, matter: Matter, admin: Actor) -> None:
        deducted(matter, admin)

        with pytest.raises(IntegrityError, match="matter_is_kept"):
            self.changed(matter, outcome="", adjustment=None, outcome_at=None)

    def test_rows_and_steps_are_never_deleted(self, matter: Matter, reporter: Actor) -> None:
        replied(matter, reporter)
        for rows in (MatterStep.objects.all(), Matter.objects.all()):
            with pytest.raises(Exception, match=r"never_edited|matter_is_kept"), transaction.atomic():
                rows._raw_delete(rows.db)
        with pytest.raises(IntegrityError), transaction.atomic():
            MatterStep.objects.update(text="改写过的回复")


class TestWhatWaits:
    def lines(self, actor: Actor, at: datetime = NOON) -> list[tuple[str, date | None]]:
        found = todos.assigned_matters(actor, at)
        waiting = matters_open(actor, at)
        assert len(found) == sum(rows.count() for rows in waiting)  # type: ignore[union-attr]
        return [(line.key.split(":")[0], line.due_on) for line in found]

    def test_for_both_sides(self, matter: Matter, reporter: Actor, admin: Actor, actor: Callable[..., Actor]) -> None:
        assert self.lines(reporter) == [("matter", DUE)]
        assert self.lines(actor("puer", Role.REPORTER)) == []
        assert self.lines(admin) == []
        assert self.lines(admin, TOO_LATE) == [("settle-matter", None)]

        replied(matter, reporter)

        assert (self.lines(reporter), self.lines(admin)) == ([], [("judge-matter", None)])

    def test_a_reminder_before_and_after_its_day(self, matter: Matter, reporter: Actor) -> None:
        [line] = todos.assigned_matters(reporter, NOON)

        assert line.at_once
        assert line.derivation
        assert (line.overdue(DUE), line.overdue(DUE + timedelta(days=1))) == (False, True)

    def test_the_page_asks_the_same_however_many(
        self, year: Year, admin: Actor, kunming: Office, signed_in: Callable[..., Client], in_november: None
    ) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        def asked() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert client.get("/yunnan/inspections/matters/").status_code == 200
            return len(captured)

        assigned(year, admin, kunming)
        asked()
        before = asked()
        for _unused in range(4):
            assigned(year, admin, kunming)
        assert asked() == before
