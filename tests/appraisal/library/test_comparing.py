"""What was done to each indicator between two versions, in words of the trade; and the acts that say so."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from appraisal.library import selectors, usecases
from appraisal.library.models import Indicator, TemplateVersion
from appraisal.library.selectors import Kind
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.actors import Actor
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON


@pytest.fixture
def admin(actor) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


@pytest.fixture
def base(admin: Actor) -> TemplateVersion:
    return setting.published(admin)


@pytest.fixture
def draft(admin: Actor, base: TemplateVersion) -> TemplateVersion:
    return usecases.copy_version(version_id=base.pk, actor=admin, at=NOON)


class Editor:
    """The draft's acts, each with the lock as it is then."""

    def __init__(self, draft: TemplateVersion, admin: Actor) -> None:
        self.draft, self.admin = draft, admin

    def row(self, code: str) -> Indicator:
        return Indicator.objects.get(version=self.draft, code=code)

    def do(self, act: Any, **given: Any) -> None:
        lock = TemplateVersion.objects.get(pk=self.draft.pk).lock_version
        act(version_id=self.draft.pk, lock_version=lock, actor=self.admin, at=NOON, **given)

    def save(self, code: str, **changes: Any) -> None:
        self.do(usecases.save_indicator, indicator_id=self.row(code).pk, changes=changes)

    def split(self, code: str, into: str, points: str) -> None:
        row = self.row(code)
        fields = {name: getattr(row, name) for name in selectors.COMPARED}
        self.do(
            usecases.add_indicator, group_id=row.parent_id, code=into, fields={**fields, "points": points},
            origins=[code],
        )  # fmt: skip

    def merge(self, code: str, into: str) -> None:
        self.do(usecases.remove_indicator, indicator_id=self.row(code).pk, into=into)

    def kinds(self, base: TemplateVersion) -> dict[str, list[Kind]]:
        version = TemplateVersion.objects.select_related("copied_from").get(pk=self.draft.pk)
        return {each.code: each.kinds for each in selectors.differences(version, base)}


@pytest.fixture
def editor(draft: TemplateVersion, admin: Actor) -> Editor:
    return Editor(draft, admin)


class TestKinds:
    @pytest.mark.parametrize(
        ("changes", "kind"),
        [
            ({"name": "搬迁人口兑现率"}, Kind.RENAMED), ({"points": "18"}, Kind.REWEIGHTED),
            ({"unit": "户"}, Kind.UNIT),
            ({"method": "INVERSE_RATIO"}, Kind.METHOD), ({"parameters": {"cap": "0.9"}}, Kind.RULE),
            ({"data_source": "archive"}, Kind.BASIS), ({"legal_basis": "办法第 3 条"}, Kind.DETAILS),
        ],
    )  # fmt: skip
    def test_one_field_is_one_kind(self, editor: Editor, base: TemplateVersion, changes: dict, kind: Kind) -> None:
        editor.save("A1", **changes)

        assert editor.kinds(base) == {"A1": [kind]}

    def test_a_split_names_both_parts(self, editor: Editor, base: TemplateVersion) -> None:
        editor.save("A1", points="12")
        editor.split("A1", "A11", "8")

        assert editor.kinds(base) == {"A1": [Kind.SPLIT, Kind.REWEIGHTED], "A11": [Kind.SPLIT, Kind.REWEIGHTED]}

    def test_a_merger_loses_no_origin(self, editor: Editor, base: TemplateVersion) -> None:
        editor.save("A1", points="35")
        editor.merge("A2", "A1")

        found = selectors.differences(TemplateVersion.objects.get(pk=editor.draft.pk), base)
        assert [(each.code, each.kinds) for each in found] == [("A1", [Kind.MERGED, Kind.REWEIGHTED])]
        assert (found[0].points_before, found[0].points_after) == (Decimal(35), Decimal(35))

    def test_what_is_only_taken_out_is_removed(self, editor: Editor, base: TemplateVersion) -> None:
        editor.do(usecases.remove_indicator, indicator_id=editor.row("B1").pk)

        assert editor.kinds(base) == {"B1": [Kind.REMOVED]}

    def test_another_group_is_a_move_and_the_points_follow(self, editor: Editor, base: TemplateVersion) -> None:
        editor.do(usecases.regroup_indicator, indicator_id=editor.row("B1").pk, group_id=editor.row("A").pk)

        assert editor.kinds(base) == {"B1": [Kind.MOVED]}
        assert (editor.row("A").points, editor.row("B").points) == (Decimal(53), Decimal(32))
        groups = selectors.group_differences(editor.draft, base)
        assert [(each.code, each.before.points, each.after.points) for each in groups] == [("A", 45, 53), ("B", 40, 32)]
        order = list(editor.draft.indicators.order_by("position").values_list("code", flat=True))
        assert order == ["A", "A1", "A2", "A6", "B1", "B", "B6", "B7", "B8", "B9", "H", "H1"]

    def test_a_new_code_with_the_old_rule_is_recoded(self, editor: Editor, base: TemplateVersion) -> None:
        editor.split("A1", "A9", "20")
        editor.do(usecases.remove_indicator, indicator_id=editor.row("A1").pk)

        assert editor.kinds(base) == {"A9": [Kind.RECODED]}

    def test_a_copy_of_the_copy_is_followed_back(self, editor: Editor, base: TemplateVersion, admin: Actor) -> None:
        editor.save("A1", points="12")
        editor.split("A1", "A11", "8")
        again = usecases.copy_version(version_id=editor.draft.pk, actor=admin, at=NOON)

        assert selectors.lineage(again, base)["A11"] == ("A1",)
        assert {each.code: each.kinds for each in selectors.differences(again, editor.draft)} == {}

    def test_another_template_is_compared_by_code_and_name(self, base: TemplateVersion, admin: Actor) -> None:
        text = setting.SMALL_CSV.replace("\nA1,", "\nX1,")
        other = usecases.import_template(code="QT", name="另一套", csv_text=text, year=2026, actor=admin, at=NOON)

        assert selectors.lineage(other, base)["X1"] == ("A1",)


