"""After a restore to an earlier moment: two administrators of the platform say so beside the anchors."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import office as office_core
from core.audit import anchors, verifying
from core.errors import Conflict
from tenants import events
from tenants.actors import Actor
from tenants.models import User
from tenants.policies import offices as policies
from tenants.usecases import second_person
from tenants.usecases.offices import checked_reason
from tenants.usecases.second_person import About, Given, grave

SUBJECT = "core.audit:anchors"


def _reanchoring(actor: Actor, given: Given) -> About:
    policies.reanchor(actor)
    return About(SUBJECT, _("审计锚点"))


@grave("reanchor", label=gettext_lazy("恢复数据库后重新锚定审计账链"), about=_reanchoring, always=True)
@transaction.atomic
def reanchor(*, reason: str, actor: Actor, at: datetime) -> dict[str, int]:
    """Sign, beside the anchors, that chains go on from an earlier place since a restore; who, and why.

    Answers chain → the place. Anchors after it are void from now on and stay to be read; every verification tells.
    Raises Denied (not the platform's system administrator; no second one), Conflict (nothing differs; the chains or the
    file are broken in another way, which no restore does), Invalid (reason).
    """
    policies.reanchor(actor)
    reason = checked_reason(reason)
    change = second_person.approved()
    with office_core.mounted(office_core.beside()):
        broken = verifying.verify(anchored=False).faults
        # What this transaction itself wrote is linked at its commit.
        if any(line.fault for line in anchors.read()) or any(fault.kind != "unlinked" for fault in broken):
            raise Conflict(_("账链或锚点文件另有断点，不是恢复数据库造成的。请先用 verify_audit 查清。"))
        forks = verifying.forks()
        if not forks:
            raise Conflict(_("没有与锚点不符的账链，不需要重新锚定。"))
        second = User.objects.get(pk=change.decided_by_id).name if change and change.decided_by_id else ""
        anchors.anchor_restored(forks, reason=reason, by=[actor.name, second], at=at)
    events.record(
        events.ChainsReanchored(subject=SUBJECT, chains=", ".join(f"{name} {seq}" for name, seq in forks.items()),
                                reason=reason),
        actor=actor, at=at,
    )  # fmt: skip
    return forks
