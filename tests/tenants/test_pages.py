"""Every page of administration opens for whom it is meant, and says why not to others."""

import pytest
from django.test import Client
from django.urls import reverse

from tenants.models import Division, Membership, Office, Role
from tests import factories

LISTS = [
    ("/administration/offices/", Role.SYS_ADMIN, Role.SEC_ADMIN),
    ("/administration/offices/new/", Role.SYS_ADMIN, Role.SEC_ADMIN),
    ("/administration/regions/", Role.SYS_ADMIN, Role.AUDIT_ADMIN),
    ("/administration/people/", Role.SYS_ADMIN, Role.AUDIT_ADMIN),
    ("/administration/people/", Role.SEC_ADMIN, Role.APPRAISAL_ADMIN),
    ("/administration/people/new/", Role.SYS_ADMIN, Role.SEC_ADMIN),
    ("/sign-ins/", Role.SEC_ADMIN, Role.SYS_ADMIN),
    ("/audit/", Role.AUDIT_ADMIN, Role.SYS_ADMIN),
]


@pytest.mark.parametrize(("page", "role", "other"), LISTS)
def test_an_administrators_page_is_theirs_alone(signed_in, page: str, role: str, other: str) -> None:
    assert signed_in("yunnan", role).get(f"/yunnan{page}").status_code == 200
    assert signed_in("yunnan", other).get(f"/yunnan{page}").status_code == 403


@pytest.mark.parametrize("page", ["/calendar/?n=5&start=2026-11-05", "/stand-ins/"])
def test_everybodys_pages(signed_in, page: str) -> None:
    assert signed_in("kunming", Role.REPORTER).get(f"/kunming{page}").status_code == 200


class TestOfficePages:
    @pytest.fixture
    def client(self, signed_in) -> Client:
        return signed_in("yunnan", Role.SYS_ADMIN)

    def test_show_one_office(self, client: Client, kunming: Office) -> None:
        page = client.get(f"/yunnan/administration/offices/{kunming.pk}/")

        assert page.status_code == 200
        assert "昆明市搬迁安置办公室" in page.text

    def test_hide_another_provinces_office(self, client: Client, qinghe: Office) -> None:
        assert client.get(f"/yunnan/administration/offices/{qinghe.pk}/").status_code == 404

    def test_rename(self, client: Client, kunming: Office) -> None:
        form = {
            "name": "昆明市水库移民局",
            "short_name": "昆明市",
            "name_en": "Kunming",
            "valid_from": "2026-01-01",
            "reason": "机构改革",
        }

        assert client.post(f"/yunnan/administration/offices/{kunming.pk}/rename/", form).status_code == 302
        kunming.refresh_from_db()
        assert kunming.name == "昆明市水库移民局"

    def test_suspend_asks_for_a_reason(self, client: Client, kunming: Office) -> None:
        url = f"/yunnan/administration/offices/{kunming.pk}/suspend/"

        assert client.get(url).status_code == 200
        assert client.post(url, {"reason": ""}).status_code == 422
        assert client.post(url, {"reason": "撤并"}).status_code == 302
        assert client.post(url, {"reason": "撤并"}).status_code == 409
        again = client.post(url.replace("suspend", "reactivate"), {"reason": "恢复"})
        assert again.status_code == 302

    def test_suspend_in_a_dialog(self, client: Client, kunming: Office) -> None:
        url, htmx = f"/yunnan/administration/offices/{kunming.pk}/suspend/", {"HX-Request": "true"}

        asked = client.get(url, headers=htmx)
        assert "<html" not in asked.text
        assert 'hx-post="' in asked.text
        assert client.post(url, {"reason": ""}, headers=htmx).status_code == 422
        done = client.post(url, {"reason": "撤并"}, headers=htmx)
        assert done["HX-Redirect"] == f"/yunnan/administration/offices/{kunming.pk}/"

    def test_divisions(self, client: Client, kunming: Office) -> None:
        add = f"/yunnan/administration/offices/{kunming.pk}/divisions/"
        form = {"name": "综合科", "name_en": "", "valid_from": "2026-01-01"}

        assert client.post(add, form).status_code == 302
        assert client.post(add, form).status_code == 409
        division = Division.objects.get(name="综合科")
        page = f"/yunnan/administration/divisions/{division.pk}/"
        assert client.get(page).status_code == 200
        assert client.post(page, {"act": "rename", "name": "办公室", "name_en": ""}).status_code == 302
        assert client.post(page, {"act": "close", "valid_to": "2025-01-01"}).status_code == 422
        assert client.post(page, {"act": "close", "valid_to": "2026-06-30"}).status_code == 302


