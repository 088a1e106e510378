"""Declare what ties a person to an office, and end it with a reason."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events.ties import TieDeclared, TieEnded
from appraisal.ledger.models import Tie
from appraisal.ledger.policies import ties as policies
from appraisal.ledger.selectors import avoidance as selectors
from appraisal.ledger.usecases.checks import checked_reason
from core import events
from core.errors import Conflict, Invalid, NotFound
from tenants.actors import Actor


@transaction.atomic
def declare_tie(
    *, person_id: int, office_id: int, kind: str, served_until: date | None = None, note: str = "", actor: Actor,
    at: datetime,
) -> Tie:  # fmt: skip
    """Declare a tie; from now on the person neither verifies the office's values nor is drawn to inspect it.

    served_until: last day served, for kind SERVED and no other. Lists that are frozen already keep what they excluded.
    Raises NotFound (person, office), Denied, Conflict (declared already), Invalid (unknown kind, day missing or ahead).
    """
    policies.declare(actor, person_id)
    on = timezone.localdate(at)
    person = selectors.get_person(actor, person_id, on=on)
    office = next((row for row in selectors.offices(actor) if row.pk == office_id), None)
    if office is None:
        raise NotFound(_("没有这个州市。"))
    if kind not in Tie.Kind.values:
        raise Invalid(_("请选择回避关系的类别。"), field="kind")
    if (kind == Tie.Kind.SERVED) != (served_until is not None):
        raise Invalid(_("曾任职的须写明离任日期，其他类别不填。"), field="served_until")
    if served_until is not None and served_until > on:
        raise Invalid(_("离任日期不能在今天之后；仍在任职的，由机构的角色授予自动回避。"), field="served_until")
    if len(note) > 200:
        raise Invalid(_("说明最多 200 个字。"), field="note")
    if Tie.objects.filter(person=person, office=office, kind=kind, ended_at__isnull=True).exists():
        raise Conflict(_("这项回避关系已经登记。"))
    tie = Tie.objects.create(
        person=person, office=office, kind=kind, served_until=served_until, note=note.strip(),
        declared_by_id=actor.user_id, declared_by_name=actor.name, declared_at=at,
    )  # fmt: skip
    events.record(
        TieDeclared(subject=f"tenants.user:{person.pk}", office=office.schema_name, kind=kind), actor=actor, at=at
    )
    return tie


@transaction.atomic
def end_tie(*, tie_id: int, reason: str, actor: Actor, at: datetime) -> Tie:
    """End a tie with a reason; it stays in the record. Raises NotFound, Denied, Conflict (ended), Invalid (reason)."""
    policies.see(actor)
    tie = selectors.lock_tie(actor, tie_id)
    policies.end(actor, tie)
    tie.end_reason = checked_reason(reason, at, longest=200)
    tie.ended_at, tie.ended_by_name = at, actor.name
    tie.save(update_fields=["end_reason", "ended_at", "ended_by_name"])
    events.record(
        TieEnded(
            subject=f"tenants.user:{tie.person_id}", office=tie.office.schema_name, kind=tie.kind,
            reason=tie.end_reason,
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return tie
