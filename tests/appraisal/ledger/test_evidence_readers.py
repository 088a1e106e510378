"""Who reads the files of the record: both sides of what was handed over, nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from appraisal.ledger.models import ReportedValue
from core import files
from core import office as office_core
from core.errors import NotFound
from core.files import keeping
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"]])


def kept(slug: str) -> StoredFile:
    return StoredFile.objects.create(
        office=slug, name="花名册.pdf", media_type="application/pdf", size=9, sha256="ef" * 32, uploaded_by_id=1,
        uploaded_by_name="李明", uploaded_at=NOON,
    )  # fmt: skip


def attach(year: Year, office: Office, file: StoredFile, source: str) -> None:
    ReportedValue.objects.create(
        period=year.period, office=office, indicator=year.indicators["E3"], version=9, source=source,
        fact={"counts": ["0", "0"]}, evidence=[{"id": str(file.pk), "name": file.name}], entered_at=NOON,
    )  # fmt: skip


class TestReaders:
    def test_the_bureau_reads_only_what_was_handed_over(
        self, year: Year, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        file, verifier = kept("kunming"), actor("yunnan", Role.VERIFIER)

        with pytest.raises(NotFound):
            files.get_file(verifier, file.pk)
        attach(year, kunming, file, "report")

        assert files.get_file(verifier, file.pk) == file
        for slug in ("puer", "shifan", "qinghe"):
            with pytest.raises(NotFound):
                files.get_file(actor(slug, Role.VERIFIER, Role.REPORTER), file.pk)

    def test_an_office_reads_what_the_bureau_entered_about_it(
        self, year: Year, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        file = kept("yunnan")
        attach(year, kunming, file, "province")

        assert files.get_file(actor("kunming", Role.REPORTER), file.pk) == file
        with pytest.raises(NotFound):
            files.get_file(actor("puer", Role.REPORTER), file.pk)


class TestKeeping:
    def test_what_the_record_lists_is_not_cleared_away_nor_could_be(
        self, year: Year, kunming: Office, puer: Office, yunnan: Office
    ) -> None:
        """By the night's work, by SQL of the office's own role; what nothing lists goes either way (control)."""
        reported, decided = kept("kunming"), kept("yunnan")
        attach(year, kunming, reported, "report")
        attach(year, puer, decided, "province")
        for office, file in ((kunming, reported), (yunnan, decided)):
            loose = [kept(office.schema_name), kept(office.schema_name)]
            with transaction.atomic(), office_core.mounted(office.mount()):
                with connection.cursor() as cursor:
                    cursor.execute(
                        "DELETE FROM core_storedfile WHERE id = ANY (%s::uuid[])", [[str(file.pk), str(loose[0].pk)]]
                    )
                    assert cursor.rowcount == 1
                gone = keeping.remove_unattached(
                    office.schema_name, before=NOON + timedelta(days=1), told=lambda done, total: None
                )
            assert gone == (1, {file.sha256})
            assert StoredFile.objects.filter(pk=file.pk).exists()
