"""Who reads the files of the record: both sides of what was handed over, nobody else."""

from collections.abc import Callable

import pytest

from appraisal.ledger.models import ReportedValue
from core import files
from core.errors import NotFound
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
