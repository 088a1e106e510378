"""Rows of a shadow put back: by two, all or none, into the chain with the reason; and what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from appraisal.ledger.models import Period
from appraisal.reporting.models import CountyLine, DraftValue, MonthlyDraft
from appraisal.reporting.states import DraftState
from core import jobs
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import AuditEntry, AuditLink, Job
from tenants.actors import Actor
from tenants.models import ChangeRequest, Division, Office, Role, Shadow, ShadowDifference, ShadowSource
from tenants.shadowing import comparing, sources, taking
from tenants.usecases import putting_back, second_person, shadows
from tests.appraisal import setting
from tests.conftest import NOON, TODAY
from tests.core.test_audit_chain import commit

WHY = "十一月误改，按周一晚上的数据恢复"


def silent(done: int, total: int, what: str = "") -> None:
    """Nobody looks."""


@pytest.fixture
def sys(actor) -> Actor:
    return actor("kunming", Role.SYS_ADMIN)


@pytest.fixture
def sec(actor) -> Actor:
    return actor("kunming", Role.SEC_ADMIN)


@pytest.fixture
def month(actor, offices) -> dict[str, Any]:
    """October of kunming, which is open at noon of the tests: two values, one with a county line."""
    running = setting.running_cycle(actor, offices)
    with office_core.mounted(offices["kunming"].mount()):
        draft = MonthlyDraft.objects.create(period=running.period(10))
        first, second = (
            DraftValue.objects.create(
                draft=draft, indicator=running.indicator(code), fact={"value": fact}, narrative="如实", updated_by_id=1,
                updated_by_name="李", updated_at=NOON,
            )
            for code, fact in (("A1", "700"), ("A2", "35"))
        )  # fmt: skip
        line = CountyLine.objects.create(value=first, region_code="530112", quantity="12.5")
    commit()
    return {"draft": draft, "first": first, "second": second, "line": line, "running": running}


def shadow_of(office: Office) -> Shadow:
    shadow = Shadow.objects.create(
        office=office, schema_name=f"shadow_{office.schema_name}_202611050400", as_of=timezone.now(), reason=WHY,
        source=ShadowSource.BACKUP, asked_at=NOON,
    )  # fmt: skip
    taking.take(shadow, office, sources.Backup(connection, office, shadow.as_of, "20261105T030000Z"), told=silent)
    return shadow


def compare(shadow: Shadow) -> dict[tuple[str, str], ShadowDifference]:
    """(table without its app, kind) → the one difference; the shadow is then as people find it."""
    with office_core.mounted(office_core.PUBLIC):
        shadow.tables = list(comparing.compare(shadow, shadow.office, told=silent))
        shadow.state, shadow.compared_at, shadow.drop_on = "READY", NOON, TODAY
        shadow.save()
        rows = ShadowDifference.objects.filter(shadow=shadow)
        return {(row.table_name.removeprefix("reporting_"), row.kind): row for row in rows}


def ask(
    actor: Actor,
    shadow: Shadow,
    *rows: ShadowDifference,
    table: str = "",
    drop: bool = False,
    reason: str = WHY,
    at=NOON,
):
    with office_core.mounted(actor.office.mount(actor_id=actor.user_id)):
        return putting_back.ask_back(
            shadow_id=shadow.pk, table=table, numbers=[row.number for row in rows], drop=drop,
            reason=reason, actor=actor, at=at,
        )  # fmt: skip


def approve(actor: Actor, change: ChangeRequest) -> int:
    with office_core.mounted(actor.office.mount(actor_id=actor.user_id)):
        return second_person.approve(change_id=change.pk, actor=actor, at=NOON)[1]


def changed(office: Office, **values: Any) -> None:
    with office_core.mounted(office.mount()):
        DraftValue.objects.update(**values)


class TestPuttingBack:
    def test_what_was_changed_removed_and_added(self, kunming: Office, month, sys, sec) -> None:
        shadow = shadow_of(kunming)
        with office_core.mounted(kunming.mount()):
            DraftValue.objects.filter(pk=month["first"].pk).update(fact={"value": "7"}, narrative="", lock_version=4)
            DraftValue.objects.filter(pk=month["second"].pk).delete()
            CountyLine.objects.create(value=month["first"], region_code="530113", quantity=9)
        commit()
        found = compare(shadow)
        seen = AuditEntry.objects.latest("id").pk

        change = ask(sys, shadow, *found.values())
        assert isinstance(change, ChangeRequest)
        with office_core.mounted(kunming.mount()):
            assert DraftValue.objects.count() == 1  # nothing yet
        assert approve(sec, change) == 3
        commit()

        with office_core.mounted(kunming.mount()):
            first = DraftValue.objects.get(pk=month["first"].pk)
            assert (first.fact, first.narrative) == ({"value": "700"}, "如实")
            assert first.lock_version == 5  # who read version 4, or 1, cannot save over it
            assert DraftValue.objects.get(pk=month["second"].pk).fact == {"value": "35"}
            assert [line.region_code for line in CountyLine.objects.all()] == ["530112"]
        entries = AuditEntry.objects.filter(pk__gt=seen, schema_name="kunming")
        assert {(entry.table_name, entry.action) for entry in entries} == {
            ("reporting_draftvalue", "UPDATE"), ("reporting_draftvalue", "INSERT"), ("reporting_countyline", "DELETE"),
        }  # fmt: skip
        reasons = set(AuditLink.objects.filter(entry__in=entries).values_list("reason", flat=True))
        assert all(reason.endswith(f"{WHY}（从历史副本 {shadow.schema_name} 恢复）") for reason in reasons)
        left = {key: row.fields for key, row in compare(shadow).items() if "_" not in key[0]}
        assert left == {("draftvalue", "CHANGED"): ["lock_version"]}

    def test_all_of_a_table_and_then_the_shadow_goes(self, kunming: Office, month, sys, sec) -> None:
        shadow = shadow_of(kunming)
        changed(kunming, narrative="改错")
        compare(shadow)

        approve(sec, ask(sys, shadow, table="reporting_draftvalue", drop=True))
        with office_core.mounted(office_core.PUBLIC):
            assert Job.objects.get(state="QUEUED").kind == shadows.DROP
            jobs.run_due()
        shadow.refresh_from_db()
        assert (shadow.state, taking.columns_in(shadow.schema_name)) == ("DROPPED", {})
        with office_core.mounted(kunming.mount()):
            assert set(DraftValue.objects.values_list("narrative", flat=True)) == {"如实"}

    def test_a_draft_with_everything_below_it(self, kunming: Office, month, sys, sec) -> None:
        shadow = shadow_of(kunming)
        with office_core.mounted(kunming.mount()):
            month["draft"].delete()
        compare(shadow)
        rows = list(ShadowDifference.objects.filter(shadow=shadow))
        approve(sec, ask(sys, shadow, *rows))
        assert set(compare(shadow)) == {("tenants_changerequest", "ADDED")}  # what was asked for since


class TestRefusals:
    def test_of_who_asks_who_confirms_and_who_is_of_another_office(self, kunming, month, sys, sec, actor) -> None:
        shadow = shadow_of(kunming)
        changed(kunming, narrative="改错")
        row = next(iter(compare(shadow).values()))
        for slug, role, refusal in (
            ("kunming", Role.SEC_ADMIN, Denied), ("kunming", Role.REPORTER, Denied), ("yunnan", Role.SYS_ADMIN, Denied),
            ("puer", Role.SYS_ADMIN, NotFound),
        ):  # fmt: skip
            with pytest.raises(refusal):
                ask(actor(slug, role), shadow, row)
        change = ask(sys, shadow, row)
        with pytest.raises(Denied, match="自己"):
            approve(sys, change)
        with pytest.raises(Conflict, match="正在等待批准"):
            ask(sys, shadow, row)
        with pytest.raises(Conflict, match="另一位管理员批准"), office_core.mounted(kunming.mount()):
            putting_back.put_back(
                shadow_id=shadow.pk, table="", numbers=[row.number], drop=False, reason=WHY, actor=sys, at=NOON
            )
        assert approve(sec, change) == 1
        with pytest.raises(Conflict):
            approve(sec, change)

    def test_when_the_row_was_changed_since_the_comparison(self, kunming: Office, month, sys, sec) -> None:
        shadow = shadow_of(kunming)
        changed(kunming, narrative="改错")
        row = compare(shadow)["draftvalue", "CHANGED"]
        change = ask(sys, shadow, row)
        changed(kunming, narrative="又改了")

        with pytest.raises(Conflict, match="又有变化"):
            approve(sec, change)
        with office_core.mounted(kunming.mount()):
            assert set(DraftValue.objects.values_list("narrative", flat=True)) == {"又改了"}
            assert putting_back.changed_since([row])[row.number]["narrative"] == "又改了"
        change.refresh_from_db()
        assert change.state == "WAITING"

    def test_without_what_it_belongs_to_and_nothing_half(self, kunming: Office, month, sys, sec) -> None:
        shadow = shadow_of(kunming)
        with office_core.mounted(kunming.mount()):
            DraftValue.objects.filter(pk=month["second"].pk).update(narrative="改错")
            month["first"].delete()
        found = compare(shadow)
        change = ask(sys, shadow, found["countyline", "GONE"], found["draftvalue", "CHANGED"])

        with pytest.raises(Conflict, match="没有恢复任何一行"), transaction.atomic():
            approve(sec, change)
        with office_core.mounted(kunming.mount()):
            assert DraftValue.objects.get().narrative == "改错"
            assert not CountyLine.objects.exists()

    def test_of_the_public_record_with_the_right_way(self, kunming: Office, month, sys) -> None:
        shadow = shadow_of(kunming)
        with office_core.mounted(kunming.mount()):
            Division.objects.create(office=kunming, name="新科室", valid_from=TODAY)
        row = compare(shadow)["tenants_division", "ADDED"]
        with pytest.raises(Conflict, match="机构管理"):
            ask(sys, shadow, row)
        for table in ("ledger_reportedvalue", "library_indicator", "core_storedfile", "api_token"):
            assert putting_back.other_way(table)
        assert "退回" in (putting_back.other_way("ledger_reportedvalue") or "")
        assert putting_back.other_way("reporting_draftvalue") is None

    @pytest.mark.parametrize("state", [DraftState.AWAITING_SIGN_OFF, DraftState.HANDED_OVER])
    def test_of_a_month_that_is_with_the_leader_or_the_province(self, kunming, month, sys, state: str) -> None:
        shadow = shadow_of(kunming)
        changed(kunming, narrative="改错")
        with office_core.mounted(kunming.mount()):
            MonthlyDraft.objects.update(state=state, submitted_at=NOON, submitted_by_id=1)
        found = compare(shadow)
        with pytest.raises(Conflict, match="退回"):
            ask(sys, shadow, found["draftvalue", "CHANGED"])
        with pytest.raises(Conflict, match="状态由办理推进"):
            ask(sys, shadow, found["monthlydraft", "CHANGED"])

    def test_of_a_month_that_takes_no_reports_any_more(self, kunming, month, sys) -> None:
        shadow = shadow_of(kunming)
        changed(kunming, narrative="改错")
        row = compare(shadow)["draftvalue", "CHANGED"]
        with pytest.raises(Conflict, match="截止"):
            ask(sys, shadow, row, at=NOON + timedelta(days=365))

    def test_of_nothing_of_another_shadows_rows_and_without_a_reason(self, kunming, month, sys, sec) -> None:
        shadow = shadow_of(kunming)
        changed(kunming, narrative="改错")
        row = compare(shadow)["draftvalue", "CHANGED"]
        with pytest.raises(Invalid):
            ask(sys, shadow)
        row.number += 10**6
        with pytest.raises(Invalid):
            ask(sys, shadow, row)
        row.number -= 10**6
        with pytest.raises(Invalid):
            ask(sys, shadow, row, reason=" ")

    def test_when_the_shadow_is_gone(self, kunming, month, sys, sec) -> None:
        shadow = shadow_of(kunming)
        changed(kunming, narrative="改错")
        change = ask(sys, shadow, compare(shadow)["draftvalue", "CHANGED"])
        with office_core.mounted(office_core.PUBLIC):
            shadows.drop_now([shadow.pk])
        with pytest.raises(Conflict, match="已清除"):
            approve(sec, change)


class TestPages:
    def test_from_the_choice_to_the_confirmation(self, kunming: Office, month, signed_in) -> None:
        shadow = shadow_of(kunming)
        changed(kunming, narrative="改错")
        found = compare(shadow)
        row = found["draftvalue", "CHANGED"]
        with office_core.mounted(office_core.PUBLIC):  # pages go by the clock on the wall
            Period.objects.filter(pk=month["draft"].period_id).update(
                opens_on=date(2020, 1, 1), closes_on=date(2099, 1, 1)
            )
            asks, confirms = signed_in("kunming", Role.SYS_ADMIN), signed_in("kunming", Role.SEC_ADMIN)
        url = f"/kunming/administration/shadows/{shadow.pk}/put-back/"
        assert "没有再变" in asks.get(f"{url}?n={row.number}").text
        answer = asks.post(url, {"n": row.number, "reason": WHY, "drop": "on"})
        assert answer.status_code == 302, answer.text
        change = confirms.get(answer["Location"]).text
        assert f"{url}?n={row.number}" in change
        assert confirms.post(f"{answer['Location']}approve/").status_code == 302
        with office_core.mounted(kunming.mount()):
            assert DraftValue.objects.get(pk=row.row_id).narrative == "如实"