class TestPeoplePages:
    def test_an_account_is_made_and_its_password_shown_once(self, signed_in, kunming: Office) -> None:
        client = signed_in("yunnan", Role.SYS_ADMIN)
        form = {
            "office": kunming.pk,
            "username": "zhang.wei",
            "name": "张伟",
            "name_en": "",
            "staff_number": "",
            "phone": "",
        }

        page = client.post("/yunnan/administration/people/new/", form)

        assert page.status_code == 200
        person = kunming.accounts.get()
        assert person.check_password(page.context["password"])
        assert page.context["password"] not in client.get(f"/yunnan/administration/people/{person.pk}/").text
        assert client.post("/yunnan/administration/people/new/", form).status_code == 409

    def test_a_role_is_granted_and_ended(self, signed_in, kunming: Office) -> None:
        client = signed_in("kunming", Role.SEC_ADMIN)
        person = factories.make_person(kunming, Role.REPORTER)
        grant = f"/kunming/administration/people/{person.pk}/roles/"
        form = {
            "office": kunming.pk,
            "role": Role.REVIEWER,
            "division": "",
            "valid_from": "2026-01-01",
            "valid_to": "",
            "reason": "分工调整",
        }

        assert client.get(f"/kunming/administration/people/{person.pk}/").status_code == 200
        assert client.post(grant, form).status_code == 302
        assert client.post(grant, {**form, "role": Role.SYS_ADMIN}).status_code == 409
        row = Membership.objects.get(user=person, role=Role.REVIEWER)
        assert client.get(f"/kunming/administration/roles/{row.pk}/end/").status_code == 200
        assert client.post(f"/kunming/administration/roles/{row.pk}/end/", {"reason": "轮岗"}).status_code == 302

    def test_edit_deactivate_reactivate_reset(self, signed_in, kunming: Office) -> None:
        system, security = signed_in("kunming", Role.SYS_ADMIN), signed_in("kunming", Role.SEC_ADMIN)
        person = factories.make_person(kunming, Role.REPORTER)
        base = f"/kunming/administration/people/{person.pk}"

        form = {"name": "李四", "name_en": "Li Si", "staff_number": "K-1", "phone": "0871-123456"}
        assert system.get(f"{base}/edit/").status_code == 200
        assert system.post(f"{base}/edit/", form).status_code == 302
        assert security.post(f"{base}/password/").status_code == 200
        assert system.post(f"{base}/password/").status_code == 403
        assert system.post(f"{base}/deactivate/", {"reason": "调离"}).status_code == 302
        assert system.post(f"{base}/reactivate/").status_code == 200

    def test_the_thousandth_row_is_reached_in_few_queries(
        self, signed_in, kunming: Office, django_assert_max_num_queries
    ) -> None:
        client = signed_in("kunming", Role.SYS_ADMIN)
        for _each in range(120):
            factories.make_person(kunming, Role.REPORTER)

        with django_assert_max_num_queries(25):
            page = client.get("/kunming/administration/people/?page=3")

        assert page.context["page_obj"].paginator.count >= 121
        assert len(page.context["page_obj"].object_list) >= 20


class TestStandInPage:
    def test_names_and_revokes(self, signed_in, kunming: Office) -> None:
        client = signed_in("kunming", Role.ISSUER)
        other = factories.make_person(kunming, Role.REVIEWER)
        own = Membership.objects.get(user=client.user)
        form = {
            "membership": own.pk,
            "person": other.pk,
            "starts_on": "2099-01-01",
            "ends_on": "2099-01-05",
            "reason": "出差",
        }

        assert client.post("/kunming/stand-ins/", form).status_code == 302
        assert client.post("/kunming/stand-ins/", form).status_code == 409
        row = own.stand_ins.get()
        assert client.post(f"/kunming/stand-ins/{row.pk}/revoke/").status_code == 302
        assert client.post(f"/kunming/stand-ins/{row.pk}/revoke/").status_code == 409


