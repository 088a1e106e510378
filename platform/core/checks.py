"""System checks that keep the house's promises at every start."""

import importlib.util
import platform
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from core import cells, tls
from core.postgres.wall import told


@register()
def platform_stays_a_folder(**_: object) -> list[CheckMessage]:
    """`platform/` as a package would shadow the standard library's module."""
    if (Path(settings.BASE_DIR) / "platform" / "__init__.py").exists() or not hasattr(platform, "python_version"):
        return [Error("platform/ became a package", hint="Remove platform/__init__.py.", id="anlan.E001")]
    return []


@register()
def driver_is_psycopg2(**_: object) -> list[CheckMessage]:
    """A merely importable psycopg 3 makes Django switch drivers."""
    if importlib.util.find_spec("psycopg") is not None:
        return [Error("psycopg (3) is installed", hint="Anlan runs on psycopg2: uninstall psycopg.", id="anlan.E002")]
    return []


@register()
def table_names_are_disjoint(**_: object) -> list[CheckMessage]:
    """A table missing in an office schema must never be found in public instead."""
    tables: dict[str, set[str]] = {"shared": set(), "tenant": set()}
    for config in apps.get_app_configs():
        kind = "tenant" if config.name in settings.TENANT_APPS else "shared"
        tables[kind] |= {model._meta.db_table for model in config.get_models(include_auto_created=True)}
    both = tables["shared"] & tables["tenant"]
    return [Error(f"tables in both shared and tenant apps: {sorted(both)}", id="anlan.E003")] if both else []


@register(deploy=True)
def provinces_have_logins(**_: object) -> list[CheckMessage]:
    """Without, SQL that is injected around the cursor in one province's page reaches all (adr/0017)."""
    if cells.separate():
        return []
    why = f"There is no {settings.PROVINCE_LOGINS_FILE or 'PROVINCE_LOGINS_FILE'}: one database login does everything"
    return [Warning(why, hint="manage.py logins gives every province its own.", id="anlan.W001")]


@register(deploy=True)
def schemas_have_an_owner(**_: object) -> list[CheckMessage]:
    """Asked where schemas are made (install.sh): a web server has no OWNER_DATABASE_URL, on purpose.

    Without one, the login that serves the portal's pages owns every table and may become every office (adr/0020).
    """
    served: dict[str, Any] = settings.DATABASES["default"]
    owners = served.get("OWNER")
    if not owners:
        why = "OWNER_DATABASE_URL is not set here: unless it is elsewhere, the portal's login owns every table"
        return [Warning(why, hint="platform/docs/servers.md says how it is set apart.", id="anlan.W002")]
    if owners["USER"] == served["USER"]:
        why = f"DATABASE_URL and OWNER_DATABASE_URL both name the login {served['USER']}"
        return [Error(why, hint="Give DATABASE_URL another one; manage.py upgrade makes it.", id="anlan.E006")]
    if owners["NAME"] != served["NAME"]:
        why = f"DATABASE_URL and OWNER_DATABASE_URL name two databases: {served['NAME']} and {owners['NAME']}"
        return [Error(why, hint="It must be the same one.", id="anlan.E006")]
    return []


@register()
def shared_tables_are_walled(**_: object) -> list[CheckMessage]:
    """A shared table that nobody told the wall about would be open to every office, or closed to all."""
    known = told.wall().tables
    shared = {
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.name not in settings.TENANT_APPS
        for model in config.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return [
        Error(
            f"the shared table {table} has no entry in {settings.WALL}",
            hint="Say there what an office's role may do with its rows, or why it may do nothing.",
            id="anlan.E004",
        )
        for table in sorted(shared - set(known))
    ]


@register(Tags.security, deploy=True)
def inner_connections_are_verified(**_: object) -> list[CheckMessage]:
    """What leaves this machine is encrypted, to a server that proves whose it is, or the installation vouches."""
    if settings.TRUSTED_NETWORK:
        return []
    return [
        Error(
            f"{found.setting} crosses a network to {found.host} {found.how}",
            hint=f"{found.remedy}; or set TRUSTED_NETWORK=1 where nobody else is in that network.",
            id="anlan.E005",
        )
        for found in tls.unverified(settings)
    ]
