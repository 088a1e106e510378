"""勾稽关系 belong to a version: edited in a draft, published with it, frozen with it."""

import pytest
from django.db import IntegrityError, transaction

from appraisal.library import crosschecks, usecases
from appraisal.library.models import TemplateVersion
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord
from tenants.actors import Actor
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON

FIELDS = {
    "left": "B7", "relation": "AT_MOST", "right": "B7_target", "severity": "BLOCK",
    "sentence": "已验收项目数不得超过应验收项目数。", "basis": "应验尽验",
}  # fmt: skip


@pytest.fixture
def admin(actor) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


@pytest.fixture
def version(admin: Actor) -> TemplateVersion:
    return setting.draft(admin)


def save(version: TemplateVersion, actor: Actor, code: str = "K1", *, new: bool = True, lock: int = -1, **fields):
    version.refresh_from_db()
    return usecases.save_check(
        version_id=version.pk, code=code, fields={**FIELDS, **fields}, new=new,
        lock_version=version.lock_version if lock < 0 else lock, actor=actor, at=NOON,
    )  # fmt: skip


class TestSaving:
    def test_adds_changes_and_removes_and_keeps_what_was(self, version, admin) -> None:
        save(version, admin)
        save(version, admin, new=False, severity="HINT")
        version.refresh_from_db()

        assert [row["severity"] for row in version.checks] == ["HINT"]
        told = EventRecord.objects.filter(name="CheckSaved").latest("id")
        assert (told.data["before"]["severity"], told.data["after"]["severity"]) == ("BLOCK", "HINT")

        usecases.remove_check(version_id=version.pk, code="K1", lock_version=version.lock_version, actor=admin, at=NOON)
        version.refresh_from_db()
        assert version.checks == []

    def test_saving_the_same_again_changes_nothing(self, version, admin) -> None:
        save(version, admin)
        before = EventRecord.objects.count()

        save(version, admin, new=False)

        assert EventRecord.objects.count() == before

    @pytest.mark.parametrize(
        ("fields", "field", "words"),
        [
            ({"left": "Z9"}, "left", "Z9"),
            ({"right": "open('x')"}, "right", ""),
            ({"left": "1", "right": "2"}, "left", "没有可比的"),
            ({"relation": "LIKE"}, "relation", ""),
            ({"severity": "MAYBE"}, "severity", ""),
            ({"sentence": " "}, "sentence", "请填写"),
            ({"sentence": "长" * 201}, "sentence", "最多"),
        ],
    )
    def test_refuses_what_could_not_be_evaluated_or_said(self, version, admin, fields, field, words) -> None:
        with pytest.raises(Invalid) as refused:
            save(version, admin, **fields)

        assert refused.value.field == field
        assert words in refused.value.message

    def test_refuses_a_stale_editor_a_taken_code_and_one_that_is_not_there(self, version, admin) -> None:
        save(version, admin)
        with pytest.raises(Conflict):
            save(version, admin, "K2", lock=0)
        with pytest.raises(Conflict):
            save(version, admin)
        with pytest.raises(NotFound):
            save(version, admin, "K9", new=False)
        with pytest.raises(NotFound):
            usecases.remove_check(version_id=version.pk, code="K9", lock_version=1, actor=admin, at=NOON)

    def test_is_the_bureaus_administrators_alone(self, version, admin, actor) -> None:
        with pytest.raises(Denied):
            save(version, actor("yunnan", Role.VERIFIER))
        with pytest.raises(NotFound):
            save(version, actor("kunming", Role.APPRAISAL_ADMIN))  # a draft is the bureau's own


