"""The pages of templates: what only they add."""

import pytest
from django.test import Client
from django.urls import reverse

from appraisal.library import usecases
from appraisal.library.models import Indicator, Method, TemplateVersion
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON


@pytest.fixture
def admin(signed_in) -> Client:
    return signed_in("yunnan", Role.APPRAISAL_ADMIN)


@pytest.fixture
def version(actor) -> TemplateVersion:
    return setting.draft(actor("yunnan", Role.APPRAISAL_ADMIN), full=True)


def at(version: TemplateVersion, rest: str = "", office: str = "yunnan") -> str:
    return f"/{office}/templates/versions/{version.pk}/{rest}"


def row(version: TemplateVersion, code: str):
    return version.indicators.get(code=code)


class TestTheList:
    def test_is_empty_first_and_then_names_versions(self, admin, actor) -> None:
        assert "还没有指标体系" in admin.get("/yunnan/templates/").content.decode()
        setting.published(actor("yunnan", Role.APPRAISAL_ADMIN))
        assert "v2026.1" in admin.get("/yunnan/templates/").content.decode()

    def test_takes_as_many_queries_for_many_versions(self, admin, actor, django_assert_max_num_queries) -> None:
        person = actor("yunnan", Role.APPRAISAL_ADMIN)
        for code in "ABCDE":
            setting.published(person, code=code)
        admin.get("/yunnan/")  # the first request of a session writes down where it is from
        with django_assert_max_num_queries(16):
            admin.get("/yunnan/templates/")


class TestTheEditor:
    @pytest.mark.parametrize("tab", ["source", "rule", "evidence", "history", "nonsense"])
    def test_shows_every_tab_of_an_indicator_of_each_method(self, admin, version, tab: str) -> None:
        for indicator in version.indicators.order_by("method", "position").distinct("method"):
            answer = admin.get(at(version, f"?i={indicator.pk}&tab={tab}"))
            assert answer.status_code == 200

    @pytest.mark.parametrize("method", Method.values)
    def test_offers_a_form_for_every_method(self, admin, version, method: str) -> None:
        page = admin.get(at(version, f"?i={row(version, 'A1').pk}&tab=rule&method={method}"))
        assert page.status_code == 200

    def test_is_read_only_for_others_and_once_published(self, signed_in, admin, version, actor) -> None:
        assert 'name="points.A1"' in admin.get(at(version)).content.decode()
        assert 'name="points.A1"' not in signed_in("yunnan", Role.VERIFIER).get(at(version)).content.decode()
        published = setting.published(actor("yunnan", Role.APPRAISAL_ADMIN), code="P")
        assert 'name="points.A1"' not in admin.get(at(published)).content.decode()
        assert signed_in("kunming", Role.REPORTER).get(at(published, office="kunming")).status_code == 200
        assert signed_in("kunming", Role.REPORTER).get(at(version, office="kunming")).status_code == 404
        assert signed_in("shifan", Role.APPRAISAL_ADMIN).get(at(version, office="shifan")).status_code == 404

    def test_saves_points_with_the_button_and_by_htmx(self, admin, version) -> None:
        answer = admin.post(at(version, "points/"), {"points.A1": "5", "lock_version": 0})
        assert answer.status_code == 302
        page = admin.get(at(version)).content.decode()
        assert "还差 1 分，不能发布" in page
        quick = admin.post(
            at(version, "points/"), {"points.A1": "6", "lock_version": 1}, headers={"HX-Request": "true"}
        )
        assert 'id="lock-panel" value="2"' in quick.content.decode()
        wrong = admin.post(
            at(version, "points/"), {"points.A1": "x", "lock_version": 2}, headers={"HX-Request": "true"}
        )
        assert (wrong.status_code, "A1" in wrong.content.decode()) == (422, True)
        stale = admin.post(at(version, "points/"), {"points.A1": "5", "lock_version": 0})
        assert (stale.status_code, "请刷新" in stale.content.decode()) == (409, True)

    def test_moves_and_removes_and_adds(self, admin, version) -> None:
        a2 = row(version, "A2").pk
        moved = admin.post(at(version, f"indicators/{a2}/move/"), {"direction": "up", "lock_version": 0})
        assert moved.url.endswith(f"#row-{a2}")
        assert admin.get(at(version, f"indicators/{a2}/remove/")).status_code == 200
        assert admin.post(at(version, f"indicators/{a2}/remove/"), {"lock_version": 1}).status_code == 302
        group = row(version, "A").pk
        body = {"code": "A9", "name": "新指标", "points": "5", "lock_version": 2}
        assert admin.post(at(version, f"add/?group={group}"), body).status_code == 302
        assert row(version, "A9").method == "MANUAL"
        again = admin.post(at(version, f"add/?group={group}"), {**body, "lock_version": 3})
        assert again.status_code == 409
        assert admin.post(at(version, "add/"), {"code": "Z", "name": "组", "lock_version": 3}).status_code == 302

    def test_saves_the_fields_of_a_tab(self, admin, version) -> None:
        a1 = row(version, "A1")
        body = {
            "name": "搬迁率", "unit": "人", "direction": "HIGHER", "entered_by": "PREFECTURE", "target_basis": "LETTER",
            "cumulative": "on", "data_source": "monthly_report", "lock_version": 0,
        }  # fmt: skip
        assert admin.post(at(version, f"indicators/{a1.pk}/save/?tab=source"), body).status_code == 302
        assert row(version, "A1").name == "搬迁率"
        wrong = {**body, "target_basis": "SYSTEM", "lock_version": 1}
        refused = admin.post(at(version, f"indicators/{a1.pk}/save/?tab=source"), wrong)
        assert (refused.status_code, "也应由系统计算" in refused.content.decode()) == (422, True)
        evidence = {"evidence": "花名册", "legal_basis": "办法第九条", "lock_version": 1}
        assert admin.post(at(version, f"indicators/{a1.pk}/save/?tab=evidence"), evidence).status_code == 302
        assert row(version, "A1").legal_basis == "办法第九条"


