"""What an office had beside what it has: taken, compared, explained by the log; nothing in use is touched."""

import importlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from appraisal.reporting.models import CountyLine, DraftValue, MonthlyDraft
from core import office as office_core
from core.errors import Conflict
from core.postgres.wall import told as walls
from core.postgres.wall.language import Rows
from tenants import fingerprints, packing, release
from tenants.models import Division, Office, Shadow, ShadowDifference, ShadowSource, User
from tenants.selectors import shadows as selectors
from tenants.shadowing import comparing, sources, taking
from tests.appraisal import setting
from tests.conftest import NOON, TODAY
from tests.core.test_audit_chain import commit

pytestmark = pytest.mark.usefixtures("offices")


def silent(done: int, total: int, what: str = "") -> None:
    """Nobody looks."""


@pytest.fixture
def november(actor, offices) -> dict[str, Any]:
    """Kunming's draft of November with two values, one with county lines."""
    running = setting.running_cycle(actor, offices)
    with office_core.mounted(offices["kunming"].mount()):
        draft = MonthlyDraft.objects.create(period=running.period(11))
        values = [
            DraftValue.objects.create(
                draft=draft, indicator=running.indicator(code), fact={"value": fact}, narrative="如实", updated_by_id=1,
                updated_by_name="李", updated_at=NOON,
            )
            for code, fact in (("A1", "700"), ("A2", "35"))
        ]  # fmt: skip
        CountyLine.objects.create(value=values[0], region_code="530112", quantity="12.5")
    commit()
    return {"draft": draft, "values": values, "running": running}


def shadow_of(office: Office, **more: Any) -> Shadow:
    name = f"shadow_{office.schema_name}_202611050400"
    given = {"source": ShadowSource.BACKUP, "reason": "十一月的数据不对", "as_of": timezone.now(), "asked_at": NOON}
    return Shadow.objects.create(office=office, schema_name=name, **{**given, **more})


def taken(office: Office, **more: Any) -> Shadow:
    """A shadow of the office as it is at this moment: read from where it is instead of a restored server."""
    shadow = shadow_of(office, **more)
    source = sources.Backup(connection, office, shadow.as_of, "20261105T030000Z")
    shadow.upgraded = taking.take(shadow, office, source, told=silent)
    return shadow


def compared(shadow: Shadow) -> dict[str, tuple[int, int, int]]:
    """Table → (changed, gone, added), of those where something differs."""
    tables = comparing.compare(shadow, shadow.office, told=silent)
    shadow.tables = list(tables)
    found = {each["table"]: (each["changed"], each["gone"], each["added"]) for each in tables}
    return {table: counts for table, counts in found.items() if any(counts)}


class TestOwn:
    def test_every_table_that_an_office_reads_is_its_own_or_says_why_not(self) -> None:
        told = importlib.import_module(settings.OWN_ROWS)
        readable = {name for name, rule in walls.wall().tables.items() if isinstance(rule, Rows)}

        assert set(told.OWN) | set(told.ELSEWHERE) == readable
        assert not set(told.OWN) & set(told.ELSEWHERE)

    def test_nobodys_secret_is_copied(self, kunming: Office, november) -> None:
        shadow = taken(kunming)
        with connection.cursor() as cursor:
            for table, columns in packing.SECRET.items():
                cursor.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass", [f"{shadow.schema_name}.{table}"]
                )
                assert not columns & {name for (name,) in cursor.fetchall()}


