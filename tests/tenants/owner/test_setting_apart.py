"""What the check asks of two logins, and an empty database set apart."""

import os
import subprocess
import sys

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from core.checks import schemas_have_an_owner
from core.postgres import owner
from tests.benchmarks.database import drop
from tests.tenants.owner.setting import (
    OWNERS,
)


class TestTheSystemCheck:
    @pytest.mark.parametrize(
        ("owners", "found"),
        [
            (None, "anlan.W002"),
            ({"USER": "web", "NAME": "anlan"}, "anlan.E006"),
            ({"USER": "boss", "NAME": "other"}, "anlan.E006"),
            ({"USER": "boss", "NAME": "anlan"}, ""),
        ],
    )
    def test_asks_for_two_logins_of_one_database(self, monkeypatch, owners: dict[str, str] | None, found: str) -> None:
        for name, value in {"USER": "web", "NAME": "anlan", "OWNER": owners}.items():
            monkeypatch.setitem(settings.DATABASES["default"], name, value)

        assert [message.id for message in schemas_have_an_owner()] == ([found] if found else [])


def test_an_empty_database_is_set_apart_by_one_upgrade(django_db_setup, tmp_path) -> None:
    """What install.sh and `make demo` begin with: no tables, no owner, and no login for the pages yet."""
    at = OWNERS or connection.settings_dict
    name, web = f"{at['NAME']}_empty"[:40], f"{at['NAME']}_web"[:40]
    by = "postgresql://{}:{}@{HOST}:{PORT}/{}"
    owners = by.format(at["USER"], at["PASSWORD"], name, **at)
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "DATA_DIR": str(tmp_path),
        "OWNER_DATABASE_URL": owners,
        "DATABASE_URL": by.format(web, "web-of-tests", name, **at),
    }  # fmt: skip
    server = by.format(at["USER"], at["PASSWORD"], "postgres", **at)
    plain = psycopg2.connect(server)
    plain.autocommit = True
    with plain.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            upgrade = [sys.executable, "manage.py", "upgrade", "--skip-checks"]
            first, second = (
                subprocess.run(
                    upgrade, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
                )
                for _ in range(2)
            )
            assert first.returncode == 0, first.stderr[-2000:]
            assert f"{owner.PREFIX}{name} was made." in first.stdout
            assert second.returncode == 0, second.stderr[-2000:]
            assert "owns" not in second.stdout
            inside = psycopg2.connect(owners)
            with inside.cursor() as looking:
                looking.execute(owner.STRANGERS, {"owner": owner.name_of(name), "log": owner.log_of(name)})
                assert looking.fetchall() == []
            inside.close()
        finally:
            drop(server, name)
            for role in (owner.name_of(name), owner.log_of(name), web):
                cursor.execute(f'DROP ROLE IF EXISTS "{role}"')
    plain.close()