class TestTheRule:
    def test_is_saved_from_structured_fields(self, admin, version) -> None:
        b6 = row(version, "B6")
        body = {
            "method": "STEP", "p-direction": "higher_is_better", "p-unit": "%", "lock_version": 0,
            "t-bound": ["92", "", "80"], "t-points": ["5", "", "3"],
        }  # fmt: skip
        assert admin.post(at(version, f"indicators/{b6.pk}/rule/"), body).status_code == 302
        assert row(version, "B6").parameters["steps"] == [
            {"at_least": "92", "points": "5"}, {"at_least": "80", "points": "3"},
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("method", "body", "parameters"),
        [
            ("RATIO", {"p-cap": "1", "p-floor": "0.5"}, {"cap": "1", "floor": "0.5"}),
            ("LINEAR", {"p-from": "0", "p-to": "10"}, {"from": "0", "to": "10"}),
            ("THRESHOLD", {"t-": ["合同", "年报", ""]}, {"requires": ["合同", "年报"]}),
            ("DEDUCT", {"p-minimum": "0", "t-event": ["事故"], "t-points": ["1"]},
             {"minimum": "0", "rules": [{"event": "事故", "points": "1"}]}),
            ("ADD", {"p-cap": "3", "t-event": ["表彰"], "t-points": ["1"]},
             {"cap": "3", "rules": [{"event": "表彰", "points": "1"}]}),
            ("MILESTONE", {"p-otherwise": "0", "t-at_most": ["0", "30"], "t-share": ["1", "0.5"]},
             {"otherwise": "0", "late_days": [{"at_most": "0", "share": "1"}, {"at_most": "30", "share": "0.5"}]}),
            ("RANK", {"p-scope": "province", "p-order": "ascending", "t-share": ["1/2", "1"], "t-points": ["6", "3"]},
             {"scope": "province", "order": "ascending",
              "bands": [{"share": "1/2", "points": "6"}, {"share": "1", "points": "3"}]}),
            ("PANEL", {"p-trim_when_at_least": "5", "t-event": [""], "t-points": [""]},
             {"trim_when_at_least": "5", "then_deduct": []}),
            ("FORMULA", {"p-expression": "points * a / b", "t-": ["a", "b"]},
             {"expression": "points * a / b", "inputs": ["a", "b"]}),
            ("MANUAL", {}, {}),
        ],
    )  # fmt: skip
    def test_of_every_method_is_kept_as_the_engine_reads_it(
        self, admin, version, method: str, body: dict, parameters: dict
    ) -> None:
        a1 = row(version, "A1")
        answer = admin.post(at(version, f"indicators/{a1.pk}/rule/"), {"method": method, "lock_version": 0, **body})

        assert answer.status_code == 302
        assert (row(version, "A1").method, row(version, "A1").parameters) == (method, parameters)
        assert admin.get(at(version, f"?i={a1.pk}&tab=rule")).status_code == 200

    def test_that_cannot_be_used_says_so_in_words(self, admin, version) -> None:
        a1 = row(version, "A1")
        body = {"method": "STEP", "p-direction": "lower_is_better", "t-bound": ["很多"], "t-points": ["3"]}
        answer = admin.post(at(version, f"indicators/{a1.pk}/rule/"), {**body, "lock_version": 0})

        assert answer.status_code == 422
        assert "分档表第 1 行的不超过" in answer.content.decode()

    def test_is_tried_before_it_is_saved(self, admin, version) -> None:
        a1 = row(version, "A1")
        body = {
            "method": "RATIO",
            "p-cap": "1",
            "p-floor": "0.5",
            "x-value": "55",
            "x-target": "100",
            "lock_version": 0,
        }
        tried = admin.post(at(version, f"indicators/{a1.pk}/rule/"), body, headers={"HX-Request": "true"})
        assert "3.30" in tried.content.decode()
        page = admin.post(at(version, f"indicators/{a1.pk}/rule/"), {**body, "try": "1"})
        assert (page.status_code, "3.30" in page.content.decode()) == (200, True)
        assert row(version, "A1").parameters["floor"] == "0.60"


