"""Every audit row takes its place in its office's chain when its transaction commits, and stays as it was written."""

import threading
from hashlib import sha256
from itertools import pairwise

import psycopg2
import pytest
from django.db import ProgrammingError, connection, transaction

from core import events
from core import office as office_core
from core.models import AuditEntry, AuditHead, AuditLink, CalendarDay
from core.models.audit import NO_HASH
from core.postgres.statements import RefusedStatement
from tenants.models import Division, Office, Role
from tests.conftest import NOON, TODAY


def commit() -> None:
    """What happens at a commit: deferred triggers fire. The test's own transaction goes on."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def day(number: int, name: str = "", region: str = "530199") -> CalendarDay:
    return CalendarDay(region_code=region, day=f"2030-01-{number:02d}", is_working=True, name=name, source="试验")


def field(value: object) -> str:
    return "-," if value is None else f"{len(str(value).encode())}:{value},"


def text_of(entry: AuditEntry) -> str:
    """The hashed text once more, from what the docstrings say rather than from the SQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT before, after FROM core_auditentry WHERE id = %s", [entry.pk])
        before, after = cursor.fetchone()
    moment = int(entry.at.timestamp()) * 1_000_000 + entry.at.microsecond
    who = "-" if entry.actor_id is None else entry.actor_id
    texts = (
        *(entry.chain, entry.schema_name, entry.table_name, entry.row_id, entry.action),
        *(entry.request_id, entry.address, before, after),
    )
    return f"{entry.pk},{moment},{who}," + "".join(map(field, texts))


def links(chain: str) -> list[AuditLink]:
    return list(AuditLink.objects.filter(chain=chain).select_related("entry").order_by("seq"))


class TestTheChain:
    def test_links_each_row_to_the_one_before(self, kunming: Office, mounted) -> None:
        known = AuditLink.objects.filter(chain="kunming").count()
        mounted(kunming)
        CalendarDay.objects.bulk_create([day(1), day(2, "假 '日'\n\x1f,5:"), day(3)])
        CalendarDay.objects.filter(region_code="530199").update(name="改")
        CalendarDay.objects.filter(region_code="530199", day="2030-01-02").delete()
        commit()

        chain = links("kunming")
        assert len(chain) == known + 7
        prev = NO_HASH
        for seq, link in enumerate(chain, start=1):
            place = f"kunming {seq} {link.reason}".encode()
            digest = sha256(text_of(link.entry).encode()).digest()
            assert (link.seq, bytes(link.prev)) == (seq, prev)
            assert bytes(link.hash) == sha256(prev + digest + place).digest()
            prev = bytes(link.hash)
        head = AuditHead.objects.get(chain="kunming")
        assert (head.seq, bytes(head.hash)) == (len(chain), prev)

    def test_of_a_shared_table_is_the_acting_offices(self, kunming: Office, puer: Office) -> None:
        for office in (kunming, puer):
            with office_core.mounted(office.mount()):
                Division.objects.create(office=office, name="综合科", valid_from=TODAY)
        Division.objects.create(office=puer, name="公共科", valid_from=TODAY)

        written = AuditEntry.objects.filter(table_name="tenants_division").order_by("-id")[:3]
        assert [entry.chain for entry in written] == ["public", "puer", "kunming"]

    def test_leaves_out_what_a_savepoint_took_back(self, db: None) -> None:
        commit()
        before = AuditHead.objects.get(chain="public").seq
        with transaction.atomic():
            day(1).save()
            transaction.set_rollback(True)
        day(2).save()
        commit()

        assert AuditHead.objects.get(chain="public").seq == before + 1

    def test_a_change_of_nothing_makes_no_row(self, db: None) -> None:
        day(1).save()
        commit()
        before = AuditHead.objects.get(chain="public").seq

        CalendarDay.objects.filter(region_code="530199").update(name="")
        commit()

        assert AuditHead.objects.get(chain="public").seq == before

    def test_bears_the_reasons_that_the_events_gave(self, actor) -> None:
        from tenants.events import OfficeRenamed

        who = actor("yunnan", Role.SYS_ADMIN)
        day(1).save()
        for reason in ("机构改革", "更正公文", "机构改革"):
            event = OfficeRenamed(subject="x", old_name="甲", new_name="乙", valid_from=TODAY, reason=reason)
            events.record(event, actor=who, at=NOON)
        commit()

        assert AuditLink.objects.latest("entry_id").reason == "机构改革；更正公文"

    def test_every_row_has_a_place(self, db: None) -> None:
        commit()

        assert not AuditEntry.objects.filter(link=None).exists()

    def test_two_offices_at_a_time_and_two_people_in_one(self, db: None) -> None:
        """Real transactions: those of one chain wait for each other at their commits, and none is lost."""
        before = AuditHead.objects.filter(chain="public").values_list("seq", flat=True).first() or 0
        facts = {key: value for key, value in connection.get_connection_params().items() if key != "cursor_factory"}
        failures: list[Exception] = []

        def work(place: int) -> None:
            try:
                own = psycopg2.connect(**facts)
                for turn in range(10):
                    with own, own.cursor() as cursor:
                        cursor.execute(
                            "INSERT INTO public.core_calendarday (region_code, day, is_working, name, source) "
                            "VALUES (%s, '2030-01-01', true, '', '') RETURNING id",
                            [f"8{place}{turn}"],
                        )
                        cursor.execute("DELETE FROM public.core_calendarday WHERE id = %s", cursor.fetchone())
                own.close()
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert failures == []
        chain = [link for link in links("public") if link.seq > before]
        assert len(chain) == 80
        assert all(bytes(one.hash) == bytes(two.prev) for one, two in pairwise(chain))


