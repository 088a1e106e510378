"""Pages are served by a login that owns nothing, schemas are made by a job."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from core import cells, jobs
from core import office as office_core
from core.jobs import schedules
from core.management.commands import make_schemas
from core.models import (
    EventRecord,
    Job,
    Schedule,
)
from core.postgres.wall import asking
from tenants.models import Office
from tenants.shadowing import sources
from tenants.usecases import shadows
from tests.tenants.cells.setting import NEW_OFFICE, signed_in
from tests.tenants.owner.setting import (
    ONBOARD,
    asked,
    by_owner,
    clear,
    forget_schedules,
    forget_shadows,
    job_of,
    last_job,
    let_in,
    nullcontext_of,
    reopen,
    shadow_state,
)
from tests.tenants.provinces import committed


class TestAPage:
    def test_of_the_portal_is_by_a_login_that_owns_nothing(self, web) -> None:
        client = signed_in(web["anlan_platform"])

        for url in ("/", "/account/", "/anlan_platform/administration/offices/", "/anlan_platform/jobs/"):
            assert client.get(url, follow=True).status_code == 200, url
        assert signed_in(web["kunming"]).get("/kunming/stand-ins/").status_code == 200

    @pytest.mark.parametrize(("where", "code"), [("shifan", "990200"), ("anlan_platform", "980000")])
    def test_that_takes_an_office_in_has_a_job_do_it(self, web, where: str, code: str) -> None:
        client = signed_in(web[where])
        wanted = client.post(f"/{where}/administration/offices/new/", {**NEW_OFFICE, "region_code": code})
        try:
            assert wanted.status_code == 302, wanted.content.decode()
            jobs.run_due()
            assert last_job().state == "QUEUED", "a process without the owner's login leaves it alone"
            assert "排队" in client.get(wanted["Location"]).content.decode()

            by_owner(jobs.run_due)

            assert (last_job().state, last_job().error) == ("DONE", "")
            assert client.get(wanted["Location"]).status_code == 200
            with committed():
                made = Office.objects.select_related("parent").get(schema_name="baihe")
                event = EventRecord.objects.filter(name="OfficeOnboarded").latest("pk")
                assert (made.parent.schema_name, event.actor_id) == (where, web[where].pk)  # type: ignore[union-attr]
                assert asked("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'baihe'") == (
                    f'"owner@{connection.settings_dict["NAME"]}"'
                )
                with connection.cursor() as cursor:
                    assert asking.problems(cursor) == []
            with office_core.mounted(office_core.of("baihe", cell=cells.cell_of("baihe"))), transaction.atomic():
                assert asked("SELECT session_user::text").startswith(f"app_{made.cell}@")
        finally:
            clear("baihe")

    def test_that_asks_for_what_cannot_be_is_refused_at_once(self, web) -> None:
        client = signed_in(web["shifan"])

        taken = client.post("/shifan/administration/offices/new/", {**NEW_OFFICE, "schema_name": "qinghe"})
        wrong = client.post("/shifan/administration/offices/new/", {**NEW_OFFICE, "region_code": "530100"})
        nobody = signed_in(web["kunming"]).post("/kunming/administration/offices/new/", NEW_OFFICE)

        assert (taken.status_code, wrong.status_code, nobody.status_code) == (409, 422, 403)
        with committed():
            assert not Job.objects.filter(kind=ONBOARD).exists()

    def test_asked_twice_is_one_job_and_too_late_is_none(self, web) -> None:
        """What nobody could know when it was asked for, the job says: the person may not sign in any more."""
        client = signed_in(web["shifan"])
        try:
            first, second = (client.post("/shifan/administration/offices/new/", NEW_OFFICE) for _ in range(2))
            assert first["Location"] == second["Location"]
            let_in(web["shifan"], False)

            by_owner(jobs.run_due)

            assert (last_job().state, last_job().error.partition(" ")[0]) == ("FAILED", web["shifan"].name)
            with committed():
                assert not Office.objects.filter(schema_name="baihe").exists()
        finally:
            let_in(web["shifan"], True)
            clear("baihe")

    def test_by_the_api_answers_with_the_job(self, web) -> None:
        client, more = signed_in(web["shifan"]), {"headers": {"Idempotency-Key": "owner-1"}}
        try:
            made = client.post("/shifan/api/v1/offices/", NEW_OFFICE, content_type="application/json", **more)  # type: ignore[arg-type]

            assert (made.status_code, made.json()["kind"]) == (202, ONBOARD), made.content
        finally:
            clear("baihe")

    def test_in_a_process_that_has_the_owners_login_takes_it_in_at_once(self, people) -> None:
        """A developer's desk, where one environment is everybody's."""
        client = signed_in(people["shifan"])
        try:
            made = client.post("/shifan/administration/offices/new/", NEW_OFFICE)

            assert made.status_code == 302, made.content.decode()
            assert "/administration/offices/" in made["Location"]
        finally:
            clear("baihe")


class TestTheWorker:
    def test_wants_what_the_schedules_say_of_every_office(self, web) -> None:
        """As the portal, which may become no office's role."""
        try:
            assert schedules.enqueue_due(timezone.now()) == 0
            with committed():
                assert Schedule.objects.filter(office="kunming").exists()
                Schedule.objects.filter(office="kunming").update(next_run=timezone.now())
            assert schedules.enqueue_due(timezone.now()) > 0
            jobs.run_due()
            with committed():
                assert set(Job.objects.values_list("office", "state")) == {("kunming", "DONE")}
        finally:
            by_owner(forget_schedules)

    def test_of_schemas_does_their_jobs_and_no_others(self, web) -> None:
        signed_in(web["shifan"]).post("/shifan/administration/offices/new/", NEW_OFFICE)
        try:
            with office_core.mounted(office_core.of("kunming", cell="yunnan")), transaction.atomic():
                jobs.want("core.purge_jobs", arguments={}, key="by hand", actor=schedules.System(), at=timezone.now())

            assert by_owner(make_schemas.look) == make_schemas.EVERY

            with committed():
                states = dict(Job.objects.values_list("kind", "state"))
            assert states == {ONBOARD: "DONE", "core.purge_jobs": "QUEUED"}
        finally:
            by_owner(forget_schedules)
            clear("baihe")

    def test_of_schemas_packs_a_province_for_the_platform(self, web, settings, tmp_path) -> None:
        """Its own login may become no office of a province."""
        settings.ARCHIVE_DIR = tmp_path
        client = signed_in(web["anlan_platform"])
        with committed():
            shifan = Office.objects.get(schema_name="shifan")
        page = f"/anlan_platform/administration/offices/{shifan.pk}/"
        try:
            assert client.post(f"{page}suspend/", {"reason": "测试"}).status_code == 302
            assert client.post(f"{page}archive/", {"reason": "测试"}).status_code == 302
            jobs.run_due()
            assert job_of("tenants.archive_office").state == "QUEUED"

            by_owner(make_schemas.look)

            job = job_of("tenants.archive_office")
            assert (job.state, job.error) == ("DONE", "")
            assert len(list(tmp_path.glob("shifan-*.tar"))) == 1
        finally:
            by_owner(lambda: reopen(shifan.pk))

    def test_of_schemas_takes_a_shadow_compares_and_removes_it(self, web, settings, tmp_path, monkeypatch) -> None:
        """The rows are read from where they are, instead of from a restored server."""
        settings.BACKUP_DIR = str(tmp_path)
        here = nullcontext_of(lambda office, as_of, told: sources.Backup(connection, office, as_of, "20261105T030000Z"))
        monkeypatch.setattr(sources, "backup", here)
        client, told = signed_in(web["shifan"]), []
        with committed():
            office = Office.objects.get(schema_name="shifan").pk
        try:
            given = {"office_id": office, "as_of": "2026-11-02T20:00", "reason": "核对"}
            page = client.post("/shifan/administration/shadows/", given)["Location"]
            jobs.run_due()
            assert job_of(shadows.TAKE).state == "QUEUED"
            by_owner(make_schemas.look)
            job = job_of(shadows.TAKE)
            assert (job.state, job.error) == ("DONE", "")
            assert "这份历史副本" in client.get(page).text

            assert client.post(f"{page}drop/").status_code == 302
            by_owner(make_schemas.look)
            by_owner(lambda: told.append(shadow_state()))
            assert told == ["DROPPED"]
        finally:
            by_owner(forget_shadows)

    def test_of_schemas_is_none_without_the_owners_login(self, web) -> None:
        with pytest.raises(CommandError, match="There is no OWNER_DATABASE_URL"):
            call_command("make_schemas", skip_checks=True)

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
    def test_of_schemas_hides_its_environment(self) -> None:
        asks = (
            "import ctypes, django; django.setup(); from core.management.commands.make_schemas import hide; hide(); "
            "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
        )
        environment = {**os.environ, "PYTHONPATH": "platform:.", "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        told = subprocess.run(
            [sys.executable, "-c", asks], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True,
            check=True,
        )  # fmt: skip

        assert told.stdout == "0\n", "PR_GET_DUMPABLE: /proc/<pid>/environ is root's"

    def test_anchors_and_verifies_the_chains(self, web) -> None:
        from core import tasks

        assert tasks.anchor() > 0
        assert tasks.verify_audit() == 0


def test_the_platforms_calendar_is_followed_by_each_provinces_login(web, logins_used) -> None:
    """Its own reaches none of them."""
    client = signed_in(web["anlan_platform"])
    logins_used.clear()
    day = {"day": "2026-11-05", "is_working": "off", "name": "放假", "source": "通知"}
    try:
        answer = client.post("/anlan_platform/calendar/day/", day)

        assert answer.status_code in (200, 302), answer.content.decode()
        assert set(logins_used) == {"portal", "app_yunnan", "app_shifan"}
    finally:
        client.post("/anlan_platform/calendar/clear/", {**day, "reason": "测试"})
