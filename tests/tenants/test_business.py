"""The three administrators see no business data, by page or API; business people do."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tenants.models import Role
from tenants.selectors import logs

PAGES = {"yunnan": "/yunnan/appraisal/overview/", "kunming": "/kunming/reporting/"}
CALLS = {"yunnan": "/yunnan/api/v1/runs/", "kunming": "/kunming/api/v1/letters/"}


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN])
@pytest.mark.parametrize("slug", ["yunnan", "kunming"])
class TestAnAdministrator:
    def test_opens_no_business_page(self, signed_in, slug: str, role: str) -> None:
        answer = signed_in(slug, role).get(PAGES[slug])

        assert answer.status_code == 403
        assert "不查看业务数据" in answer.content.decode()

    def test_gets_no_business_data_from_the_api(self, signed_in, slug: str, role: str) -> None:
        answer = signed_in(slug, role).get(CALLS[slug])

        assert (answer.status_code, answer.json()["type"]) == (403, "denied")

    def test_does_not_get_it_by_visiting_either(self, signed_in, slug: str, role: str) -> None:
        if slug == "yunnan":
            assert signed_in(slug, role).get(PAGES["kunming"]).status_code == 403


def test_business_people_do(signed_in) -> None:
    assert signed_in("yunnan", Role.APPRAISAL_ADMIN).get(PAGES["yunnan"]).status_code == 200
    assert signed_in("kunming", Role.REPORTER).get(PAGES["kunming"]).status_code == 200


class TestTheAuditLog:
    def test_names_every_table_it_watches(self, db: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgname = 'audit_insert'"
            )
            watched = {name for (name,) in cursor.fetchall()}

        assert {name for name in watched if not name.startswith("auth_")} - set(logs.TABLES) == set()
        assert len(watched) > 20


def test_every_resource_of_appraisal_is_business() -> None:
    """A new module of the API is closed to the administrators without anybody remembering it."""
    folder = Path(settings.BASE_DIR) / "api" / "v1"
    business = tuple(settings.BUSINESS_VIEWS)
    found = [path for path in folder.glob("*.py") if re.search(r"^from appraisal", path.read_text(), re.MULTILINE)]

    assert len(found) > 20
    assert [path.name for path in found if not f"api.v1.{path.stem}".startswith(business)] == []