class TestTaking:
    def test_holds_the_offices_rows_and_no_others(self, kunming: Office, puer: Office, november) -> None:
        shadow = taken(kunming)

        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), min(fact->>'value') FROM {shadow.schema_name}.reporting_draftvalue")
            assert cursor.fetchone() == (2, "35")
            cursor.execute(f"SELECT array_agg(id) FROM {shadow.schema_name}.tenants_office")
            assert cursor.fetchone() == ([kunming.pk],)
            cursor.execute(f"SELECT array_agg(DISTINCT office_id) FROM {shadow.schema_name}.ledger_targetletter")
            assert cursor.fetchone() == ([kunming.pk],)

    def test_is_plain_rows_that_nobodys_role_gets_at(self, kunming: Office, november) -> None:
        shadow = taken(kunming)

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = %s::regnamespace",
                           [shadow.schema_name])  # fmt: skip
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                           "WHERE c.relnamespace = %s::regnamespace", [shadow.schema_name])  # fmt: skip
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT bool_or(has_schema_privilege(rolname, %s, 'USAGE')) FROM pg_roles "
                           "WHERE rolname ~ '^(t_|p_|anlan_office|anlan_cell)'", [shadow.schema_name])  # fmt: skip
            assert cursor.fetchone() == (False,)

    def test_has_the_columns_of_this_release(self, kunming: Office, november) -> None:
        shadow = taken(kunming)

        def columns(schema: str, tables: set[str]) -> set[str]:
            lines = fingerprints.lines(schema)
            return {line for line in lines if line.startswith("column ") and line.split()[1] in tables}

        own = {name for name in taking.columns_in(kunming.schema_name) if name.startswith("reporting_")}
        assert columns(shadow.schema_name, own) == columns(kunming.schema_name, own)

    def test_an_earlier_release_is_upgraded_by_the_offices_own_strings(self, kunming: Office, november) -> None:
        class Earlier(sources.Backup):
            def migrations(self) -> set[release.Key]:
                return {*release.keys()} - {("reporting", "0002_county_quantity_digits")}

        shadow = shadow_of(kunming)

        lacked = taking.take(shadow, kunming, Earlier(connection, kunming, NOON, "x"), told=silent)

        assert lacked == 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attname = 'quantity' AND "
                           "attrelid = %s::regclass", [f"{shadow.schema_name}.reporting_countyline"])  # fmt: skip
            assert cursor.fetchone() == ("numeric(20,6)",)
        assert compared(shadow) == {}

    def test_a_newer_release_is_refused(self, kunming: Office) -> None:
        class Newer(sources.Backup):
            def migrations(self) -> set[release.Key]:
                return {*release.keys(), ("reporting", "0999_from_tomorrow")}

        with pytest.raises(Conflict, match="0999_from_tomorrow"):
            taking.take(shadow_of(kunming), kunming, Newer(connection, kunming, NOON, "x"), told=silent)

    def test_an_office_that_was_not_there_yet_is_refused(self, kunming: Office) -> None:
        later = Office(pk=10**6, schema_name="later", name="后来的机构")
        with pytest.raises(Conflict, match="还没有建立"):
            sources.Backup(connection, later, NOON, "x").migrations()

    def test_what_breaks_off_leaves_nothing(self, kunming: Office, november) -> None:
        def killed(done: int, total: int, what: str = "") -> None:
            if what == "reporting_draftvalue":
                raise KeyboardInterrupt

        shadow = shadow_of(kunming)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            taking.take(shadow, kunming, sources.Backup(connection, kunming, NOON, "x"), told=killed)

        assert taking.columns_in(shadow.schema_name) == {}
        taking.take(shadow, kunming, sources.Backup(connection, kunming, NOON, "x"), told=silent)
        assert "reporting_draftvalue" in taking.columns_in(shadow.schema_name)

    def test_only_a_shadow_is_removed(self) -> None:
        with pytest.raises(ValueError, match="kunming"):
            taking.remove("kunming")


