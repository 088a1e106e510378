"""Runs a management command in the right reach: schema work in maintenance, the rest with `public` mounted."""

import sys

from django.core.management import execute_from_command_line

# Commands of Django's and django-tenants' own that know nothing of offices and work on schema public.
SCHEMA_WORK = frozenset(
    (
        *("migrate", "migrate_schemas", "makemigrations", "showmigrations", "sqlmigrate", "upgrade", "logins", "flush"),
        *("check", "shell", "dbshell", "collectstatic", "spectacular", "inspectdb"),
    )
)

# What they do is the portal's, the provinces' and the jobs', whoever starts them.
SERVERS = frozenset(("runserver", "make_schemas"))


def execute(argv: list[str]) -> None:
    """Like Django's, for a person at a keyboard: says which in one line when the database cannot be reached."""
    import django

    django.setup()
    from django.db import OperationalError, ProgrammingError, connection

    from core import cells, office
    from core.postgres.base import OtherCell

    command = argv[1] if len(argv) > 1 else "help"
    if command not in SERVERS:
        cells.come_from_keyboard()
    try:
        if command in SCHEMA_WORK:
            with office.maintenance():
                execute_from_command_line(argv)
        else:
            execute_from_command_line(argv)
    except (ProgrammingError, OtherCell) as error:
        if not _by_another_login(error) or connection.settings_dict.get("OWNER"):
            raise
        why = str(error).strip().splitlines()[0]
        sys.exit(f"The login of DATABASE_URL may not do this ({why}): name that of the owner in OWNER_DATABASE_URL.")
    except OperationalError as error:
        why = str(error).strip().splitlines()[0]
        sys.exit(f"The database cannot be reached: {why}. Start it (make pg) or set DATABASE_URL.")


def _by_another_login(error: Exception) -> bool:
    """Whether PostgreSQL refused it to the login in force."""
    from psycopg2.errors import InsufficientPrivilege  # type: ignore[import-untyped]

    return isinstance(error.__cause__, InsufficientPrivilege)