CHECK = {
    "left": "A1", "relation": "AT_MOST", "right": "A1_year * 1.5", "severity": "HINT",
    "sentence": "累计搬迁人数超过全年目标的 1.5 倍。", "basis": "办法第 9 条",
}  # fmt: skip


@pytest.fixture
def checked(admin: Actor) -> TemplateVersion:
    """A published version with two checks, K1 about A1 and K2 about B7."""
    version = setting.draft(admin)
    for lock, (code, fields) in enumerate({"K1": CHECK, "K2": {**CHECK, "left": "B7", "right": "B7_target"}}.items()):
        usecases.save_check(
            version_id=version.pk, code=code, fields=fields, new=True, lock_version=lock, actor=admin, at=NOON
        )
    return version


class TestChecks:
    """Checks are compared by what they say, of which figures."""

    def found(self, editor: Editor, base: TemplateVersion) -> dict[str, list[str]]:
        version = TemplateVersion.objects.select_related("copied_from").get(pk=editor.draft.pk)
        return {each.code: [kind.value for kind in each.kinds] for each in selectors.check_differences(version, base)}

    @pytest.fixture
    def other(self, checked: TemplateVersion, admin: Actor) -> Editor:
        checked.refresh_from_db()
        return Editor(usecases.copy_version(version_id=checked.pk, actor=admin, at=NOON), admin)

    def save(self, editor: Editor, code: str, *, new: bool = False, **fields: str) -> None:
        editor.do(usecases.save_check, code=code, fields={**CHECK, **fields}, new=new)

    def test_nothing_where_they_say_the_same_spaces_apart(self, other: Editor, checked: TemplateVersion) -> None:
        self.save(other, "K1", right="A1_year*1.5")

        assert self.found(other, checked) == {}

    @pytest.mark.parametrize(
        ("changes", "kinds"),
        [
            ({"right": "A1_year * 2"}, ["MEANING"]), ({"relation": "EQUAL"}, ["MEANING"]),
            ({"left": "A2"}, ["MEANING"]),
            ({"severity": "BLOCK"}, ["SEVERITY"]), ({"sentence": "请核对单位和口径。"}, ["WORDS"]),
            ({"basis": "办法第 10 条"}, ["BASIS"]),
            ({"severity": "BLOCK", "right": "A1_year"}, ["MEANING", "SEVERITY"]),
        ],
    )  # fmt: skip
    def test_what_was_changed(
        self, other: Editor, checked: TemplateVersion, changes: dict[str, str], kinds: list[str]
    ) -> None:
        self.save(other, "K1", **changes)

        assert self.found(other, checked) == {"K1": kinds}

    def test_added_and_removed(self, other: Editor, checked: TemplateVersion) -> None:
        other.do(usecases.remove_check, code="K2")
        self.save(other, "K3", new=True, left="A2", right="A2_year")

        assert self.found(other, checked) == {"K3": ["ADDED"], "K2": ["REMOVED"]}

    def test_another_number_for_the_same_check(self, other: Editor, checked: TemplateVersion) -> None:
        other.do(usecases.remove_check, code="K1")
        self.save(other, "K7", new=True)

        assert self.found(other, checked) == {"K7": ["RECODED"]}

    def test_follows_an_indicator_to_its_new_code(self, other: Editor, checked: TemplateVersion) -> None:
        other.split("A1", "A9", "20")
        other.do(usecases.remove_indicator, indicator_id=other.row("A1").pk)
        self.save(other, "K1", left="A9", right="A9_year * 1.5")
        assert self.found(other, checked) == {}

        self.save(other, "K1", left="A9", right="A9_target")
        assert self.found(other, checked) == {"K1": ["MEANING"]}

    def test_page_and_api_say_it(self, other: Editor, checked: TemplateVersion, signed_in: Any) -> None:
        self.save(other, "K1", severity="BLOCK")
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        page = client.get(f"/yunnan/templates/versions/{other.draft.pk}/compare/?with={checked.pk}").content.decode()
        told = client.get(f"/yunnan/api/v1/template-versions/{other.draft.pk}/comparison/?base={checked.pk}").json()[
            "checks"
        ]

        assert "勾稽关系的改动" in page
        assert "改处理方式" in page
        assert told == [{"code": "K1", "code_before": "K1", "kinds": ["SEVERITY"], "fields_changed": ["severity"]}]


