"""A second statement in a string is found wherever it hides, and a semicolon in a literal is none."""

import time

import pytest

from core.postgres.statements import RefusedStatement, refuse

ONE = [
    "SELECT 1",
    "SELECT 1;",
    "SELECT 1 ;\n ; ",
    "SELECT ';'",
    "SELECT 'it''s; so', \"a;b\"",
    r"SELECT E'\'; still inside', 1",
    "SELECT $$;$$, $a$ ; $$ ; $a$",
    "SELECT 1 -- ; here\n, 2",
    "SELECT %s, ';' || %s",
]
TWO = [
    "SELECT 1; SELECT 2",
    "SELECT 1;SET ROLE t_puer",
    "SELECT 'a'; RESET ROLE; SELECT 'b'",
    r"SELECT 'a\'; SET ROLE t_puer --'",  # no escape in a plain string: it ends before the semicolon
    "SELECT $$a$$; SET ROLE t_puer",
    "SELECT a$b$c; SET ROLE t_puer; SELECT $b$",  # a name with dollars opens no string
    "SELECT 1 -- '\n; SET ROLE t_puer",
    "SELECT 1 /* ' */; SET ROLE t_puer /* ' */",
    "SELECT 1 /* x; */",
    r"SELECT 1 WHERE 'a' LIKE'\'; SET ROLE t_puer --'",  # the E of LIKE makes no escape string
    'SELECT "a""b"; SET ROLE t_puer',
]


OTHER_KINDS = [
    *("RESET ROLE", "SET ROLE t_puer", "set local role t_puer", "SET SESSION AUTHORIZATION anlan", "DISCARD ALL"),
    *(
        "DO $$ BEGIN SET ROLE t_puer; END $$",
        "PREPARE x AS SELECT 1",
        "EXECUTE x",
        "COPY t TO PROGRAM 'sh'",
        "LISTEN x",
    ),
    *(
        "CREATE TABLE x ()",
        "DROP POLICY p ON t",
        "COMMIT",
        "ROLLBACK",
        "LOCK TABLE t",
        "/**/ RESET ROLE",
        "-- x\nRESET ROLE",
    ),
]


@pytest.mark.parametrize("sql", ONE)
def test_one_statement_passes(sql: str) -> None:
    refuse(sql)


@pytest.mark.parametrize("sql", TWO)
def test_two_are_refused(sql: str) -> None:
    with pytest.raises(RefusedStatement):
        refuse(sql)


@pytest.mark.parametrize("sql", OTHER_KINDS)
def test_other_kinds_are_refused(sql: str) -> None:
    with pytest.raises(RefusedStatement, match="of this kind"):
        refuse(sql)


@pytest.mark.parametrize("sql", ["(SELECT 1) UNION (SELECT 2)", "with x as (select 1) select 2", 'SAVEPOINT "s"'])
def test_what_django_sends_passes(sql: str) -> None:
    refuse(sql)


def test_costs_next_to_nothing() -> None:
    sql = "SELECT " + ", ".join(f'"t"."column_{number}"' for number in range(100))
    started = time.process_time()
    for _ in range(10_000):
        refuse(sql)

    assert (time.process_time() - started) / 10_000 < 20e-6  # seconds each; a round trip takes 300 µs
