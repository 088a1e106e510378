"""The logins themselves: right, narrow, told to who watches, given new passwords."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from core import cells
from core import office as office_core
from core.checks import provinces_have_logins
from core.postgres import base
from core.postgres.wall import asking
from tenants import logins
from tenants.models import Office
from tests.tenants.cells.setting import (
    asked,
    faults,
)


class TestTheLogins:
    def test_are_right_and_nothing_is_done_a_second_time(self, people) -> None:
        with office_core.maintenance():
            assert logins.reconcile() == []
            with transaction.atomic(), connection.cursor() as cursor:
                assert [line for line in asking.problems(cursor) if "app_" in line] == []
        assert faults() == []
        assert Path(settings.PROVINCE_LOGINS_FILE).stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            ("GRANT t_kunming TO {login}", 'may become "t_kunming", which is not of its province'),
            ("REVOKE t_qinghe FROM {login}", 'may not become "t_qinghe" of its province'),
            ("ALTER ROLE {login} CREATEROLE", "makes roles"),
            ("ALTER ROLE {login} INHERIT", "inherits rights"),
            ("GRANT SELECT ON public.tenants_user TO {login}", "has rights of its own"),
            ("GRANT TEMP ON DATABASE {database} TO {login}", "has rights of its own"),
        ],
    )
    def test_that_reach_too_far_take_the_wall_down(self, people, damage: str, said: str) -> None:
        login = cells.login_of("shifan").user
        with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
            database = base.quoted(connection.settings_dict["NAME"])
            cursor.execute(damage.format(login=base.quoted(login), database=database))
            found = [line for line in asking.problems(cursor) if login in line]
            transaction.set_rollback(True)

        assert len(found) >= 1
        assert any(said in line for line in found), found

    def test_that_may_become_another_provinces_office_are_narrowed(self, people) -> None:
        login = cells.login_of("shifan").user
        with office_core.maintenance():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"GRANT t_kunming TO {base.quoted(login)}")
            said = logins.reconcile()

        assert said == [f"{login} may no longer become t_kunming."]
        assert faults() == []

    def test_of_an_office_that_moved_follow_it(self, people) -> None:
        def move(to: str) -> list[str]:
            with office_core.maintenance():
                with transaction.atomic():
                    Office.objects.filter(schema_name="diqing").update(parent=Office.objects.get(schema_name=to))
                cells.forget()
                return logins.reconcile()

        try:
            there = move("shifan")
            with office_core.mounted(office_core.of("diqing", cell="shifan")), transaction.atomic():
                assert asked("SELECT current_user") == "t_diqing"
            with (
                pytest.raises(base.OtherCell),
                office_core.mounted(office_core.of("diqing", cell="yunnan")),
                transaction.atomic(),
            ):
                asked("SELECT 1")
        finally:
            back = move("yunnan")
        assert len(there) == len(back) == 2

    def test_are_told_to_who_watches(self, people, settings) -> None:
        assert Client().get("/readyz").json()["logins"] == "own"
        assert provinces_have_logins() == []

        settings.PROVINCE_LOGINS_FILE = ""

        assert Client().get("/readyz").json()["logins"] == "one"
        (warning,) = provinces_have_logins()
        assert warning.id == "anlan.W001"

    @pytest.mark.parametrize("text", ["", "[]", '{"shifan": "secret"}', '{"shifan": {"user": "x"}}'])
    def test_of_a_file_that_is_none_are_not_made_up(self, people, settings, tmp_path, text: str) -> None:
        """Nothing is done by another login instead; the sentence holds none of what stands in the file."""
        file = tmp_path / "logins.json"
        file.write_text(text)
        settings.PROVINCE_LOGINS_FILE = str(file)

        with (
            pytest.raises(ImproperlyConfigured) as refused,
            office_core.mounted(office_core.of("qinghe", cell="shifan")),
            transaction.atomic(),
        ):
            asked("SELECT 1")
        assert "secret" not in str(refused.value)

    def test_get_new_passwords_on_demand(self, people) -> None:
        before = cells.logins()
        with office_core.maintenance():
            call_command("logins", "--rotate", skip_checks=True, stdout=StringIO())
        after = cells.logins()

        assert before.keys() == after.keys()
        assert all(before[province].password != after[province].password for province in before)
        assert faults() == []

    def test_that_do_not_get_in_any_more_get_a_new_password(self, people) -> None:
        """As after a restore, when the server's are older than the file."""
        before = cells.logins()
        with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"ALTER ROLE {base.quoted(before['shifan'].user)} PASSWORD 'of last week'")
        assert any("cannot sign in" in line for line in faults())

        with office_core.maintenance():
            said = logins.reconcile()

        assert said == [f"{before['shifan'].user} has a new password."]
        assert faults() == []

    def test_are_checked_by_signing_in(self, people) -> None:
        path = Path(settings.PROVINCE_LOGINS_FILE)
        right = path.read_text()
        told = json.loads(right)
        told["shifan"]["password"] = "wrong"
        del told["yunnan"]
        path.write_text(json.dumps(told))
        try:
            with pytest.raises(CommandError, match=r"cannot sign in(.|\n)*yunnan has no login"):
                call_command("logins", "--check", skip_checks=True)
        finally:
            path.write_text(right)