class TestCalendarPage:
    def test_days_are_laid_down_imported_and_cleared(self, signed_in) -> None:
        client = signed_in("yunnan", Role.SYS_ADMIN)
        query = "?region=530000&year=2027&month=4"
        day = {"day": "2027-04-13", "is_working": "off", "name": "泼水节", "source": "省政府通知"}

        assert client.post(f"/yunnan/calendar/day/{query}", day).status_code == 302
        page = client.get(f"/yunnan/calendar/{query}")
        assert "泼水节" in page.text
        assert client.post(f"/yunnan/calendar/clear/{query}", {"day": "2027-04-13"}).status_code == 302
        assert client.post(f"/yunnan/calendar/clear/{query}", {"day": "2027-04-13"}).status_code == 422
        lines = {"text": "2027-04-13，休，泼水节\n2027-04-14，休，泼水节", "source": "省政府通知"}
        assert client.post(f"/yunnan/calendar/import/{query}", lines).status_code == 302
        assert client.post(f"/yunnan/calendar/import/{query}", {**lines, "text": "x"}).status_code == 422

    def test_the_country_is_the_platforms(self, signed_in) -> None:
        client = signed_in("yunnan", Role.SYS_ADMIN)
        day = {"day": "2027-04-13", "is_working": "off", "name": "泼水节", "source": "省政府通知"}

        assert client.post("/yunnan/calendar/day/?region=&year=2027&month=4", day).status_code == 403


class TestLogPages:
    def test_the_sign_in_log_shows_locks_and_opens_them(self, signed_in, kunming: Office) -> None:
        person = factories.make_person(kunming, Role.REPORTER)
        for _each in range(5):
            Client().post("/sign-in/", {"username": person.username, "password": "wrong"})
        client = signed_in("kunming", Role.SEC_ADMIN)

        page = client.get("/kunming/sign-ins/")

        assert [row["name"] for row in page.context["accounts"]] == [person.username]
        assert [row["address"] for row in page.context["addresses"]] == ["127.0.0.1"]
        assert client.post("/kunming/sign-ins/unlock-address/", {"address": "127.0.0.1"}).status_code == 302
        assert client.post("/kunming/sign-ins/unlock-address/", {"address": "127.0.0.1"}).status_code == 404
        assert client.post(f"/kunming/administration/people/{person.pk}/unlock/").status_code == 302
        again = Client().post("/sign-in/", {"username": person.username, "password": factories.PASSWORD})
        assert again.status_code == 302

    def test_the_audit_log_shows_before_and_after(self, signed_in, kunming: Office) -> None:
        system = signed_in("kunming", Role.SYS_ADMIN)
        system.post(
            f"/kunming/administration/offices/{kunming.pk}/divisions/", {"name": "综合科", "valid_from": "2026-01-01"}
        )
        client = signed_in("kunming", Role.AUDIT_ADMIN)

        page = client.get("/kunming/audit/?table=tenants_division")
        row = page.context["rows"][0]
        entry = client.get(f"/kunming/audit/{row['entry'].pk}/")

        assert row["who"].endswith(f"（{system.user.username}）")
        assert ("name", None, "综合科") in entry.context["differences"]
        other = signed_in("puer", Role.AUDIT_ADMIN)
        assert other.get(f"/puer/audit/{row['entry'].pk}/").status_code == 404
        assert client.get("/kunming/audit/?since=x&until=2026-13-01").status_code == 200


class TestHome:
    @pytest.mark.parametrize(
        ("slug", "role", "name"),
        [
            ("yunnan", Role.APPRAISAL_ADMIN, "ledger:cockpit"),
            ("kunming", Role.REPORTER, "reporting:workbench"),
            ("kunming", Role.SYS_ADMIN, "admin-offices"),
            ("kunming", Role.SEC_ADMIN, "admin-people"),
            ("kunming", Role.AUDIT_ADMIN, "audit-log"),
        ],
    )
    def test_leads_to_the_page_of_ones_role(self, signed_in, settings, slug: str, role: str, name: str) -> None:
        answer = signed_in(slug, role).get(f"/{slug}/")

        assert answer["Location"] == f"/{slug}" + reverse(name, urlconf=settings.OFFICE_URLCONF)

    def test_of_a_new_prefecture_is_empty_but_there(self, signed_in) -> None:
        page = signed_in("kunming", Role.REPORTER).get("/kunming/", follow=True)

        assert page.status_code == 200
        assert "没有要填报的月份" in page.text

    def test_says_so_when_there_is_nothing(self, signed_in) -> None:
        assert signed_in("yunnan", Role.CIVIL_SERVANT).get("/yunnan/").status_code == 200
