"""Two administrators for a grave change: one asks, the other decides, and only then is it done.

```python
@grave("suspend-office", label=_("停用机构"), about=_suspending)
@transaction.atomic
def suspend_office(*, office_id: int, reason: str, actor: Actor, at: datetime) -> Office: …

second_person.do("suspend-office", office_id=7, reason="…", actor=actor, at=at)   # → Office, or a ChangeRequest
```
`about(actor, given)` asks what the use case will ask (who may, does it exist) and names the thing; `when(actor, given)`
says which calls are grave, all by default. While a second administrator is required (tenants.rules.second_person, or
`always`), the use case itself refuses to run outside an approval: a page or call that forgets `do` is refused, not let
through. Arguments are kept as JSON, so they are ids, days and texts, one of them `reason`; never a secret.
"""

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_args, get_type_hints

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import office as office_core
from core.errors import Conflict, Invalid
from tenants import events, selectors
from tenants.actors import Actor
from tenants.models import ChangeRequest, Office, Role
from tenants.policies import changes as policies
from tenants.rules import second_person as rules
from tenants.selectors import changes
from tenants.states import ChangeState

P = ParamSpec("P")
R = TypeVar("R")
Given = Mapping[str, Any]


@dataclass(frozen=True)
class About:
    """What a change is about: the subject of its events, and its name for people."""

    subject: str
    name: str


