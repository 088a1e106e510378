"""The path mount, the door, and the guards of a session."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_script_prefix, reverse
from django.utils import timezone, translation

from tenants import events
from tenants.actors import recorded_roles
from tenants.models import Domain, Office, Role, StandIn, User
from tests import factories
from tests.house import access_world

pytestmark = pytest.mark.usefixtures("offices")


class TestTheMount:
    def test_moves_the_first_segment_so_that_links_stay_inside(self, signed_in, settings) -> None:
        page = signed_in("kunming", Role.SYS_ADMIN).get("/kunming/administration/offices/")

        assert 'href="/kunming/calendar/"' in page.text
        assert 'action="/sign-out/"' in page.text
        assert get_script_prefix() == "/"

    def test_leaves_no_prefix_for_the_next_request(self, signed_in) -> None:
        client = signed_in("kunming", Role.SYS_ADMIN)
        client.get("/kunming/administration/offices/")

        assert reverse("account") == "/account/"
        assert client.get("/account/").status_code == 200

    @pytest.mark.parametrize("path", ["/nowhere/", "/nowhere", "/pg_catalog/", "/public/", "/KUNMING/", "/kunming'--/"])
    def test_an_unknown_office_is_not_found(self, signed_in, path: str) -> None:
        assert signed_in("kunming", Role.REPORTER).get(path).status_code == 404

    def test_an_office_without_its_last_slash_leads_on(self, signed_in) -> None:
        assert signed_in("kunming", Role.SYS_ADMIN).get("/kunming").status_code in (301, 302)

    @pytest.mark.parametrize("path", ["/puer/", "/qinghe/", "/shifan/", "/yunnan/", "/anlan_platform/"])
    def test_somebody_elses_office_is_not_found(self, signed_in, path: str) -> None:
        page = signed_in("kunming", Role.REPORTER).get(path)

        assert page.status_code == 404
        assert "Pu'er" not in page.text
        assert "普洱" not in page.text

    def test_a_suspended_office_tells_its_people_so(self, signed_in, kunming: Office) -> None:
        client = signed_in("kunming", Role.REPORTER)
        Office.objects.filter(pk=kunming.pk).update(state="SUSPENDED")

        page = client.get("/kunming/")
        assert page.status_code == 403
        assert "已停用" in page.text

    def test_an_own_host_name_mounts_the_office_at_its_root(self, signed_in, kunming: Office) -> None:
        Domain.objects.create(domain="km.example.cn", tenant=kunming, is_primary=True)
        client = signed_in("kunming", Role.SYS_ADMIN)

        page = client.get("/administration/offices/", headers={"host": "km.example.cn"})

        assert page.status_code == 200
        assert 'href="/calendar/"' in page.text
        assert client.get("/account/", headers={"host": "km.example.cn"}).status_code == 200
        anonymous = Client().get("/", headers={"host": "km.example.cn"})
        assert anonymous["Location"] == "/sign-in/?next=/"
        assert Client().get("/sign-in/", headers={"host": "km.example.cn"}).status_code == 200


class TestTheDoor:
    def test_anonymous_people_are_asked_to_sign_in_and_come_back(self) -> None:
        answer = Client().get("/kunming/calendar/?year=2026")

        assert answer["Location"] == "/sign-in/?next=/kunming/calendar/%3Fyear%3D2026"

    def test_htmx_is_sent_there_as_a_page(self) -> None:
        answer = Client().get(
            "/kunming/jobs/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/kunming/calendar/"}
        )

        assert answer.status_code == 401
        assert answer["HX-Redirect"] == "/sign-in/?next=/kunming/calendar/"

    def test_the_api_answers_401(self) -> None:
        assert Client().get("/kunming/api/v1/jobs/").status_code == 401

    def test_a_member_of_the_province_visits_read_only(self, signed_in) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        page = client.get("/puer/calendar/")

        assert page.status_code == 200
        assert "an-visiting" in page.text
        assert client.post("/puer/calendar/day/?region=530800&year=2026&month=1", {}).status_code == 403
        assert client.get("/qinghe/calendar/").status_code == 404

    @pytest.fixture
    def year(self, actor, offices) -> None:
        access_world.build(actor, offices)

    def test_every_page_offered_to_a_visitor_opens(self, signed_in, year: None) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        page = client.get("/kunming/calendar/")
        offered = [item.url for group in page.context["shell"]["menu"] for item in group.items]

        assert offered
        for url in offered:
            assert client.get(url, follow=True).status_code == 200, url

    @pytest.mark.parametrize("role", list(Role.values))
    @pytest.mark.parametrize("slug", ["yunnan", "kunming"])
    def test_every_page_of_the_menu_opens(self, signed_in, year: None, slug: str, role: str) -> None:
        client = signed_in(slug, role)
        page = client.get(f"/{slug}/calendar/")
        for group in page.context["shell"]["menu"]:
            for item in group.items:
                assert client.get(item.url).status_code in (200, 302), item.url

    def test_a_stand_in_has_the_role_between_the_days_only(self, offices, kunming: Office) -> None:
        from tenants import selectors

        absent = factories.make_person(kunming, Role.ISSUER)
        person = factories.make_person(kunming, Role.REPORTER)
        today = timezone.localdate()
        StandIn.objects.create(
            membership=absent.memberships.get(),
            person=person,
            starts_on=today,
            ends_on=today + timedelta(days=2),
            reason="出差",
            created_by_id=absent.pk,
            created_at=factories.CREATED,
        )

        now = selectors.actor_for(person, kunming, on=today)
        later = selectors.actor_for(person, kunming, on=today + timedelta(days=3))

        assert now is not None
        assert later is not None
        assert now.has(Role.ISSUER)
        assert now.role_label == f"填报人、签发人（代{absent.name}）"
        assert not later.has(Role.ISSUER)

    def test_many_roles_still_fit_the_timeline(self, kunming: Office, actor) -> None:
        held = [role for role in Role.values if not role.endswith("_ADMIN")]
        many = replace(actor("kunming", *held), for_others=dict.fromkeys(held, "王签发"))
        record = events.record(events.PasswordChanged(subject="x"), actor=many, at=timezone.now())

        assert len(record.actor_role) == 60
        assert recorded_roles(record.actor_role) == record.actor_role  # cut off: as it is

    def test_events_keep_roles_in_chinese_and_everybody_reads_their_own_language(self, kunming: Office, actor) -> None:
        both = replace(actor("kunming", Role.REPORTER, Role.ISSUER), for_others={Role.ISSUER: "王签发"})
        with translation.override("en"):
            record = events.record(events.PasswordChanged(subject="x"), actor=both, at=timezone.now())
            in_english = recorded_roles(record.actor_role)

        assert record.actor_role == "填报人、签发人（代王签发）"
        assert recorded_roles(record.actor_role) == record.actor_role
        assert in_english == "Reporter, Issuer (for 王签发)"


class TestTheSession:
    def idle(self, client: Client, minutes: float) -> None:
        session = client.session
        session["last_seen"] = (timezone.now() - timedelta(minutes=minutes)).isoformat()
        session.save()

    @pytest.mark.parametrize(("role", "limit"), [(Role.REPORTER, 30), (Role.SYS_ADMIN, 15)])
    def test_ends_when_idle(self, signed_in, role: str, limit: int) -> None:
        client = signed_in("kunming", role)
        self.idle(client, limit - 0.1)
        assert client.get("/kunming/calendar/").status_code == 200
        self.idle(client, limit + 0.1)
        assert client.get("/kunming/calendar/")["Location"].startswith("/sign-in/?next=")
        assert "_auth_user_id" not in client.session

    def test_an_idle_session_gets_401_from_the_api(self, signed_in) -> None:
        client = signed_in("kunming", Role.REPORTER)
        self.idle(client, 31)

        assert client.get("/kunming/api/v1/jobs/").status_code == 401

    def test_polling_does_not_keep_it_alive(self, signed_in) -> None:
        client = signed_in("kunming", Role.REPORTER)
        self.idle(client, 20)
        client.get("/kunming/calendar/", headers={"X-Poll": "1"})
        self.idle(client, 20)
        before = client.session["last_seen"]
        client.get("/kunming/calendar/", headers={"X-Poll": "1"})

        assert client.session["last_seen"] == before

    def test_is_extended_in_place(self, signed_in) -> None:
        client = signed_in("kunming", Role.REPORTER)
        self.idle(client, 29)

        assert client.post("/session/extend/").json() == {"seconds": 1800}
        assert client.get("/kunming/calendar/").status_code == 200
        assert Client().post("/session/extend/").status_code == 401

    @pytest.mark.parametrize(
        "fields", [{"must_change_password": True}, {"password_changed_at": timezone.now() - timedelta(days=91)}]
    )
    def test_a_first_or_old_password_must_be_changed(self, signed_in, fields: dict) -> None:
        client = signed_in("kunming", Role.REPORTER)
        User.objects.filter(pk=client.user.pk).update(**fields)

        assert client.get("/kunming/calendar/")["Location"] == "/account/password/"
        assert client.get("/kunming/calendar/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/password/"
        api = client.get("/kunming/api/v1/jobs/")
        assert (api.status_code, api["Content-Type"]) == (403, "application/problem+json")
        assert client.get("/account/password/").status_code == 200

    def test_speaks_the_persons_language(self, signed_in) -> None:
        client = signed_in("kunming", Role.SYS_ADMIN)
        client.post("/language/", {"language": "en", "next": "/kunming/calendar/"})

        assert '<html lang="en"' in client.get("/kunming/calendar/", headers={"Accept-Language": "zh-CN"}).text


def test_a_printed_page_bears_the_number_of_its_line_in_the_log(signed_in) -> None:
    answer = signed_in("kunming", Role.REPORTER).get("/kunming/calendar/")

    assert f"打印编号 {answer['X-Request-ID'][:12]}" in answer.text
