"""What a province's role sees and writes beside its offices, asked by SQL: its own rows and nobody else's."""

import uuid

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from api.models import Token
from appraisal.library.models import OwnRule
from config.cells import CELLS
from core import office as office_core
from core.events import EventRecord
from core.models import SensitiveRead, StoredFile
from core.sessions import SessionStore
from tenants.models import (
    Division,
    EmergencyAccount,
    EmergencyHalf,
    EmergencyOpening,
    FormerPassword,
    IdentityLink,
    IdentityProvider,
    Membership,
    Office,
    OpenSession,
    PersonalNumbers,
    ProviderSecret,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
    StandIn,
    User,
)  # fmt: skip
from tenants.models.office import Domain
from tests import factories
from tests.conftest import NOON, TODAY

PUBLIC_ROWS = {"tenants_region"}  # everybody sees them
REMOVE = {table for table, rows in CELLS.items() if rows.remove}
CHANGE = {table for table, rows in CELLS.items() if rows.change}


def as_cell(province: str, sql: str, *values: object) -> list[tuple]:
    """What the role of a province gets."""
    return ask(office_core.Mount(office_core.PUBLIC_SCHEMA, cell=province), sql, *values)


def ask(mount: office_core.Mount, sql: str, *values: object) -> list[tuple]:
    """Rows, or (how many were written,)."""
    with office_core.mounted(mount), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


@pytest.fixture
def theirs(offices: dict[str, Office]) -> dict[str, tuple[str, object]]:
    """Table → (key column, key) of one row that is of the province of Shifan."""
    office = offices["qinghe"]
    user, other = factories.make_person(office, "REPORTER"), factories.make_person(office)
    at = {"created_at": NOON, "expires_at": NOON.replace(year=2027)}
    member = Membership.objects.get(user=user)
    Domain.objects.create(domain="qinghe.example", tenant=office)
    provider = IdentityProvider.objects.create(
        office=offices["shifan"], name="x", issuer="https://sso.example", client_id="x", created_by_id=1,
        created_at=NOON,
    )  # fmt: skip
    link = IdentityLink.objects.create(provider=provider, user=user, subject="s", linked_by_id=1, linked_at=NOON)
    emergency = EmergencyAccount.objects.create(
        office=offices["shifan"], user=other, first_holder=user, second_holder=other, drawn_at=NOON
    )
    return {
        "tenants_emergencyaccount": ("id", emergency.pk),
        "tenants_emergencyopening": ("id", EmergencyOpening.objects.create(
            account=emergency, person=user, reason="x", address="x", opened_at=NOON, until=NOON.replace(hour=5)).pk),
        "tenants_emergencyhalf": ("number", EmergencyHalf.objects.create(
            account=emergency, place=1, digest="4" * 64).pk),
        "tenants_office": ("id", office.pk),
        "tenants_domain": ("domain", "qinghe.example"),
        "tenants_division": ("id", Division.objects.create(office=office, name="一科", valid_from=TODAY).pk),
        "tenants_user": ("id", user.pk),
        "tenants_personalnumbers": ("id", PersonalNumbers.objects.create(user=user).pk),
        "tenants_membership": ("id", member.pk),
        "tenants_standin": ("id", StandIn.objects.create(
            membership=member, person=other, starts_on=TODAY, ends_on=TODAY, reason="出差", created_by_id=user.pk,
            created_at=NOON).pk),
        "tenants_signinattempt": ("id", SignInAttempt.objects.create(
            username=user.username, address="10.0.0.9", at=NOON, succeeded=False, reason="wrong-password").pk),
        "tenants_secondfactor": ("user_id", SecondFactor.objects.create(user=user, secret="k1:x", begun_at=NOON).pk),
        "tenants_recoverycode": ("number", RecoveryCode.objects.create(user=user, digest="0" * 64).pk),
        "tenants_formerpassword": ("number", FormerPassword.objects.create(
            user=user, encoded="x", replaced_at=NOON).pk),
        "tenants_identityprovider": ("id", provider.pk),
        "tenants_identitylink": ("id", link.pk),
        "tenants_providersecret": (
            "provider_id", ProviderSecret.objects.create(provider=provider, secret="k1:x").pk),
        "tenants_opensession": ("number", OpenSession.objects.create(
            user=user, key="their-key", digest="1" * 64, began_at=NOON, seen_at=NOON).pk),
        "api_token": ("id", Token.objects.create(user=user, office=office, name="x", digest="2" * 64, **at).pk),
        "core_storedfile": ("id", StoredFile.objects.create(
            id=uuid.uuid4(), office="qinghe", name="凭证.pdf", media_type="application/pdf", size=1, sha256="3" * 64,
            uploaded_by_id=user.pk, uploaded_by_name=user.name, uploaded_at=NOON).pk),
        "core_sensitiveread": ("id", SensitiveRead.objects.create(
            office="qinghe", what="audit-log", actor_id=user.pk, at=NOON).pk),
        "core_eventrecord": ("id", EventRecord.objects.create(
            name="X", office="public", subject="tenants.user:1", at=NOON, actor_id=user.pk).pk),
        "library_ownrule": ("id", OwnRule.objects.create(
            province=offices["shifan"], name="grades", valid_from=TODAY, number=1, source="x", document="x",
            laid_down_by_id=user.pk, laid_down_by_name=user.name, laid_down_at=NOON).pk),
    }  # fmt: skip


