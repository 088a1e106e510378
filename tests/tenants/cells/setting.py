"""People, offices and questions of the tests of logins per province."""

from typing import Any

from django.db import connection, transaction
from django.test import Client

from core import cells
from core import office as office_core
from tenants import logins
from tenants.models import Office, Role, User
from tests import factories
from tests.tenants.provinces import committed

PEOPLE = {
    "yunnan": (Role.APPRAISAL_ADMIN,), "kunming": (Role.REPORTER,), "shifan": (Role.SYS_ADMIN,),
    "qinghe": (Role.REPORTER,), "anlan_platform": (Role.SYS_ADMIN,),
}  # fmt: skip


def signed_in(person: User) -> Client:
    """As a browser does it, at the portal."""
    client = Client()
    answer = client.post("/sign-in/", {"username": person.username, "password": factories.PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


NEW_OFFICE = {
    "schema_name": "baihe", "name": "白河市移民管理局", "short_name": "白河市", "name_en": "Baihe",
    "region_code": "990200", "valid_from": "2026-11-01",
}  # fmt: skip


def take_down(schema: str) -> list[str]:
    """Remove an office that a test has made; answers what that did to the logins."""
    with office_core.maintenance():
        with transaction.atomic(), connection.cursor() as cursor:
            for table in ("tenants_officename", "tenants_schemastate"):
                cursor.execute(
                    f"DELETE FROM {table} WHERE office_id = (SELECT id FROM tenants_office WHERE schema_name = %s)",
                    [schema],
                )
            cursor.execute("DELETE FROM tenants_office WHERE schema_name = %s", [schema])
            cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        cells.forget()
        return logins.reconcile()


def faults() -> list[str]:
    with office_core.maintenance():
        return logins.faults()


def office_id_of(schema: str) -> int:
    with committed():
        return int(Office.objects.get(schema_name=schema).pk)


def asked(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def pid_of(cell: str) -> int:
    with office_core.mounted(office_core.Mount(office_core.PUBLIC_SCHEMA, cell=cell)), transaction.atomic():
        return int(asked("SELECT pg_backend_pid()"))


class Nobody:
    user_id = None
    name = ""
