"""Many rows at once: COPY, and queries that are compiled once."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Count, Sum

from core.models import EventRecord
from core.postgres.compiled import CompiledRows
from core.postgres.copying import copy_rows
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


class TestCompiledRows:
    def test_gives_what_the_query_gives_for_each_key(self, offices: dict[str, Office]) -> None:
        def children(parent_id: int):
            return Office.objects.filter(parent_id=parent_id).order_by("position").values_list("schema_name", "level")

        compiled = CompiledRows(children)

        for office in offices.values():
            assert compiled(office.pk) == list(children(office.pk))

    def test_converts_as_django_does(self, offices: dict[str, Office]) -> None:
        def counted(parent_id: int):
            rows = Office.objects.filter(parent_id=parent_id).values_list("level")
            return rows.annotate(n=Count("id"), places=Sum("position"))

        yunnan = offices["yunnan"].pk
        assert CompiledRows(counted)(yunnan) == list(counted(yunnan))

    def test_json_arrives_parsed(self, db: None) -> None:
        event = EventRecord.objects.create(name="X", office="yunnan", subject="x", at=NOON, data={"数": ["1", None]})

        compiled = CompiledRows(lambda pk: EventRecord.objects.filter(pk=pk).values_list("subject", "data"))

        assert compiled(event.pk) == [("x", {"数": ["1", None]})]

    def test_is_one_query(self, offices: dict[str, Office], django_assert_num_queries) -> None:
        compiled = CompiledRows(lambda pk: Office.objects.filter(pk=pk).values_list("pk"))

        with django_assert_num_queries(1):
            assert compiled(offices["puer"].pk) == [(offices["puer"].pk,)]

    def test_a_query_without_its_key_is_refused(self, db: None) -> None:
        with pytest.raises(ValueError, match="does not use its key"):
            CompiledRows(lambda pk: Office.objects.values_list("pk"))(1)