class TestNobodyRewritesIt:
    STATEMENTS = (
        "UPDATE public.core_auditentry SET row_id = '0'",
        "DELETE FROM public.core_auditentry",
        "TRUNCATE public.core_auditentry, public.core_auditlink",
        "INSERT INTO public.core_auditentry SELECT * FROM public.core_auditentry LIMIT 1",
        "UPDATE public.core_auditlink SET reason = ''",
        "DELETE FROM public.core_auditlink",
        "TRUNCATE public.core_auditlink",
        "INSERT INTO public.core_auditlink SELECT * FROM public.core_auditlink LIMIT 1",
        "UPDATE public.core_audithead SET seq = 0",
        "DELETE FROM public.core_audithead",
        "TRUNCATE public.core_audithead",
        "INSERT INTO public.core_audithead VALUES ('x', 0, '', now())",
    )

    @pytest.mark.parametrize("statement", STATEMENTS)
    def test_not_the_login_that_owns_the_tables(self, db: None, statement: str) -> None:
        with pytest.raises(ProgrammingError, match="written by its triggers only"), transaction.atomic():
            self.execute(statement)

    @pytest.mark.parametrize("statement", STATEMENTS)
    def test_not_an_offices_role(self, kunming: Office, mounted, statement: str) -> None:
        mounted(kunming)
        refused = (ProgrammingError, RefusedStatement)  # TRUNCATE does not even get to the database
        with pytest.raises(refused, match=r"permission denied|of this kind was refused"), transaction.atomic():
            self.execute(statement)

    @pytest.mark.parametrize("statement", STATEMENTS)
    def test_without_the_triggers_the_owner_could(self, db: None, statement: str) -> None:
        """The control: who may alter the tables can take the wall away, and then it is the chain that tells of it."""
        if "INSERT" in statement and "audithead" not in statement:
            statement = "SELECT 1"  # a copy of a row is refused by its key
        commit()
        with transaction.atomic():
            for table in ("core_auditentry", "core_auditlink", "core_audithead"):
                self.execute(f"ALTER TABLE public.{table} DISABLE TRIGGER USER")
            self.execute(statement)
            transaction.set_rollback(True)

    def execute(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
