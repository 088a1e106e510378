"""People, questions and brooms of the tests of an owner that nobody signs in as."""

from contextlib import nullcontext
from typing import Any

import psycopg2
from django.db import connection, transaction

from core import office as office_core
from core.models import (
    Job,
)
from core.postgres import seats
from tenants import schemas
from tenants.models import Role, Shadow, User
from tenants.shadowing import taking
from tests.tenants.cells.setting import take_down
from tests.tenants.owners import portal_of, set_to
from tests.tenants.provinces import committed

ONBOARD = "tenants.onboard_office"


PEOPLE = {"kunming": (Role.REPORTER,), "shifan": (Role.SYS_ADMIN,), "anlan_platform": (Role.SYS_ADMIN,)}


OWNERS: dict[str, Any] = {}


def asked(sql: str, *given: object) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchone()[0]


def let_in(person: User, active: bool) -> None:
    with committed():
        User.objects.filter(pk=person.pk).update(is_active=active)


def last_job() -> Job:
    with committed():
        return Job.objects.filter(kind=ONBOARD).latest("pk")


def by_owner(act: Any) -> Any:
    """Do it in a process that has the owner's login."""
    with set_to(OWNER=dict(OWNERS)):
        return act()


def clear(schema: str) -> None:
    """What a test has made goes again."""

    def go() -> None:
        with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_job WHERE kind = %s", [ONBOARD])
            cursor.execute("DELETE FROM core_idempotencyrecord")
        take_down(schema)

    seats.close_all()
    by_owner(go)


def job_of(kind: str) -> Job:
    with committed():
        return Job.objects.filter(kind=kind).latest("pk")


def nullcontext_of(make: Any) -> Any:
    """A function that answers a context in which there is what `make` makes."""
    return lambda *given, **more: nullcontext(make(*given, **more))


def shadow_state() -> str:
    with office_core.maintenance(), transaction.atomic():
        return Shadow.objects.get().state


def forget_shadows() -> None:
    with office_core.maintenance(), transaction.atomic():
        for shadow in Shadow.objects.all():
            taking.remove(shadow.schema_name)
            shadow.delete()
        Job.objects.all().delete()


def reopen(office_id: int) -> None:
    with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE tenants_office SET state = 'ACTIVE', state_reason = '' WHERE id = %s", [office_id])
        schemas.match_doors()
        cursor.execute("DELETE FROM tenants_officearchive WHERE office_id = %s", [office_id])
        cursor.execute("DELETE FROM core_job")


def forget_schedules() -> None:
    with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_schedule")
        cursor.execute("DELETE FROM core_job")


def refused(user: str, password: str, statement: str) -> bool:
    """Whether PostgreSQL says that this login may not."""
    at = connection.settings_dict
    names = {"owner": f'"owner@{at["NAME"]}"', "portal": f'"{portal_of(at["NAME"])}"'}
    raw = psycopg2.connect(dbname=at["NAME"], host=at["HOST"], port=at["PORT"], user=user, password=password)
    try:
        with raw.cursor() as cursor:
            if user == OWNERS["USER"] and not statement.startswith(("SET ", "CREATE ROLE", "GRANT t_", "ALTER ROLE")):
                cursor.execute(f"SET ROLE {names['owner']}")
            cursor.execute(statement.format(**names))
        return False
    except psycopg2.errors.InsufficientPrivilege:
        return True
    finally:
        raw.rollback()
        raw.close()


# What nobody may do, the owner included: the log is a third role's, a superuser alone passes row security.
NOBODY = (
    *("SET SESSION", "UPDATE public.core_audit", "DELETE FROM public.core_audit", "INSERT INTO public.core_audit"),
    *(
        "TRUNCATE",
        "CREATE TEMP",
        "ALTER ROLE",
        "ALTER TABLE public.core_auditentry",
        "ALTER FUNCTION public.audit_rows",
    ),
)
