"""Assigned matters (督办) on the pages and over the API."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from appraisal.inspections.models import Matter
from appraisal.inspections.reactions.evidence import inspected
from appraisal.ledger.models import ScoreAdjustment
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.inspections.test_matters import (
    DONE,
    DUE,
    JSON,
    TEXT,
    TOO_LATE,
    again,
    assigned,
    paper,
    replied,
)
from tests.appraisal.verification_setting import Year


@pytest.mark.usefixtures("in_november")
class TestPages:
    def test_from_assigning_to_closing(
        self, year: Year, kunming: Office, puer: Office, signed_in: Callable[..., Client]
    ) -> None:
        bureau, office = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("kunming", Role.REPORTER)
        body = {
            "title": "核对花名册", "text": TEXT, "basis": "云移发〔2026〕12号", "due_on": DUE.isoformat(),
            "office_ids": [kunming.pk, puer.pk],
            "evidence": SimpleUploadedFile("通知.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf"),
        }  # fmt: skip

        assert bureau.post("/yunnan/inspections/matters/new/", body).status_code == 302
        row = Matter.objects.get(office=kunming)
        mine = f"/inspections/matters/{row.pk}/"
        assert "核对花名册" in office.get("/kunming/inspections/matters/").text
        assert "通知.pdf" in office.get(f"/kunming{mine}").text
        assert office.get(f"/kunming/inspections/matters/{Matter.objects.get(office=puer).pk}/").status_code == 404

        assert office.post(f"/kunming{mine}reply/", {"text": DONE}).status_code == 302
        assert office.post(f"/kunming{mine}reply/", {"text": DONE}).status_code == 409
        back = {"reason": "核对表缺签字，请补签", "due_on": DUE.isoformat()}
        assert bureau.post(f"/yunnan{mine}return/", back).status_code == 302
        assert office.post(f"/kunming{mine}reply/", {"text": DONE}).status_code == 302
        assert bureau.post(f"/yunnan{mine}close/", {"text": "已核对，同意办结"}).status_code == 302
        assert again(row).state == "CLOSED"
        assert "已办结" in office.get(f"/kunming{mine}").text

    def test_nothing_typed_is_lost(self, year: Year, kunming: Office, signed_in: Callable[..., Client]) -> None:
        body = {"title": "核对花名册", "text": TEXT, "basis": "文", "due_on": "2020-01-01", "office_ids": [kunming.pk]}

        page = signed_in("yunnan", Role.APPRAISAL_ADMIN).post("/yunnan/inspections/matters/new/", body)

        assert page.status_code == 422
        assert TEXT in page.text
        assert "回复期限须在" in page.text

    def test_refusals(self, matter: Matter, signed_in: Callable[..., Client]) -> None:
        mine = f"inspections/matters/{matter.pk}/"
        verifier, reviewer = signed_in("yunnan", Role.VERIFIER), signed_in("kunming", Role.REVIEWER)

        assert verifier.get("/yunnan/inspections/matters/new/").status_code == 403
        assert reviewer.get(f"/kunming/{mine}reply/").status_code == 403
        for act in ("return", "close"):
            assert signed_in("yunnan", Role.APPRAISAL_ADMIN).get(f"/yunnan/{mine}{act}/").status_code == 409
            assert verifier.post(f"/yunnan/{mine}{act}/", {}).status_code == 403
        assert signed_in("yunnan", Role.SYS_ADMIN).get("/yunnan/inspections/matters/").status_code == 403

    def test_an_overdue_one_asks_to_be_settled(
        self, matter: Matter, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(timezone, "now", lambda: TOO_LATE)
        bureau = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        url = f"/yunnan/inspections/matters/{matter.pk}/"

        assert "确认扣分" in bureau.get(url).text
        assert bureau.get("/yunnan/inspections/matters/?state=OVERDUE").text.count("核对花名册") == 1
        paper_ = SimpleUploadedFile("认定.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
        body = {"confirming_unit": "省局考核督查处", "evidence": paper_}
        assert bureau.post(f"{url}deduct/", body).status_code == 302
        assert bureau.post(f"{url}deduct/", {"confirming_unit": "省局考核督查处"}).status_code == 409
        assert ScoreAdjustment.objects.count() == 1
        assert "0.5" in bureau.get(url).text


@pytest.mark.usefixtures("in_november")
class TestApi:
    def test_the_same_by_the_api(self, year: Year, kunming: Office, signed_in: Callable[..., Client]) -> None:
        bureau, office = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("kunming", Role.REPORTER)
        body = {
            "cycle_id": year.cycle.pk, "office_ids": [kunming.pk], "title": "核对花名册", "text": TEXT, "basis": "文",
            "due_on": DUE.isoformat(),
        }  # fmt: skip

        made = bureau.post("/yunnan/api/v1/matters/", body, content_type=JSON)
        assert made.status_code == 201
        [row] = made.json()
        url = f"api/v1/matters/{row['id']}/"
        assert office.post("/kunming/api/v1/matters/", body, content_type=JSON).status_code == 403
        told = office.post(f"/kunming/{url}reply/", {"text": DONE}, content_type=JSON).json()
        assert (told["state"], told["overdue"], told["steps"][0]["kind"]) == ("ANSWERED", False, "REPLY")
        assert office.post(f"/kunming/{url}reply/", {"text": DONE}, content_type=JSON).status_code == 409
        assert office.post(f"/kunming/{url}closing/", {"text": DONE}, content_type=JSON).status_code == 403
        closed = bureau.post(f"/yunnan/{url}closing/", {"text": "已核对，同意办结"}, content_type=JSON)
        assert closed.json()["state"] == "CLOSED"
        listed = bureau.get("/yunnan/api/v1/matters/?state=CLOSED&office=kunming").json()
        assert [one["id"] for one in listed["results"]] == [row["id"]]
        assert bureau.get("/yunnan/api/v1/matters/?state=OVERDUE").json()["results"] == []

    def test_points_off_by_the_api(
        self, matter: Matter, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, admin: Actor
    ) -> None:
        monkeypatch.setattr(timezone, "now", lambda: TOO_LATE)
        bureau, url = signed_in("yunnan", Role.APPRAISAL_ADMIN), f"/yunnan/api/v1/matters/{matter.pk}/"
        body = {"confirming_unit": "省局考核督查处", "evidence": [paper(admin)]}

        told = bureau.post(f"{url}deduction/", body, content_type=JSON)

        assert (told.status_code, told.json()["outcome"]) == (200, "DEDUCTED")
        assert bureau.post(f"{url}deduction/", body, content_type=JSON).status_code == 409
        assert bureau.post(f"{url}sparing/", {"reason": "因洪灾延误"}, content_type=JSON).status_code == 409


def test_each_side_reads_the_others_files(
    year: Year, admin: Actor, reporter: Actor, kunming: Office, puer: Office, actor: Callable[..., Actor]
) -> None:
    notice, table = paper(admin), paper(reporter)
    row = assigned(year, admin, kunming, evidence=[notice])[0]
    replied(row, reporter, evidence=[table])

    assert inspected(reporter, StoredFile.objects.get(pk=notice))
    assert inspected(admin, StoredFile.objects.get(pk=table))
    assert not inspected(actor("puer", Role.REPORTER), StoredFile.objects.get(pk=notice))
