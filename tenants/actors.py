"""The person in their role here. Use cases take an Actor, never a request or a user."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import wording
from tenants.models import Office, Role, User
from tenants.models.office import Level

EMERGENCY = gettext_lazy("应急账号")
RECORDED = re.compile(r"(?P<role>[^、（]+)(?:（代(?P<name>[^）]*)）)?")


def _roles_said(roles: Iterable[tuple[Any, str]]) -> str:
    """(role's label, name of the person stood in for) … in the reader's language."""
    said = [_("%(role)s（代%(name)s）") % {"role": role, "name": whom} if whom else str(role) for role, whom in roles]
    return _("、").join(said)


def recorded_roles(text: str) -> str:
    """What an event has kept of the actor's roles, which is Chinese, in the reader's language."""
    with translation.override(wording.kept()):
        roles: dict[str, Any] = {str(label): label for label in (EMERGENCY, *(role.label for role in Role))}
    found = [RECORDED.fullmatch(part) for part in text.split("、")]
    said = [(roles[match["role"]], match["name"] or "") for match in found if match and match["role"] in roles]
    return _roles_said(said) if len(said) == len(found) else text  # cut off, or of a role that there is no more


@dataclass(frozen=True)
class Actor:
    """Who acts, where, and with whose authority.

    office: where they act; home: the office whose member they are (differs only when visiting: a member of the
    province looking into one of its prefectures, read-only). roles: held there today, stand-ins included;
    for_others: role → name of the person stood in for. rescues: of an emergency account, the administrators whose
    accounts it may open again; that is all it may do, so `has` says no to everything.
    """

    user_id: int | None
    name: str
    office: Office
    home: Office
    roles: frozenset[str] = frozenset()
    division_id: int | None = None
    for_others: dict[str, str] = field(default_factory=dict, compare=False)
    rescues: frozenset[str] = frozenset()

    @property
    def visiting(self) -> bool:
        return self.office.pk != self.home.pk

    @property
    def emergency(self) -> bool:
        """Nobody in person: an emergency account that is open."""
        return bool(self.rescues)

    @property
    def level(self) -> str:
        return self.home.level

    @property
    def at_province(self) -> bool:
        """Acts for a provincial bureau in its own office."""
        return self.home.level == Level.PROVINCE and not self.visiting

    @property
    def province_id(self) -> int | None:
        return self.home.province_id

    def has(self, *roles: str) -> bool:
        """Whether they hold one of `roles` here, in their own office (a visitor acts in none)."""
        return not self.visiting and not self.emergency and bool(self.roles.intersection(roles))

    @property
    def role_label(self) -> str:
        """The roles in the reader's language, for timelines and the top bar; says for whom one stands in."""
        if self.emergency:
            return str(EMERGENCY)
        held = (role for role in Role.values if role in self.roles)
        return _roles_said((Role(role).label, self.for_others.get(role, "")) for role in held)

    @classmethod
    def of(
        cls, user: User, office: Office, roles: Iterable[str], *, home: Office | None = None, **more: object
    ) -> "Actor":
        return cls(user.pk, user.name, office, home or office, frozenset(roles), **more)  # type: ignore[arg-type]


def system(office: Office) -> Actor:
    """The system itself, for scheduled work; holds no role, so policies for people refuse it."""
    return Actor(None, "系统", office, office)
