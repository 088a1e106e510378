"""A month by spreadsheet, and a folder of its own for what is uploaded."""

from typing import Any

import pytest

from tests.appraisal.reporting.book.desk import Desk
from tests.appraisal.reporting.conftest import Office_


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = tmp_path


@pytest.fixture
def desk(kunming_month: Office_) -> Desk:
    return Desk(kunming_month)
