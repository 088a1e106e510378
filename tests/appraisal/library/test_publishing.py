"""What the party group approved never changes again; a copy does."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from appraisal.library import schemes, selectors, usecases
from appraisal.library.models import Indicator, TemplateVersion
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.actors import Actor
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON


@pytest.fixture
def admin(actor) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


def publish(version: TemplateVersion, actor: Actor, **changed: object) -> TemplateVersion:
    given = {
        "minutes_number": "纪要〔2026〕2号", "effective_on": date(2026, 1, 1), "lock_version": version.lock_version,
    }  # fmt: skip
    return usecases.publish_version(version_id=version.pk, actor=actor, at=NOON, **(given | changed))


class TestPublishVersion:
    def test_keeps_who_when_and_the_minutes(self, admin) -> None:
        version = publish(setting.draft(admin), admin)

        assert (version.state, version.published_by_name, version.published_at) == ("PUBLISHED", admin.name, NOON)
        assert version.minutes_number == "纪要〔2026〕2号"

    def test_refuses_points_that_do_not_total_100(self, admin) -> None:
        version = setting.draft(admin)
        version = usecases.set_points(version_id=version.pk, points={"A1": "18"}, lock_version=0, actor=admin, at=NOON)

        with pytest.raises(Invalid, match="98") as refused:
            publish(version, admin)
        assert len(refused.value.rows) == 1

    def test_refuses_an_empty_group_and_doubtful_steps(self, admin) -> None:
        version = setting.draft(admin)
        usecases.add_group(version_id=version.pk, code="Z", name="空组", lock_version=0, actor=admin, at=NOON)
        usecases.set_points(version_id=version.pk, points={"B6": "5", "H1": "20"}, lock_version=1, actor=admin, at=NOON)
        version.refresh_from_db()

        with pytest.raises(Invalid) as refused:
            publish(version, admin)
        assert {entry["code"] for entry in refused.value.rows} == {"Z", "B6"}  # steps of B6 promise more than 5

    @pytest.mark.parametrize(
        ("changed", "field"),
        [({"minutes_number": " "}, "minutes_number"), ({"effective_on": date(2028, 1, 1)}, "effective_on")],
    )
    def test_needs_minutes_and_a_day_of_the_year(self, admin, changed: dict, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            publish(setting.draft(admin), admin, **changed)
        assert refused.value.field == field

    def test_happens_once_and_on_the_newest_state(self, admin) -> None:
        version = setting.draft(admin)
        with pytest.raises(Conflict):
            publish(version, admin, lock_version=7)
        publish(version, admin)
        with pytest.raises(Conflict, match="已发布"):
            publish(version, admin, lock_version=1)

    @pytest.mark.parametrize(("office", "role", "refusal"), [
        ("yunnan", Role.PRINCIPAL_LEADER, Denied), ("shifan", Role.APPRAISAL_ADMIN, NotFound),
    ])  # fmt: skip
    def test_is_for_the_bureaus_administrator(self, admin, actor, office: str, role: str, refusal: type) -> None:
        with pytest.raises(refusal):
            publish(setting.draft(admin), actor(office, role))


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "attempt",
        [
            lambda version: version.indicators.filter(code="A1").update(points=1),
            lambda version: version.indicators.filter(code="A1")._raw_delete("default"),
            lambda version: Indicator.objects.create(version=version, code="X", name="x", points=0),
            lambda version: TemplateVersion.objects.filter(pk=version.pk).update(minutes_number="另一份"),
            lambda version: TemplateVersion.objects.filter(pk=version.pk)._raw_delete("default"),
        ],
        ids=["update", "delete", "insert", "version", "delete version"],
    )
    def test_any_change_of_a_published_version(self, admin, attempt) -> None:
        version = setting.published(admin)

        with pytest.raises(IntegrityError, match="published_version_is_frozen"), transaction.atomic():
            attempt(version)


class TestCopyVersion:
    def test_starts_from_the_same_indicators_with_the_next_number(self, admin) -> None:
        source = setting.published(admin, full=True)

        copy = usecases.copy_version(version_id=source.pk, year=2027, actor=admin, at=NOON)

        assert (copy.label, copy.state, copy.copied_from) == ("v2027.2", "DRAFT", source)
        assert schemes.scheme_of(copy) == schemes.scheme_of(source)
        assert not copy.indicators.filter(parent__version=source).exists()

    def test_is_changed_without_touching_its_source(self, admin) -> None:
        source = setting.published(admin)
        copy = usecases.copy_version(version_id=source.pk, actor=admin, at=NOON)

        usecases.set_points(version_id=copy.pk, points={"A1": "18"}, lock_version=0, actor=admin, at=NOON)

        assert source.indicators.get(code="A1").points == 20

    def test_refuses_a_year_far_away_and_other_people(self, admin, actor) -> None:
        source = setting.published(admin)
        with pytest.raises(Invalid):
            usecases.copy_version(version_id=source.pk, year=1999, actor=admin, at=NOON)
        with pytest.raises(Denied):
            usecases.copy_version(version_id=source.pk, actor=actor("kunming", Role.REPORTER), at=NOON)


class TestReading:
    def test_prefectures_see_what_is_published(self, admin, actor) -> None:
        draft, published = setting.draft(admin, code="D"), setting.published(admin, code="P")
        reporter = actor("kunming", Role.REPORTER)

        assert list(selectors.versions_for(reporter)) == [published]
        with pytest.raises(NotFound):
            selectors.get_version(reporter, draft.pk)

    def test_other_provinces_and_the_three_administrators_see_nothing(self, admin, actor) -> None:
        setting.published(admin)

        assert not selectors.versions_for(actor("qinghe", Role.REPORTER)).exists()
        with pytest.raises(Denied):
            selectors.versions_for(actor("yunnan", Role.SEC_ADMIN))

    def test_the_scheme_takes_one_query(self, admin, django_assert_num_queries) -> None:
        version = setting.published(admin, full=True)

        with django_assert_num_queries(1):
            schemes.scheme_of(version)
