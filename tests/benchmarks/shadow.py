"""A shadow compared with what is in use, against what nobody can undercut: EXCEPT both ways, which only counts."""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from appraisal.library.models import Indicator
from appraisal.reporting.models import DraftValue, MonthlyDraft
from core import office as office_core
from tenants import schemas
from tenants.models import Office, Shadow, ShadowSource
from tenants.shadowing import comparing, sources, taking
from tests.benchmarks import clock, world

PREFECTURE, MONTH = 3, 12  # one that no other part has made a schema for
LINES = """
    INSERT INTO {place} (value_id, region_code, quantity)
    SELECT %s, n::text, n * 1.5 FROM generate_series(1, %s) n
"""
CHANGE = "UPDATE {place} SET quantity = quantity + 1 WHERE id % 100 = 0"  # a row in a hundred
EXCEPT = """
    SELECT (SELECT count(*) FROM (SELECT * FROM {then} EXCEPT SELECT * FROM {now}) gone),
           (SELECT count(*) FROM (SELECT * FROM {now} EXCEPT SELECT * FROM {then}) new)
"""


def silent(_done: int, _total: int, _what: str = "") -> None:
    """Nobody looks."""


def measure(province: world.Province, rows: int, runs: int) -> dict[str, Any]:
    """Medians for an office with `rows` rows, of which one in a hundred was changed since; taking it is timed once."""
    office = _office(province, rows)
    shadow = Shadow(
        office=office, schema_name=f"shadow_{office.schema_name}", as_of=timezone.now(), source=ShadowSource.BACKUP,
        reason="measured", asked_at=timezone.now(),
    )  # fmt: skip
    now = f"{office.schema_name}.reporting_countyline"
    then = f"{shadow.schema_name}.reporting_countyline"

    def take() -> None:
        source = sources.Backup(connection, office, shadow.as_of, "here")
        taking.take(shadow, office, source, told=silent)

    def compare() -> None:
        with transaction.atomic():
            found = comparing.compare(shadow, office, told=silent)
        changed = {each["table"]: each["changed"] for each in found}
        assert changed["reporting_countyline"] == rows // 100, changed

    def only_count() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(EXCEPT.format(then=then, now=now))
            assert cursor.fetchone() == (rows // 100, rows // 100)

    with office_core.maintenance():
        with transaction.atomic():
            shadow.save()
        taken = clock.medians({"take": take}, 1)["take"]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CHANGE.format(place=now))
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {now}")
        seconds = clock.medians({"compare": compare, "except": only_count}, runs)
        taking.remove(shadow.schema_name)
    return {"rows": rows, "runs": runs, "take_seconds": taken, "seconds": seconds,
            "compare_over_except": seconds["compare"] / seconds["except"]}  # fmt: skip


def _office(province: world.Province, rows: int) -> Office:
    """A prefecture with a schema, in it a value of that many county lines; nobody waits for as many audit rows."""
    with world.public():
        office = province.prefecture(PREFECTURE)
        period = province.period(MONTH)
        indicator = Indicator.objects.filter(version=province.cycle.version).exclude(method="").first()
    with office_core.maintenance():
        schemas.create_schema(office)
    with office_core.mounted(office.mount()), transaction.atomic():
        value = DraftValue.objects.create(
            draft=MonthlyDraft.objects.create(period=period), indicator=indicator, updated_by_id=1, updated_by_name="",
            updated_at=world.AT,
        )  # fmt: skip
    place = f"{office.schema_name}.reporting_countyline"
    with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {place} DISABLE TRIGGER USER")
        cursor.execute(LINES.format(place=place), [value.pk, rows])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {place} ENABLE TRIGGER USER")
    return office
