"""A draft is changed by one hand at a time, and only in ways that can be scored."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from appraisal.library import selectors, usecases
from appraisal.library.models import Indicator, TemplateVersion
from core import events
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.actors import Actor
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON


@pytest.fixture
def admin(actor) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


@pytest.fixture
def version(admin: Actor) -> TemplateVersion:
    return setting.draft(admin)


def row(version: TemplateVersion, code: str) -> Indicator:
    return version.indicators.get(code=code)


def codes(version: TemplateVersion) -> list[str]:
    return list(version.indicators.order_by("position").values_list("code", flat=True))


def save(version: TemplateVersion, code: str, actor: Actor, lock_version: int = 0, **changes: object) -> Indicator:
    return usecases.save_indicator(
        version_id=version.pk, indicator_id=row(version, code).pk, changes=changes, lock_version=lock_version,
        actor=actor, at=NOON,
    )  # fmt: skip


class TestSaveIndicator:
    def test_changes_what_is_given_and_resums_the_group(self, version, admin) -> None:
        save(version, "A1", admin, points="18.50", name="搬迁完成率")

        assert (row(version, "A1").points, row(version, "A1").name) == (Decimal("18.5"), "搬迁完成率")
        assert row(version, "A").points == Decimal("43.5")

    def test_records_before_and_after(self, version, admin) -> None:
        save(version, "A1", admin, points="18")

        latest = events.timeline(selectors.subject_of(version.pk))[0]
        assert latest.data["changes"] == {"A1": {"points": ["2E+1", "18"]}} or latest.data["changes"] == {
            "A1": {"points": ["20", "18"]}
        }

    def test_does_nothing_when_nothing_changes(self, version, admin) -> None:
        save(version, "A1", admin, points="20.00")

        version.refresh_from_db()
        assert version.lock_version == 0

    def test_tells_the_second_of_two_editors_who_was_faster(self, version, admin, actor) -> None:
        save(version, "A1", admin, points="18")

        with pytest.raises(Conflict, match=admin.name):
            save(version, "A2", actor("yunnan", Role.APPRAISAL_ADMIN), points="14")

    @pytest.mark.parametrize("points", ["0", "-1", "100.01", "1.005", "NaN", "1e3", "很多", "1/3"])
    def test_refuses_points_that_are_none(self, version, admin, points: str) -> None:
        with pytest.raises(Invalid) as refused:
            save(version, "A1", admin, points=points)
        assert refused.value.field == "points"

    @pytest.mark.parametrize(
        "changes",
        [
            {"parameters": {"cap": "0.5", "floor": "0.9"}},
            {"parameters": {"cap": 0.5}},
            {"parameters": ["cap"]},
            {"parameters": {"cap": "1\x00"}},
            {"method": "STEP"},
            {"method": "GUESS"},
            {"method": "FORMULA", "target_basis": "", "cumulative": False,
             "parameters": {"inputs": ["a"], "expression": "__import__('os')"}},
            {"target_basis": "SYSTEM"},
            {"target_basis": ""},
            {"target_basis": "FIXED", "cumulative": False},
            {"name": " "},
            {"name": "很" * 81},
            {"name": "a\x07"},
            {"version_id": 3},
        ],
    )  # fmt: skip
    def test_refuses_a_rule_that_cannot_be_scored(self, version, admin, changes: dict) -> None:
        with pytest.raises(Invalid):
            save(version, "A1", admin, **changes)

    def test_leaves_a_groups_points_to_its_indicators(self, version, admin) -> None:
        with pytest.raises(Invalid, match="所属指标之和"):
            save(version, "A", admin, points="50")

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [
            ("yunnan", Role.VERIFIER, Denied),
            ("yunnan", Role.PRINCIPAL_LEADER, Denied),
            ("yunnan", Role.SYS_ADMIN, Denied),
            ("kunming", Role.APPRAISAL_ADMIN, NotFound),  # a draft is the bureau's own
            ("shifan", Role.APPRAISAL_ADMIN, NotFound),
        ],
    )
    def test_is_for_the_bureaus_administrator(self, version, actor, office: str, role: str, refusal: type) -> None:
        with pytest.raises(refusal):
            save(version, "A1", actor(office, role), points="18")

    def test_refuses_a_published_version(self, admin) -> None:
        published = setting.published(admin)

        with pytest.raises(Conflict, match="已发布"):
            save(published, "A1", admin, lock_version=1, points="18")


class TestTree:
    def test_adds_group_and_indicator_at_their_place(self, version, admin) -> None:
        group = usecases.add_group(version_id=version.pk, code="G", name="队伍", lock_version=0, actor=admin, at=NOON)
        usecases.add_indicator(
            version_id=version.pk, group_id=row(version, "A").pk, code="A7", lock_version=1, actor=admin, at=NOON,
            fields={"name": "前期工作", "points": "2", "method": "MANUAL"},
        )  # fmt: skip

        assert codes(version)[:5] == ["A", "A1", "A2", "A6", "A7"]
        assert codes(version)[-1] == group.code
        assert row(version, "A").points == Decimal(47)

    @pytest.mark.parametrize("code", ["A1", "", "有", "A" * 11])
    def test_refuses_codes_that_are_taken_or_none(self, version, admin, code: str) -> None:
        with pytest.raises((Conflict, Invalid)):
            usecases.add_group(version_id=version.pk, code=code, name="队伍", lock_version=0, actor=admin, at=NOON)

    def test_removes_an_indicator_and_refuses_a_group_that_holds_some(self, version, admin) -> None:
        def remove(code: str, lock_version: int) -> None:
            usecases.remove_indicator(
                version_id=version.pk, indicator_id=row(version, code).pk, lock_version=lock_version, actor=admin,
                at=NOON,
            )  # fmt: skip

        with pytest.raises(Conflict, match="下还有指标"):
            remove("H", 0)
        remove("H1", 0)
        remove("H", 1)

        assert codes(version)[-1] == "B9"

    def test_moves_among_siblings_and_stops_at_the_ends(self, version, admin) -> None:
        def move(code: str, direction: str, lock_version: int) -> None:
            usecases.move_indicator(
                version_id=version.pk, indicator_id=row(version, code).pk, direction=direction,
                lock_version=lock_version, actor=admin, at=NOON,
            )  # fmt: skip

        move("A2", "up", 0)
        move("H", "up", 1)
        assert codes(version)[:6] == ["A", "A2", "A1", "A6", "H", "H1"]
        with pytest.raises(Conflict, match="不能再移"):
            move("A2", "up", 2)
        with pytest.raises(Invalid):
            move("A2", "sideways", 2)


class TestSetPoints:
    def set(self, version: TemplateVersion, admin: Actor, **points: str) -> None:
        usecases.set_points(version_id=version.pk, points=points, lock_version=0, actor=admin, at=NOON)

    def test_sets_all_at_once(self, version, admin) -> None:
        self.set(version, admin, A1="19", A2="16", A6="10")

        assert [row(version, code).points for code in ("A1", "A2", "A6", "A")] == [19, 16, 10, 45]

    def test_sets_none_when_one_is_wrong(self, version, admin) -> None:
        with pytest.raises(Invalid) as refused:
            self.set(version, admin, A1="19", A2="x", Q9="1", A="45")

        assert [entry["code"] for entry in refused.value.rows] == ["A2", "Q9", "A"]
        assert row(version, "A1").points == 20


class TestSetNaTreatment:
    def test_changes_the_treatment_and_refuses_an_unknown_one(self, version, admin) -> None:
        def treat(value: str, lock_version: int) -> TemplateVersion:
            return usecases.set_na_treatment(
                version_id=version.pk, na_treatment=value, lock_version=lock_version, actor=admin, at=NOON
            )

        assert treat("FULL", 0).na_treatment == "FULL"
        with pytest.raises(Invalid):
            treat("IGNORE", 1)


class TestRefusals:
    def test_say_why_not_as_the_use_case_would(self, version, actor) -> None:
        make: Callable[..., Actor] = actor

        assert selectors.refusals(make("yunnan", Role.APPRAISAL_ADMIN), version)["edit"] is None
        assert "考核管理员" in (selectors.refusals(make("yunnan", Role.VERIFIER), version)["edit"] or "")