class TestComparing:
    def test_finds_nothing_where_nothing_changed(self, kunming: Office, november) -> None:
        assert compared(taken(kunming)) == {}

    def test_finds_what_was_changed_added_and_removed_and_who_did_it(self, kunming: Office, november, actor) -> None:
        person = actor("kunming", "REPORTER")
        shadow = taken(kunming)
        first, second = november["values"]
        with office_core.mounted(kunming.mount(actor_id=person.user_id)):
            DraftValue.objects.filter(pk=first.pk).update(fact={"value": "70"}, narrative="改错了")
            CountyLine.objects.create(value=first, region_code="530113", quantity=1)
            DraftValue.objects.filter(pk=second.pk).delete()
        commit()

        assert compared(shadow) == {"reporting_draftvalue": (1, 1, 0), "reporting_countyline": (0, 0, 1)}
        changed = ShadowDifference.objects.get(shadow=shadow, kind="CHANGED")
        assert (changed.row_id, changed.fields) == (str(first.pk), ["fact", "narrative"])
        assert (changed.before["fact"], changed.after["fact"]) == ({"value": "700"}, {"value": "70"})
        assert (changed.changed_by_id, changed.changes) == (person.user_id, 1)
        assert changed.entry_id is not None
        gone = ShadowDifference.objects.get(shadow=shadow, kind="GONE")
        assert (gone.row_id, gone.after, gone.changed_by_id) == (str(second.pk), None, person.user_id)

    def test_what_was_changed_and_changed_back_is_no_difference(self, kunming: Office, november) -> None:
        shadow = taken(kunming)
        with office_core.mounted(kunming.mount()):
            for text in ("别的", "如实"):
                DraftValue.objects.filter(pk=november["values"][0].pk).update(narrative=text)
        assert compared(shadow) == {}

    def test_a_change_that_the_log_does_not_know_of_stands_out(self, kunming: Office, november) -> None:
        """The control: who changed it comes from the log, so past the log there is nobody."""
        shadow = taken(kunming)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE kunming.reporting_draftvalue DISABLE TRIGGER USER")
            cursor.execute("UPDATE kunming.reporting_draftvalue SET narrative = '暗改'")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE kunming.reporting_draftvalue ENABLE TRIGGER USER")
        compared(shadow)
        assert set(ShadowDifference.objects.values_list("entry_id", "changes")) == {(None, 0)}

    def test_shared_rows_of_others_are_not_compared(self, kunming: Office, puer: Office, november) -> None:
        shadow = taken(kunming)
        for office in (kunming, puer):
            with office_core.mounted(office.mount()):
                Division.objects.create(office=office, name="新科室", valid_from=TODAY)
        assert compared(shadow) == {"tenants_division": (0, 0, 1)}

    def test_again_replaces_what_was_found(self, kunming: Office, november) -> None:
        shadow = taken(kunming)
        with office_core.mounted(kunming.mount()):
            Division.objects.create(office=kunming, name="新科室", valid_from=TODAY)
        assert compared(shadow) == compared(shadow) == {"tenants_division": (0, 0, 1)}
        assert ShadowDifference.objects.count() == 1

    def test_an_office_whose_schema_is_gone_can_still_be_looked_at(self, kunming: Office, november) -> None:
        shadow = taken(kunming)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("DROP SCHEMA kunming CASCADE")
        assert compared(shadow) == {
            "reporting_monthlydraft": (0, 1, 0), "reporting_draftvalue": (0, 2, 0), "reporting_countyline": (0, 1, 0),
        }  # fmt: skip

    def test_sealed_numbers_stay_sealed_and_words_are_words(self, kunming: Office, november, actor) -> None:
        person = actor("kunming", "REPORTER")
        shadow = taken(kunming)
        user = User.objects.get(pk=person.user_id)
        user.phone = "13812345678"
        user.save()
        with office_core.mounted(kunming.mount()):
            MonthlyDraft.objects.update(state="AWAITING_SIGN_OFF", submitted_at=NOON, submitted_by_id=1)
        compared(shadow)

        fields = {
            (row.difference.table_name, field.word): (field.before, field.after)
            for row in selectors.shown(ShadowDifference.objects.all())
            for field in row.fields
        }
        assert fields["reporting_monthlydraft", "状态"][0] == "填报中"
        assert "2026" in selectors.shown(ShadowDifference.objects.filter(table_name="reporting_monthlydraft"))[0].about
        assert "13812345678" not in str(fields)


class TestArchives:
    def test_can_be_looked_at_as_well(self, kunming: Office, yunnan: Office, november, tmp_path, mounted) -> None:
        mounted(yunnan)
        packed = packing.pack(kunming, at=timezone.now(), told=silent)
        with office_core.mounted(office_core.PUBLIC):
            shadow = shadow_of(kunming, source=ShadowSource.ARCHIVE)
            with sources.archive(kunming, packed.path) as source:
                taking.take(shadow, kunming, source, told=silent)
            assert compared(shadow) == {}
            with office_core.mounted(kunming.mount()):
                DraftValue.objects.filter(pk=november["values"][0].pk).update(narrative="")
            assert compared(shadow) == {"reporting_draftvalue": (1, 0, 0)}

    def test_of_another_office_or_damaged_are_refused(self, kunming: Office, puer: Office, yunnan, mounted) -> None:
        mounted(yunnan)
        packed = packing.pack(kunming, at=timezone.now() + timedelta(seconds=1), told=silent)
        with pytest.raises(Conflict, match="puer"), sources.archive(puer, packed.path):
            pass
        whole = packed.path.read_bytes()
        at = whole.index(b"id,office_id") if b"id,office_id" in whole else whole.index(b"id,")
        packed.path.write_bytes(whole[:at] + b"xx" + whole[at + 2 :])

        def read() -> None:
            with sources.archive(kunming, packed.path) as source:
                for schema in (kunming.schema_name, "public"):
                    for table, columns in source.columns(schema).items():
                        source.copy(schema, table, columns, io.BytesIO())

        with pytest.raises(Conflict, match="清单"):
            read()

    def test_chosen_columns_keep_empty_and_missing_apart(self) -> None:
        text = b'a,b,c\n1,"",\n2,"x, ""y""\nz",3\n'
        assert sources._only(text, ["c", "b"]) == b'c,b\n,""\n3,"x, ""y""\nz"\n'
