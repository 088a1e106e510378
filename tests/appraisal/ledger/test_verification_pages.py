"""The pages of verification: what they show, what their forms do, and how refusals stay on the page."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, Objection, ScoreAdjustment
from appraisal.ledger.usecases import objections, verification
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.panel_setting import heard
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON

QUEUE = "/yunnan/appraisal/queue/"
REASON = "花名册与报表人数不一致，请核对后重报"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages ask the clock at the edge; here it is noon of 5 November 2026."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"], offices["diqing"]])


@pytest.fixture
def verifier(signed_in: Callable[..., Client]) -> Client:
    return signed_in("yunnan", Role.VERIFIER)


def again(value: CurrentValue) -> CurrentValue:
    return CurrentValue.objects.get(pk=value.pk)


class TestQueue:
    def test_lists_what_waits_and_shows_the_first_beside_it(
        self, year: Year, kunming: Office, verifier: Client
    ) -> None:
        values = year.report(kunming)

        page = verifier.get(QUEUE)

        text = page.content.decode()
        assert [row.value.pk for row in page.context["rows"]] == [value.pk for value in values]
        assert page.context["history"].current == values[0]
        assert "833.33 人" in text  # 1 000 × 10 ÷ 12, the target to date
        assert "五华区" in text

    def test_narrows_by_office_group_indicator_state_and_lateness(
        self, year: Year, kunming: Office, puer: Office, verifier: Client
    ) -> None:
        year.report(kunming)
        done = year.report(puer)[0]
        CurrentValue.objects.filter(pk=done.pk).update(state="VERIFIED")

        def found(query: str) -> list[str]:
            rows = verifier.get(f"{QUEUE}?{query}").context["rows"]
            return [f"{row.value.office.schema_name} {row.value.indicator.code}" for row in rows]

        assert found("office=puer") == ["puer B6", "puer B7"]
        assert found("group=A") == ["kunming A1"]
        assert found("indicator=B6&state=ALL") == ["kunming B6", "puer B6"]
        assert found("state=VERIFIED") == ["puer A1"]
        assert found("late=1") == []
        assert found("state=LATE") == []

    def test_asks_as_many_queries_for_nine_values_as_for_three(
        self, year: Year, offices: dict[str, Office], verifier: Client
    ) -> None:
        year.report(offices["kunming"])
        verifier.get(QUEUE)
        with CaptureQueriesContext(connection) as few:
            verifier.get(QUEUE)
        year.report(offices["puer"])
        year.report(offices["diqing"])
        with CaptureQueriesContext(connection) as many:
            verifier.get(QUEUE)

        assert len(many) == len(few)
        assert len(many) <= 40

    def test_empty_queue_says_so(self, year: Year, verifier: Client) -> None:
        assert "没有待审核的数据" in verifier.get(QUEUE).content.decode()

    def test_is_the_bureaus(
        self, year: Year, kunming: Office, verifier: Client, signed_in: Callable[..., Client]
    ) -> None:
        year.report(kunming)

        assert signed_in("yunnan", Role.PRINCIPAL_LEADER).get(QUEUE).status_code == 200
        assert signed_in("yunnan", Role.FUND_SUPERVISOR).get(QUEUE).status_code == 403
        assert signed_in("kunming", Role.REPORTER).get("/kunming/appraisal/queue/").status_code == 403
        assert verifier.get("/kunming/appraisal/queue/").status_code == 403

    def test_answers_htmx_with_the_context_alone(self, year: Year, kunming: Office, verifier: Client) -> None:
        value = year.report(kunming)[1]

        page = verifier.get(f"{QUEUE}{value.pk}/", headers={"HX-Request": "true"})

        assert page.content.decode().lstrip().startswith("<aside")
        assert page["Vary"]
        back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        assert "<html" in verifier.get(f"{QUEUE}{value.pk}/", headers=back).content.decode()

    def test_does_not_tell_of_another_provinces_value(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client]
    ) -> None:
        value = year.report(kunming)[0]

        assert signed_in("shifan", Role.VERIFIER).get(f"/shifan/appraisal/queue/{value.pk}/").status_code == 404


class TestVerify:
    def test_verifies_the_ticked_values(self, year: Year, kunming: Office, verifier: Client) -> None:
        one, two, three = year.report(kunming)

        page = verifier.post(f"{QUEUE}verify/", {"item": [f"{one.pk}:0", f"{two.pk}:0"], "back": "office=kunming"})

        assert (page.status_code, page["Location"]) == (302, f"{QUEUE}?office=kunming")
        assert [again(value).state for value in (one, two, three)] == ["VERIFIED", "VERIFIED", "SUBMITTED"]

    def test_goes_on_to_the_next_value_after_a_single_one(self, year: Year, kunming: Office, verifier: Client) -> None:
        one, two, _three = year.report(kunming)

        page = verifier.post(f"{QUEUE}verify/", {"item": [f"{one.pk}:0"], "next": "1"})

        assert page["Location"].startswith(f"{QUEUE}{two.pk}/")

    def test_says_on_the_page_which_rows_were_in_the_way(self, year: Year, kunming: Office, verifier: Client) -> None:
        one, two, _three = year.report(kunming)

        page = verifier.post(f"{QUEUE}verify/", {"item": [f"{one.pk}:0", f"{two.pk}:5"]})

        assert page.status_code == 409
        assert "昆明市 B6" in page.content.decode()
        assert again(one).state == "SUBMITTED"

    @pytest.mark.parametrize("item", ["", "x:0", "1", "1:2:3", "9" * 30 + ":0"])
    def test_refuses_what_is_no_choice(self, item: str, year: Year, kunming: Office, verifier: Client) -> None:
        year.report(kunming)

        assert verifier.post(f"{QUEUE}verify/", {"item": item} if item else {}).status_code == 422


class TestDecisions:
    def url(self, value: CurrentValue, what: str) -> str:
        return f"/yunnan/appraisal/values/{value.pk}/{what}/"

    @pytest.mark.parametrize(
        ("what", "data", "state"),
        [
            ("return", {}, "RETURNED"),
            ("correct", {"value": "７８６"}, "VERIFIED"),
            ("points", {"points": "0.5"}, "VERIFIED"),
        ],
    )
    def test_does_it_and_comes_back_to_the_value(
        self, what: str, data: dict[str, str], state: str, year: Year, kunming: Office, verifier: Client
    ) -> None:
        value = year.report(kunming)[0]
        assert verifier.get(self.url(value, what)).status_code == 200

        page = verifier.post(self.url(value, what), {"lock_version": 0, "reason": REASON, **data})

        assert (page.status_code, page["Location"]) == (302, f"{QUEUE}{value.pk}/?")
        assert again(value).state == state

    def test_reopens(self, year: Year, kunming: Office, verifier: Client, actor: Callable[..., Actor]) -> None:
        value = year.report(kunming)[0]
        colleague = actor("yunnan", Role.VERIFIER)
        verification.verify_values(items=[(value.pk, 0)], actor=colleague, at=NOON)

        verifier.post(self.url(value, "reopen"), {"lock_version": 1, "reason": REASON})

        assert again(value).state == "RETURNED"

    def test_htmx_gets_the_dialog_and_a_redirect(self, year: Year, kunming: Office, verifier: Client) -> None:
        value = year.report(kunming)[0]
        htmx = {"HX-Request": "true"}

        asked = verifier.get(self.url(value, "return"), headers=htmx)
        short = verifier.post(self.url(value, "return"), {"lock_version": 0, "reason": "不行"}, headers=htmx)
        done = verifier.post(self.url(value, "return"), {"lock_version": 0, "reason": REASON}, headers=htmx)

        assert asked.content.decode().lstrip().startswith("<form")
        assert (short.status_code, "至少 5 个字" in short.content.decode()) == (422, True)
        assert (done.status_code, done["HX-Redirect"]) == (200, f"{QUEUE}{value.pk}/?")

    def test_a_slower_colleague_is_told_who_was_faster(
        self, year: Year, kunming: Office, verifier: Client, actor: Callable[..., Actor]
    ) -> None:
        value = year.report(kunming)[0]
        colleague = actor("yunnan", Role.VERIFIER)
        verification.verify_values(items=[(value.pk, 0)], actor=colleague, at=NOON)

        page = verifier.post(self.url(value, "points"), {"lock_version": 0, "points": "1", "reason": REASON})

        assert (page.status_code, colleague.name in page.content.decode()) == (409, True)

    def test_not_for_the_office_nor_for_leaders(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client]
    ) -> None:
        value = year.report(kunming)[0]
        reporter = signed_in("kunming", Role.REPORTER)

        assert reporter.get(f"/kunming/appraisal/values/{value.pk}/return/").status_code == 403
        assert signed_in("yunnan", Role.PRINCIPAL_LEADER).post(self.url(value, "return"), {}).status_code == 403


class TestHistory:
    def test_shows_both_sides_what_was_decided(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client], actor: Callable[..., Actor]
    ) -> None:
        value = year.report(kunming)[0]
        verification.correct_value(
            current_value_id=value.pk, lock_version=0, fact={"value": "786"}, reason=REASON,
            actor=actor("yunnan", Role.VERIFIER), at=NOON,
        )  # fmt: skip

        mine = signed_in("kunming", Role.REPORTER).get(f"/kunming/appraisal/values/{value.pk}/")
        others = signed_in("puer", Role.REPORTER).get(f"/puer/appraisal/values/{value.pk}/")

        assert mine.status_code == 200
        for said in ("800 人", "786 人", REASON):
            assert said in mine.content.decode()
        assert others.status_code == 404


class TestCompleteness:
    def test_counts_each_office(self, year: Year, kunming: Office, verifier: Client) -> None:
        values = year.report(kunming)
        CurrentValue.objects.filter(pk=values[0].pk).update(state="VERIFIED")

        page = verifier.get("/yunnan/appraisal/completeness/?month=10")

        first = page.context["rows"][0]["standing"]
        assert (first.expected, first.reported, first.verified, first.waiting, first.on_time) == (3, 3, 1, 2, True)
        assert page.context["sums"]["missing"] == 6
        assert "未报送" in page.content.decode()

    def test_unknown_month_is_not_found(self, year: Year, verifier: Client) -> None:
        assert verifier.get("/yunnan/appraisal/completeness/?month=3").status_code == 404


class TestProvinceFacts:
    URL = "/yunnan/appraisal/province-facts/?month=10&indicator="

    def rows(self, year: Year, *rows: tuple[str, ...]) -> dict[str, str]:
        data = {}
        offices = year.cycle.participants.order_by("office__position").values_list("office_id", flat=True)
        for office_id, (one, two, reason) in zip(offices, rows, strict=False):
            data |= {f"o{office_id}-count_0": one, f"o{office_id}-count_1": two, f"o{office_id}-reason": reason}
        return data

    def test_saves_filled_rows_and_leaves_empty_ones(self, year: Year, verifier: Client) -> None:
        page = verifier.post(self.URL + "E3", self.rows(year, ("1", "0", "省通报"), ("", "", ""), ("0", "２", "")))

        assert page.status_code == 302
        facts = [value.final_fact for value in CurrentValue.objects.order_by("office__position")]
        assert facts == [{"counts": ["1", "0"]}, {"counts": ["0", "2"]}]
        assert verifier.get(self.URL + "E3").context["missing"] == 1

    def test_shows_each_bad_row_and_saves_none(self, year: Year, verifier: Client) -> None:
        page = verifier.post(self.URL + "E3", self.rows(year, ("1", "", ""), ("0", "-1", ""), ("0", "0", "")))

        assert (page.status_code, CurrentValue.objects.count()) == (422, 0)
        assert {row["id"] for row in page.context["refusal"].rows} == {
            entry["entry"].office.pk for entry in page.context["rows"] if entry["problem"]
        }
        assert verifier.post(self.URL + "E3", self.rows(year, ("一", "0", ""))).status_code == 422

    def test_panels_take_marks_in_one_cell(self, year: Year, kunming: Office, verifier: Client) -> None:
        verifier.post(self.URL + "G1", {f"o{kunming.pk}-marks": "1.8，1.9 2", f"o{kunming.pk}-count_0": ""})

        assert CurrentValue.objects.get().final_fact == {"marks": ["1.8", "1.9", "2"], "counts": ["0"]}

    def test_confirms_that_nothing_happened(self, year: Year, verifier: Client) -> None:
        url = "/yunnan/appraisal/province-facts/none/?month=10&indicator=E3"
        assert verifier.get(url).status_code == 200

        assert verifier.post(url, {"reason": "省信访局函告本月无集访"}).status_code == 302
        assert CurrentValue.objects.count() == 3
        assert verifier.post(url, {"reason": "省信访局函告本月无集访"}).status_code == 409

    def test_takes_over_last_month(
        self, year: Year, kunming: Office, verifier: Client, actor: Callable[..., Actor]
    ) -> None:
        verification.record_fact(
            period_id=year.periods[9].pk, office_id=kunming.pk, indicator_id=year.indicators["E3"].pk,
            fact={"counts": ["4", "0"]}, source="province", reason="", evidence=[],
            actor=actor("yunnan", Role.VERIFIER), at=NOON,
        )  # fmt: skip

        page = verifier.get(self.URL + "E3&carry=1")

        assert page.context["rows"][0]["form"]["count_0"].value() == "4"

    def test_is_closed_after_publication_and_to_others(
        self, year: Year, verifier: Client, signed_in: Callable[..., Client]
    ) -> None:
        assert signed_in("kunming", Role.REPORTER).get("/kunming/appraisal/province-facts/").status_code == 403
        assert verifier.get(self.URL + "A1").status_code == 404
        year.publish()
        assert verifier.post(self.URL + "E3", self.rows(year, ("1", "0", ""))).status_code == 409


class TestAdjustments:
    URL = "/yunnan/appraisal/adjustments/"

    def test_records_with_its_paper_and_revokes(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client], settings, tmp_path
    ) -> None:
        settings.EVIDENCE_DIR = tmp_path
        admin = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        data = {"office_id": kunming.pk, "code": "P2", "points": "", "from_month": 11,
                "legal_basis": "云政发〔2026〕8号", "confirming_unit": "省政府办公厅"}  # fmt: skip
        assert admin.get(f"{self.URL}new/").status_code == 200

        assert admin.post(f"{self.URL}new/", data).status_code == 422
        done = admin.post(f"{self.URL}new/", data | {"evidence": SimpleUploadedFile("通报.pdf", PDF)})

        assert (done.status_code, done["Location"]) == (302, self.URL)
        row = ScoreAdjustment.objects.get()
        assert (row.points, row.evidence[0]["name"]) == (Decimal(1), "通报.pdf")
        assert "获省级表彰" in admin.get(self.URL).content.decode()
        assert admin.get(f"{self.URL}{row.pk}/revoke/").status_code == 200
        assert admin.post(f"{self.URL}{row.pk}/revoke/", {"reason": "表彰文件已撤销"}).status_code == 302
        assert admin.post(f"{self.URL}{row.pk}/revoke/", {"reason": "表彰文件已撤销"}).status_code == 409

    def test_others_look_on_or_stay_out(self, year: Year, signed_in: Callable[..., Client]) -> None:
        assert signed_in("yunnan", Role.PRINCIPAL_LEADER).get(self.URL).status_code == 200
        assert signed_in("yunnan", Role.PRINCIPAL_LEADER).get(f"{self.URL}new/").status_code == 403
        assert signed_in("yunnan", Role.VERIFIER).get(self.URL).status_code == 403
        assert signed_in("kunming", Role.APPRAISAL_ADMIN).get("/kunming/appraisal/adjustments/").status_code == 403


class TestObjections:
    def test_file_then_decide(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client], settings, tmp_path
    ) -> None:
        settings.EVIDENCE_DIR = tmp_path
        year.report(kunming)
        CurrentValue.objects.update(state="VERIFIED")
        line = year.line(year.publish(at=NOON), kunming, "A1")
        reporter, admin = signed_in("kunming", Role.REPORTER), signed_in("yunnan", Role.APPRAISAL_ADMIN)
        new = f"/kunming/appraisal/objections/new/{line.pk}/"

        assert "可申诉" in reporter.get("/kunming/appraisal/objections/").content.decode()
        assert reporter.get(new).status_code == 200
        assert reporter.post(new, {"grounds": "不服"}).status_code == 422
        filed = reporter.post(new, {"grounds": "漏计一个安置点60人", "evidence": SimpleUploadedFile("花名册.pdf", PDF)})
        objection = Objection.objects.get()
        assert filed["Location"] == f"/kunming/appraisal/objections/{objection.pk}/"
        assert reporter.get(filed["Location"]).status_code == 200
        assert reporter.get(new).status_code == 409

        base = f"/yunnan/appraisal/objections/{objection.pk}/"
        assert "漏计一个安置点" in admin.get("/yunnan/appraisal/objections/").content.decode()
        assert admin.get(base).status_code == 200
        assert admin.get(f"{base}decide/").status_code == 409
        heard(objection)
        assert admin.get(f"{base}decide/").status_code == 200
        hearing = {"heard_on": "2026-11-05", "minutes": "复核纪要〔2026〕1号"}
        unchanged = {"upheld": "upheld", "value": "800", "decision": "经复核应予计入", **hearing}
        assert admin.post(f"{base}decide/", unchanged).status_code == 422
        assert admin.post(f"{base}decide/", unchanged | {"value": "860"}).status_code == 302
        assert CurrentValue.objects.get(indicator=line.indicator).final_fact == {"value": "860"}
        assert admin.get(f"{base}decide/").status_code == 409

    def test_rejecting_leaves_the_value_even_if_a_figure_was_typed(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client], actor: Callable[..., Actor]
    ) -> None:
        year.report(kunming)
        CurrentValue.objects.update(state="VERIFIED")
        line = year.line(year.publish(at=NOON), kunming, "A1")
        objection = objections.file_objection(
            line_id=line.pk, grounds="漏计一个安置点", evidence=[], actor=actor("kunming", Role.REPORTER), at=NOON
        )

        heard(objection, upheld=False)
        hearing = {"heard_on": "2026-11-05", "minutes": "复核纪要〔2026〕1号"}

        page = signed_in("yunnan", Role.APPRAISAL_ADMIN).post(
            f"/yunnan/appraisal/objections/{objection.pk}/decide/",
            {"upheld": "rejected", "value": "860", "decision": "佐证不足，维持原分", **hearing},
        )

        assert page.status_code == 302
        assert CurrentValue.objects.get(indicator=line.indicator).final_fact == {"value": "800"}

    def test_is_closed_to_other_offices_and_roles(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client]
    ) -> None:
        line = year.line(year.publish(at=NOON), kunming, "A1")

        assert signed_in("puer", Role.REPORTER).get(f"/puer/appraisal/objections/new/{line.pk}/").status_code == 404
        assert signed_in("yunnan", Role.APPRAISAL_ADMIN).get(
            f"/yunnan/appraisal/objections/new/{line.pk}/"
        ).status_code == 403  # fmt: skip
        assert signed_in("yunnan", Role.FUND_SUPERVISOR).get("/yunnan/appraisal/objections/").status_code == 403
