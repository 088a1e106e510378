"""The database logins of provinces (core.cells): made, narrowed, given other passwords, and written to their file.

Whoever runs this may make roles and owns the database: the portal's login (DATABASE_URL), or DIRECT_DATABASE_URL's.
Where the schemas have an owner of their own it is OWNER_DATABASE_URL's, and the portal's is made and narrowed, too.
"""

import json
import os
import secrets
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
from django.conf import settings
from django.db import connection, transaction
from psycopg2.extensions import encrypt_password  # type: ignore[import-untyped]

from core import cells
from core import office as office_core
from core.postgres import owner
from core.postgres.base import literal, quoted
from core.postgres.fitness import PORTAL_ROLE, TRACKER_ROLE
from core.postgres.wall import logins as wall
from tenants.models import Office


def reconcile(*, rotate: bool = False, on_the_way: bool = False) -> list[str]:
    """Give every province its login, with the roles of its own offices and no other, and write the file.

    A login that gets in keeps its password unless it is to rotate; a province that is gone loses its login's rights.
    Answers what was done, a sentence each; nothing when all was right. Raises OSError when the file cannot be written;
    on_the_way: as part of another act, which stands all the same: then it is logged, and the new province waits.
    """
    path = Path(settings.PROVINCE_LOGINS_FILE)
    known = cells.logins()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('anlan logins', 0)), current_database()")
        database = cursor.fetchone()[1]
        offices = _offices()
        told, wanted = [], {}
        for province, members in sorted(offices.items()):
            login = wall.name_of(province, database)
            kept = known.get(province)
            good = kept is not None and kept.user == login and _stands(cursor, login)
            fresh = rotate or kept is None or not good or (not on_the_way and bool(_refused(kept)))
            password = secrets.token_urlsafe(32) if fresh or kept is None else kept.password
            wanted[province] = cells.Login(login, password)
            roles = {office_core.cell_role(province), *map(office_core.role_of, members)}
            with owner.by_login(cursor):
                told += _make(cursor, database, wanted[province], roles, fresh=fresh)
        gone = {login for province, (login, _wrong) in wall.standing(cursor).items() if province not in offices}
        with owner.by_login(cursor):
            for login in sorted(gone):
                told += _take_from(cursor, login, set())
                cursor.execute(f"ALTER ROLE {quoted(login)} NOLOGIN")
                told.append(f"{login} may no longer sign in: there is no such province.")
        told += _portal(cursor, database, on_the_way=on_the_way)
        if wanted != known or not cells.separate():
            transaction.on_commit(lambda: _write(path, wanted), robust=on_the_way)
    return told


def _portal(cursor, database: str, *, on_the_way: bool) -> list[str]:
    """The portal's login, where it is not the one that owns the schemas: as DATABASE_URL names it."""
    at = connection.settings_dict
    if not at.get("OWNER"):
        return []
    login = cells.Login(at["USER"], at["PASSWORD"])
    roles = {PORTAL_ROLE, *(office_core.role_of(schema) for schema, cell in Office.directory()[0].items() if not cell)}
    fresh = not _stands(cursor, login.user) or (not on_the_way and bool(_refused(login)))
    with owner.by_login(cursor):
        return _make(cursor, database, login, roles, fresh=fresh, has=PORTAL_ROLE)


def _offices() -> dict[str, list[str]]:
    """Province → schema names of its offices, itself among them."""
    found: dict[str, list[str]] = {}
    for schema, cell in Office.directory()[0].items():
        if cell:
            found.setdefault(cell, []).append(schema)
    return found


def _stands(cursor, login: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolcanlogin", [login])
    return cursor.fetchone() is not None


def _make(
    cursor, database: str, login: cells.Login, roles: set[str], *, fresh: bool, has: str = ""
) -> list[str]:  # fmt: skip
    """has: the one of its roles whose rights it has without becoming it."""
    told, name = [], quoted(login.user)
    # Before 16 it is the role that says whether rights are inherited, of all its roles alike.
    inherits = "INHERIT" if has and not _by_grant() else "NOINHERIT"
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login.user])
    if cursor.fetchone() is None:
        cursor.execute(f"CREATE ROLE {name} {inherits}")
        told.append(f"{login.user} was made.")
    cursor.execute(f"ALTER ROLE {name} LOGIN {inherits} NOCREATEDB NOCREATEROLE")
    if fresh:  # the server gets what it keeps anyway, so that no log of it ever holds the password
        sealed = encrypt_password(login.password, login.user, connection.connection, "scram-sha-256")
        cursor.execute(f"ALTER ROLE {name} PASSWORD {literal(sealed)}")
        # Else Django would set it by a function that is shut (core.postgres.wall.catalog).
        cursor.execute(f"ALTER ROLE {name} SET timezone TO 'UTC'")
        told.append(f"{login.user} has a new password.")
    cursor.execute("SELECT has_database_privilege(%s, current_database(), 'CONNECT')", [login.user])
    if not cursor.fetchone()[0]:
        cursor.execute(f"GRANT CONNECT ON DATABASE {quoted(database)} TO {name}")
    return told + _take_from(cursor, login.user, roles) + _give(cursor, login.user, roles, has)


