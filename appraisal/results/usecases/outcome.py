"""A year's result from proposal to lock, and opened again. Every step stands in the timeline of the result."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.selectors.explanations import word
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.usecases import numbering
from appraisal.ledger.usecases.checks import checked_reason
from appraisal.results.events import outcome as happened
from appraisal.results.models import NoticeObjection, ResultLine, YearCard, YearResult
from appraisal.results.policies import outcome as policies
from appraisal.results.selectors import inputs
from appraisal.results.selectors import outcome as selectors
from appraisal.results.selectors import years as years_selectors
from appraisal.results.states import NoticeObjectionState, ResultState
from appraisal.rules import grades
from core import events
from core.errors import Conflict, Invalid, NotFound
from tenants.actors import Actor

LONGEST_NUMBER = 60
CHANGING = (
    "grade", "reason", "minutes", "changed_by_id", "changed_by_name", "changed_at", "confirmed_by_id",
    "confirmed_by_name", "confirmed_at",
)  # fmt: skip


@transaction.atomic
def propose_result(*, run_id: int, minutes: str, actor: Actor, at: datetime) -> YearResult:
    """The committee's proposal: the grades of the newest calculation, to be changed one by one where it departs.

    minutes: number of the committee's minutes. Raises NotFound, Denied, Conflict (rehearsal, an older run, a result in
    force, inputs changed since), Invalid (no minutes).
    """
    run = years_selectors.get_run(actor, run_id)
    years_selectors.get_cycle(actor, run.cycle_id, lock=True)
    policies.propose(actor, run, year_end=years_selectors.is_year_end(run))
    number = (YearResult.objects.filter(cycle=run.cycle).aggregate(last=Max("number"))["last"] or 0) + 1
    result = YearResult(
        cycle=run.cycle, run=run, number=number, proposal_minutes=_minutes(minutes),
        proposed_by_id=actor.user_id, proposed_by_name=actor.name, proposed_at=at,
    )  # fmt: skip
    selectors.check_current(result, on=timezone.localdate(at))
    result.save(force_insert=True)
    ResultLine.objects.bulk_create(
        ResultLine(
            result=result, office_id=card.office_id, peer_group=card.peer_group, total=card.total, rank=card.rank,
            peer_rank=card.peer_rank, computed=card.grade, grade=card.grade, vetoes=len(card.trace["vetoes"]),
        )
        for card in YearCard.objects.filter(run=run)
    )  # fmt: skip
    events.record(
        happened.ResultProposed(subject=result.subject, run=run.code, minutes=result.proposal_minutes),
        actor=actor,
        at=at,
    )
    return selectors.get_result(actor, result.pk)


@transaction.atomic
def change_grade(
    *, result_id: int, office: str, grade: str, reason: str, minutes: str, actor: Actor, at: datetime
) -> ResultLine:
    """Depart from the computed grade of one office, or go back to it (reason and minutes are then dropped).

    Another person confirms it before the result can be decided. Raises NotFound, Denied, Conflict (not proposed, more
    best grades than seats), Invalid (unknown grade, above a veto's ceiling, no reason or minutes).
    """
    result = selectors.get_result(actor, result_id, lock=True)
    policies.change(actor, result)
    line = selectors.get_line(actor, result, office)
    order = grades.grades(inputs.last_day(result.cycle))
    if grade not in order:
        raise Invalid(_("没有这个等次。"), field="grade")
    ceiling = selectors.ceiling_of(line)
    if ceiling is not None and order.index(grade) < order.index(ceiling):
        raise Invalid(
            _("%(office)s 有一票否决，等次最高为“%(ceiling)s”，不能调整得更高。")
            % {"office": line.office.label, "ceiling": word(f"grade.{ceiling}")},
            field="grade",
        )
    before, line.grade = line.grade, grade
    line.confirmed_by_id, line.confirmed_by_name, line.confirmed_at = None, "", None
    line.changed_by_id, line.changed_by_name, line.changed_at = actor.user_id, actor.name, at
    if line.departs:
        line.reason = checked_reason(reason, at, longest=500)
        line.minutes = _minutes(minutes)
    else:
        line.reason, line.minutes = "", ""
    selectors.check_quota(result)
    line.save(update_fields=CHANGING)
    events.record(
        happened.GradeChanged(
            subject=result.subject, office=office, before=before, after=grade, minutes=line.minutes, reason=line.reason
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return line


@transaction.atomic
def confirm_grade(*, result_id: int, office: str, actor: Actor, at: datetime) -> ResultLine:
    """A second person stands by a departure. Raises NotFound, Denied (one's own), Conflict."""
    result = selectors.get_result(actor, result_id, lock=True)
    line = selectors.get_line(actor, result, office)
    policies.confirm(actor, line)
    line.confirmed_by_id, line.confirmed_by_name, line.confirmed_at = actor.user_id, actor.name, at
    line.save(update_fields=["confirmed_by_id", "confirmed_by_name", "confirmed_at"])
    events.record(happened.GradeConfirmed(subject=result.subject, office=office, grade=line.grade), actor=actor, at=at)
    return line


@transaction.atomic
def decide_result(*, result_id: int, minutes: str, actor: Actor, at: datetime) -> YearResult:
    """The deciding meeting's word.

    Raises NotFound, Denied, Conflict (state, a departure unconfirmed, quota, a newer run, inputs changed), Invalid (no
    minutes).
    """
    result = selectors.get_result(actor, result_id, lock=True)
    policies.decide(actor, result)
    selectors.check_quota(result)
    selectors.check_current(result, on=timezone.localdate(at))
    result.move(ResultState.DECIDED)
    result.decision_minutes = _minutes(minutes)
    result.decided_by_id, result.decided_by_name, result.decided_at = actor.user_id, actor.name, at
    result.keep()
    events.record(happened.ResultDecided(subject=result.subject, minutes=result.decision_minutes), actor=actor, at=at)
    return result


@transaction.atomic
def withdraw_result(*, result_id: int, reason: str, actor: Actor, at: datetime) -> YearResult:
    """Take back what the public has not seen; it stays in the record. Raises NotFound, Denied, Conflict, Invalid."""
    result = selectors.get_result(actor, result_id, lock=True)
    policies.withdraw(actor, result)
    _end(result, ResultState.WITHDRAWN, reason, actor, at)
    events.record(happened.ResultWithdrawn(subject=result.subject, reason=result.end_reason), actor=actor, at=at)
    return result


@transaction.atomic
def put_to_notice(*, result_id: int, words: str, contact: str, actor: Actor, at: datetime) -> YearResult:
    """Show the result to the public for the working days of `result_notice`, from today.

    words: what it says besides the table; contact: where to object. Everything shown is scanned for personal numbers.
    Raises NotFound, Denied, Conflict (not decided, a newer run, inputs changed), Invalid (personal numbers, no
    contact).
    """
    result = selectors.get_result(actor, result_id, lock=True)
    policies.notice(actor, result)
    on = timezone.localdate(at)
    selectors.check_current(result, on=on)
    result.notice_words, result.notice_contact = words.strip(), contact.strip()
    if not result.notice_contact:
        raise Invalid(_("请写明受理异议的处室和电话。"), field="contact")
    if len(result.notice_contact) > 120:
        raise Invalid(_("受理方式最多 120 个字。"), field="contact")
    selectors.check_masked(selectors.published_text(result, result.notice_words, result.notice_contact))
    result.notice_from = on
    result.notice_until, derivation = selectors.notice_days(result.cycle, on)
    result.notice_derivation = derivation.as_json()
    result.noticed_by_name, result.noticed_at = actor.name, at
    result.move(ResultState.NOTICED)
    result.keep()
    events.record(
        happened.ResultNoticed(
            subject=result.subject, until=result.notice_until.isoformat(), derivation=result.notice_derivation
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return result


@transaction.atomic
def lock_result(*, result_id: int, actor: Actor, at: datetime) -> YearResult:
    """Hold the result fast: from now on the database refuses to change it.

    Raises NotFound, Denied, Conflict (notice not over, an objection open or upheld, inputs changed).
    """
    result = selectors.get_result(actor, result_id, lock=True)
    on = timezone.localdate(at)
    policies.lock(actor, result, on=on)
    selectors.check_current(result, on=on)
    result.locked_by_name, result.locked_at = actor.name, at
    result.content_sha256 = selectors.content_of(result)
    result.move(ResultState.LOCKED)
    result.keep()
    events.record(
        happened.ResultLocked(subject=result.subject, content_sha256=result.content_sha256), actor=actor, at=at
    )
    return result


def circular_series(result: YearResult) -> str:
    """What stands before the year in the numbers of circulars: 云移通."""
    return f"{result.cycle.province.short_name[:1]}移通"


def suggest_number(result: YearResult, *, at: datetime) -> str:
    """The number that the circular would get now; nothing is taken."""
    return numbering.next_number(result.cycle.province, circular_series(result), timezone.localdate(at).year)


@transaction.atomic
def issue_circular(*, result_id: int, number: str, actor: Actor, at: datetime) -> YearResult:
    """Issue the circular of a locked result: it gets its number and its day, and its prefectures may have it.

    number: "" for the next of the series 云移通〔year〕; a typed one must be the next of its own. The database refuses
    a second issue. Source: domain reference 2.2 step 21. Raises NotFound, Denied, Conflict (not locked, issued already,
    number taken or not the next), Invalid (number).
    """
    result = selectors.get_result(actor, result_id, lock=True)
    policies.issue_circular(actor, result)
    series, year = circular_series(result), timezone.localdate(at).year
    given = numbering.take_number(result.cycle.province, series, year, wanted=number)
    taken = YearResult.objects.filter(cycle__province_id=result.cycle.province_id, circular_number=given)
    other = taken.select_related("cycle").first()
    if other is not None:
        raise Conflict(
            _("文号 %(number)s 已用于 %(year)s 年度的通报。") % {"number": given, "year": other.cycle.year},
            field="number",
        )
    result.circular_number = given
    result.circular_issued_by_id, result.circular_issued_by_name = actor.user_id, actor.name
    result.circular_issued_at = at
    result.keep()
    events.record(happened.CircularIssued(subject=result.subject, number=given), actor=actor, at=at)
    return result


@transaction.atomic
def reopen_result(*, result_id: int, reason: str, actor: Actor, at: datetime) -> YearResult:
    """After the notice something came to light (a veto, an upheld objection): this result ends, and stays as it was.

    Another can be proposed. Source: domain reference 2.7 case 7. Raises NotFound, Denied, Conflict, Invalid (no
    reason).
    """
    result = selectors.get_result(actor, result_id, lock=True)
    policies.reopen(actor, result)
    _end(result, ResultState.REOPENED, reason, actor, at)
    events.record(happened.ResultReopened(subject=result.subject, reason=result.end_reason), actor=actor, at=at)
    return result


@transaction.atomic
def file_notice_objection(
    *, result_id: int, about: str, grounds: str, evidence: Sequence[str] = (), actor: Actor, at: datetime
) -> NoticeObjection:
    """Object to one office's result during the notice. about: its path segment; evidence: ids of the office's files.

    Raises NotFound (also a file of another office), Denied, Conflict (after the notice, objected already), Invalid
    (grounds too short).
    """
    result = selectors.get_result(actor, result_id, lock=True)
    line = selectors.get_line(actor, result, about)
    on = timezone.localdate(at)
    policies.object_(actor, result, line.office, on=on)
    if not any(each.office_id == actor.office.pk for each in result.lines.all()):
        raise NotFound(_("本州市不在这一年度的参评单位里。"))
    due_on, _derivation = selectors.answer_due(result.cycle, on)
    objection = NoticeObjection.objects.create(
        result=result, office=actor.office, about=line.office,
        grounds=checked_reason(grounds, at, field="grounds"),
        evidence=list(evidence_of(actor, list(evidence)).values()),
        filed_by_id=actor.user_id, filed_by_name=actor.name, filed_at=at, answer_due_on=due_on,
    )  # fmt: skip
    events.record(
        happened.NoticeObjectionFiled(
            subject=f"results.objection:{objection.pk}", about=about, answer_due_on=due_on.isoformat()
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return objection


@transaction.atomic
def answer_notice_objection(
    *, objection_id: int, upheld: bool, decision: str, actor: Actor, at: datetime
) -> NoticeObjection:
    """Uphold (the result must then be opened again) or reject. Raises NotFound, Denied, Conflict, Invalid."""
    objection = selectors.get_objection(actor, objection_id, lock=True)
    policies.answer(actor, objection)
    said = checked_reason(decision, at, field="decision")
    objection.move(NoticeObjectionState.UPHELD if upheld else NoticeObjectionState.REJECTED)
    objection.decision, objection.decided_by_name, objection.decided_at = said, actor.name, at
    objection.keep()
    events.record(
        happened.NoticeObjectionDecided(
            subject=f"results.objection:{objection.pk}", about=objection.about.schema_name, upheld=upheld, decision=said
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return objection


def _minutes(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(_("请填写会议纪要文号。"), field="minutes")
    if len(said) > LONGEST_NUMBER:
        raise Invalid(_("会议纪要文号最多 %(longest)s 个字。") % {"longest": LONGEST_NUMBER}, field="minutes")
    return said


def _end(result: YearResult, state: ResultState, reason: str, actor: Actor, at: datetime) -> None:
    result.move(state)
    result.end_reason = checked_reason(reason, at, longest=500)
    result.ended_by_name, result.ended_at = actor.name, at
    result.keep()