class TestACopy:
    def test_shows_what_changed_and_takes_it_back(self, admin, actor) -> None:
        person = actor("yunnan", Role.APPRAISAL_ADMIN)
        source = setting.published(person, full=True)
        answer = admin.post(at(source, "copy/"), {"year": 2027, "note": "调整"})
        copy = TemplateVersion.objects.get(copied_from=source)
        assert answer.url.endswith(reverse("library:version", args=[copy.pk], urlconf="config.urls.office"))
        a1 = row(copy, "A1")
        usecases.set_points(version_id=copy.pk, points={"A1": "4"}, lock_version=0, actor=person, at=NOON)
        assert "6 → 4" in admin.get(at(copy, "?changed=1")).content.decode()
        assert "6" in admin.get(at(copy, "compare/")).content.decode()
        assert admin.post(at(copy, f"indicators/{a1.pk}/restore/"), {"lock_version": 1}).status_code == 302
        assert row(copy, "A1").points == 6

    def test_is_published_in_a_dialog(self, admin, version) -> None:
        body = {"minutes_number": "纪要2号", "effective_on": "2026-01-01", "lock_version": 0}
        fragment = admin.get(at(version, "publish/"), headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in fragment
        done = admin.post(at(version, "publish/"), body, headers={"HX-Request": "true"})
        assert done.headers["HX-Redirect"]
        again = admin.post(at(version, "publish/"), {**body, "lock_version": 1})
        assert again.status_code == 409

    def test_warns_of_a_figure_that_the_system_does_not_know(self, admin, version) -> None:
        """Such an indicator would score nothing for a year, and nobody would be told why."""
        sentence = "会一直按未报送计 0 分"
        assert sentence not in admin.get(at(version)).text

        indicator = version.indicators.get(code="H1")
        indicator.parameters["numerator"] = "准时上报"
        Indicator.objects.filter(pk=indicator.pk).update(parameters=indicator.parameters)
        page = admin.get(at(version)).text
        assert "请留意" in page
        assert "准时上报" in page
        assert sentence in page

    def test_is_not_published_with_98_points(self, admin, version) -> None:
        admin.post(at(version, "points/"), {"points.A1": "4", "lock_version": 0})
        body = {"minutes_number": "纪要2号", "effective_on": "2026-01-01", "lock_version": 1}
        answer = admin.post(at(version, "publish/"), body)
        assert (answer.status_code, "还不能发布" in answer.content.decode()) == (422, True)


class TestImport:
    def test_takes_the_shipped_scheme_or_a_file(self, admin) -> None:
        assert admin.get("/yunnan/templates/import/").status_code == 200
        answer = admin.post("/yunnan/templates/import/", {"code": "T", "name": "体系", "year": 2026})
        assert answer.status_code == 302
        assert TemplateVersion.objects.get().indicators.count() == 46

    def test_is_the_administrators(self, signed_in) -> None:
        assert signed_in("yunnan", Role.VERIFIER).get("/yunnan/templates/import/").status_code == 403
