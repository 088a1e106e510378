"""Shadows for people: who may ask and look, what is refused, what a page says; the jobs behind it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core import jobs
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import Job, SensitiveRead
from tenants.models import Office, Role, Shadow, ShadowDifference, ShadowSource
from tenants.shadowing import scratch, sources, taking
from tenants.states import ShadowState
from tenants.usecases import shadows
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")
BEFORE = NOON - timedelta(days=3)


@pytest.fixture(autouse=True)
def backups(settings, tmp_path) -> None:
    settings.BACKUP_DIR = str(tmp_path)


def ask(actor, office: Office, **more: Any) -> tuple[Shadow, Job]:
    given = {"as_of": BEFORE, "reason": "十一月的数据不对", "at": NOON, **more}
    with office_core.mounted(actor.office.mount(actor_id=actor.user_id)):
        return shadows.take_shadow(office_id=office.pk, actor=actor, **given)


def ready(office: Office, *, rows: int = 1, **more: Any) -> Shadow:
    """A shadow that was taken and compared, with rows of a value that differ."""
    given = {
        "schema_name": shadows.schema_of(office, BEFORE), "as_of": BEFORE, "source": ShadowSource.BACKUP,
        "reason": "核对", "asked_at": NOON, "state": ShadowState.READY, "compared_at": NOON,
        "drop_on": TODAY + timedelta(days=14),
    }  # fmt: skip
    counted = {"table": "reporting_draftvalue", "own": True, "then": rows, "now": rows, "added": 0, "gone": 0}
    shadow = Shadow.objects.create(
        office=office, **{**given, "tables": [{**counted, "changed": rows, "left_out": []}], **more}
    )
    ShadowDifference.objects.bulk_create(
        ShadowDifference(
            shadow=shadow, table_name="reporting_draftvalue", row_id=str(number), kind="CHANGED", fields=["narrative"],
            before={"narrative": f"第 {number} 行原文"}, after={"narrative": "改过了"},
        )
        for number in range(1, rows + 1)
    )  # fmt: skip
    return shadow


class TestAsking:
    @pytest.mark.parametrize("slug", ["kunming", "yunnan", "anlan_platform"])
    def test_is_for_system_administrators_of_the_office_and_above(self, actor, kunming: Office, slug: str) -> None:
        shadow, job = ask(actor(slug, Role.SYS_ADMIN), kunming)
        assert (shadow.state, job.state, job.office) == ("TAKING", "QUEUED", slug)

    @pytest.mark.parametrize(
        ("slug", "role"), [("kunming", Role.SEC_ADMIN), ("kunming", Role.REPORTER), ("yunnan", Role.APPRAISAL_ADMIN)]
    )
    def test_refuses_other_roles(self, actor, kunming: Office, slug: str, role: str) -> None:
        with pytest.raises(Denied):
            ask(actor(slug, role), kunming)

    @pytest.mark.parametrize("slug", ["puer", "shifan"])
    def test_does_not_tell_of_other_offices(self, actor, kunming: Office, slug: str) -> None:
        with pytest.raises(NotFound):
            ask(actor(slug, Role.SYS_ADMIN), kunming)

    def test_refuses_what_is_not_past_and_what_has_no_reason(self, actor, kunming: Office) -> None:
        person = actor("kunming", Role.SYS_ADMIN)
        for change, field in (
            ({"as_of": NOON}, "as_of"),
            ({"reason": " "}, "reason"),
            ({"reason": "长" * 201}, "reason"),
        ):
            with pytest.raises(Invalid) as refusal:
                ask(person, kunming, **change)
            assert refusal.value.field == field

    def test_says_what_to_do_where_there_are_no_backups(self, actor, kunming: Office, settings) -> None:
        settings.BACKUP_DIR = ""
        with pytest.raises(Conflict, match=r"BACKUP_DIR.*restore_shadow"):
            ask(actor("kunming", Role.SYS_ADMIN), kunming)

    def test_twice_is_once_and_a_ready_one_is_told(self, actor, kunming: Office) -> None:
        person = actor("kunming", Role.SYS_ADMIN)
        first, again = ask(person, kunming), ask(person, kunming)
        assert first == again
        Shadow.objects.update(state="READY", compared_at=NOON, drop_on=TODAY)
        with pytest.raises(Conflict, match="已经有了"):
            ask(person, kunming)

    def test_what_failed_is_told_and_may_be_asked_for_again(self, actor, kunming: Office) -> None:
        person = actor("kunming", Role.SYS_ADMIN)
        shadow, job = ask(person, kunming)  # an empty folder: no base backup in it
        with office_core.mounted(office_core.PUBLIC):
            assert jobs.take(job.pk, timezone.now()) is not None
        failing = Job.objects.get(pk=job.pk)
        with office_core.mounted(kunming.mount()):
            jobs.worker.close(failing, Job.State.FAILED, "备份不能还原到这个时刻", NOON)
        shadow.refresh_from_db()
        assert (shadow.state, shadow.error) == ("FAILED", "备份不能还原到这个时刻")

        again, anew = ask(person, kunming)
        assert (again.pk, again.state, again.error, anew.pk != job.pk) == (shadow.pk, "TAKING", "", True)

    def test_an_office_may_not_be_called_like_a_shadow(self) -> None:
        assert not office_core.valid_name("shadow_kunming")


class TestTheJob:
    def restored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The office as it is at this moment stands in for a backup."""

        class Here:
            def __init__(self, office: Office, as_of: Any, *, told: Any) -> None:
                self.source = sources.Backup(connection, office, as_of, "20261105T030000Z")

            def __enter__(self) -> sources.Backup:
                return self.source

            def __exit__(self, *_: object) -> None:
                return None

        monkeypatch.setattr(sources, "backup", Here)

    def test_takes_compares_and_is_done_again_without_harm(self, actor, kunming: Office, monkeypatch) -> None:
        self.restored(monkeypatch)
        shadow, job = ask(actor("kunming", Role.SYS_ADMIN), kunming)
        jobs.run_due()
        shadow.refresh_from_db()
        assert (shadow.state, shadow.origin, shadow.differing) == ("READY", "20261105T030000Z", 0)
        assert Job.objects.get(pk=job.pk).result["schema"] == shadow.schema_name
        assert shadows.take_now(shadow.pk, lambda *_: None)["schema"] == shadow.schema_name

    def test_is_removed_on_its_day_and_before_when_somebody_wants(self, actor, kunming: Office, monkeypatch) -> None:
        self.restored(monkeypatch)
        person = actor("kunming", Role.SYS_ADMIN)
        shadow, _job = ask(person, kunming)
        jobs.run_due()
        with office_core.mounted(kunming.mount(actor_id=person.user_id)):
            shadows.drop_shadow(shadow_id=shadow.pk, actor=person, at=NOON)
        jobs.run_due()
        shadow.refresh_from_db()
        assert (shadow.state, taking.columns_in(shadow.schema_name)) == ("DROPPED", {})

        due = ready(kunming, schema_name="shadow_kunming_209901010000", drop_on=TODAY)
        later = ready(
            kunming, schema_name="shadow_kunming_209901010001", drop_on=timezone.localdate() + timedelta(days=1)
        )
        platform = actor("anlan_platform", Role.SYS_ADMIN)
        with office_core.mounted(platform.office.mount()):
            jobs.want(shadows.PURGE, arguments={}, key="now", actor=platform, at=NOON)
        jobs.run_due()
        due.refresh_from_db(), later.refresh_from_db()
        assert (due.state, later.state, due.differences.count()) == ("DROPPED", "READY", 0)

    def test_compares_anew(self, actor, kunming: Office, monkeypatch) -> None:
        self.restored(monkeypatch)
        person = actor("kunming", Role.SYS_ADMIN)
        shadow, _job = ask(person, kunming)
        with pytest.raises(Conflict, match="正在还原"):
            shadows.compare_again(shadow_id=shadow.pk, actor=person, at=NOON)
        jobs.run_due()
        Office.objects.filter(pk=kunming.pk).update(short_name="春城")
        with office_core.mounted(kunming.mount(actor_id=person.user_id)):
            shadows.compare_again(shadow_id=shadow.pk, actor=person, at=NOON)
        jobs.run_due()
        shadow.refresh_from_db()
        assert (shadow.differing, shadow.differences.get().fields) == (1, ["short_name"])

    def test_is_taken_by_one_alone(self, actor, kunming: Office) -> None:
        _shadow, job = ask(actor("kunming", Role.SYS_ADMIN), kunming)
        Job.objects.filter(pk=job.pk).update(state="DONE", finished_at=NOON)
        assert jobs.take(job.pk, timezone.now()) is None


