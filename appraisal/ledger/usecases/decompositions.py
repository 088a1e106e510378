"""Take in that an office has confirmed its responsibility list: what the bureau sees of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from appraisal.ledger.events import decompositions as events
from appraisal.ledger.models import Decomposition
from appraisal.ledger.policies import decompositions as policies
from appraisal.ledger.selectors import decompositions as selectors
from appraisal.ledger.selectors import letters as letter_selectors
from core import wording
from tenants.actors import Actor


@dataclass(frozen=True, kw_only=True)
class Released:
    """What leaves the office: counts, the sums that fall short with the reason, the list's hash; no names, no parts."""

    number: int
    letter_version: int
    key_targets: int
    covered: int
    items: int
    people: int
    short: list[dict[str, Any]] = field(default_factory=list)
    short_reason: str = ""
    content_sha256: str


@transaction.atomic
def receive_decomposition(*, letter_id: int, released: Released, actor: Actor, at: datetime) -> Decomposition:
    """Record that the office has broken its letter down, with the transaction that confirms its list.

    Source: domain reference 2.2 step 5. Raises NotFound, Denied (no leader of the office), Conflict (not signed; the
    letter was changed meanwhile).
    """
    letter = letter_selectors.get_letter(actor, letter_id, lock=True)
    number, since = selectors.version_in_force(letter)
    policies.release(actor, letter, released.letter_version, number)
    due_on, derivation = selectors.due(letter, since)
    with translation.override(wording.kept()):
        role = actor.role_label[:120]
    row = Decomposition.objects.create(
        letter=letter, due_on=due_on, derivation=derivation.as_json(), on_time=timezone.localdate(at) <= due_on,
        confirmed_by_name=actor.name, confirmed_by_role=role, confirmed_at=at, **vars(released),
    )  # fmt: skip
    event = events.DecompositionReleased(
        subject=letter_selectors.subject_of(letter.pk), number=row.number, covered=row.covered, of=row.key_targets,
        short=sorted({each["code"] for each in row.short}), on_time=row.on_time, content_sha256=row.content_sha256,
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return row
