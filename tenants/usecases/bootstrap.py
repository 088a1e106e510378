"""The first hour of an installation: the platform's own office with its three administrators, and the regions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import office as office_core
from core.errors import Conflict, Invalid
from tenants import logins, schemas
from tenants.models import Membership, Office, OfficeName, Region, Role, User
from tenants.models.office import Level
from tenants.usecases.passwords import give_initial_password
from tenants.usecases.people import USERNAME

FIRST = (Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN)


@dataclass(frozen=True)
class Named:
    """A first administrator: account and name."""

    username: str
    name: str


@transaction.atomic
def start_platform(
    *, schema_name: str, name: str, short_name: str, name_en: str, administrators: Mapping[Role, Named], at: datetime
) -> tuple[Office, dict[str, str]]:
    """Make the platform's office and its system, security and audit administrators; all else grows from them.

    Nobody acts here: it is what a person with the server's keyboard does once. Returns the office and the initial
    passwords by account, to be handed over and changed at first sign-in.
    Raises Conflict (there is a platform already), Invalid (names, accounts, not exactly one of each). Source: domain
    reference 5.2.
    """
    if set(administrators) != set(FIRST) or len({each.username for each in administrators.values()}) != len(FIRST):
        raise Invalid(_("系统、安全、审计管理员须各有一人，且互不兼任。"))
    wrong = [each.username for each in administrators.values() if not USERNAME.match(each.username)]
    if not office_core.valid_name(schema_name) or wrong:
        raise Invalid(_("地址标识或账号不合规：只用小写字母、数字和下划线，以字母开头。"))
    if Office.objects.filter(level=Level.PLATFORM).exists():
        raise Conflict(_("平台已经建立。"))
    on = timezone.localdate(at)
    office = Office.objects.create(
        schema_name=schema_name, level=Level.PLATFORM, name=name, short_name=short_name, name_en=name_en, created_at=at
    )
    OfficeName.objects.create(office=office, name=name, short_name=short_name, name_en=name_en, valid_from=on)
    schemas.create_schema(office)
    logins.take_in(office)
    return office, {each.username: _administrator(office, role, each, on, at) for role, each in administrators.items()}


def _administrator(office: Office, role: str, who: Named, on: date, at: datetime) -> str:
    user = User(username=who.username, name=who.name, duty=role, office=office, created_at=at)
    password = give_initial_password(user, at=at)
    user.initial_password_until = None  # nobody could hand out another one
    user.save()
    Membership.objects.create(user=user, office=office, role=role, duty=role, valid_from=on, granted_at=at)
    return password


@transaction.atomic
def load_regions(rows: Iterable[Mapping[str, str]], *, valid_from: date) -> int:
    """Take administrative divisions in: {code, name, level, parent_code} and perhaps short_name, name_en.

    Repeatable: a code with that start is kept as it is. Returns how many are new.
    """
    known = set(Region.objects.filter(valid_from=valid_from).values_list("code", flat=True))
    new = [Region(**row, valid_from=valid_from) for row in rows if row["code"] not in known]
    Region.objects.bulk_create(new)
    return len(new)
