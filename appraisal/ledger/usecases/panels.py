"""The bureau names a panel that hears an objection; its members vote, each once, from their own account."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events.objections import PanelistReplaced, PanelNamed, PanelVoted
from appraisal.ledger.models import Objection, PanelSeat, PanelVote
from appraisal.ledger.policies import objections as policies
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import conflicts, objections
from appraisal.ledger.selectors import panels as selectors
from appraisal.ledger.usecases.checks import checked_reason
from core import events
from core.errors import Invalid
from tenants.actors import Actor

REASON = 200  # characters of a reason to replace somebody, as the column takes


@transaction.atomic
def name_panel(*, objection_id: int, members: Sequence[int], actor: Actor, at: datetime) -> Objection:
    """Name who hears the objection: an odd number of people of the bureau, none with a conflict of interest.

    members: user ids. Raises NotFound, Denied, Conflict (decided, named already), Invalid (too few, or too few there
    are at all, an even number, somebody twice, somebody who cannot sit on it). Source: domain reference 2.2 step 16,
    2.5; adr/0036.
    """
    objection = objections.lock_objection(actor, objection_id)
    on = timezone.localdate(at)
    bar = conflicts.bars_of(actor, [objection], on=on).get(objection.pk)
    policies.name_panel(actor, objection, bar=bar, tally=selectors.tally_of(objection))
    least = procedure.panel_least(on)
    known = {row.person_id: row for row in selectors.candidates(actor.home, objection, on=on)}
    if short := selectors.shortage(known.values(), on=on):
        raise Invalid(" ".join((short.sentence, *short.ways)), field="members")
    if len(set(members)) != len(members) or len(members) < least or len(members) % 2 == 0:
        raise Invalid(
            _("复核小组由单数组成，至少 %(least)s 人，现在选了 %(n)s 人。") % {"least": least, "n": len(set(members))},
            field="members",
        )
    for person in members:
        _check_candidate(known.get(person), field="members")
    PanelSeat.objects.bulk_create(_seat(objection, known[person], actor, at) for person in members)
    events.record(
        PanelNamed(subject=objections.subject_of(objection), members=[known[person].name for person in members]),
        actor=actor, at=at,
    )  # fmt: skip
    return objection


@transaction.atomic
def replace_member(
    *, objection_id: int, leaving: int, person_id: int, reason: str, actor: Actor, at: datetime
) -> Objection:
    """Put somebody else in the place of a member who has not voted; who left, and why, stays on record.

    leaving, person_id: user ids. Raises NotFound, Denied, Conflict (decided, no panel, everybody voted), Invalid (not
    on the panel or voted already; on it already or cannot sit on it; reason too short).
    """
    objection = objections.lock_objection(actor, objection_id)
    on = timezone.localdate(at)
    bar = conflicts.bars_of(actor, [objection], on=on).get(objection.pk)
    policies.replace(actor, objection, bar=bar, tally=selectors.tally_of(objection))
    seats = {seat.person_id: seat for seat in selectors.in_place([objection]).select_related("vote")}
    seat = seats.get(leaving)
    if seat is None or selectors.has_voted(seat):
        raise Invalid(_("只能更换还没有表决的小组成员。"), field="leaving")
    if person_id in seats:
        raise Invalid(_("这个人已经在复核小组中。"), field="person_id")
    known = {row.person_id: row for row in selectors.candidates(actor.home, objection, on=on)}
    instead = _check_candidate(known.get(person_id), field="person_id")
    said = checked_reason(reason, at, longest=REASON)
    seat.left_at, seat.left_reason, seat.left_by_name = at, said, actor.name
    seat.save(update_fields=["left_at", "left_reason", "left_by_name"])
    _seat(objection, instead, actor, at).save()
    events.record(
        PanelistReplaced(
            subject=objections.subject_of(objection), left=seat.person_name, instead=instead.name, reason=said
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return objection


@transaction.atomic
def vote(*, objection_id: int, uphold: bool, words: str, actor: Actor, at: datetime) -> Objection:
    """Vote on the objection as a member of its panel, once; the majority binds the decision.

    Raises NotFound, Denied (not on the panel, a conflict of interest since), Conflict (decided, voted already), Invalid
    (words too short).
    """
    objection = objections.lock_objection(actor, objection_id)
    seat = selectors.seat_of(actor, objection)
    bar = conflicts.bars_of(actor, [objection], on=timezone.localdate(at)).get(objection.pk)
    policies.vote(actor, objection, seated=seat is not None, voted=selectors.has_voted(seat), bar=bar)
    assert seat is not None  # the policy has just said so
    said = checked_reason(words, at, field="words")
    PanelVote.objects.create(seat=seat, uphold=uphold, words=said, voted_at=at)
    tally = selectors.tally_of(objection)
    events.record(
        PanelVoted(subject=objections.subject_of(objection), votes=tally.votes, seats=tally.seats), actor=actor, at=at
    )
    return objection


def _check_candidate(person: selectors.Candidate | None, *, field: str) -> selectors.Candidate:
    if person is None:
        raise Invalid(_("请从本局的考核管理员、领导、核验人、处室负责人和检查人中选择。"), field=field)
    if person.why_not:
        raise Invalid(
            _("%(name)s须回避（%(why)s），不能参加复核小组。") % {"name": person.name, "why": person.why_not},
            field=field,
        )
    return person


def _seat(objection: Objection, person: selectors.Candidate, actor: Actor, at: datetime) -> PanelSeat:
    return PanelSeat(
        objection=objection, person_id=person.person_id, person_name=person.name, named_by_id=actor.user_id or 0,
        named_by_name=actor.name, named_at=at,
    )  # fmt: skip
