"""The probes of an attacker who has SQL in an office (shared/design/tenancy.md 3.2), on PostgreSQL 18 and 15.

Each runs twice, in two databases of one server with the same rows: behind the wall, where it must bring nothing, and in
an open one, where it must bring what it is after: there the office has its role as well, but tables have no policies,
PostgreSQL leaves open what it leaves open, and nobody looks at statements. What the role alone keeps out is tried by a
role without limits. So a probe that attacks nothing is found out.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from core.postgres import owner, statements
from core.postgres.fitness import CELL_ROLE, GROUP_ROLE, PORTAL_ROLE, TRACKER_ROLE
from core.postgres.wall import building, catalog, ownership
from tests.tenants.wall import clusters

ROLES = """
CREATE ROLE boss LOGIN CREATEROLE;
CREATE ROLE {group} NOLOGIN; CREATE ROLE t_a NOLOGIN; CREATE ROLE t_b NOLOGIN;
CREATE ROLE {cell} NOLOGIN; CREATE ROLE p_a NOLOGIN; CREATE ROLE p_b NOLOGIN; CREATE ROLE {portal} NOLOGIN;
CREATE ROLE {tracker} NOLOGIN;
GRANT {group} TO t_a, t_b; GRANT {cell} TO p_a, p_b; GRANT {group}, {cell}, t_a, t_b, p_a, p_b TO boss;
GRANT {portal} TO boss WITH ADMIN OPTION; CREATE ROLE web LOGIN; GRANT {portal} TO web;
CREATE ROLE "app_a@walled" LOGIN NOINHERIT; GRANT p_a, t_a TO "app_a@walled";
"""
# Since 16 it is each grant that says whether rights are inherited, before that it is the role.
SINCE_16 = 'GRANT p_a, t_a TO "app_a@walled" WITH INHERIT FALSE, SET TRUE'
LOGIN = '"app_a@walled"'
CONNECTS = 'GRANT CONNECT ON DATABASE walled TO "app_a@walled"'
# The tables that the words of the wall need, as far as the probes look; t_a is of province 1, t_b of province 2.
TABLES = """
CREATE TABLE tenants_office (id bigint PRIMARY KEY, schema_name text UNIQUE, level text, parent_id bigint, name text,
    short_name text, name_en text, region_code text, state text);
INSERT INTO tenants_office VALUES (1, 'a', 'PROVINCE', 9, 'A'), (2, 'b', 'PROVINCE', 9, 'B');
CREATE TABLE tenants_user (id bigint PRIMARY KEY, username text, office_id bigint, password text);
INSERT INTO tenants_user VALUES (1, 'ours', 1, 'x'), (2, 'theirs', 2, 'SECRET');
CREATE TABLE tenants_membership (id bigserial PRIMARY KEY, user_id bigint, office_id bigint, role text,
    valid_to date);