def _by_grant() -> bool:
    return bool(connection.pg_version >= 160000)  # type: ignore[attr-defined]


def _member_of(cursor, login: str) -> set[str]:
    cursor.execute(
        "SELECT pg_get_userbyid(roleid)::text FROM pg_auth_members WHERE pg_get_userbyid(member) = %s", [login]
    )
    return {role for (role,) in cursor.fetchall()}


def _take_from(cursor, login: str, roles: set[str]) -> list[str]:
    """Revoke every role but these."""
    too_many = sorted(_member_of(cursor, login) - roles)
    for role in too_many:
        cursor.execute(f"REVOKE {quoted(role)} FROM {quoted(login)}")
    return [f"{login} may no longer become {role}." for role in too_many]


def _give(cursor, login: str, roles: set[str], has: str) -> list[str]:
    missing = sorted(roles - _member_of(cursor, login))
    for role in missing:
        how = f" WITH INHERIT {'TRUE' if role == has else 'FALSE'}, SET TRUE" if _by_grant() else ""
        cursor.execute(f"GRANT {quoted(role)} TO {quoted(login)}{how}")
    return [f"{login} may become {', '.join(missing)}."] if missing else []


def _write(path: Path, wanted: dict[str, cells.Login]) -> None:
    """Whole or not at all, readable by its owner only, who is the owner of the file before it, or of its folder."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump({province: login._asdict() for province, login in wanted.items()}, out, indent=1)
    if os.geteuid() == 0:
        owner = (path if path.exists() else path.parent).stat()
        os.chown(part, owner.st_uid, owner.st_gid)
    part.replace(path)
    cells.forget()


def take_in(office: Office) -> None:
    """A new office: its province's login may become its role, and is made with it. Nothing where there are none.

    Part of the transaction that makes the office. The file of a new province's login is written when that is over. The
    platform's own is given to the portal's login, where that does not own the schemas.
    """
    if (cells.separate() and office.cell) or connection.settings_dict.get("OWNER"):
        reconcile(on_the_way=True)


def give_tracker(province: str) -> cells.Login:
    """A login for a tool of a province's own, which reads what config.tracker tells; a new password each time.

    It changes nothing, asks no longer than a minute at a time, and holds four connections at most. Raises LookupError.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        login = cells.Login(_tracker(cursor, province), secrets.token_urlsafe(32))
        name = quoted(login.user)
        with owner.by_login(cursor):
            _make(cursor, str(connection.settings_dict["NAME"]), login, {TRACKER_ROLE}, fresh=True, has=TRACKER_ROLE)
            cursor.execute(f"ALTER ROLE {name} CONNECTION LIMIT 4")
            for setting, value in (("default_transaction_read_only", "on"), ("statement_timeout", "60s")):
                cursor.execute(f"ALTER ROLE {name} SET {setting} TO '{value}'")
    return login


def end_tracker(province: str) -> str:
    """Take it back; the name of the login that may no longer sign in. Raises LookupError."""
    with transaction.atomic(), connection.cursor() as cursor:
        name = _tracker(cursor, province)
        if not _stands(cursor, name):
            raise LookupError(f"{province} has given no login to a tool.")
        with owner.by_login(cursor):
            _take_from(cursor, name, set())
            cursor.execute(f"ALTER ROLE {quoted(name)} NOLOGIN")
    return name


def _tracker(cursor, province: str) -> str:
    if Office.directory()[0].get(province) != province:
        raise LookupError(f"There is no province {province}.")
    cursor.execute("SELECT current_database()")
    return wall.tracker_of(province, cursor.fetchone()[0])


def faults() -> list[str]:
    """What is wrong with the logins, and with the file: each is asked to sign in. Sentences."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        database = cursor.fetchone()[0]
        found = list(wall.problems(cursor))
        found += [f"{name} may change the audit log: an upgrade was broken off. Run it again." for name in
                  owner.reaching_the_log(cursor)]  # fmt: skip
        provinces = sorted(_offices())
    known = cells.logins()
    if not cells.separate():
        return [
            *found,
            f"There is no {settings.PROVINCE_LOGINS_FILE}: one login does everything. Run manage.py logins.",
        ]
    path = Path(settings.PROVINCE_LOGINS_FILE)
    if path.stat().st_mode & 0o077:
        found.append(f"{path} can be read by others: chmod 600 it.")
    for province in provinces:
        if province not in known:
            found.append(f"{province} has no login in {path}: run manage.py logins.")
        elif why := _refused(known[province]):
            found.append(f"{known[province].user} cannot sign in: {why}")
        elif known[province].user != wall.name_of(province, database):
            found.append(f"{known[province].user} is not {province}'s login in this database: run manage.py logins.")
    return found


def _refused(login: cells.Login) -> str:
    params = {**connection.get_connection_params(), "user": login.user, "password": login.password}
    params.pop("cursor_factory", None)
    try:
        psycopg2.connect(**params).close()
    except psycopg2.Error as error:
        return str(error).strip().splitlines()[-1]
    return ""
