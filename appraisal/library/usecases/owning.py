"""Giving an indicator of a published version to another division: the one thing of it that may change."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from appraisal.library import events, owners, policies, selectors
from appraisal.library.models import Indicator
from appraisal.library.usecases import checks
from core.errors import Conflict, Invalid
from tenants.actors import Actor
from tenants.models import Division


@transaction.atomic
def reassign_owner(
    *, version_id: int, indicator_id: int, owner_division: str, seen: str = "", reason: str, actor: Actor, at: datetime
) -> Indicator:
    """From now on another division of the bureau confirms an indicator's figures, '' for all verifiers.

    What was decided before stands. A group takes along those of its indicators that were the same division's.
    owner_division, seen: names; seen is who owned it on the screen. Source: domain reference 2.2 step 12.

    Raises NotFound, Denied, Conflict (a draft, changed meanwhile, as it is), Invalid (no such division, reason).
    """
    version = selectors.get_version(actor, version_id, lock=True)
    policies.reassign(actor, version)
    row = selectors.get_indicator(version, indicator_id)
    known = owners.divisions(version.template.province_id)
    owners.check(owner_division, known)
    reason = checks.text(reason, "reason", longest=500, label=_("理由"))
    if len(reason) < 5:
        raise Invalid(_("请写明改派的理由，至少 5 个字。"), field="reason")
    before = Division.objects.filter(pk=row.owner_id).first()
    was = before.name if before else ""
    if was != seen:
        raise Conflict(_("%(code)s 的责任处室刚刚改为%(now)s，请刷新后再改。") % {"code": row.code, "now": was or "—"})
    if was == owner_division:
        raise Conflict(_("%(code)s 的责任处室已经是%(now)s，无须改派。") % {"code": row.code, "now": was or "—"})
    rows = [row, *(version.indicators.filter(parent=row, owner=before) if row.parent_id is None else ())]
    Indicator.objects.filter(pk__in=[each.pk for each in rows]).update(owner_id=known.get(owner_division))
    events.record(
        events.OwnerReassigned(
            subject=selectors.subject_of(version.pk), code=row.code, codes=[each.code for each in rows if each.method],
            before=was, after=owner_division, reason=reason,
        ),
        actor=actor, at=at,
    )  # fmt: skip
    row.owner_id = known.get(owner_division)
    return row