CREATE TABLE django_session (session_key text PRIMARY KEY, session_data text, expire_date timestamptz);
INSERT INTO django_session VALUES ('ours', 'x', now()), ('theirs', 'SECRET', now());
CREATE TABLE ledger_cycle (id bigint PRIMARY KEY, province_id bigint, name text);
INSERT INTO ledger_cycle VALUES (1, 1, 'ours'), (2, 2, 'SECRET');
INSERT INTO ledger_cycle SELECT n, 2, 'SECRET' FROM generate_series(3, 40) n; ANALYZE ledger_cycle;
CREATE TABLE core_auditentry (id bigint PRIMARY KEY, chain text, schema_name text, actor_id bigint, after text);
INSERT INTO core_auditentry VALUES (1, 'a', 'a', 1, 'as it was');
CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE insufficient_privilege; END';
CREATE TRIGGER kept BEFORE UPDATE OR DELETE OR TRUNCATE ON core_auditentry FOR EACH STATEMENT EXECUTE FUNCTION kept();
CREATE SCHEMA a; CREATE SCHEMA b;
CREATE TABLE a.draft (id bigint PRIMARY KEY, fact text); CREATE TABLE b.draft (id bigint PRIMARY KEY, fact text);
INSERT INTO a.draft VALUES (1, 'ours'); INSERT INTO b.draft VALUES (2, 'SECRET');
"""
OWN = """
GRANT USAGE ON SCHEMA {name} TO t_{name}; GRANT SELECT, INSERT, UPDATE, DELETE ON {name}.draft TO t_{name};
"""
# How it was before there was a wall: every office's role has rights on all shared tables.
OPEN = "GRANT ALL ON ALL TABLES IN SCHEMA public TO {group}; GRANT USAGE ON SCHEMA public TO {group};"
OWNER, LOG = "owner@owned", "audit@owned"
READ_B = "SELECT fact FROM b.draft"


def xml_of(sql: str) -> str:
    return f"query_to_xml('{sql}', true, false, '')::text"


@dataclass(frozen=True)
class Probe:
    """name; the strings that are sent one after the other; what the last one must not bring behind the wall."""

    name: str
    sent: tuple[str, ...]
    finds: str = "SECRET"
    mighty: bool = False  # the role alone keeps it out: the control is a role without limits


SHARED_B = "SELECT name FROM public.ledger_cycle WHERE province_id = 2"
PATH_B = "SELECT fact FROM draft WHERE id = 2"
PROBES = [
    Probe("qualified name", (READ_B,), mighty=True),
    Probe("moved search_path", ("SET LOCAL search_path TO b", PATH_B), mighty=True),
    Probe("search_path by set_config", ("SELECT set_config('search_path', 'b', true)", PATH_B), mighty=True),
    Probe("RESET ROLE", ("RESET ROLE", READ_B)),
    Probe("SET ROLE", ("SET ROLE t_b", READ_B)),
    Probe("SET SESSION AUTHORIZATION", ("SET SESSION AUTHORIZATION DEFAULT", READ_B)),
    Probe("stacked SET ROLE", (f"SELECT 1; SET ROLE t_b; {READ_B}",)),
    Probe("stacked RESET ROLE behind a comment", (f"SELECT 1 --'\n; RESET ROLE; {READ_B}",)),
    Probe("set_config of the role, then a query", ("SELECT set_config('role', 't_b', false)", READ_B)),
    Probe("set_config and query_to_xml in one", (f"SELECT set_config('role', 't_b', true) || {xml_of(READ_B)}",)),
    Probe("query_to_xml", (f"SELECT {xml_of(SHARED_B)}",)),
    Probe("table_to_xml", ("SELECT table_to_xml('public.ledger_cycle', true, false, '')::text",)),
    Probe("schema_to_xml", ("SELECT schema_to_xml('public', true, false, '')::text",)),
    Probe("ts_stat, which runs a text", (
        f"SELECT word FROM ts_stat('SELECT to_tsvector(name) FROM ({SHARED_B}) b')",), "secret"),
    Probe("writing to pg_settings", (
        "UPDATE pg_settings SET setting = 'SECRET' WHERE name = 'application_name'",
        "SELECT current_setting('application_name')")),
    Probe("DO", ("DO $$ BEGIN PERFORM set_config('role', 't_b', false); END $$", READ_B)),
    Probe("a setting of ours flipped", ("SELECT set_config('anlan.actor', '2', true)", SHARED_B)),
    Probe("shared rows of another province", (SHARED_B,)),
    Probe("a condition that is told of the rows", (
        "SELECT password FROM tenants_user WHERE office_id = 2 AND 1 / (id - 3) < 9",)),
    Probe("moving to another province", (
        "UPDATE tenants_office SET level = 'PREFECTURE', parent_id = 2 WHERE id = 1",
        "SELECT 'SECRET' FROM tenants_office WHERE id = 1 AND parent_id = 2")),
    Probe("a table in public", (
        "CREATE TABLE public.mine ()", "SELECT 'SECRET' FROM public.mine UNION SELECT 'SECRET'"), mighty=True),
    Probe("a temporary table", ("CREATE TEMP TABLE mine ()", "SELECT 'SECRET' FROM mine UNION SELECT 'SECRET'")),
    Probe("a schema", ("CREATE SCHEMA mine", "SELECT 'SECRET' FROM pg_namespace WHERE nspname = 'mine'"), mighty=True),
    Probe("a foreign key that asks another schema", (
        "CREATE TABLE a.mine (id bigint REFERENCES b.draft)", "INSERT INTO a.mine VALUES (2) RETURNING 'SECRET'"),
        mighty=True),
    Probe("a file of the server", ("SELECT 'SECRET' || left(pg_read_file('PG_VERSION'), 2)",), mighty=True),
    Probe("COPY from a program", (
        "COPY a.draft FROM PROGRAM 'echo 7,SECRET' CSV", "SELECT fact FROM a.draft WHERE id = 7"), mighty=True),
    Probe("a large object", ("SELECT 'SECRET' || lo_create(0)",)),
    Probe("what others' columns hold", (
        "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'ledger_cycle'",)),
]  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A server with the two databases. version: major."""

    version: int
    walled: str
    open: str
    mighty: str
    province: str  # walled, by the login of province a
    portal: str  # another, whose schemas have an owner of their own, by the portal's login


