"""A whole scheme as a workbook: away and back to the same scheme; wrong cells told where they are; no formula runs."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from appraisal.library import usecases
from appraisal.library.forms import book, book_import
from appraisal.library.models import Indicator, TemplateVersion
from appraisal.library.usecases.checks import fields
from core.errors import Conflict, Denied, Invalid
from tenants.actors import Actor
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON

FIELDS = (
    "code", "name", "name_en", "points", "position", "method", "parameters", "unit", "direction", "cumulative",
    "target_basis", "entered_by", "data_source", "evidence", "legal_basis", "owner_division",
)  # fmt: skip


@pytest.fixture
def admin(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


def contents(version: TemplateVersion) -> list[dict[str, Any]]:
    """Everything of the tree but ids; parameters with the order and kind of their entries."""
    rows = version.indicators.select_related("parent").order_by("position", "id")
    return [
        {**{name: getattr(row, name) for name in FIELDS}, "parent": row.parent and row.parent.code,
         "exactly": json.dumps(row.parameters, ensure_ascii=False)}
        for row in rows
    ]  # fmt: skip


@pytest.fixture
def take(admin: Actor, tmp_path: Path) -> Callable[..., TemplateVersion]:
    def taken(content: bytes, **asked: Any) -> TemplateVersion:
        path = tmp_path / "book.xlsx"
        path.write_bytes(content)
        given = {"code": "BACK", "year": 2026, **asked}
        return book_import.take(path, book_import.Asked(**given), actor=admin, at=NOON)

    return taken


def changed(content: bytes, change: Callable[[Workbook], None]) -> bytes:
    found = load_workbook(io.BytesIO(content))
    change(found)
    out = io.BytesIO()
    found.save(out)
    return out.getvalue()


class TestRoundTrip:
    @pytest.mark.parametrize("full", [True, False])
    def test_gives_the_identical_scheme(self, admin: Actor, take: Callable[..., TemplateVersion], full: bool) -> None:
        version = setting.draft(admin, full=full)
        usecases.set_na_treatment(version_id=version.pk, na_treatment="FULL", lock_version=0, actor=admin, at=NOON)
        version.refresh_from_db()

        back = take(book.book_of(version))

        assert contents(back) == contents(version)
        assert (back.na_treatment, back.template.name) == ("FULL", version.template.name)

    def test_keeps_what_looks_like_a_formula_a_number_or_a_line_break_as_text(
        self, admin: Actor, take: Callable[..., TemplateVersion]
    ) -> None:
        version = setting.draft(admin)
        row = version.indicators.get(code="A1")
        odd = {
            "name": "=HYPERLINK(\"x\")", "evidence": "+1 @x", "legal_basis": "第 1 条\n第 2 条", "unit": "007",
            "parameters": {"cap": "1.10", "floor": 0, "numerator": "=1+1", "denominator": "-3"},
        }  # fmt: skip
        Indicator.objects.filter(pk=row.pk).update(**fields(odd))

        content = book.book_of(version)
        back = take(content)

        assert contents(back) == contents(version)
        for page in load_workbook(io.BytesIO(content)).worksheets:
            assert all(cell.data_type != "f" for cells in page.iter_rows() for cell in cells)

    def test_parameters_of_another_shape_are_told_whole(
        self, admin: Actor, take: Callable[..., TemplateVersion]
    ) -> None:
        version = setting.draft(admin)
        steps = [{"points": "5", "at_least": "90"}, {"at_least": "80", "points": "2"}]  # another order of keys
        Indicator.objects.filter(version=version, code="B6").update(
            parameters={"direction": "higher_is_better", "steps": steps, "unit": None}
        )

        assert contents(take(book.book_of(version))) == contents(version)

    def test_as_the_next_version_it_is_compared_with_the_newest(
        self, admin: Actor, take: Callable[..., TemplateVersion]
    ) -> None:
        version = setting.published(admin)

        def edit(found: Workbook) -> None:
            for row in found["指标"].iter_rows(min_row=2):
                if row[0].value == "A1":
                    row[4].value, row[15].value = 18, "A1 A2"
                if row[0].value == "A2":
                    row[4].value = 17

        back = take(changed(book.book_of(version), edit), code="", next_version=True)

        assert (back.template_id, back.number, back.copied_from_id) == (version.template_id, 2, version.pk)
        assert back.indicators.get(code="A1").origins == ["A1", "A2"]

    def test_the_empty_template_is_itself_a_scheme(self, take: Callable[..., TemplateVersion]) -> None:
        back = take(book.empty_book(), name="新体系")

        assert [row["code"] for row in contents(back)] == ["A", "A1"]

    def test_a_file_of_the_other_language_is_read_all_the_same(
        self, admin: Actor, take: Callable[..., TemplateVersion]
    ) -> None:
        from django.utils import translation

        version = setting.draft(admin, full=True)
        with translation.override("en"):
            content = book.book_of(version)

        assert load_workbook(io.BytesIO(content)).sheetnames[1] != "指标"
        assert contents(take(content)) == contents(version)


class TestWrongCells:
    def wrong(self, admin: Actor, change: Callable[[Workbook], None]) -> bytes:
        return changed(book.book_of(setting.draft(admin)), change)

    @pytest.mark.parametrize(
        ("sheet", "ref", "value", "place", "sentence"),
        [
            ("指标", "E5", "二十", "指标!E5", "不是分值"), ("指标", "E5", 0, "指标!E5", "分值应大于 0"),
            ("指标", "F5", "魔法", "指标!F5", "不在可选范围内"), ("指标", "A6", "A1", "指标!A6", "编码与第"),
            ("指标", "B5", "Z", "指标!B5", "上级"), ("指标", "C5", None, "指标!C5", "请填写名称"),
            ("指标", "C5", "=1+1", "指标!C5", "粘贴为数值"), ("指标", "P5", "A1", "指标!P5", "上一版本中没有"),
            ("计分参数", "A2", "Q7", "计分参数!A2", "没有编码为"),
            ("计分参数", "D2", "=2", "计分参数!D2", "粘贴为数值"),
            ("计分参数", "D2", "高", "计分参数!D2", "不是数字"), ("指标", "J3", None, "指标!J3", "分母来自哪里"),
        ],
    )  # fmt: skip
    def test_are_named_by_sheet_and_cell_and_nothing_is_kept(
        self, admin: Actor, take: Callable[..., TemplateVersion], tmp_path: Path, sheet: str, ref: str, value: Any,
        place: str, sentence: str,
    ) -> None:  # fmt: skip
        def edit(found: Workbook) -> None:
            found[sheet][ref].value = value

        content = self.wrong(admin, edit)
        before = TemplateVersion.objects.count()

        with pytest.raises(Invalid) as refused:
            take(content)

        said = [row["message"] for row in refused.value.rows]
        assert any(each.startswith(place) and sentence in each for each in said), said
        assert TemplateVersion.objects.count() == before
        path = tmp_path / "wrong.xlsx"
        path.write_bytes(content)
        marked, count = book_import.checked(path, book_import.Asked("X", year=2026), actor=admin, at=NOON)
        page = load_workbook(io.BytesIO(marked))
        assert count == len(said)
        assert page.sheetnames[0] == "问题清单"
        assert sentence in (page[sheet][ref].comment.text if page[sheet][ref].comment else "")
        assert page[sheet][ref].value == value  # what the person wrote stays

    def test_a_right_file_is_told_so_and_makes_nothing(self, admin: Actor, tmp_path: Path) -> None:
        path = tmp_path / "right.xlsx"
        path.write_bytes(book.book_of(setting.draft(admin)))
        before = TemplateVersion.objects.count()

        marked, count = book_import.checked(path, book_import.Asked("X", year=2026), actor=admin, at=NOON)

        assert (count, TemplateVersion.objects.count()) == (0, before)
        assert "没有问题" in str(load_workbook(io.BytesIO(marked))["问题清单"]["D2"].value)

    def test_refuses_what_is_no_such_workbook(self, take: Callable[..., TemplateVersion], admin: Actor) -> None:
        out = io.BytesIO()
        Workbook().save(out)
        for content, sentence in ((b"PK\x03\x04nonsense", "已损坏"), (out.getvalue(), "没有“指标”工作表")):
            with pytest.raises(Invalid, match=sentence):
                take(content)

        for cut in (0.3, 0.5, 0.7):
            damaged = bytearray(book.empty_book())
            place = int(len(damaged) * cut)
            damaged[place : place + 40] = b"\xff" * 40
            with pytest.raises(Invalid, match="损坏"):
                take(bytes(damaged))

        def headless(found: Workbook) -> None:
            found["指标"]["A1"].value = "别的"

        with pytest.raises(Invalid, match="缺少这些列：编码"):
            take(changed(book.empty_book(), headless))
        with pytest.raises(Invalid, match="考核年度"):
            take(book.empty_book(), name="新", year=None)

    def test_a_code_that_is_taken_and_a_template_that_is_not_there(
        self, take: Callable[..., TemplateVersion], admin: Actor
    ) -> None:
        setting.draft(admin)
        with pytest.raises(Conflict, match="已被另一套"):
            take(book.empty_book(), code="ZZ", name="新")
        with pytest.raises(Conflict, match="还没有编号"):
            take(book.empty_book(), code="没有", next_version=True)

    def test_is_the_administrators(self, actor: Callable[..., Actor], tmp_path: Path) -> None:
        path = tmp_path / "book.xlsx"
        path.write_bytes(book.empty_book())

        for office, role in (("yunnan", Role.VERIFIER), ("kunming", Role.REPORTER)):
            with pytest.raises(Denied):
                book_import.take(path, book_import.Asked("X", "新", 2026), actor=actor(office, role), at=NOON)


class TestPages:
    def test_away_and_back(self, admin: Actor, signed_in: Callable[..., Client]) -> None:
        version = setting.draft(admin)
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        away = client.get(f"/yunnan/templates/versions/{version.pk}/book/")
        assert "spreadsheetml" in away["Content-Type"]

        def post(**data: Any) -> Any:
            upload = SimpleUploadedFile("scheme.xlsx", away.content)
            return client.post("/yunnan/templates/book/", {"file": upload, **data})

        assert post().status_code == 409  # the code is taken
        assert post(code="NEU").status_code == 302
        assert post(next_version="1").status_code == 302
        assert post(code="NEW", do="check")["Content-Disposition"].endswith('scheme-checked.xlsx"')
        assert not TemplateVersion.objects.filter(template__code="NEW").exists()

    def test_is_for_those_who_may(self, admin: Actor, signed_in: Callable[..., Client]) -> None:
        version = setting.draft(admin)

        assert signed_in("yunnan", Role.VERIFIER).get("/yunnan/templates/book/").status_code == 403
        assert signed_in("yunnan", Role.VERIFIER).get("/yunnan/templates/book/template/").status_code == 403
        assert (
            signed_in("yunnan", Role.VERIFIER).get(f"/yunnan/templates/versions/{version.pk}/book/").status_code == 200
        )
        assert (
            signed_in("kunming", Role.REPORTER).get(f"/kunming/templates/versions/{version.pk}/book/").status_code
            == 404
        )

    def test_the_api_does_the_same(self, admin: Actor, signed_in: Callable[..., Client]) -> None:
        version = setting.draft(admin)
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        away = client.get(f"/yunnan/api/v1/template-versions/{version.pk}/book/")

        made = client.post(
            "/yunnan/api/v1/templates/book/", {"file": SimpleUploadedFile("s.xlsx", away.content), "code": "API"}
        )
        wrong = client.post(
            "/yunnan/api/v1/templates/book/", {"file": SimpleUploadedFile("s.xlsx", b"PK nothing"), "code": "API2"}
        )

        assert (made.status_code, made.json()["template"]["code"]) == (201, "API")
        assert (wrong.status_code, wrong["Content-Type"]) == (422, "application/problem+json")


class TestChecks:
    """The checks between figures go with the scheme, away and back."""

    def test_come_back_as_they_were_and_another_file_changes_them(
        self, admin: Actor, take: Callable[..., TemplateVersion]
    ) -> None:
        version = setting.draft(admin, full=True)
        assert len(version.checks) == 9  # the platform's own

        def other(found: Workbook) -> None:
            page = found["勾稽关系"]
            page["C2"], page["E2"], page["F2"] = "=", "只作提示", "已验收数应当等于应验收数。"
            page.append(
                ["K20", "A1", "≤", "A1_year * 1.2", "须说明原因", "完成数超过全年目标两成。", None, "办法第 9 条"]
            )

        content = book.book_of(version)
        assert take(content).checks == version.checks
        back = take(changed(content, other), code="OTHER")

        assert (back.checks[0]["relation"], back.checks[0]["severity"]) == ("EQUAL", "HINT")
        assert back.checks[-1] == {
            "code": "K20", "left": "A1", "relation": "AT_MOST", "right": "A1_year * 1.2", "severity": "REASON",
            "sentence": "完成数超过全年目标两成。", "sentence_en": "", "basis": "办法第 9 条",
        }  # fmt: skip

    def test_without_that_sheet_the_next_version_keeps_them_and_an_empty_one_takes_them_away(
        self, admin: Actor, take: Callable[..., TemplateVersion]
    ) -> None:
        version = setting.draft(admin, full=True)
        content, code = book.book_of(version), version.template.code

        kept = take(changed(content, lambda found: found.remove(found["勾稽关系"])), code=code, next_version=True)
        none = take(
            changed(content, lambda found: found["勾稽关系"].delete_rows(2, 99)), code=code, next_version=True
        )  # fmt: skip

        assert kept.checks == version.checks
        assert none.checks == []

    def test_what_is_wrong_is_told_at_its_cell_and_nothing_is_made(
        self, admin: Actor, take: Callable[..., TemplateVersion]
    ) -> None:
        def spoil(found: Workbook) -> None:
            page = found["勾稽关系"]
            page.append(["K8", "Z9", "≤", "A1", "须说明原因", "没有这个指标。"])
            page.append(["K8", "A1", "大约", "A1_year", "须说明原因", "关系不对。"])
            page.append(["K8", "A1", "≤", "=1+1", "须说明原因", "是公式。"])

        version = setting.draft(admin)
        last = len(version.checks) + 1
        content = changed(book.book_of(version), spoil)
        with pytest.raises(Invalid) as refused:
            take(content)

        told = " ".join(row["message"] for row in refused.value.rows)
        assert f"勾稽关系!B{last + 1}" in told
        assert f"勾稽关系!C{last + 2} “大约”不在可选范围内" in told
        assert f"勾稽关系!D{last + 3} 这一格是表格公式" in told
        assert not TemplateVersion.objects.filter(template__code="BACK").exists()

    def test_without_a_column_it_is_no_such_sheet(self, admin: Actor, take: Callable[..., TemplateVersion]) -> None:
        content = changed(book.book_of(setting.draft(admin)), lambda found: found["勾稽关系"].delete_cols(2))

        with pytest.raises(Invalid, match="“勾稽关系”工作表缺少这些列：左边"):
            take(content)

    def test_a_file_of_an_english_reader_is_read(self, admin: Actor, take: Callable[..., TemplateVersion]) -> None:
        version = setting.draft(admin, full=True)
        with override("en"):
            content = book.book_of(version)

        assert take(content).checks == version.checks