class TestScratch:
    def test_a_folder_in_use_is_left_and_a_forgotten_one_swept(self, settings, tmp_path) -> None:
        settings.SCRATCH_DIR = str(tmp_path)
        used, left = tmp_path / "anlan-shadow-used", tmp_path / "anlan-shadow-left"
        for each in (used, left):
            each.mkdir()
        import fcntl

        with (used / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert scratch.sweep() == [left]
        assert (used.exists(), left.exists()) == (True, False)

    def test_ends_no_process_of_others(self, settings, tmp_path) -> None:
        """The control: the number in the file is somebody else's by now, this very process here."""
        import os

        settings.SCRATCH_DIR = str(tmp_path)
        home = tmp_path / "anlan-shadow-left"
        (home / "data").mkdir(parents=True)
        (home / "data/postmaster.pid").write_text(f"{os.getpid()}\n")
        assert scratch.sweep() == [home]  # and here we are


class TestLooking:
    def test_shows_rows_to_the_offices_own_administrators_and_notes_it(self, signed_in, kunming: Office) -> None:
        shadow = ready(kunming)
        client = signed_in("kunming", Role.AUDIT_ADMIN)

        page = client.get(f"/kunming/administration/shadows/{shadow.pk}/").text

        assert "第 1 行原文" in page
        assert "情况说明" in page
        assert "操作日志中没有记录" in page
        assert SensitiveRead.objects.get(what="shadow").subject == f"tenants.shadow:{shadow.pk}"

    def test_the_platform_sees_how_many_and_not_which(self, signed_in, kunming: Office) -> None:
        shadow = ready(kunming)
        client = signed_in("anlan_platform", Role.SYS_ADMIN)
        page = client.get(f"/anlan_platform/administration/shadows/{shadow.pk}/").text
        assert "各对象的差异" in page
        assert "您可以看到数量" in page
        assert "第 1 行原文" not in page
        api = client.get(f"/anlan_platform/api/v1/shadows/{shadow.pk}/differences/")
        assert api.status_code == 403

    def test_the_wall_keeps_the_rows_from_the_platform_and_siblings(self, offices, kunming: Office) -> None:
        """Not only the page: the role of neither gets at a row by any SQL. The control: the office's own does."""
        ready(kunming)

        def seen(slug: str) -> tuple[int, int]:
            with office_core.mounted(offices[slug].mount()):
                return Shadow.objects.count(), ShadowDifference.objects.count()

        assert {slug: seen(slug) for slug in ("kunming", "yunnan", "puer", "shifan", "anlan_platform")} == {
            "kunming": (1, 1), "yunnan": (1, 1), "puer": (0, 0), "shifan": (0, 0), "anlan_platform": (1, 0),
        }  # fmt: skip

    def test_goes_through_a_thousand_rows_by_pages_and_filters(self, signed_in, kunming: Office) -> None:
        shadow = ready(kunming, rows=1000)
        client = signed_in("kunming", Role.SYS_ADMIN)
        url = f"/kunming/administration/shadows/{shadow.pk}/"
        last = client.get(f"{url}?page=20").text
        assert "第 1000 行原文" in last
        assert "第 1 行原文" not in last
        one = client.get(f"{url}?row=700").text
        assert "第 700 行原文" in one
        assert "第 70 行原文" not in one
        assert "没有符合条件的差异" in client.get(f"{url}?kind=GONE").text
        lines = b"".join(client.get(f"{url}export/?table=reporting_draftvalue").streaming_content).decode().splitlines()
        assert len(lines) == 1001

    def test_says_when_nothing_differs_and_when_there_is_none(self, signed_in, kunming: Office) -> None:
        client = signed_in("kunming", Role.SYS_ADMIN)
        assert "还没有历史副本" in client.get("/kunming/administration/shadows/").text
        shadow = ready(kunming, rows=0, tables=[])
        assert "没有差异" in client.get(f"/kunming/administration/shadows/{shadow.pk}/").text

    def test_says_where_there_are_no_backups(self, signed_in, settings) -> None:
        settings.BACKUP_DIR = ""
        page = signed_in("kunming", Role.SYS_ADMIN).get("/kunming/administration/shadows/").text
        assert "manage.py restore_shadow kunming" in page

    def test_asks_follows_and_says_why_it_failed(self, signed_in, kunming: Office) -> None:
        client = signed_in("kunming", Role.SYS_ADMIN)
        given = {"office_id": kunming.pk, "as_of": "2026-11-02T20:00", "reason": "核对"}
        answer = client.post("/kunming/administration/shadows/", given)
        shadow = Shadow.objects.get()
        assert answer["Location"] == f"/kunming/administration/shadows/{shadow.pk}/"
        assert "正在还原和比较" in client.get(answer["Location"]).text
        assert client.get(f"{answer['Location']}progress/").status_code == 200
        Shadow.objects.update(state="FAILED", error="备份的日志还没有到这个时刻。")
        assert "备份的日志还没有到这个时刻" in client.get(answer["Location"]).text
        assert client.get(f"{answer['Location']}progress/")["HX-Refresh"] == "true"
        again = client.post("/kunming/administration/shadows/", {**given, "as_of": "2099-01-01T00:00"})
        assert again.status_code == 422

    def test_business_people_do_not(self, signed_in, kunming: Office) -> None:
        shadow = ready(kunming)
        client = signed_in("kunming", Role.REPORTER)
        assert client.get("/kunming/administration/shadows/").status_code == 403
        assert client.get(f"/kunming/administration/shadows/{shadow.pk}/").status_code == 403


class TestPuttingBack:
    def test_shows_the_chosen_rows_once_more_and_asks(self, signed_in, kunming: Office) -> None:
        shadow = ready(kunming, rows=3)
        client, number = signed_in("kunming", Role.SYS_ADMIN), shadow.differences.first().pk
        url = f"/kunming/administration/shadows/{shadow.pk}/"
        assert "恢复所选的行" in client.get(url).text
        assert f"{url}put-back/?table=reporting_draftvalue" in client.get(url).text
        assert "恢复所选的行" not in signed_in("yunnan", Role.SYS_ADMIN).get(url.replace("kunming", "yunnan", 1)).text

        page = client.get(f"{url}put-back/?n={number}").text
        assert "第 1 行原文" in page
        assert "（没有这一行）" in page  # the world has no such value: it was gone after the comparison
        assert "请重新比较" in page
        nothing = client.get(f"{url}put-back/", follow=True)
        assert "请先选择要恢复的行" in nothing.text
        assert client.post(f"{url}put-back/", {"reason": "误改"}).status_code == 422
        asked = client.post(f"{url}put-back/", {"n": number, "reason": "误改"})
        assert (asked.status_code, "请重新比较" in asked.text) == (409, True)
        api = client.post(
            f"/kunming/api/v1/shadows/{shadow.pk}/put-back/", {"numbers": [number], "reason": "误改"},
            content_type="application/json",
        )  # fmt: skip
        assert (api.status_code, "请重新比较" in api.json()["title"]) == (409, True)

    def test_who_may_not_ask_is_told_who_does(self, signed_in, kunming: Office) -> None:
        shadow = ready(kunming)
        page = signed_in("kunming", Role.SEC_ADMIN).get(
            f"/kunming/administration/shadows/{shadow.pk}/put-back/?table=reporting_draftvalue"
        )
        assert "由本机构的系统管理员申请恢复" in page.text
