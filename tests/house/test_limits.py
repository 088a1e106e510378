"""The written limits are those in force, and every table has a class that says how long its rows are kept."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from config import retention, wall
from config.management.commands import write_limits
from core import jobs
from core import office as office_core
from core.jobs import schedules
from core.models import Job, Schedule
from tenants.models import Office, SignInAttempt
from tenants.usecases import sign_in_rows

DOCS = Path(settings.BASE_DIR) / "platform/docs"


@pytest.mark.parametrize("name", ["limits.md", "retention.md"])
def test_the_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == write_limits.pages()[name], "run manage.py write_limits"


def test_every_parameter_file_of_the_product_is_on_the_page() -> None:
    text = (DOCS / "limits.md").read_text("utf-8")
    root = Path(settings.BASE_DIR)
    files = [path for path in root.glob("*/**/params/*.yaml") if not {".venv", "node_modules"} & set(path.parts)]

    assert len(files) > 40
    assert [path.stem for path in files if f"| `{path.stem}` |" not in text] == []


def test_every_parameter_has_a_value_today_and_a_source() -> None:
    for known in write_limits.found().values():
        for parameter in known:
            assert parameter.at(timezone.localdate()).reference.strip(), parameter.name


def test_a_changed_value_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: another figure, another page."""
    monkeypatch.setattr(settings, "EVIDENCE_MAX_BYTES", 1024 * 1024)

    assert write_limits.pages()["limits.md"] != (DOCS / "limits.md").read_text("utf-8")


def test_every_table_has_a_class() -> None:
    tables = {model._meta.db_table for model in apps.get_models()} | set(wall.TABLES)

    assert sorted(table for table in tables if not retention.classes_of(table)) == []
    assert retention.classes_of("followup_secret") == []  # the control


def test_every_class_names_tables_that_there_are() -> None:
    tables = {model._meta.db_table for model in apps.get_models()} | set(wall.TABLES)
    for each in retention.CLASSES:
        for pattern in each.tables:
            assert any(retention._names(pattern, table) for table in tables), pattern
        assert each.level in ("secret", "sensitive", "personal", "official", "internal", "public")


class TestThePage:
    @pytest.mark.parametrize("role", ["SYS_ADMIN", "SEC_ADMIN", "AUDIT_ADMIN"])
    def test_shows_administrators_what_is_in_force_as_the_api_does(self, signed_in, role: str) -> None:
        client = signed_in("kunming", role)
        rows = client.get("/kunming/administration/limits/").context["rows"]
        told = client.get("/kunming/api/v1/limits/").json()

        assert [row.parameter.name for row in rows] == [row["name"] for row in told]
        tries = next(row for row in told if row["name"] == "sign_in_tries")
        assert (tries["value"], tries["since"], tries["label"]) == (5, "2020-01-01", "连续失败几次锁定（次）")
        assert len(told) == sum(len(known) for known in write_limits.found().values())

    def test_finds_by_a_part_of_the_name(self, signed_in) -> None:
        client = signed_in("yunnan", "SYS_ADMIN")
        found = client.get("/yunnan/administration/limits/?q=锁定").context["rows"]

        assert {row.parameter.name for row in found} == {"sign_in_lock_minutes", "sign_in_tries"}

    def test_is_nobody_elses(self, signed_in) -> None:
        client = signed_in("kunming", "PRINCIPAL_LEADER")
        for path in ("administration/limits/", "api/v1/limits/"):
            assert client.get(f"/kunming/{path}").status_code == 403

    def test_every_parameter_is_named_in_chinese(self) -> None:
        for known in write_limits.found().values():
            for parameter in known:
                assert any("\u4e00" <= char <= "\u9fff" for char in parameter.label), parameter.name


class TestSignIns:
    @pytest.fixture
    def attempts(self, offices: dict[str, Office]) -> None:
        now = timezone.now()
        for days in (0, 1094, 1096, 4000):
            SignInAttempt.objects.create(
                username="a",
                address="192.0.2.1",
                at=now - timedelta(days=days),
                succeeded=False,
                reason="wrong-password",
            )

    def test_are_kept_for_three_years(self, attempts: None) -> None:
        with office_core.mounted(office_core.of("anlan_platform")):
            job = jobs.want(sign_in_rows.ATTEMPTS, arguments={}, key="t", actor=schedules.System(), at=timezone.now())
        jobs.run_due()
        job.refresh_from_db()

        assert (job.state, job.result) == (Job.State.DONE, {"removed": 2})
        assert SignInAttempt.objects.count() == 2

    def test_are_cleared_by_the_platform_alone(self, offices: dict[str, Office]) -> None:
        schedules.enqueue_due(timezone.now())

        planned = Schedule.objects.filter(kind=sign_in_rows.ATTEMPTS).values_list("office", flat=True)
        assert list(planned) == ["anlan_platform"]