class TestRefusals:
    def test_an_unknown_origin(self, editor: Editor) -> None:
        with pytest.raises(Invalid, match="没有指标 Z9"):
            editor.do(
                usecases.add_indicator, group_id=editor.row("A").pk, code="A9", origins=["Z9"],
                fields={"name": "新", "points": "1", "method": "MANUAL"},
            )  # fmt: skip

    def test_an_origin_in_a_version_that_was_copied_from_none(self, admin: Actor) -> None:
        first = Editor(setting.draft(admin), admin)

        with pytest.raises(Invalid, match="不能由它拆分"):
            first.split("A1", "A11", "1")

    @pytest.mark.parametrize("into", ["Z9", "A1", "A"])
    def test_a_merger_into_what_is_no_other_indicator(self, editor: Editor, into: str) -> None:
        with pytest.raises(Invalid, match="不能并入"):
            editor.merge("A1", into)

    def test_a_group_into_a_group_and_an_indicator_below_another(self, editor: Editor) -> None:
        for moved, into in (("A", "B"), ("A1", "B1")):
            with pytest.raises(Invalid, match="只能把二级指标"):
                editor.do(usecases.regroup_indicator, indicator_id=editor.row(moved).pk, group_id=editor.row(into).pk)

    def test_a_published_version_a_stale_page_and_others(self, editor: Editor, base: TemplateVersion, actor) -> None:
        row, group = base.indicators.get(code="A1"), base.indicators.get(code="B")
        with pytest.raises(Conflict, match="已发布"):
            usecases.regroup_indicator(
                version_id=base.pk, indicator_id=row.pk, group_id=group.pk, lock_version=0, actor=editor.admin, at=NOON
            )
        given = {"version_id": editor.draft.pk, "indicator_id": editor.row("A1").pk, "group_id": editor.row("B").pk}
        with pytest.raises(Conflict):
            usecases.regroup_indicator(**given, lock_version=7, actor=editor.admin, at=NOON)
        for office, role, refusal in (
            ("yunnan", Role.VERIFIER, Denied), ("kunming", Role.REPORTER, NotFound),
            ("shifan", Role.APPRAISAL_ADMIN, NotFound),
        ):  # fmt: skip
            with pytest.raises(refusal):
                usecases.regroup_indicator(**given, lock_version=0, actor=actor(office, role), at=NOON)


class TestPages:
    def test_split_by_the_dialog_begins_like_its_origin(self, editor: Editor, signed_in) -> None:
        client: Client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        url = f"/yunnan/templates/versions/{editor.draft.pk}/add/?group={editor.row('A').pk}"
        assert "由哪项拆分" in client.get(url).content.decode()

        client.post(url, {"code": "A11", "name": "其中：农业户", "points": "5", "origin": "A1", "lock_version": "0"})

        row = editor.row("A11")
        assert (row.origins, row.method, row.unit, row.cumulative) == (["A1"], "RATIO", "人", True)

    def test_the_comparison_shows_kinds_and_moved_weights(self, editor: Editor, signed_in) -> None:
        editor.save("A1", points="12", name="搬迁")
        editor.split("A1", "A11", "8")
        editor.do(usecases.regroup_indicator, indicator_id=editor.row("B1").pk, group_id=editor.row("A").pk)
        client: Client = signed_in("yunnan", Role.VERIFIER)

        text = client.get(f"/yunnan/templates/versions/{editor.draft.pk}/compare/").content.decode()

        assert all(word in text for word in ("拆分", "改名", "改分值", "换组", "分值怎样移动"))

    def test_the_api_tells_the_same(self, editor: Editor, base: TemplateVersion, signed_in) -> None:
        editor.merge("A2", "A1")
        client: Client = signed_in("yunnan", Role.VERIFIER)

        told = client.get(f"/yunnan/api/v1/template-versions/{editor.draft.pk}/comparison/").json()

        assert told["differences"] == [{
            "code": "A1", "name": "搬迁安置人口完成率", "kinds": ["MERGED"], "origins": ["A1", "A2"],
            "fields_changed": [], "points_before": "35.0000", "points_after": "20.0000",
        }]  # fmt: skip
        assert client.get(f"/yunnan/api/v1/template-versions/{base.pk}/comparison/").status_code == 422