class TestAnotherProvince:
    def test_has_an_example_of_every_table(self, theirs) -> None:
        assert set(theirs) == set(CELLS) - PUBLIC_ROWS

    @pytest.mark.parametrize("table", sorted(set(CELLS) - PUBLIC_ROWS))
    def test_is_not_seen_nor_written(self, theirs, table: str) -> None:
        """The same statements are made by the row's own province, as far as it has the right: the control."""
        column, key = theirs[table]
        seen = f"SELECT {column} FROM {table} WHERE {column} = %s"

        assert as_cell("yunnan", seen, key) == []
        assert as_cell("shifan", seen, key) == [(key,)]
        for may, sql in (
            (table in CHANGE, f"SELECT {column} FROM {table} WHERE {column} = %s FOR UPDATE"),
            (table in REMOVE, f"DELETE FROM {table} WHERE {column} = %s"),
        ):
            if may:
                assert as_cell("yunnan", sql, key) in ([], [(0,)])
                assert as_cell("shifan", sql, key) in ([(key,)], [(1,)])
            else:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    as_cell("shifan", sql, key)

    @pytest.mark.parametrize("table", ["ledger_reportedvalue", "django_session", "core_auditentry", "core_job"])
    def test_and_ones_own_business_are_no_affair_of_what_is_done_beside(self, offices, table: str) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_cell("yunnan", f"SELECT * FROM {table}")

    def test_loses_nobody_to_a_membership_written_here(self, theirs, offices) -> None:
        sql = "INSERT INTO tenants_membership (user_id, office_id, role, valid_from, granted_at, end_reason)"
        given = [theirs["tenants_user"][1], offices["yunnan"].pk]
        values = "VALUES (%s, %s, 'ISSUER', now(), now(), '')"
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_cell("yunnan", f"{sql} {values}", *given)
        with pytest.raises(ProgrammingError, match="row-level security"):
            ask(offices["yunnan"].mount(), f"{sql} {values}", *given)

    def test_keeps_its_people_where_they_are(self, theirs, offices) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_cell("shifan", "UPDATE tenants_user SET office_id = %s", offices["yunnan"].pk)
        with pytest.raises(ProgrammingError, match=r"permission denied|row-level security"):
            as_cell("shifan", "UPDATE tenants_office SET position = 3 WHERE id = %s", offices["qinghe"].pk)


class TestWhatIsAskedByKey:
    def test_a_session_opens_by_its_whole_key_and_no_other_way(self, db: None) -> None:
        store = SessionStore()
        store["who"] = "7"
        store.create()
        key = store.session_key or ""

        assert len(as_cell("yunnan", "SELECT * FROM anlan_cell.session(%s)", key)) == 1
        for wrong in (key[:-1], "%", key[:-1] + "_", ""):
            assert as_cell("yunnan", "SELECT * FROM anlan_cell.session(%s)", wrong) == []

    def test_a_session_that_is_gone_is_not_made_again(self, db: None) -> None:
        assert as_cell("yunnan", "SELECT anlan_cell.keep_session('gone', 'x', now(), false)") == [(False,)]
        assert not Session.objects.filter(session_key="gone").exists()

    def test_a_name_is_taken_in_the_whole_country(self, theirs) -> None:
        name = User.objects.get(pk=theirs["tenants_user"][1]).username

        assert as_cell("yunnan", "SELECT anlan_cell.name_taken(%s)", name.upper()) == [(True,)]
        assert as_cell("yunnan", "SELECT anlan_cell.name_taken(%s)", name[:-1] + "%") == [(False,)]

    def test_attempts_are_counted_for_one_name_or_one_address_and_name_nobody(self, theirs) -> None:
        name = User.objects.get(pk=theirs["tenants_user"][1]).username
        sql = "SELECT * FROM anlan_cell.attempts(%s, %s, '2026-01-01', '2027-01-01')"
        (one,) = as_cell("yunnan", sql, None, "10.0.0.9")

        assert name not in str(one)
        assert as_cell("yunnan", sql, None, None) == []
        assert as_cell("yunnan", sql, None, "10.0.0.%") == []

    def test_the_same_bytes_elsewhere_are_dated_and_not_named(self, theirs) -> None:
        sql = "SELECT * FROM anlan_cell.uploads_elsewhere(%s, 'kunming', '2027-01-01')"

        assert as_cell("yunnan", sql, "3" * 64) == [(NOON, 1)]
        assert as_cell("yunnan", sql, "%") == [(None, 0)]

    def test_an_office_may_ask_none_of_it(self, offices) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"):
            ask(offices["yunnan"].mount(), "SELECT anlan_cell.name_taken('x')")
