"""Submit a list, send it back, confirm it: then it is in force, and the bureau is told how complete it is."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from appraisal.duties import events, policies
from appraisal.duties.models import ResponsibilityList
from appraisal.duties.selectors import checking, papers
from appraisal.duties.selectors import lists as selectors
from appraisal.duties.selectors.lists import Loaded
from appraisal.duties.selectors.parties import parties
from appraisal.duties.states import ListState
from appraisal.ledger.usecases.checks import checked_reason
from appraisal.ledger.usecases.decompositions import Released, receive_decomposition
from core import events as core_events
from core import wording
from core.errors import Conflict, Invalid
from tenants.actors import Actor

SHOWN = 5


@transaction.atomic
def submit_list(*, list_id: int, short_reason: str = "", actor: Actor, at: datetime) -> ResponsibilityList:
    """Put the list before the leader: every key target with owner, deadline, deliverable and its figures handed on.

    short_reason: why sums fall short, asked for when one does. Source: domain reference 2.2 step 5, 3.8.
    Raises NotFound, Denied, Conflict (not a draft), Invalid with `rows` {code, party, field, message} for all that is
    lacking, or (field short_reason) where a sum falls short without a reason.
    """
    row = selectors.get_list(actor, list_id, lock=True)
    policies.edit(actor, row)
    found = selectors.loaded(row)
    short = _checked(actor, found, at)
    row.short_reason = checked_reason(short_reason, at, field="short_reason", longest=500) if short else ""
    row.move(ListState.SUBMITTED)
    row.letter_version = found.version
    row.submitted_by_id, row.submitted_by_name, row.submitted_at = actor.user_id, actor.name, at
    row.send_back_reason = ""
    row.save()
    event = events.ListSubmitted(
        subject=selectors.subject(actor, row.letter_id), number=row.number, short_reason=row.short_reason
    )
    core_events.record(event, actor=actor, at=at)
    return row


def _checked(actor: Actor, found: Loaded, at: datetime) -> bool:
    """Whether a sum falls short. Raises Invalid with everything that must be mended."""
    known = parties(actor, on=timezone.localdate(at))
    problems = checking.all_problems(found, known.people)
    lacking = [each for each in problems if each.blocks]
    if lacking:
        rows = [
            {"code": each.code, "party": each.party, "field": each.field, "message": f"{each.code} {each.message}"}
            for each in lacking
        ]
        said = _("；").join(str(each["message"]).rstrip("。") for each in rows[:SHOWN])
        more = _(" 等 %(count)s 处") % {"count": len(rows)} if len(rows) > SHOWN else ""
        raise Invalid(_("清单还不完整：%(what)s%(more)s。") % {"what": said, "more": more}, rows=rows)
    return bool(problems)


@transaction.atomic
def send_back_list(*, list_id: int, reason: str, actor: Actor, at: datetime) -> ResponsibilityList:
    """Give the list back with a reason. Raises NotFound, Denied, Conflict (not submitted), Invalid (reason)."""
    row = selectors.get_list(actor, list_id, lock=True)
    policies.confirm(actor, row)
    row.send_back_reason = checked_reason(reason, at, longest=500)
    row.move(ListState.DRAFT)
    row.save()
    event = events.ListSentBack(
        subject=selectors.subject(actor, row.letter_id), number=row.number, reason=row.send_back_reason
    )
    core_events.record(event, actor=actor, at=at)
    return row


@transaction.atomic
def confirm_list(
    *, list_id: int, submitted_at: datetime | None = None, actor: Actor, at: datetime
) -> ResponsibilityList:
    """Put the list in force in place of the one before, and tell the bureau how complete it is.

    submitted_at: the submission that the leader read (None: the one there is); another one since is a Conflict.
    Source: domain reference 2.2 step 5. Raises NotFound, Denied (no leader, the person who submitted), Conflict (not
    submitted, so also when somebody else has just confirmed; submitted anew since; the letter changed since), Invalid
    (an owner has left since).
    """
    row = selectors.get_list(actor, list_id, lock=True)
    policies.confirm(actor, row)
    if submitted_at is not None and submitted_at != row.submitted_at:
        raise Conflict(_("您打开页面后清单被退回并重新提交过，请重新阅读后再确认。"))
    found = selectors.loaded(row)
    _checked(actor, found, at)
    people = parties(actor, on=timezone.localdate(at)).people
    done, keys = checking.covered(found, people)
    lines, content = found.lines(), papers.content_of(found)
    before = selectors.in_force(row.letter)
    if before is not None:
        before.move(ListState.REPLACED)
        before.save(update_fields=["state"])
    row.content_sha256 = papers.sha256_of(content)
    row.move(ListState.CONFIRMED)
    with translation.override(wording.kept()):
        row.confirmed_by_role = actor.role_label[:120]
    row.confirmed_by_name, row.confirmed_at = actor.name, at
    row.save()
    released = Released(
        number=row.number, letter_version=row.letter_version, key_targets=keys, covered=done, items=len(lines),
        people=len({line.owner_id for line in lines}), short=checking.short_sums(found),
        short_reason=row.short_reason, content_sha256=row.content_sha256,
    )  # fmt: skip
    receive_decomposition(letter_id=row.letter_id, released=released, actor=actor, at=at)
    event = events.ListConfirmed(
        subject=selectors.subject(actor, row.letter_id), number=row.number, items=len(lines),
        content_sha256=row.content_sha256,
    )  # fmt: skip
    core_events.record(event, actor=actor, at=at)
    return row