class TestPublishing:
    def test_a_published_version_keeps_its_checks_whoever_asks(self, admin) -> None:
        version = setting.published(admin)
        with pytest.raises(Conflict):
            save(version, admin)
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            TemplateVersion.objects.filter(pk=version.pk).update(checks=[{"code": "K1"}])

    def test_a_check_whose_indicator_was_removed_stops_the_publication(self, version, admin) -> None:
        save(version, admin)
        version.refresh_from_db()
        usecases.remove_indicator(
            version_id=version.pk, indicator_id=version.indicators.get(code="B7").pk,
            lock_version=version.lock_version, actor=admin, at=NOON,
        )  # fmt: skip

        problems = crosschecks.problems_of(version, version.indicators.all())

        assert [row["code"] for row in problems] == ["K1", "K1"]
        version.refresh_from_db()
        with pytest.raises(Invalid, match="勾稽关系有误"):
            usecases.publish_version(
                version_id=version.pk, minutes_number="党组会纪要〔2026〕2号", effective_on=NOON.date(),
                lock_version=version.lock_version, actor=admin, at=NOON,
            )  # fmt: skip

    def test_a_copy_begins_with_the_checks_of_its_source(self, version, admin) -> None:
        save(version, admin)

        copy = usecases.copy_version(version_id=version.pk, actor=admin, at=NOON)

        assert [row["code"] for row in copy.checks] == ["K1"]


class TestSuggestions:
    def test_the_shipped_scheme_begins_with_the_platforms_checks(self, admin) -> None:
        version = setting.draft(admin, full=True)

        assert [row["code"] for row in version.checks] == [f"K{n}" for n in range(1, 10)]
        assert crosschecks.problems_of(version, version.indicators.all()) == []

    def test_another_scheme_with_the_same_codes_takes_none(self, version, admin) -> None:
        assert version.checks == []
        with pytest.raises(Conflict):
            usecases.suggest_checks(version_id=version.pk, lock_version=0, actor=admin, at=NOON)

    def test_what_was_removed_can_be_taken_over_again(self, admin) -> None:
        version = setting.draft(admin, full=True)
        usecases.remove_check(version_id=version.pk, code="K2", lock_version=0, actor=admin, at=NOON)

        version = usecases.suggest_checks(version_id=version.pk, lock_version=1, actor=admin, at=NOON)

        assert "K2" in {row["code"] for row in version.checks}


class TestPages:
    def test_the_list_the_dialogs_and_the_api_say_the_same(self, version, admin, signed_in) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        page = f"/yunnan/templates/versions/{version.pk}/checks/"
        answer = client.post(f"{page}add/", {**FIELDS, "code": "K1", "lock_version": version.lock_version})
        assert answer.status_code == 302
        shown = client.get(page).content.decode()
        assert "已验收项目数不得超过应验收项目数。" in shown
        assert "B7_target" in shown

        wrong = client.post(f"{page}K1/", {**FIELDS, "left": "Z9", "lock_version": version.lock_version + 1})
        assert wrong.status_code == 422
        assert "Z9" in wrong.content.decode()

        api = f"/yunnan/api/v1/template-versions/{version.pk}/checks/"
        body = client.get(api).json()
        assert [row["code"] for row in body["checks"]] == ["K1"]
        assert {"name": "B7_target", "figure": "B7 项目验收率（截至当期应完成）"} in body["names"]
        lock = body["lock_version"]
        put = client.put(
            f"{api}K1/", {**FIELDS, "severity": "HINT", "lock_version": lock}, content_type="application/json"
        )
        assert put.status_code == 200
        assert put.json()["checks"][0]["severity"] == "HINT"
        gone = client.delete(f"{api}K1/?lock_version={put.json()['lock_version']}")
        assert gone.status_code == 200
        assert gone.json()["checks"] == []
        assert client.get(f"{page}K1/").status_code == 404

    def test_readers_see_the_checks_without_the_buttons(self, admin, signed_in) -> None:
        version = setting.published(admin)
        page = signed_in("kunming", Role.REPORTER).get(f"/kunming/templates/versions/{version.pk}/checks/")

        assert page.status_code == 200
        assert f"versions/{version.pk}/checks/add/" not in page.content.decode()
