"""Two scans of one side and version at once: one is the first, the other is told that it would take its place."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from appraisal.ledger.models import LetterScan, LetterVersion, TargetLetter
from appraisal.ledger.selectors import letter_scans as selectors
from appraisal.ledger.usecases import letter_scans as usecases
from core.errors import Invalid
from core.models import StoredFile
from tenants.actors import Actor
from tests.appraisal.ledger.test_publication_race import YEAR, Halfway, Month, month
from tests.appraisal.ledger.test_verification_race import LETTERS, at_once, committed
from tests.conftest import NOON, TODAY

assert month  # the fixture
DAY = TODAY.replace(year=YEAR)
AGAIN = "原扫描件缺了盖章页，重新扫描。"
GUARDED = ("ledger_letterscan", "ledger_letterversion", "ledger_targetletter")
UNSIGNED = "state = 'DRAFT', province_signed_at = NULL, office_signed_at = NULL"  # so that the year can be removed
VERSIONS = f"(SELECT id FROM ledger_letterversion WHERE letter_id IN {LETTERS})"


@pytest.fixture
def letter(month: Month) -> Iterator[TargetLetter]:
    """Kunming's, signed by both."""
    with committed():
        found = TargetLetter.objects.get(cycle=month.year.cycle, office=month.kunming)
        TargetLetter.objects.filter(pk=found.pk).update(
            state="SIGNED", number="云移责〔2019〕1号", province_signed_at=NOON, office_signed_at=NOON
        )
        LetterVersion.objects.create(
            letter=found, number=1, effective_on=DAY, content={}, content_sha256="0" * 64, signatures=[], made_at=NOON
        )
    yield found
    with committed(), connection.cursor() as cursor:
        switched = "; ".join(f"ALTER TABLE {table} %s TRIGGER USER" for table in GUARDED)
        cursor.execute(switched.replace("%s", "DISABLE"))
        cursor.execute(f"DELETE FROM ledger_letterscan WHERE version_id IN {VERSIONS}")
        cursor.execute(f"DELETE FROM ledger_letterversion WHERE letter_id IN {LETTERS}")
        cursor.execute(f"UPDATE ledger_targetletter SET {UNSIGNED} WHERE id IN {LETTERS}")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(switched.replace("%s", "ENABLE"))


def page(who: Actor, sha256: str) -> str:
    with committed():
        stored = StoredFile.objects.create(
            office=who.office.schema_name, name="责任书.pdf", media_type="application/pdf", size=9, sha256=sha256,
            uploaded_by_id=who.user_id or 0, uploaded_by_name=who.name, uploaded_at=NOON,
        )  # fmt: skip
    return str(stored.pk)


def filing(letter: TargetLetter, who: Actor, sha256: str, note: str = "") -> Callable[[], Any]:
    paper = page(who, sha256)
    return lambda: usecases.file_scan(
        letter_id=letter.pk, edition=1, evidence=[paper], note=note, actor=who, at=NOON
    )  # fmt: skip


def kept(letter: TargetLetter) -> list[tuple[int, str, str]]:
    with committed():
        return [(row.number, row.filed_by_name, row.note) for row in selectors.scans(letter)]


def test_of_two_first_scans_one_is_told_that_there_is_one(
    month: Month, letter: TargetLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway = Halfway(monkeypatch, usecases, "_pages")

    done, refused = halfway.run(filing(letter, month.admin, "a1" * 32), filing(letter, month.leader, "b2" * 32))

    assert isinstance(refused, Invalid)
    assert refused.field == "note"
    assert kept(letter) == [(1, month.admin.name, "")]
    assert done.number == 1


def test_the_same_paper_twice_is_kept_once(month: Month, letter: TargetLetter, monkeypatch: pytest.MonkeyPatch) -> None:
    halfway = Halfway(monkeypatch, usecases, "_pages")

    _done, refused = halfway.run(
        filing(letter, month.admin, "a1" * 32), filing(letter, month.leader, "a1" * 32, AGAIN)
    )  # fmt: skip

    assert isinstance(refused, Invalid)
    assert (refused.field, "完全相同" in refused.message) == ("evidence", True)
    assert kept(letter) == [(1, month.admin.name, "")]


def test_whoever_says_why_is_filed_after_the_other(month: Month, letter: TargetLetter) -> None:
    filed = at_once(
        [
            filing(letter, who, sha256 * 32, f"{AGAIN}{who.name}")
            for who, sha256 in ((month.admin, "a1"), (month.leader, "b2"))
        ]
    )

    assert sorted(scan.number for scan in filed) == [1, 2]
    [first, second] = sorted(filed, key=lambda scan: scan.number)
    assert sorted(kept(letter)) == [
        (1, first.filed_by_name, ""),
        (2, second.filed_by_name, f"{AGAIN}{second.filed_by_name}"),
    ]


def test_the_two_sides_do_not_wait_for_a_reason_of_each_other(month: Month, letter: TargetLetter) -> None:
    clerk = Actor(month.reporter.user_id, month.reporter.name, month.kunming, month.kunming, month.leader.roles)
    at_once([filing(letter, month.admin, "a1" * 32), filing(letter, clerk, "a1" * 32)])

    with committed():
        assert sorted(LetterScan.objects.filter(version__letter=letter).values_list("side", "number")) == [
            ("OFFICE", 1), ("PROVINCE", 1),
        ]  # fmt: skip


def test_without_the_lock_the_database_has_to_refuse(
    month: Month, letter: TargetLetter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: nobody is told anything; only the numbers' constraint keeps the second scan out."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)
    halfway = Halfway(monkeypatch, selectors, "standing")

    def told(act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            try:
                return act()
            except IntegrityError as error:
                return error

        return run

    filed = halfway.run(
        *(told(filing(letter, who, sha256 * 32)) for who, sha256 in ((month.admin, "a1"), (month.leader, "b2")))
    )

    assert not any(isinstance(each, Invalid) for each in filed)
    assert any(isinstance(each, IntegrityError) for each in filed)
