"""A closed month opened again: for one office, up to a day, and for nobody else."""

from datetime import date

import pytest

from appraisal.ledger.models import Reopening, Report, ScoreRun
from appraisal.ledger.usecases import reopening
from appraisal.reporting import usecases
from appraisal.reporting.selectors import counts, todos, workbench
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord
from tenants.models import Role
from tests.appraisal.reporting.conftest import Office_, later
from tests.conftest import NOON

CLOSED = later(20)  # 20 November; October's reports close on the tenth


def reopen(month: Office_, person, *, until: date = date(2026, 11, 25), at=CLOSED, **more):
    given = {"period_id": month.period.pk, "office_id": month.office.pk, "reason": "受灾延误，同意补报。", **more}
    return reopening.reopen_period(until=until, actor=person, at=at, **given)


@pytest.fixture
def admin(actor):
    return actor("yunnan", Role.APPRAISAL_ADMIN)


class TestForOneOffice:
    def test_it_may_fill_in_and_hand_over_late(self, open_month, admin, mounted, offices) -> None:
        month = open_month("kunming")
        with pytest.raises(Conflict, match="不再接收"):
            month.save("A1", at=CLOSED, fact={"value": "1"})
        mounted(offices["yunnan"])
        reopen(month, admin)

        month = open_month("kunming")
        month.hand_over(at=CLOSED)

        report = Report.objects.get(office=month.office, period=month.period)
        assert not report.on_time
        with pytest.raises(Conflict, match="已于 2026-11-25 截止"):
            month.save("A1", at=later(26), fact={"value": "2"})

    def test_nobody_else_may(self, open_month, admin, mounted, offices) -> None:
        kunming = open_month("kunming")
        mounted(offices["yunnan"])
        reopen(kunming, admin)

        with pytest.raises(Conflict, match="不再接收"):
            open_month("puer").save("A1", at=CLOSED, fact={"value": "1"})

    def test_no_other_month_may(self, open_month, admin, mounted, offices) -> None:
        october = open_month("kunming")
        mounted(offices["yunnan"])
        reopen(october, admin)

        with pytest.raises(Conflict, match="不再接收"):
            open_month("kunming", 9).save("A1", at=CLOSED, fact={"value": "1"})

    def test_it_is_on_the_desk_and_in_the_inbox_again(self, open_month, admin, mounted, offices) -> None:
        month = open_month("kunming")
        assert todos.months_to_fill(month.reporter, CLOSED) == []
        mounted(offices["yunnan"])
        reopen(month, admin)

        month = open_month("kunming")
        assert counts.to_fill(month.reporter, CLOSED) == 6
        (line,) = todos.months_to_fill(month.reporter, CLOSED)
        assert (line.count, line.due_on) == (6, date(2026, 11, 25))  # not the day that has passed
        assert line.derivation == "省级为本单位重开填报，到 2026-11-25 止"
        month.fill(at=CLOSED)
        month.submit(at=CLOSED)
        (line,) = todos.months_to_sign(month.issuer, CLOSED)
        assert line.due_on == date(2026, 11, 25)
        usecases.send_back(period_id=month.period.pk, reason="请再核对一遍。", actor=month.issuer, at=CLOSED)
        assert workbench.current_period(month.reporter, CLOSED.date()).pk == month.period.pk

    def test_is_told_with_its_reason(self, open_month, admin, mounted, offices) -> None:
        month = open_month("kunming")
        mounted(offices["yunnan"])
        row = reopen(month, admin)

        event = EventRecord.objects.get(name="PeriodReopened")
        assert (event.subject, event.actor_id) == (f"ledger.report:{month.period.pk}:{month.office.pk}", admin.user_id)
        assert row.reason == "受灾延误，同意补报。"


class TestRefusals:
    @pytest.mark.parametrize("role", [Role.VERIFIER, Role.PRINCIPAL_LEADER, Role.SYS_ADMIN])
    def test_who_may_not(self, kunming_month, actor, role) -> None:
        with pytest.raises(Denied):
            reopen(kunming_month, actor("yunnan", role))
        with pytest.raises(Denied):
            reopen(kunming_month, kunming_month.leader)

    def test_another_provinces_administrator_knows_no_such_month(self, kunming_month, actor) -> None:
        with pytest.raises(NotFound):
            reopen(kunming_month, actor("shifan", Role.APPRAISAL_ADMIN))

    def test_an_office_that_takes_no_part(self, kunming_month, admin, offices) -> None:
        with pytest.raises(NotFound):
            reopen(kunming_month, admin, office_id=offices["qinghe"].pk)

    def test_a_month_that_is_open(self, kunming_month, admin) -> None:
        with pytest.raises(Conflict, match="才截止"):
            reopen(kunming_month, admin, at=NOON)

    def test_a_month_whose_scores_are_published(self, kunming_month, admin, mounted, offices) -> None:
        running = kunming_month.running
        mounted(offices["yunnan"])
        ScoreRun.objects.create(
            cycle=running.cycle, period=kunming_month.period, number=1, version=running.version,
            as_of=date(2026, 10, 31), state="PUBLISHED", started_at=NOON, finished_at=NOON, published_at=NOON,
            published_by_name="测试", inputs_sha256="0" * 64, outputs_sha256="0" * 64,
        )  # fmt: skip
        with pytest.raises(Conflict, match="已核定发布"):
            reopen(kunming_month, admin)

    @pytest.mark.parametrize("until", [date(2026, 11, 19), date(2026, 12, 31)])
    def test_a_day_gone_or_too_far(self, kunming_month, admin, until) -> None:
        with pytest.raises(Invalid, match="2026-12-04 之间") as refused:
            reopen(kunming_month, admin, until=until)
        assert refused.value.field == "until"

    def test_without_a_reason(self, kunming_month, admin) -> None:
        with pytest.raises(Invalid, match="理由"):
            reopen(kunming_month, admin, reason=" ")
        assert not Reopening.objects.exists()
