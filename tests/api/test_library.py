"""Templates over the API: only what it adds to the use cases."""

import pytest
from django.test import Client

from appraisal.library import usecases
from appraisal.library.models import TemplateVersion
from tenants.models import Role
from tests.appraisal import setting

JSON = "application/json"


@pytest.fixture
def admin(signed_in) -> Client:
    return signed_in("yunnan", Role.APPRAISAL_ADMIN)


@pytest.fixture
def version(actor) -> TemplateVersion:
    return setting.draft(actor("yunnan", Role.APPRAISAL_ADMIN))


def at(version: TemplateVersion, rest: str = "", office: str = "yunnan") -> str:
    return f"/{office}/api/v1/template-versions/{version.pk}/{rest}"


class TestTemplates:
    def test_import_list_and_detail(self, admin) -> None:
        body = {"code": "T", "name": "体系", "year": 2026, "csv_text": usecases.shipped_csv()}

        made = admin.post("/yunnan/api/v1/templates/", body, JSON)

        assert made.status_code == 201
        assert (made.json()["label"], len(made.json()["indicators"])) == ("v2026.1", 46)
        assert made.json()["problems"] == []
        assert admin.get("/yunnan/api/v1/templates/").json()["count"] == 1
        assert admin.get("/yunnan/api/v1/template-versions/?state=DRAFT&year=2026").json()["count"] == 1
        assert admin.get("/yunnan/api/v1/template-versions/?state=PUBLISHED").json()["count"] == 0

    def test_a_wrong_file_names_its_rows(self, admin) -> None:
        body = {"code": "T", "name": "体系", "year": 2026, "csv_text": setting.SMALL_CSV.replace("STEP", "LADDER")}

        answer = admin.post("/yunnan/api/v1/templates/", body, JSON)

        assert (answer.status_code, answer.json()["field"]) == (422, "csv_text")
        assert answer.json()["rows"][0]["code"] == "B6"


class TestVersion:
    def test_is_edited_and_published(self, admin, version) -> None:
        a1 = version.indicators.get(code="A1")
        patched = admin.patch(at(version, f"indicators/{a1.pk}/"), {"points": "18", "lock_version": 0}, JSON)
        assert patched.json()["problems"][0]["message"].startswith("方案总分应为 100.00")
        raised = admin.put(at(version, "points/"), {"points": {"H1": "17"}, "lock_version": 1}, JSON)
        assert raised.json()["problems"] == []
        body = {"minutes_number": "纪要2号", "effective_on": "2026-01-01", "lock_version": 2}

        published = admin.post(at(version, "publish/"), body, JSON)

        assert published.json()["state"] == "PUBLISHED"
        assert "已发布" in published.json()["refusals"]["edit"]
        again = admin.patch(at(version, f"indicators/{a1.pk}/"), {"points": "1", "lock_version": 3}, JSON)
        assert (again.status_code, again.json()["type"]) == (409, "conflict")
        copy = admin.post(at(version, "copies/"), {"year": 2027}, JSON)
        assert (copy.status_code, copy.json()["label"]) == (201, "v2027.2")

    def test_takes_indicators_in_moves_them_and_lets_them_go(self, admin, version) -> None:
        group = version.indicators.get(code="A")
        body = {"code": "A9", "group_id": group.pk, "name": "新增", "points": "2", "method": "MANUAL"}
        added = admin.post(at(version, "indicators/"), {**body, "lock_version": 0}, JSON)
        assert added.status_code == 201
        row = next(entry for entry in added.json()["indicators"] if entry["code"] == "A9")
        moved = admin.post(at(version, f"indicators/{row['id']}/move/"), {"direction": "up", "lock_version": 1}, JSON)
        assert [entry["code"] for entry in moved.json()["indicators"]][:5] == ["A", "A1", "A2", "A9", "A6"]
        removed = admin.delete(at(version, f"indicators/{row['id']}/?lock_version=2"))
        assert "A9" not in [entry["code"] for entry in removed.json()["indicators"]]
        group = admin.post(at(version, "indicators/"), {"code": "Z", "name": "组", "lock_version": 3}, JSON)
        assert group.status_code == 201
        full = {"na_treatment": "FULL", "lock_version": 4}
        assert admin.put(at(version, "na-treatment/"), full, JSON).json()["na_treatment"] == "FULL"

    def test_tries_a_fact(self, admin, version) -> None:
        a1, b8 = version.indicators.get(code="A1"), version.indicators.get(code="B8")

        tried = admin.post(
            at(version, f"indicators/{a1.pk}/trials/"), {"fact": {"target": "200", "value": "150"}}, JSON
        )
        assert tried.json()["points"] == "15.0000"
        ranked = {"fact": {"value": "3", "rank": 1, "count": 16}}
        assert admin.post(at(version, f"indicators/{b8.pk}/trials/"), ranked, JSON).json()["points"] == "6.0000"
        for strange in ({"value": "3", "rank": "x"}, {"value": "3", "rank": None}, {"value": [], "count": {}}, {}):
            answer = admin.post(at(version, f"indicators/{b8.pk}/trials/"), {"fact": strange}, JSON)
            assert (answer.status_code, bool(answer.json()["problems"])) == (200, True)
        wrong = admin.post(at(version, f"indicators/{a1.pk}/trials/"), {"fact": {"value": 0.1}}, JSON)
        assert wrong.json()["problems"]

    @pytest.mark.parametrize(
        ("office", "role", "status"),
        [
            ("yunnan", Role.VERIFIER, 403),
            ("kunming", Role.APPRAISAL_ADMIN, 404),
            ("shifan", Role.APPRAISAL_ADMIN, 404),
        ],
    )
    def test_page_and_api_agree_on_who_may_not(self, signed_in, version, office: str, role: str, status: int) -> None:
        a1 = version.indicators.get(code="A1")
        body = {"points": "18", "lock_version": 0}

        answer = signed_in(office, role).patch(at(version, f"indicators/{a1.pk}/", office), body, JSON)

        assert answer.status_code == status

    @pytest.mark.parametrize(
        "body",
        [{}, {"lock_version": 0, "parameters": {"cap": "\x00"}}, {"lock_version": 0, "parameters": {"cap": "\ud800"}},
         {"lock_version": 0, "parameters": []}, {"lock_version": -1}, {"lock_version": 0, "name": "\x00"}],
    )  # fmt: skip
    def test_answers_nonsense_with_422(self, admin, version, body: dict) -> None:
        a1 = version.indicators.get(code="A1")
        assert admin.patch(at(version, f"indicators/{a1.pk}/"), body, JSON).status_code == 422
