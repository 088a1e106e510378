"""A running year's scheme amended from a month on: proposed with reasons, approved by minutes, undone in one step."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from appraisal.ledger.events import amendments as events
from appraisal.ledger.models import Amendment, Cycle, Period
from appraisal.ledger.policies import amendments as policies
from appraisal.ledger.selectors import amendments as selectors
from appraisal.ledger.selectors import cycles
from appraisal.ledger.states import AmendmentState
from appraisal.ledger.usecases.checks import checked_reason
from appraisal.library import selectors as library
from appraisal.library.models import TemplateVersion
from appraisal.library.usecases.checks import text
from core.errors import Conflict, Invalid
from core.fresh import check_fresh
from tenants.actors import Actor

# What was proposed is fixed; the bureau's role may not even name the other columns (config.wall).
DECIDED = (
    "state", "lock_version", "minutes_number", "approved_by_id", "approved_by_name", "approved_at", "ended_reason",
    "ended_by_id", "ended_by_name", "ended_at",
)  # fmt: skip


def plain(points: Decimal) -> str:
    """Points without trailing zeros."""
    return f"{points.normalize():f}" if points else "0"


@transaction.atomic
def propose_amendment(
    *, cycle_id: int, version_id: int, from_month: int, reason: str, actor: Actor, at: datetime
) -> Amendment:
    """Propose that a published version scores the year from a month on. Nothing changes before a leader approves it.

    The values stay as they are; the event lists every weight that moves. Source: issue "mid-year amendment". Raises
    NotFound, Denied, Conflict (the year is not running, one waits already, a month from then on is published or being
    calculated, the version scores that month already), Invalid (reason, month; version of another template or year, not
    published; `rows` {code, message}: indicators that the facts of the year cannot give).
    """
    cycle = cycles.get_cycle(actor, cycle_id, lock=True)
    policies.propose(actor, cycle)
    said = checked_reason(reason, at)
    if not 1 <= from_month <= 12:
        raise Invalid(_("起始月份应在 1 至 12 之间。"), field="from_month")
    policies.unpinned(cycle, from_month)
    version = library.get_version(actor, version_id)
    before = selectors.version_in_force(Period(cycle=cycle, month=from_month))
    _check_version(cycle, version, before)
    number = (Amendment.objects.filter(cycle=cycle).aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            amendment = Amendment.objects.create(
                cycle=cycle, number=number, version=version, version_before=before, from_month=from_month, reason=said,
                proposed_by_id=actor.user_id, proposed_by_name=actor.name, proposed_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(_("已有一项年中修订待批准，请先批准或撤回。")) from None
    weights = selectors.effect_of(amendment).weights
    event = events.AmendmentProposed(
        subject=cycles.subject_of(cycle.pk), number=number, version=version.label, from_month=from_month, reason=said,
        weights={each.code: [plain(each.points_before), plain(each.points_after)] for each in weights},
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return amendment


def _check_version(cycle: Cycle, version: TemplateVersion, before: TemplateVersion) -> None:
    if version.state != TemplateVersion.State.PUBLISHED:
        raise Invalid(
            _("%(version)s 还没有发布，请先按会议纪要发布。") % {"version": version.label}, field="version_id"
        )
    if (version.template_id, version.year) != (cycle.version.template_id, cycle.year):
        raise Invalid(
            _("%(version)s 不是 %(year)s 年度这套指标体系的版本。") % {"version": version.label, "year": cycle.year},
            field="version_id",
        )
    if version.pk == before.pk:
        raise Conflict(_("这些月份已经按 %(version)s 计分。") % {"version": version.label}, field="version_id")
    rows = selectors.obstacles(version, cycle.version)
    if rows:
        said = _("；").join(f"{row['code']} {row['message']}" for row in rows[:10])
        raise Invalid(
            _("%(version)s 不能在年中执行：%(what)s。") % {"version": version.label, "what": said},
            field="version_id", rows=rows,
        )  # fmt: skip


@transaction.atomic
def approve_amendment(
    *, amendment_id: int, minutes_number: str, lock_version: int, actor: Actor, at: datetime
) -> Amendment:
    """Bring it into force by the minutes of a meeting. The months from then on are to be calculated anew.

    Raises NotFound, Denied (no leader, or the one who proposed it), Conflict (decided meanwhile, a month is published
    or being calculated, another amendment changed what it was proposed against), Invalid (minutes_number).
    """
    amendment = selectors.get_amendment(actor, amendment_id, lock=True)
    policies.approve(actor, amendment)
    _check_fresh(amendment, lock_version)
    minutes = text(minutes_number, "minutes_number", longest=60, label=_("会议纪要编号"))
    now = selectors.version_in_force(Period(cycle=amendment.cycle, month=amendment.from_month))
    if now.pk != amendment.version_before_id:
        raise Conflict(_("提出以后计分版本已变为 %(version)s，请撤回后按现在的版本重新提出。") % {"version": now.label})
    amendment.move(AmendmentState.IN_FORCE)
    amendment.minutes_number = minutes
    amendment.approved_by_id, amendment.approved_by_name, amendment.approved_at = actor.user_id, actor.name, at
    _save(amendment)
    event = events.AmendmentApproved(
        subject=cycles.subject_of(amendment.cycle_id), number=amendment.number, version=amendment.version.label,
        from_month=amendment.from_month, minutes_number=minutes,
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return amendment


@transaction.atomic
def withdraw_amendment(*, amendment_id: int, reason: str, lock_version: int, actor: Actor, at: datetime) -> Amendment:
    """Take a proposal back, or send it back. Raises NotFound, Denied, Conflict (decided meanwhile), Invalid
    (reason)."""
    amendment = selectors.get_amendment(actor, amendment_id, lock=True)
    policies.withdraw(actor, amendment)
    _check_fresh(amendment, lock_version)
    said = checked_reason(reason, at)
    _end(amendment, AmendmentState.WITHDRAWN, said, actor, at)
    event = events.AmendmentWithdrawn(
        subject=cycles.subject_of(amendment.cycle_id), number=amendment.number, reason=said
    )
    events.record(event, actor=actor, at=at)
    return amendment


@transaction.atomic
def undo_amendment(*, amendment_id: int, reason: str, lock_version: int, actor: Actor, at: datetime) -> Amendment:
    """Roll back in one step: from its month on the version before scores again, to the same bytes from the same values.

    Raises NotFound, Denied (no leader), Conflict (not in force, a later one is, a month is published or being
    calculated), Invalid (reason).
    """
    amendment = selectors.get_amendment(actor, amendment_id, lock=True)
    policies.undo(actor, amendment)
    _check_fresh(amendment, lock_version)
    said = checked_reason(reason, at)
    _end(amendment, AmendmentState.UNDONE, said, actor, at)
    event = events.AmendmentUndone(
        subject=cycles.subject_of(amendment.cycle_id), number=amendment.number,
        version=amendment.version_before.label, from_month=amendment.from_month, reason=said,
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return amendment


def _check_fresh(amendment: Amendment, lock_version: int) -> None:
    check_fresh(amendment.lock_version, lock_version, cycles.subject_of(amendment.cycle_id))


def _end(amendment: Amendment, state: AmendmentState, reason: str, actor: Actor, at: datetime) -> None:
    amendment.move(state)
    amendment.ended_reason = reason
    amendment.ended_by_id, amendment.ended_by_name, amendment.ended_at = actor.user_id, actor.name, at
    _save(amendment)


def _save(amendment: Amendment) -> None:
    amendment.lock_version += 1
    amendment.save(update_fields=DECIDED)
