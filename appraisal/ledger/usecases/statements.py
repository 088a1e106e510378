"""Statements of deductions: issued by the bureau for all offices of a run, received by each."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from appraisal.ledger.events import statements as happened
from appraisal.ledger.models import DeductionStatement, ScoreRun, StatementReceipt
from appraisal.ledger.policies import statements as policies
from appraisal.ledger.selectors import scores, statement_contents
from appraisal.ledger.selectors import statements as selectors
from appraisal.ledger.selectors.letters import sha256_of
from appraisal.ledger.usecases import numbering
from core import events, wording
from core.errors import Conflict
from tenants.actors import Actor


@transaction.atomic
def issue_statements(*, run_id: int, actor: Actor, at: datetime) -> list[DeductionStatement]:
    """Tell every office of a published run what it lost and why; each statement gets its number of the year.

    In the official order of the offices, so that so are the numbers; all of them or none. What is told is kept as it
    is now. Source: domain reference 2.2 step 15. Raises NotFound, Denied, Conflict (not published, a later run is,
    issued already, nobody was scored).
    """
    run: ScoreRun = scores.get_run(actor, run_id, lock=True)  # two that issue the same go one after the other
    selectors.check_issue(actor, run)
    contents = statement_contents.contents_of(run, at=at)
    if not contents:
        raise Conflict(_("这一批没有得分单，没有需要告知的单位。"))
    province, year = run.cycle.province, timezone.localdate(at).year
    numbers = numbering.take_numbers(province, f"{province.short_name[:1]}移告", year, len(contents))
    made = DeductionStatement.objects.bulk_create(
        DeductionStatement(
            run=run, office=each.office, number=number, content=each.said, content_sha256=sha256_of(each.said),
            points_off=each.points_off, receipt_due_on=each.receipt_due_on, derivation=each.derivation.as_json(),
            issued_by_id=actor.user_id, issued_by_name=actor.name, issued_at=at,
        )
        for number, each in zip(numbers, contents, strict=True)
    )  # fmt: skip
    events.record_all(
        [
            happened.StatementIssued(
                subject=row.subject, number=row.number, office=row.office.schema_name, run=run.code,
                points_off=row.content["points_off"], content_sha256=row.content_sha256,
                receipt_due_on=row.receipt_due_on.isoformat(),
            )
            for row in made
        ],
        actor=actor, at=at,
    )  # fmt: skip
    return made


@transaction.atomic
def receive_statement(*, statement_id: int, actor: Actor, at: datetime) -> StatementReceipt:
    """Acknowledge receipt for the office; whether in time is kept with it. It is no consent, objections stay open.

    Raises NotFound, Denied, Conflict (received already).
    """
    statement = selectors.get_statement(actor, statement_id, lock=True)
    policies.receive(actor, statement, receipt=statement.received)
    with translation.override(wording.kept()):
        role = actor.role_label[:120]
    receipt = StatementReceipt.objects.create(
        statement=statement, received_by_id=actor.user_id, received_by_name=actor.name, received_by_role=role,
        received_at=at, on_time=timezone.localdate(at) <= statement.receipt_due_on,
    )  # fmt: skip
    event = happened.StatementReceived(subject=statement.subject, number=statement.number, on_time=receipt.on_time)
    events.record(event, actor=actor, at=at)
    return receipt
