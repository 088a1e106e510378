"""A world in which every URL has something to point at: kunming's running year with one of each thing."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, Objection, Report, ReportedValue, ScoreAdjustment, ScoreLine
from appraisal.ledger.usecases import scores
from appraisal.reporting.models import MonthlyDraft
from core import files
from core import office as office_core
from core.models import AuditEntry, Job
from tenants.actors import Actor
from tenants.models import ChangeRequest, Division, Membership, Office, Role, StandIn
from tests.appraisal import setting
from tests.conftest import NOON, TODAY

Ids = dict[str, Any]


def build(actor: Callable[..., Actor], offices: dict[str, Office]) -> dict[str, Ids]:
    """URL arguments by office: "yunnan" (the province's own things) and "kunming" (a prefecture's)."""
    running = setting.running_cycle(actor, offices)
    kunming, yunnan = offices["kunming"], offices["yunnan"]
    indicator, period = running.indicator("A1"), running.period(10)
    value = ReportedValue.objects.create(
        period=period, office=kunming, indicator=indicator, version=1, source="report", fact={"value": "700"},
        entered_at=NOON,
    )  # fmt: skip
    report = Report.objects.create(period=period, office=kunming, round=1, handed_over_at=NOON, on_time=True)
    current = CurrentValue.objects.create(
        period=period, office=kunming, indicator=indicator, value=value, state="VERIFIED", final_fact={"value": "700"}
    )
    run = scores.new_run(period, note="", actor=running.admin, at=NOON)
    run = scores.calculate_run(run_id=run.pk, actor=running.admin, at=NOON)
    run = scores.publish_run(run_id=run.pk, actor=running.admin, at=NOON)
    line = ScoreLine.objects.get(card__run=run, card__office=kunming, indicator=indicator)
    adjustment = ScoreAdjustment.objects.create(
        cycle=running.cycle, office=kunming, from_month=11, kind="BONUS", code="BONUS_PROVINCIAL", title="获省级表彰",
        points=Decimal(1), legal_basis="考核办法", confirming_unit="办公室", recorded_by_id=1, recorded_by_name="测试",
        recorded_at=NOON,
    )  # fmt: skip
    objection = Objection.objects.create(
        line=line, period=period, office=kunming, grounds="证明齐全，请复核。", filed_by_id=1, filed_by_name="测试",
        filed_at=NOON, answer_due_on=TODAY,
    )  # fmt: skip
    shared = {
        "period_id": period.pk, "indicator_id": indicator.pk, "value_id": current.pk, "run_id": run.pk,
        "slug": "kunming", "code": "A1", "line_id": line.pk, "adjustment_id": adjustment.pk,
        "objection_id": objection.pk, "version_id": running.version.pk, "template_id": running.version.template_id,
        "cycle_id": running.cycle.pk, "letter_id": running.letters["kunming"].pk, "office_id": kunming.pk,
        "report_id": report.pk,
    }  # fmt: skip
    return {
        "yunnan": shared | _own(yunnan, actor("yunnan", Role.VERIFIER), actor("yunnan", Role.SEC_ADMIN)),
        "kunming": shared | _own(kunming, actor("kunming", Role.REPORTER), actor("kunming", Role.SEC_ADMIN), period),
    }


def _own(office: Office, person: Actor, admin: Actor, period: Any = None) -> Ids:
    """Things every office has of its own: a file, a job, a person with a membership, a division, a stand-in."""
    with office_core.mounted(office.mount(actor_id=person.user_id)):
        upload = SimpleUploadedFile("说明.txt", BytesIO(f"{office.name} 说明".encode()).read(), "text/plain")
        stored = files.store(
            upload,
            office_schema=office.schema_name,
            uploader_id=person.user_id or 0,
            uploader_name=person.name,
            at=NOON,
        )
        job = Job.objects.create(
            office=office.schema_name, kind=scores.CALCULATE, key="matrix", state=Job.State.FAILED, wanted_at=NOON,
            run_at=NOON,
            arguments={"run_id": 0}, finished_at=NOON, wanted_by_id=person.user_id, wanted_by_name=person.name,
        )  # fmt: skip
        if period is not None:
            MonthlyDraft.objects.create(period=period)
    membership = Membership.objects.filter(user_id=person.user_id, office=office).get()
    division = Division.objects.create(office=office, name="综合处", valid_from=TODAY)
    stand_in = StandIn.objects.create(
        membership=membership, person_id=admin.user_id, starts_on=TODAY, ends_on=TODAY, reason="出差",
        created_by_id=person.user_id or 0, created_at=NOON, revoked_at=NOON,
    )  # fmt: skip
    change = ChangeRequest.objects.create(
        office=office, action="reset-factor", arguments={"user_id": person.user_id, "reason": "遗失"},
        about=f"tenants.user:{person.user_id}", what=person.name, reason="遗失", asked_by_id=admin.user_id,
        asked_as=Role.SEC_ADMIN, asked_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    return {
        "change_id": change.pk,
        "file_id": stored.pk, "job_id": job.pk, "user_id": person.user_id, "person_id": person.user_id,
        "membership_id": membership.pk, "division_id": division.pk, "stand_in_id": stand_in.pk,
        "own_office_id": office.pk, "entry_id": AuditEntry.objects.latest("id").pk, "token_id": 2**31,
        "session_id": 2**31, "number": 2**31, "field": "phone",
    }  # fmt: skip
