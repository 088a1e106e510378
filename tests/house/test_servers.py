"""Real servers are asked before anything starts; what is in the way is one sentence that keeps the password."""

import socket
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from core.postgres import fitness
from deploy.local import servers
from deploy.local.preflight import DemoError
from tenants import schemas

FIT = (18, "18.1", "anlan", "anlan", "UTF8", True, True, True, None)


class Answering:
    """A cursor that has one row to tell."""

    def __init__(self, *row: object) -> None:
        self.row = row

    def execute(self, *_: object) -> None:
        """Knows the answer already."""

    def fetchone(self) -> tuple[object, ...]:
        return self.row


@pytest.fixture
def closed() -> Iterator[int]:
    """A port on which nobody answers, held so that nobody begins to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


class TestNamedServers:
    def test_none_is_asked_when_none_is_named(self) -> None:
        assert servers.check({"DATABASE_URL": "", "BROKER_URL": " "}) == []

    @pytest.mark.parametrize(
        ("name", "scheme"),
        [("DATABASE_URL", "postgresql"), ("BROKER_URL", "amqp"), ("BROKER_URL", "redis"), ("CACHE_URL", "redis")],
    )
    def test_one_that_does_not_answer_is_a_sentence_without_the_password(
        self, name: str, scheme: str, closed: int
    ) -> None:
        with pytest.raises(DemoError) as refused:
            servers.check({name: f"{scheme}://me:geheim@127.0.0.1:{closed}/1"})

        sentence = str(refused.value)
        assert sentence.startswith(f"{name}: ")
        assert f"127.0.0.1:{closed}/1 cannot be used: " in sentence
        assert "refused" in sentence
        assert "geheim" not in sentence
        assert "\n" not in sentence

    @pytest.mark.parametrize(
        ("name", "url", "why"),
        [
            ("DATABASE_URL", "mysql://a:geheim@h/x", "begins with mysql://"),
            ("DATABASE_URL", "geheim", "begins with nothing://"),
            ("DATABASE_URL", "postgresql://a:geheim@h:port/x", "is no URL"),
            ("DATABASE_URL", "postgresql://a:geheim@[::1/x", "is no URL"),
            ("DATABASE_URL", "postgresql://a:geheim@h:1/", "names no database"),
            ("BROKER_URL", "kafka://a:geheim@h", r"speaks amqp://, amqps://, redis://, rediss://"),
            ("BROKER_URL", "redis://", "names no host"),
            ("CACHE_URL", "memcached://h", "begins with memcached://"),
        ],
    )
    def test_what_is_no_address_of_one_is_told_what_is(self, name: str, url: str, why: str) -> None:
        with pytest.raises(DemoError, match=why) as refused:
            servers.check({name: url})

        assert str(refused.value).startswith(name)
        assert "geheim" not in str(refused.value)

    def test_the_database_of_these_tests_will_do(self, db: None) -> None:
        at = connection.settings_dict
        url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"

        assert servers.check({"DATABASE_URL": url}) == [
            f"PostgreSQL {connection.pg_version // 10000} at {at['HOST']}:{at['PORT']}/{at['NAME']}"
        ]

    def test_the_owner_of_the_schemas_is_asked_in_its_place(self, db: None, closed: int) -> None:
        """Who serves pages may not be there yet: the first upgrade makes it."""
        at = connection.settings_dict
        place = f"{at['HOST']}:{at['PORT']}/{at['NAME']}"
        owner, web = f"postgresql://{at['USER']}:{at['PASSWORD']}@{place}", f"postgresql://not_yet:geheim@{place}"

        assert servers.check({"DATABASE_URL": web, "OWNER_DATABASE_URL": owner}) == [
            f"PostgreSQL {connection.pg_version // 10000} at {place}, schemas by {at['USER']}, pages by not_yet"
        ]
        far = f"postgresql://o:geheim@127.0.0.1:{closed}/{at['NAME']}"
        for served, owns, why in (
            (owner, owner, "both name the login"),
            (f"{web}_other", owner, "name two databases"),
            (web, far, "^OWNER_DATABASE_URL: PostgreSQL at .* cannot be used"),
        ):
            with pytest.raises(DemoError, match=why) as refused:
                servers.check({"DATABASE_URL": served, "OWNER_DATABASE_URL": owns})
            assert "geheim" not in str(refused.value)


class TestFitness:
    @pytest.mark.parametrize(
        ("place", "value", "why"),
        [
            (0, fitness.OLDEST - 1, f"is too old: Anlan needs {fitness.OLDEST} or newer"),
            (4, "SQL_ASCII", "is encoded in SQL_ASCII"),
            (5, False, 'ALTER ROLE "anlan" CREATEROLE'),
            (6, False, 'ALTER DATABASE "anlan" OWNER TO "anlan"'),
            (7, False, "may not create schemas and tables"),
            (8, False, "belongs to another login"),
        ],
    )
    def test_what_is_missing_is_named_with_its_remedy(self, place: int, value: object, why: str) -> None:
        assert fitness.refusal(Answering(*FIT)) is None

        assert why in (fitness.refusal(Answering(*FIT[:place], value, *FIT[place + 1 :])) or "")

    def test_before_16_anybody_who_makes_roles_may_hand_out_the_group(self) -> None:
        assert fitness.refusal(Answering(15, "15.1", *FIT[2:8], False)) is None

    def test_a_login_that_may_not_create_roles_is_found_out(self, db: None) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            assert fitness.refusal(cursor) is None
            cursor.execute("CREATE ROLE test_weak; GRANT test_weak TO CURRENT_USER; SET LOCAL ROLE test_weak")

            refusal = fitness.refusal(cursor)

            transaction.set_rollback(True)
        assert refusal is not None
        assert refusal.startswith('The login "test_weak" may not create roles')


class TestRolesOfOffices:
    def test_the_login_may_become_a_role_it_made_whatever_the_server_was_told(self, db: None) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.pg_version >= 160000:
                cursor.execute("SET LOCAL createrole_self_grant = ''")
            schemas._create_role(cursor, "test_office")
            schemas._join_group(cursor, "test_office")
            cursor.execute("SET LOCAL ROLE test_office; SELECT has_table_privilege('tenants_office', 'SELECT')")
            reads = cursor.fetchone()[0]

            transaction.set_rollback(True)
        assert reads, "the group's rights are inherited"