@dataclass(frozen=True)
class Act:
    """A use case that may need a second administrator."""

    name: str
    label: str | Promise
    run: Callable[..., Any]
    about: Callable[[Actor, Given], About]
    when: Callable[[Actor, Given], bool]
    always: bool

    def needs_two(self, actor: Actor, given: Given, at: datetime) -> bool:
        on = timezone.localdate(at)
        required = self.always or rules.required(on=on, since=settings.SECOND_PERSON_FROM)
        return required and self.when(actor, given)

    def parsed(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Arguments as they were given: JSON knows no days."""
        hints = get_type_hints(self.run)
        days = {name for name in arguments if date in (hints.get(name), *get_args(hints.get(name)))}
        return {
            name: date.fromisoformat(value) if name in days and value else value for name, value in arguments.items()
        }


ACTS: dict[str, Act] = {}
# The change whose use case is running, so that it knows that it was approved.
_approved: ContextVar[ChangeRequest | None] = ContextVar("anlan_approved_change", default=None)


def approved() -> ChangeRequest | None:
    """The request behind the use case that is running, when there is one."""
    return _approved.get()


def grave(
    name: str,
    *,
    label: str | Promise,
    about: Callable[[Actor, Given], About],
    when: Callable[[Actor, Given], bool] = lambda _actor, _given: True,
    always: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a use case whose keywords are `actor`, `at` and what JSON can keep. See the module."""

    def register(use_case: Callable[P, R]) -> Callable[P, R]:
        act = ACTS[name] = Act(name, label, use_case, about, when, always)

        @wraps(use_case)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            given = {key: value for key, value in kwargs.items() if key not in ("actor", "at")}
            change = _approved.get()
            if not (change and change.action == name) and act.needs_two(kwargs["actor"], given, kwargs["at"]):  # type: ignore[arg-type]
                raise Conflict(_("这项变更要由另一位管理员批准后才办理，请先提出申请。"))
            return use_case(*args, **kwargs)

        return guarded

    return register


def do(name: str, *, actor: Actor, at: datetime, **given: Any) -> Any:
    """Do it, or ask for it where a second administrator must agree: then the answer is a ChangeRequest.

    Raises what the use case raises; where it is asked for, also Denied (no administrator), Conflict (nobody could
    approve; it is being asked for already), Invalid (reason).
    """
    act = ACTS[name]
    if act.needs_two(actor, given, at):
        return _ask(act, given, actor, at)
    return act.run(actor=actor, at=at, **given)


@transaction.atomic
def _ask(act: Act, given: dict[str, Any], actor: Actor, at: datetime) -> ChangeRequest:
    on = timezone.localdate(at)
    asked_as = Role.SYS_ADMIN if actor.has(Role.SYS_ADMIN) else Role.SEC_ADMIN
    about = act.about(actor, given)
    decides = ChangeRequest(asked_as=asked_as).approver
    policies.ask(actor, changes.approvers(actor.office, decides, besides=actor.user_id, on=on))
    Office.objects.select_for_update(no_key=True).get(pk=actor.office.pk)  # of two who ask at once, one comes second
    reason = str(given.get("reason", "")).strip()
    if not reason or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    for late in changes.changes_for(actor).select_for_update(of=("self",)).filter(
        action=act.name, about=about.subject, state=ChangeState.WAITING
    ):  # fmt: skip
        if late.waits(at):
            raise Conflict(
                _("“%(act)s：%(what)s”已由%(name)s提出，正在等待批准。")
                % {"act": act.label, "what": late.what, "name": late.asked_by.name}
            )
        late.move(ChangeState.EXPIRED)
        late.decided_at = at
        late.save(update_fields=["state", "decided_at"])
    change = ChangeRequest.objects.create(
        office=actor.office, action=act.name, arguments=json.loads(json.dumps(given, cls=DjangoJSONEncoder)),
        about=about.subject, what=about.name[:120], reason=reason, asked_by_id=actor.user_id, asked_as=asked_as,
        asked_at=at, expires_at=at + rules.waits(on=on),
    )  # fmt: skip
    events.record(
        events.ChangeAsked(subject=change.about, action=act.name, what=change.what, reason=reason), actor=actor, at=at
    )
    return change


@transaction.atomic
def approve(*, change_id: int, actor: Actor, at: datetime) -> tuple[ChangeRequest, Any]:
    """Agree, and do it now in the name of who asked; answers the request and what its use case gave.

    Who asked must still hold the role, and the use case asks its own policies as of now. Raises NotFound, Denied (one's
    own; not the other administrator), Conflict (decided, expired, no longer possible), and what the use case raises:
    then the request goes on waiting.
    """
    change = changes.get_change(actor, change_id, lock=True)
    policies.decide(actor, change, at)
    act = ACTS.get(change.action)
    if act is None:
        raise Conflict(_("这项变更的办理方式在本版本中已经没有了，请不予批准，由申请人重新提出。"))
    asker = _asker(change, at)
    change.move(ChangeState.DONE)
    change.decided_by_id, change.decided_at = actor.user_id, at
    change.save(update_fields=["state", "decided_by", "decided_at"])
    token = _approved.set(change)
    try:
        result = act.run(actor=asker, at=at, **act.parsed(change.arguments))
    finally:
        _approved.reset(token)
    events.record(
        events.ChangeApproved(subject=change.about, action=change.action, what=change.what, asked_by=asker.name),
        actor=actor,
        at=at,
    )
    return change, result


def _asker(change: ChangeRequest, at: datetime) -> Actor:
    """Who asked, as they are now. Raises Conflict when they could not do it any more."""
    with office_core.mounted(office_core.beside()):
        now = selectors.actor_for(change.asked_by, change.office, on=timezone.localdate(at))
    if now is None or not change.asked_by.is_active or not now.has(change.asked_as):
        raise Conflict(
            _("%(name)s 现在已不是%(role)s，这项变更不能再批准。")
            % {"name": change.asked_by.name, "role": Role(change.asked_as).label}
        )
    return now


@transaction.atomic
def refuse(*, change_id: int, reason: str, actor: Actor, at: datetime) -> ChangeRequest:
    """Do not agree. Raises NotFound, Denied, Conflict (decided, expired), Invalid (reason)."""
    change = changes.get_change(actor, change_id, lock=True)
    policies.decide(actor, change, at)
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    _end(change, ChangeState.REFUSED, actor, at, note=reason)
    events.record(
        events.ChangeRefused(subject=change.about, action=change.action, what=change.what, reason=reason),
        actor=actor,
        at=at,
    )
    return change


@transaction.atomic
def withdraw(*, change_id: int, actor: Actor, at: datetime) -> ChangeRequest:
    """Take one's own request back. Raises NotFound, Denied (another's), Conflict (decided, expired)."""
    change = changes.get_change(actor, change_id, lock=True)
    policies.withdraw(actor, change, at)
    _end(change, ChangeState.WITHDRAWN, actor, at)
    events.record(
        events.ChangeWithdrawn(subject=change.about, action=change.action, what=change.what), actor=actor, at=at
    )
    return change


def _end(change: ChangeRequest, state: ChangeState, actor: Actor, at: datetime, *, note: str = "") -> None:
    change.move(state)
    change.decided_by_id, change.decided_at, change.note = actor.user_id, at, note
    change.save(update_fields=["state", "decided_by", "decided_at", "note"])


def label_of(action: str) -> str:
    """What is asked for, in words."""
    act = ACTS.get(action)
    return str(act.label) if act else action
