"""The pages: what only they add."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import set_script_prefix
from openpyxl import load_workbook

from appraisal.duties.models import Duty, ResponsibilityList
from core import office as office_core
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Role, User
from tests.appraisal.duties.conftest import Work
from tests.conftest import NOON


class Desk:
    """A client at a person's desk; the addresses are the portal's, whichever office the test is in."""

    def __init__(self, actor: Actor) -> None:
        self.client = Client()
        with office_core.mounted(office_core.PUBLIC):
            self.client.force_login(User.objects.get(pk=actor.user_id))

    def get(self, url: str, **more: Any) -> Any:
        with office_core.mounted(office_core.PUBLIC):
            return self.client.get(url, **more)

    def post(self, url: str, data: Any = None, **more: Any) -> Any:
        with office_core.mounted(office_core.PUBLIC):
            return self.client.post(url, data or {}, **more)


@pytest.fixture
def as_(monkeypatch: pytest.MonkeyPatch) -> type[Desk]:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    set_script_prefix("/")
    return Desk


def fields(work: Work, **more: str) -> dict[str, list[str]]:
    told = {
        "party": f"division:{work.division.pk}", "under": "", "task": "完成搬迁", "owner_id": str(work.owner.user_id),
        "partner": "", "due_on": "2026-12-20", "deliverable": "花名册", "year_target": "1200", "q1": "", "q2": "",
        "q3": "", **more,
    }  # fmt: skip
    return {name: [value, ""] for name, value in told.items()}


class TestList:
    def test_begins_by_a_button_and_shows_what_lacks(self, work: Work, as_) -> None:
        client = as_(work.planner)
        assert "开始分解" in client.get("/kunming/duties/").content.decode()

        page = client.post("/kunming/duties/begin/", {"year": "2026"}, follow=True).content.decode()

        assert "还没有分解：要有责任人、时限和成果" in page
        assert "各部分合计不低于目标" in page
        assert "没有目标数：明确任务、时限和成果" in page

    @pytest.mark.parametrize(
        ("office", "role", "status"),
        [("kunming", Role.CIVIL_SERVANT, 200), ("kunming", Role.SYS_ADMIN, 403), ("yunnan", Role.APPRAISAL_ADMIN, 403)],
    )
    def test_is_open_to_the_office(self, work: Work, as_, actor, office: str, role: Role, status: int) -> None:
        assert as_(actor(office, role)).get(f"/{office}/duties/").status_code == status

    def test_folds_the_lines_of_a_target_that_has_many(self, work: Work, as_) -> None:
        row, client = work.begin(), as_(work.owner)
        work.complete(row)
        whole = {"year_target": "1200", "q1": "300", "q2": "600", "q3": "900"}
        half = {name: str(int(figure) // 2) for name, figure in whole.items()}
        people = (f"person:{who.user_id}" for who in (work.owner, work.planner))
        work.save(row, "A1", work.line(**whole), *(work.line(party, **half) for party in people), lock=1)
        drafted = client.get("/kunming/duties/").content.decode()
        work.submit(row)
        work.confirm(row)

        page = client.get("/kunming/duties/").content.decode()
        folded = page.partition('<details class="an-fold dt-lines" data-print><summary>')[2].partition("</details>")[0]
        assert page.count('class="an-fold dt-lines"') == 1  # the other two have a line each
        assert "3 项任务" in folded
        assert "已报送 0" in folded
        assert folded.count("完成任务") == 3
        assert "合计 1200" in folded  # what is made up is told inside, of a draft outside
        assert "合计 1200" in drafted.partition('class="an-fold dt-lines"')[0]
        opened = {
            asked: "data-print open" in client.get(f"/kunming/duties/?open={asked}").content.decode()
            for asked in ("A1", "A2", "all")
        }
        assert opened == {"A1": True, "A2": False, "all": True}

    def test_papers_and_the_workbook_come_as_files(self, work: Work, as_) -> None:
        row, client = work.confirmed(), as_(work.owner)

        for kind, begins in (("docx", b"PK"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
            assert client.get(f"/kunming/duties/{row.pk}/list.{kind}").content.startswith(begins)


class TestTarget:
    def test_is_saved_line_by_line(self, work: Work, as_) -> None:
        row, client = work.begin(), as_(work.planner)

        answer = client.post(f"/kunming/duties/{row.pk}/targets/A1/", {**fields(work), "lock_version": "0"})

        assert answer.status_code == 302
        assert Duty.objects.get().due_on == date(2026, 12, 20)

    def test_a_refusal_keeps_what_was_typed(self, work: Work, as_) -> None:
        row, client = work.begin(), as_(work.planner)
        typed = fields(work, year_target="viele")

        page = client.post(f"/kunming/duties/{row.pk}/targets/A1/", {**typed, "lock_version": "0"})

        assert page.status_code == 422
        assert "viele" in page.content.decode()
        assert client.post(
            f"/kunming/duties/{row.pk}/targets/A1/", {**fields(work, due_on="31.12."), "lock_version": "0"}
        ).status_code == 422  # fmt: skip

    def test_sums_are_told_while_typing_and_nothing_is_kept(self, work: Work, as_) -> None:
        row, client = work.begin(), as_(work.planner)

        page = client.post(f"/kunming/duties/{row.pk}/targets/A1/check/", fields(work, year_target="1000"))

        assert "全年合计 1000，比目标 1200 少 200" in page.content.decode()
        assert not Duty.objects.exists()

    def test_the_second_editor_is_told(self, work: Work, as_) -> None:
        row, client = work.begin(), as_(work.planner)
        work.save(row, "A1", work.line())

        page = client.post(f"/kunming/duties/{row.pk}/targets/A1/", {**fields(work), "lock_version": "0"})

        assert page.status_code == 409
        assert work.planner.name in page.content.decode()


class TestBook:
    def filled(self, client: Desk, row: ResponsibilityList, work: Work, change) -> SimpleUploadedFile:
        book = load_workbook(BytesIO(client.get(f"/kunming/duties/{row.pk}/list.xlsx").content))
        change(book.worksheets[0])
        out = BytesIO()
        book.save(out)
        return SimpleUploadedFile("清单.xlsx", out.getvalue())

    def fill(self, work: Work):
        def change(page) -> None:
            line = next(row for row in page.iter_rows(min_row=4) if row[1].value == "A1")
            given = ["县（市、区）", "五华区", "", "搬迁", work.owner.name, "县移民局", "2026-12-20", "花名册", 1200]
            for cell, value in zip(line[3:12], given, strict=True):
                cell.value = value

        return change

    def test_is_filled_in_and_brought_back(self, work: Work, as_) -> None:
        row, client = work.begin(), as_(work.planner)
        file = self.filled(client, row, work, self.fill(work))

        answer = client.post(f"/kunming/duties/{row.pk}/book/", {"file": file})

        assert answer.status_code == 302
        duty = Duty.objects.get(breakdown__code="A1")
        assert (duty.ref, duty.owner_id, duty.due_on) == ("530102", work.owner.user_id, date(2026, 12, 20))

    def test_says_which_cell_is_wrong_and_writes_nothing(self, work: Work, as_) -> None:
        row, client = work.begin(), as_(work.planner)

        def change(page) -> None:
            self.fill(work)(page)
            page["E4"].value, page["H4"].value = "无名县", "没有此人"

        answer = client.post(f"/kunming/duties/{row.pk}/book/", {"file": self.filled(client, row, work, change)})

        assert answer.status_code == 422
        assert "没有“无名县”" in answer.content.decode()
        assert not Duty.objects.exists()

    def test_does_not_overwrite_what_was_saved_since_the_download(self, work: Work, as_) -> None:
        row, client = work.begin(), as_(work.planner)
        file = self.filled(client, row, work, self.fill(work))
        work.save(row, "A1", work.line(year_target="1"))

        answer = client.post(f"/kunming/duties/{row.pk}/book/", {"file": file})

        assert answer.status_code == 409
        assert Duty.objects.get(breakdown__code="A1").year_target == 1

    def test_a_file_of_something_else_is_refused(self, work: Work, as_) -> None:
        row, client = work.begin(), as_(work.planner)

        def change(page) -> None:
            page["C1"].value = "999999"

        for file in (
            SimpleUploadedFile("a.xlsx", b"nonsense"), self.filled(client, row, work, change),
            self.filled(client, row, work, lambda page: page.delete_rows(2)),
        ):  # fmt: skip
            assert client.post(f"/kunming/duties/{row.pk}/book/", {"file": file}).status_code == 422


class TestMine:
    def test_one_hands_in_with_a_file(self, work: Work, as_) -> None:
        work.confirmed()
        client, duty = as_(work.owner), Duty.objects.get(breakdown__code="A1")
        assert "报送成果" in client.get("/kunming/duties/mine/").content.decode()

        file = SimpleUploadedFile("花名册.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
        answer = client.post(
            f"/kunming/duties/lines/{duty.pk}/deliver/", {"text": "花名册已盖章，共 1200 人。", "evidence": file}
        )

        assert answer.status_code == 302
        page = client.get(f"/kunming/duties/lines/{duty.pk}/").content.decode()
        assert "花名册.pdf" in page
        assert StoredFile.objects.get().name == "花名册.pdf"

    def test_another_persons_form_is_not_shown(self, work: Work, as_) -> None:
        work.confirmed()
        duty = Duty.objects.get(breakdown__code="A1")

        assert as_(work.planner).get(f"/kunming/duties/lines/{duty.pk}/deliver/").status_code == 403


def test_the_bureau_sees_how_far_every_office_is(work: Work, as_, actor) -> None:
    work.confirmed()
    address = f"/yunnan/appraisal/cycles/{work.running.cycle.pk}/decompositions/"

    page = as_(actor("yunnan", Role.PRINCIPAL_LEADER)).get(address).content.decode()

    assert "已按现行责任书分解 1 / 3 个单位" in page
    assert as_(actor("kunming", Role.PRINCIPAL_LEADER)).get(address.replace("yunnan", "kunming")).status_code == 403


def test_a_draft_is_given_up_in_a_dialog(work: Work, as_) -> None:
    row, client, leader = work.begin(), as_(work.planner), as_(work.leader)
    shown = client.get(f"/kunming/duties/{row.pk}/").content.decode()
    assert f"/kunming/duties/{row.pk}/drop/" in shown
    assert leader.get(f"/kunming/duties/{row.pk}/drop/").status_code == 403
    assert "一并删除" in client.get(f"/kunming/duties/{row.pk}/drop/").content.decode()
    gone = client.post(f"/kunming/duties/{row.pk}/drop/", follow=True)
    assert (gone.status_code, "草稿已删除" in gone.content.decode()) == (200, True)
    assert client.post(f"/kunming/duties/{row.pk}/drop/").status_code == 404


def test_a_leader_sends_back_and_confirms_in_dialogs(work: Work, as_) -> None:
    row = work.begin()
    work.complete(row)
    client = as_(work.planner)
    assert client.post(f"/kunming/duties/{row.pk}/submit/").status_code == 302
    client = as_(work.leader)
    back = client.post(f"/kunming/duties/{row.pk}/send-back/", {"reason": "请把寻甸县的任务再分细。"}, follow=True)
    assert "请把寻甸县的任务再分细。" in back.content.decode()
    work.submit(row)
    assert client.post(f"/kunming/duties/{row.pk}/confirm/", {"submitted_at": "nonsense"}).status_code in (302, 422)
    row.refresh_from_db()
    assert row.state == "CONFIRMED"


def test_counties_are_shared_from_the_dialog(work: Work, as_) -> None:
    row, client = work.begin(), as_(work.planner)
    given = {"kind": "county", "by": "EQUAL", "lock_version": "0"}

    assert client.post(f"/kunming/duties/{row.pk}/targets/A1/fill/", given).status_code == 302
    assert client.post(f"/kunming/duties/{row.pk}/targets/A1/fill/", given).status_code == 409
    assert Duty.objects.count() == 3