@pytest.fixture(scope="module", params=[18, 15])
def field(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    if request.param == 15 and not (clusters.DEBIAN / "postgres").exists():
        pytest.skip("Debian's PostgreSQL 15 is not installed on this machine.")
    home: Path = tmp_path_factory.mktemp("wall")
    with clusters.debian() if request.param == 15 else clusters.embedded(home) as server:
        yield made(request.param, server)


def made(version: int, server: str) -> Field:
    as_boss = server.replace("postgres:", "boss:").replace("postgres@", "boss@").replace("//boss:", "//boss:", 1)
    password = server.partition("//")[2].partition("@")[0].partition(":")[2]
    admin(
        f"{server}/postgres",
        ROLES.format(group=GROUP_ROLE, cell=CELL_ROLE, portal=PORTAL_ROLE, tracker=TRACKER_ROLE),
        *(f"ALTER ROLE {login} PASSWORD '{password}'" for login in ("boss", LOGIN, "web")),
        *([SINCE_16] if version >= 16 else []),
    )
    for name in ("walled", "wide_open", "owned"):
        admin(f"{server}/postgres", f"CREATE DATABASE {name} OWNER boss TEMPLATE template0")
        admin(f"{server}/{name}", "ALTER SCHEMA public OWNER TO boss")
        admin(f"{as_boss}/{name}", TABLES, OWN.format(name="a"), OWN.format(name="b"))
    admin(f"{as_boss}/wide_open", OPEN.format(group=GROUP_ROLE))
    for name in ("walled", "owned"):
        admin(f"{server}/{name}", catalog.SCRIPT.read_text().replace(":'login'", "'boss'"))
    set_apart(f"{as_boss}/owned", since_16=version >= 16)
    with psycopg2.connect(f"{as_boss}/walled") as connection, connection.cursor() as cursor:
        building.build(cursor)
        assert catalog.open_doors(cursor) == []
    connection.close()
    admin(f"{server}/postgres", CONNECTS)
    as_province = as_boss.replace("//boss", "//app_a%40walled", 1)
    as_portal = as_boss.replace("//boss", "//web", 1)
    return Field(
        version, f"{as_boss}/walled", f"{as_boss}/wide_open", f"{server}/wide_open", f"{as_province}/walled",
        f"{as_portal}/owned",
    )  # fmt: skip


def set_apart(url: str, *, since_16: bool) -> None:
    """As `manage.py upgrade` does it for the login that owned everything so far."""
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        assert owner.make(cursor, since_16=since_16)
        for _schema, statements in owner.strangers(cursor, OWNER, LOG):
            owner.adopt(cursor, statements)
        assert owner.strangers(cursor, OWNER, LOG) == []
        cursor.execute(f'SET LOCAL ROLE "{OWNER}"')
        with owner.log_in_reach(lambda: nullcontext(cursor)):
            building.build(cursor)
        with owner.by_login(cursor):
            cursor.execute("GRANT CONNECT ON DATABASE owned TO web")
        assert [line for line in ownership.problems(cursor) if "t_" not in line] == []
    connection.close()


def admin(url: str, *texts: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for text in texts:
                cursor.execute(text)
    finally:
        connection.close()


def brought(url: str, probe: Probe, *, walled: bool) -> str:
    """What the last string of a probe brings to who is in office a, all rows as one text; or how it was refused."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            if probe.mighty and not walled:
                cursor.execute("ALTER ROLE t_a SUPERUSER")  # goes with the transaction
            cursor.execute("SET LOCAL ROLE t_a; SET LOCAL search_path TO a, public")
            for sql in probe.sent:
                if walled:
                    statements.refuse(sql)
                cursor.execute(sql)
            return str(cursor.fetchall()) if cursor.description else ""
    except (psycopg2.Error, statements.RefusedStatement) as refusal:
        return f"refused: {type(refusal).__name__}"
    finally:
        connection.rollback()
        connection.close()


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
class TestAProbe:
    def test_brings_nothing_behind_the_wall(self, field: Field, probe: Probe) -> None:
        assert probe.finds not in brought(field.walled, probe, walled=True)

    def test_brings_what_it_is_after_without(self, field: Field, probe: Probe) -> None:
        """The control."""
        answer = brought(field.mighty if probe.mighty else field.open, probe, walled=False)
        if "FeatureNotSupported" in answer:
            pytest.skip("This PostgreSQL was built without XML.")

        assert probe.finds in answer


# Those that the database itself must refuse, were the cursor's look at the statement gone around.
BY_THE_DATABASE = [
    probe for probe in PROBES
    if not any(word in sql for sql in probe.sent for word in ("RESET", "SET ROLE", "SESSION AUTHORIZATION"))
]  # fmt: skip


@pytest.mark.parametrize("probe", BY_THE_DATABASE, ids=lambda probe: probe.name)
def test_the_database_alone_brings_nothing_either(field: Field, probe: Probe, monkeypatch) -> None:
    monkeypatch.setattr(statements, "refuse", lambda sql: None)

    assert probe.finds not in brought(field.walled, probe, walled=True)


def test_what_an_office_needs_is_still_there(field: Field) -> None:
    own = Probe("its own rows", ("INSERT INTO a.draft VALUES (5, 'new')", "SELECT fact FROM a.draft WHERE id = 5"))
    shared = Probe("its own year", ("SELECT name FROM ledger_cycle",))

    assert brought(field.walled, own, walled=True) == "[('new',)]"
    assert brought(field.walled, shared, walled=True) == "[('ours',)]"


# --- Around the cursor, over a connection of one's own: what the login of a province keeps ----------------------------

SET_B = "SET ROLE t_b"
PASSWORD_B = "SELECT password FROM public.tenants_user WHERE id = 2"
WHOLE = [  # whole statements, sent by who has the login's connection; each brings another province's rows to one login
    Probe("RESET ROLE", ("RESET ROLE", READ_B)),
    Probe("SET ROLE NONE", ("SET ROLE NONE", READ_B)),
    Probe("SET ROLE of its office", (SET_B, READ_B)),
    Probe("SET SESSION AUTHORIZATION", ("SET SESSION AUTHORIZATION DEFAULT", SET_B, READ_B)),
    Probe("stacked", (f"SELECT 1; {SET_B}; {READ_B}",)),
    Probe("stacked behind a commit", (f"COMMIT; BEGIN; {SET_B}; {READ_B}",)),
    Probe("RESET ALL", ("RESET ALL", "RESET ROLE", READ_B)),
    Probe("another's shared rows", (SET_B, SHARED_B)),
    Probe("a password, beside the office", ("RESET ROLE", PASSWORD_B)),
    Probe("a password, as the other province", ("SET ROLE p_b", PASSWORD_B)),
    Probe("a password, by writing it", (
        "RESET ROLE", "UPDATE public.tenants_user SET password = 'SECRET' WHERE id = 2 RETURNING password")),
    Probe("all sessions", ("RESET ROLE", "SELECT session_data FROM public.django_session")),
    Probe("a draft, by writing it", (SET_B, "UPDATE b.draft SET fact = 'SECRET ' RETURNING fact")),
    Probe("a function that is the owner's, replaced", ("RESET ROLE", (
        "CREATE OR REPLACE FUNCTION anlan.cell_of(login name) RETURNS bigint LANGUAGE sql AS 'SELECT 2'"), SHARED_B)),
    Probe("a policy dropped", ("RESET ROLE", "DROP POLICY cell_sees ON public.tenants_user", PASSWORD_B)),
    Probe("row security switched off", (
        "RESET ROLE", "ALTER TABLE public.tenants_user DISABLE ROW LEVEL SECURITY", PASSWORD_B)),
    Probe("a role of its own", ("RESET ROLE", "CREATE ROLE mine", "SELECT 'SECRET'")),
    Probe("a schema of one's own", ("RESET ROLE", "CREATE SCHEMA mine", "SELECT 'SECRET'")),
]  # fmt: skip
# What one province's role may not do to get at another; there is no login that may, so these have no control.
NEARER = [
    Probe("its own role made mightier", ("RESET ROLE", f"ALTER ROLE {LOGIN} BYPASSRLS", "SELECT 'SECRET'")),
    Probe("the other's role granted to itself", ("RESET ROLE", f"GRANT t_b TO {LOGIN}", "SELECT 'SECRET'")),
    Probe("a password, as its own province", ("SET ROLE p_a", PASSWORD_B)),
    Probe("the other's people taken in", (
        "SET ROLE p_a", "INSERT INTO public.tenants_membership (user_id, office_id) VALUES (2, 1)", PASSWORD_B)),
    Probe("the other's people taken in by an office", (
        "SET ROLE t_a", "INSERT INTO public.tenants_membership (user_id, office_id) VALUES (2, 1)", PASSWORD_B)),
    Probe("its people moved here", (
        "SET ROLE p_a", "UPDATE public.tenants_user SET office_id = 1 WHERE id = 2", PASSWORD_B)),
    Probe("its office moved here", (
        "SET ROLE p_a", "UPDATE public.tenants_office SET parent_id = 1 WHERE id = 2 RETURNING 'SECRET'")),
    Probe("the words asked for another role", ("SET ROLE p_a", "SELECT 'SECRET', anlan.cell_of('p_b')")),
    Probe("sessions by a pattern", ("SET ROLE p_a", "SELECT data FROM anlan_cell.session('%')")),
    Probe("what others tried, all of it", ("SET ROLE p_a", "SELECT * FROM public.django_session")),
]  # fmt: skip


@pytest.mark.parametrize("probe", [*WHOLE, *NEARER, *BY_THE_DATABASE], ids=lambda probe: probe.name)
def test_a_provinces_login_brings_nothing_of_another(field: Field, probe: Probe, monkeypatch) -> None:
    monkeypatch.setattr(statements, "refuse", lambda sql: None)

    assert probe.finds not in brought(field.province, probe, walled=True)


@pytest.mark.parametrize("probe", WHOLE, ids=lambda probe: probe.name)
def test_the_login_that_is_all_provinces_brings_it(field: Field, probe: Probe, monkeypatch) -> None:
    """The control: around the cursor, the wall of an office's role alone does not hold."""
    monkeypatch.setattr(statements, "refuse", lambda sql: None)

    assert probe.finds in brought(field.walled, probe, walled=True)


def test_what_a_province_needs_is_still_there(field: Field) -> None:
    def answer(*sent: str) -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(statements, "refuse", lambda sql: None)
            return brought(field.province, Probe("", sent), walled=True)

    assert answer("SELECT fact FROM a.draft WHERE id = 1") == "[('ours',)]"
    assert answer("SET ROLE p_a", "SELECT password FROM tenants_user") == "[('x',)]"
    assert answer("SET ROLE p_a", "UPDATE tenants_user SET password = 'y' RETURNING username") == "[('ours',)]"
    assert answer("SET ROLE p_a", "SELECT data FROM anlan_cell.session('ours')") == "[('x',)]"
    assert answer("SET ROLE NONE", "SELECT fact FROM a.draft") == "refused: InsufficientPrivilege"


# --- The portal's login, where the schemas have an owner of their own -------------------------------------------------

KEPT = "UPDATE public.core_auditentry SET after = 'SECRET' RETURNING after"
PORTAL = [  # whole statements, as who injects them into a page of the portal would send them around the cursor
    Probe("another office's schema", (READ_B,)),
    Probe("an office's role", ("SET ROLE t_b", READ_B)),
    Probe("an office's role, stacked", (f"SELECT 1; SET ROLE t_b; {READ_B}",)),
    Probe("an office's role by set_config", ("SELECT set_config('role', 't_b', true)", READ_B)),
    Probe("an office's role by DO", ("DO $$ BEGIN EXECUTE 'SET ROLE t_b'; END $$", READ_B)),
    Probe("a province's role", ("SET ROLE p_b", "SELECT 'SECRET' WHERE current_user = 'p_b'")),
    Probe("a draft, by writing it", ("UPDATE b.draft SET fact = 'SECRET ' RETURNING fact",)),
    Probe("business rows of any province", (SHARED_B,)),
    Probe("business rows by a text that is run", (f"SELECT {xml_of(SHARED_B)}",)),
    Probe("row security switched off", ("ALTER TABLE public.ledger_cycle DISABLE ROW LEVEL SECURITY", SHARED_B)),
    Probe("row security no longer forced", ("ALTER TABLE public.ledger_cycle NO FORCE ROW LEVEL SECURITY", SHARED_B)),
    Probe("a policy dropped", ("DROP POLICY office_sees ON public.ledger_cycle", SHARED_B)),
    Probe("a policy opened", ("ALTER POLICY office_sees ON public.ledger_cycle USING (true)", SHARED_B)),
    Probe("a policy more", ("CREATE POLICY mine ON public.ledger_cycle USING (true)", SHARED_B)),
    Probe("a right granted to itself", ("GRANT SELECT ON public.ledger_cycle TO CURRENT_USER", SHARED_B)),
    Probe("a schema opened to itself", ("GRANT USAGE ON SCHEMA b TO CURRENT_USER", READ_B)),
    Probe("the log, its trigger switched off", ("ALTER TABLE public.core_auditentry DISABLE TRIGGER kept", KEPT)),
    Probe("the log, its trigger dropped", ("DROP TRIGGER kept ON public.core_auditentry", KEPT)),
    Probe("the log, its trigger's function replaced", (
        "CREATE OR REPLACE FUNCTION public.kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'", KEPT)),
    Probe("the log, written to", (
        "INSERT INTO public.core_auditentry VALUES (2, 'a', 'a', 1, 'SECRET') RETURNING after",)),
    Probe("a function of the owner's, replaced", (
        "CREATE OR REPLACE FUNCTION anlan.office_of(login name) RETURNS bigint LANGUAGE sql AS 'SELECT 2'",
        "SELECT 'SECRET'")),
    Probe("a table in public", ("CREATE TABLE public.mine ()", "SELECT 'SECRET'")),
    Probe("a temporary table", ("CREATE TEMP TABLE mine ()", "SELECT 'SECRET'")),
    Probe("a schema", ("CREATE SCHEMA mine", "SELECT 'SECRET'")),
    Probe("an office's schema dropped", ("DROP SCHEMA b CASCADE", "SELECT 'SECRET'")),
    Probe("a role", ("CREATE ROLE mine", "SELECT 'SECRET'")),
    Probe("offices moved", ("UPDATE public.tenants_office SET parent_id = 1 WHERE id = 2 RETURNING 'SECRET'",)),
    Probe("people moved", ("UPDATE public.tenants_user SET office_id = 1 WHERE id = 2 RETURNING 'SECRET'",)),
]  # fmt: skip
# These bring nothing to the login that owns everything either, or there is no such role to become.
AT_ALL = [
    Probe("the owner", (f'SET ROLE "{OWNER}"', "SELECT 'SECRET'")),
    Probe("the owner, for the session", (f'SET SESSION AUTHORIZATION "{OWNER}"', "SELECT 'SECRET'")),
    Probe("the owner's login", ("SET ROLE boss", "SELECT 'SECRET'")),
    Probe("an office's role granted to itself", ("GRANT t_b TO CURRENT_USER", "SELECT 'SECRET'")),
    Probe("a mightier self", ("ALTER ROLE web BYPASSRLS", "SELECT 'SECRET'")),
    Probe("the log, changed", (KEPT,)),
    Probe("the log, emptied", ("TRUNCATE public.core_auditentry", "SELECT 'SECRET'")),
    Probe("the log, forgotten", ("DELETE FROM public.core_auditentry RETURNING 'SECRET'",)),
]


def to_the_login(url: str, probe: Probe) -> str:
    """The same as brought(), for the login itself, with nobody looking at its statements; nothing is committed."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            for sql in probe.sent:
                cursor.execute(sql)
            return str(cursor.fetchall()) if cursor.description else ""
    except psycopg2.Error as refusal:
        return f"refused: {type(refusal).__name__}"
    finally:
        connection.rollback()
        connection.close()


@pytest.mark.parametrize("probe", [*PORTAL, *AT_ALL], ids=lambda probe: probe.name)
def test_the_portals_login_brings_nothing(field: Field, probe: Probe) -> None:
    assert probe.finds not in to_the_login(field.portal, probe)


@pytest.mark.parametrize("probe", PORTAL, ids=lambda probe: probe.name)
def test_the_login_that_owns_everything_brings_it(field: Field, probe: Probe) -> None:
    """The control: the portal's login as it is where no owner stands apart."""
    answer = to_the_login(field.walled, probe)
    if "FeatureNotSupported" in answer:
        pytest.skip("This PostgreSQL was built without XML.")

    assert probe.finds in answer


def test_what_the_portal_needs_is_still_there(field: Field) -> None:
    for sql, rows in (
        ("SELECT password FROM tenants_user ORDER BY id", "[('x',), ('SECRET',)]"),
        ("UPDATE tenants_user SET password = 'y' WHERE id = 1 RETURNING username", "[('ours',)]"),
        ("SELECT data FROM anlan_cell.session('ours')", "[('x',)]"),
        ("SELECT after FROM core_auditentry", "[('as it was',)]"),
    ):
        assert to_the_login(field.portal, Probe("", (sql,))) == rows
