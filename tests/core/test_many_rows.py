"""Many rows at once: COPY, and queries that are compiled once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet, Sum

from core.models import EventRecord
from core.office import NoOffice
from core.postgres.compiled import compiled
from core.postgres.copying import copy_rows, delete_rows
from tenants.models import Office, Region
from tests.conftest import NOON

FIELDS = ("code", "name", "short_name", "name_en", "level", "parent_code", "valid_from", "valid_to")


def region(code: str, name: str, valid_to: str | None = None) -> tuple[object, ...]:
    return (code, name, "", "", "COUNTY", "9999", "2020-01-01", valid_to)


class TestCopyRows:
    @pytest.mark.parametrize("name", ["上河区", "a\tb\\c\nd\re", "\\N", "\\.", "引号“'\"", ""])
    def test_text_arrives_as_it_was(self, db: None, name: str) -> None:
        copy_rows(Region, FIELDS, [region("999901", name)])

        assert Region.objects.get(code="999901").name == name

    def test_none_is_null(self, db: None) -> None:
        copy_rows(Region, FIELDS, [region("999901", "甲"), region("999902", "乙", "2025-12-31")])

        assert [row.valid_to is None for row in Region.objects.filter(parent_code="9999").order_by("code")] == [
            True,
            False,
        ]

    def test_constraints_hold(self, db: None) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            copy_rows(Region, FIELDS, [region("999901", "甲"), region("999901", "乙")])

    def test_nothing_is_written_for_no_rows(self, db: None) -> None:
        copy_rows(Region, FIELDS, [])

        assert not Region.objects.filter(parent_code="9999").exists()


class TestRowsThatAreThere:
    UNIQUE = ("code", "valid_from")

    def test_get_the_other_fields_and_stay_the_same_rows(self, db: None) -> None:
        copy_rows(Region, FIELDS, [region("999901", "甲"), region("999902", "乙")])
        known = Region.objects.get(code="999901").pk

        copy_rows(Region, FIELDS, [region("999901", "丙"), region("999903", "丁")], unique=self.UNIQUE)

        rows = Region.objects.filter(parent_code="9999").order_by("code")
        assert [row.name for row in rows] == ["丙", "乙", "丁"]
        assert rows[0].pk == known

    def test_go_by_their_values_and_no_others(self, db: None) -> None:
        copy_rows(Region, FIELDS, [region("999901", "甲"), region("999902", "乙"), region("999903", "丙")])

        delete_rows(Region, ["code", "name"], [("999901", "甲"), ("999902", "丙"), ("999903", "丙")])
        delete_rows(Region, ["code", "name"], [])

        assert [row.name for row in Region.objects.filter(parent_code="9999")] == ["乙"]


def children(parent_id: int) -> QuerySet[Office]:
    return Office.objects.filter(parent_id=parent_id).order_by("position").select_related("parent")


class TestCompiled:
    def test_gives_what_the_query_gives_for_each_key(self, offices: dict[str, Office]) -> None:
        def named(parent_id: int) -> QuerySet[Office, tuple[str, str]]:
            return children(parent_id).values_list("schema_name", "level")

        ready = compiled(named)

        for office in offices.values():
            assert ready(office.pk) == list(named(office.pk))

    def test_instances_come_with_what_belongs_to_them(
        self, offices: dict[str, Office], django_assert_num_queries
    ) -> None:
        ready = compiled(children)
        ready(0)

        with django_assert_num_queries(1):
            rows = ready(offices["yunnan"].pk)
            parents = {row.parent.schema_name for row in rows if row.parent}
        assert [(row, row.name, row._state.db) for row in rows] == [
            (row, row.name, "default") for row in children(offices["yunnan"].pk)
        ]
        assert parents == {"yunnan"}

    def test_what_is_deferred_comes_when_asked_for(self, offices: dict[str, Office], django_assert_num_queries) -> None:
        def short(parent_id: int) -> QuerySet[Office]:
            return children(parent_id).defer("name")

        [first, *_others] = compiled(short)(offices["yunnan"].pk)

        with django_assert_num_queries(1):
            assert first.name

    def test_keys_of_several_kinds_in_any_order(self, db: None) -> None:
        copy_rows(Region, FIELDS, [region("999901", "甲"), region("999902", "乙", "2025-12-31")])

        @compiled
        def named(on: date, level: str, parent_code: str) -> QuerySet[Region, str]:
            rows = Region.objects.filter(parent_code=parent_code, level=level).valid_on(on)
            return rows.order_by("code").values_list("name", flat=True)

        assert named(date(2025, 6, 1), "COUNTY", "9999") == ["甲", "乙"]
        assert named(date(2026, 6, 1), "COUNTY", "9999") == ["甲"]
        assert named(date(2026, 6, 1), "PREFECTURE", "9999") == []

    def test_small_columns_take_the_place_of_a_key(self, offices: dict[str, Office]) -> None:
        @compiled
        def before(parent_id: int, position: int) -> QuerySet[Office]:
            return Office.objects.filter(parent_id=parent_id, position__lt=position)

        assert len(before(offices["yunnan"].pk, 32_000)) == len(children(offices["yunnan"].pk))
        assert before(offices["yunnan"].pk, -5) == []

    def test_first_is_the_row_or_none(self, offices: dict[str, Office]) -> None:
        ready = compiled(children)

        assert ready.first(offices["yunnan"].pk) == children(offices["yunnan"].pk).first()
        assert ready.first(0) is None

    def test_converts_as_django_does(self, offices: dict[str, Office]) -> None:
        def counted(parent_id: int) -> QuerySet[Office, tuple[str, int, int]]:
            rows = Office.objects.filter(parent_id=parent_id).values_list("level")
            return rows.annotate(n=Count("id"), places=Sum("position"))

        yunnan = offices["yunnan"].pk
        assert compiled(counted)(yunnan) == list(counted(yunnan))

    def test_json_arrives_parsed(self, db: None) -> None:
        event = EventRecord.objects.create(name="X", office="yunnan", subject="x", at=NOON, data={"数": ["1", None]})

        @compiled
        def told(pk: int) -> QuerySet[EventRecord, tuple[str, object]]:
            return EventRecord.objects.filter(pk=pk).values_list("subject", "data")

        assert told(event.pk) == [("x", {"数": ["1", None]})]

    def test_threads_use_their_own_connection(self, offices: dict[str, Office]) -> None:
        ready = compiled(children)
        ready(0)

        # No office is mounted in that thread: it asked its own connection.
        with ThreadPoolExecutor(1) as pool, pytest.raises(NoOffice):
            pool.submit(ready, offices["yunnan"].pk).result()

    def test_a_query_without_its_key_is_refused(self, db: None) -> None:
        @compiled
        def everything(parent_id: int) -> QuerySet[Office]:
            return Office.objects.all()

        with pytest.raises(ValueError, match="does not use every parameter"):
            everything(1)

    def test_what_it_cannot_keep_is_refused(self, db: None) -> None:
        def fetched(parent_id: int) -> QuerySet[Office]:
            return children(parent_id).prefetch_related("memberships")

        def dictionaries(parent_id: int) -> QuerySet[Office, dict[str, object]]:
            return children(parent_id).values("pk")

        for make in (fetched, dictionaries):
            with pytest.raises(ValueError, match="give instances or a values_list"):
                compiled(make)(1)
