"""Providers of identity and links of people to them over the API: what it adds to the use cases, and who is refused."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tenants.models import IdentityLink, IdentityProvider, Office, ProviderSecret, Role
from tenants.states import ProviderState
from tests import factories, identity_provider
from tests.conftest import NOON
from tests.identity_provider import CLIENT, SECRET

pytestmark = pytest.mark.usefixtures("offices")
URL = "/yunnan/api/v1/providers/"


def call(client: Client, method: str, path: str, data: object = None) -> Any:
    return getattr(client, method)(path, data=data, content_type="application/json")


def given(**more: str) -> dict[str, str]:
    return {
        "name": "统一身份认证",
        "issuer": "https://sso.example",
        "client_id": CLIENT,
        "client_secret": SECRET,
        **more,
    }


@pytest.fixture
def sec(signed_in) -> Client:
    return signed_in("yunnan", Role.SEC_ADMIN)


@pytest.fixture
def provider(yunnan: Office) -> IdentityProvider:
    """On."""
    return IdentityProvider.objects.create(
        office=yunnan, name="x", issuer="https://sso.example", client_id="x", created_by_id=1, created_at=NOON,
        state=ProviderState.ON,
    )  # fmt: skip


class TestProviders:
    def test_are_set_up_changed_and_listed_without_their_secret(self, sec) -> None:
        made = call(sec, "post", URL, given())
        assert (made.status_code, made.json()["state"]) == (201, "OFF")
        one = f"{URL}{made.json()['id']}/"
        sealed = ProviderSecret.objects.get().secret

        changed = call(sec, "put", one, given(client_secret="", name="省统一认证"))

        assert changed.json()["name"] == "省统一认证"
        assert ProviderSecret.objects.get().secret == sealed
        answers = [made, changed, sec.get(one), sec.get(URL)]
        assert sec.get(URL).json()["results"][0]["refusals"]["disable"]
        assert not [each for each in answers if SECRET in each.content.decode() or "secret" in each.content.decode()]

    def test_are_tried_and_switched(self, sec, settings) -> None:
        settings.OIDC_LOCAL_PROVIDER = True
        with identity_provider.running() as service:
            one = f"{URL}{call(sec, 'post', URL, given(issuer=service.issuer)).json()['id']}/"
            assert call(sec, "post", f"{one}test/").json()["keys"] >= 1
            assert call(sec, "post", f"{one}enable/", {"reason": "上线"}).json()["state"] == "ON"
        assert call(sec, "put", one, given()).status_code == 409
        assert call(sec, "post", f"{one}disable/", {"reason": "更换"}).json()["state"] == "OFF"
        assert call(sec, "post", f"{one}disable/", {"reason": "更换"}).status_code == 409
        assert call(sec, "post", f"{one}test/").status_code == 409  # it is not there any more

    def test_wait_for_a_second_administrator_where_two_are_needed(self, sec, signed_in, provider, settings) -> None:
        settings.SECOND_PERSON_FROM = date(2026, 1, 1)
        signed_in("yunnan", Role.SYS_ADMIN)
        waits = call(sec, "post", f"{URL}{provider.pk}/disable/", {"reason": "更换"})
        assert (waits.status_code, waits.json()["action"]) == (202, "disable-provider")
        provider.refresh_from_db()
        assert provider.state == ProviderState.ON

    @pytest.mark.parametrize(
        ("fault", "field"),
        [({"issuer": "http://sso.example"}, "issuer"), ({"client_secret": ""}, "client_secret"),
         ({"subject_claim": "s b"}, "subject_claim"),],
    )  # fmt: skip
    def test_name_the_field_that_is_wrong(self, sec, fault: dict[str, str], field: str) -> None:
        answer = call(sec, "post", URL, given(**fault))
        assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert not IdentityProvider.objects.exists()

    @pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.AUDIT_ADMIN, Role.PRINCIPAL_LEADER])
    def test_are_the_security_administrators(self, signed_in, provider, role: str) -> None:
        client, one = signed_in("yunnan", role), f"{URL}{provider.pk}/"
        answers = [client.get(URL), client.get(one), call(client, "post", URL, given()),
                   call(client, "put", one, given()), call(client, "post", f"{one}test/"),
                   call(client, "post", f"{one}enable/", {"reason": "x"}),
                   call(client, "post", f"{one}disable/", {"reason": "x"})]  # fmt: skip
        assert {answer.status_code for answer in answers} <= {403, 404}
        provider.refresh_from_db()
        assert provider.state == ProviderState.ON

    def test_of_another_province_are_not_found(self, signed_in, provider) -> None:
        other = signed_in("shifan", Role.SEC_ADMIN)
        one = f"/shifan/api/v1/providers/{provider.pk}/"
        assert other.get(one).status_code == 404
        assert call(other, "put", one, given()).status_code == 404
        assert call(other, "post", f"{one}disable/", {"reason": "x"}).status_code == 404
        assert other.get("/shifan/api/v1/providers/").json()["results"] == []


class TestLinks:
    def test_are_made_listed_and_taken_away(self, sec, provider, kunming: Office) -> None:
        person = factories.make_person(kunming, Role.REPORTER)
        url = f"/yunnan/api/v1/people/{person.pk}/identities/"
        made = call(sec, "post", url, {"provider_id": provider.pk, "subject": "530000-0042"})
        assert (made.status_code, made.json()["provider"]) == (201, provider.pk)
        again = call(sec, "post", url, {"provider_id": provider.pk, "subject": "other"})
        assert again.status_code == 409
        assert [each["subject"] for each in sec.get(url).json()] == ["530000-0042"]

        gone = call(sec, "post", f"/yunnan/api/v1/identities/{made.json()['id']}/unlink/", {"reason": "调离"})

        assert gone.status_code == 204
        assert not IdentityLink.objects.exists()
        lost = call(sec, "post", f"/yunnan/api/v1/identities/{made.json()['id']}/unlink/", {"reason": "调离"})
        assert lost.status_code == 404

    def test_are_refused_for_who_may_not(self, sec, signed_in, provider, kunming: Office, qinghe: Office) -> None:
        person = factories.make_person(kunming, Role.REPORTER)
        link = IdentityLink.objects.create(provider=provider, user=person, subject="s", linked_by_id=1, linked_at=NOON)
        url, body = f"people/{person.pk}/identities/", {"provider_id": provider.pk, "subject": "s2"}
        unlink = f"identities/{link.pk}/unlink/"
        for slug, role, status in (
            ("yunnan", Role.SYS_ADMIN, 403), ("yunnan", Role.VERIFIER, 403), ("shifan", Role.SEC_ADMIN, 404),
            ("puer", Role.SEC_ADMIN, 404),
        ):  # fmt: skip
            client, base = signed_in(slug, role), f"/{slug}/api/v1/"
            assert client.get(base + url).status_code in (status, 404)
            assert call(client, "post", base + url, body).status_code in (status, 404)
            assert call(client, "post", base + unlink, {"reason": "x"}).status_code in (status, 404)
        assert IdentityLink.objects.get() == link

    def test_of_administrators_are_their_own(self, sec, provider, yunnan: Office) -> None:
        other = factories.make_person(yunnan, Role.SYS_ADMIN)
        answer = call(
            sec, "post", f"/yunnan/api/v1/people/{other.pk}/identities/", {"provider_id": provider.pk, "subject": "s"}
        )
        assert (answer.status_code, IdentityLink.objects.count()) == (403, 0)

    def test_to_a_provider_that_is_not_theirs_are_refused(self, signed_in, provider, qinghe: Office) -> None:
        client, person = signed_in("shifan", Role.SEC_ADMIN), factories.make_person(qinghe, Role.REPORTER)
        answer = call(
            client, "post", f"/shifan/api/v1/people/{person.pk}/identities/",
            {"provider_id": provider.pk, "subject": "s"},
        )  # fmt: skip
        assert (answer.status_code, answer.json()["field"]) == (422, "provider_id")
