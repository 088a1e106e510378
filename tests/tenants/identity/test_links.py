"""Links of people to subjects, and leaving here and there."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from core.errors import Conflict, Denied, Invalid
from core.models import EventRecord
from tenants.models import (
    IdentityLink,
    IdentityProvider,
    Office,
    Role,
)
from tenants.usecases import identity
from tests import factories
from tests.conftest import NOON
from tests.identity_provider import LocalProvider
from tests.tenants.identity.ways import is_in, signs_in, through

pytestmark = pytest.mark.usefixtures("offices")


class TestLinks:
    @pytest.fixture
    def browser(self, service, provider, kunming: Office) -> Client:
        """Signed in by password, not linked."""
        client = Client()
        client.user = factories.make_person(kunming, Role.REPORTER)  # type: ignore[attr-defined]
        given = {"username": client.user.username, "password": factories.PASSWORD}  # type: ignore[attr-defined]
        client.post("/sign-in/", given)
        return client

    def links(self, client: Client, provider: IdentityProvider) -> Any:
        return client.get(through(client.get(f"/account/identities/{provider.pk}/link/")["Location"]), follow=True)

    def test_are_made_by_the_person(self, provider, browser) -> None:
        page = self.links(browser, provider)

        assert "已关联统一身份认证" in page.text
        assert is_in(signs_in(provider)[0])
        assert EventRecord.objects.get(name="IdentityLinked").actor_id == browser.user.pk

    def test_are_given_up_by_the_person_and_what_they_opened_ends(self, provider, browser) -> None:
        self.links(browser, provider)
        there, _answer = signs_in(provider)
        browser.post(f"/account/identities/{IdentityLink.objects.get().pk}/unlink/")
        assert (is_in(there), is_in(browser)) == (False, True)
        assert not is_in(signs_in(provider)[0])

    def test_of_others_are_not_found(self, provider, person, browser) -> None:
        assert browser.post(f"/account/identities/{IdentityLink.objects.get().pk}/unlink/").status_code == 404

    def test_need_the_password_of_a_moment_ago(self, provider, browser) -> None:
        session = browser.session
        session["confirmed_at"] = (timezone.now() - timedelta(minutes=11)).isoformat()
        session.save()
        address = browser.get(f"/account/identities/{provider.pk}/link/")["Location"]
        assert address.startswith("/account/confirm/")
        assert browser.post(address, {"password": "?", "next": "/account/"}).status_code == 422
        assert browser.post(address, {"password": factories.PASSWORD, "next": "/account/"})["Location"] == "/account/"
        assert browser.get(f"/account/identities/{provider.pk}/link/")["Location"].startswith(provider.issuer)

    def test_take_no_subject_that_is_somebody_elses(self, provider, person, browser) -> None:
        assert "已经关联到另一个账号" in self.links(browser, provider).text
        assert IdentityLink.objects.get().user == person

    def test_take_the_way_back_of_nobody_else(self, provider, browser, kunming: Office) -> None:
        back = through(browser.get(f"/account/identities/{provider.pk}/link/")["Location"])
        flow = browser.session["identity_flow"]
        browser.logout()
        other = factories.make_person(kunming, Role.REPORTER)
        browser.post("/sign-in/", {"username": other.username, "password": factories.PASSWORD})
        session = browser.session
        session["identity_flow"] = flow
        session.save()
        assert "要由发起的本人" in browser.get(back, follow=True).text
        assert not IdentityLink.objects.exists()

    def test_are_not_open_to_another_province(self, provider, qinghe: Office) -> None:
        client = Client()
        user = factories.make_person(qinghe, Role.REPORTER)
        client.post("/sign-in/", {"username": user.username, "password": factories.PASSWORD})
        assert client.get(f"/account/identities/{provider.pk}/link/").status_code == 404

    def test_are_made_by_the_security_administrator_for_people_of_business(self, provider, actor, kunming) -> None:
        sec, user = actor("kunming", Role.SEC_ADMIN), factories.make_person(kunming, Role.REPORTER)
        given = {"provider_id": provider.pk, "subject": "subject-1", "actor": sec, "at": NOON}
        with pytest.raises(Denied):
            identity.link_person(user_id=user.pk, **{**given, "actor": actor("kunming", Role.SYS_ADMIN)})
        with pytest.raises(Denied, match="由本人登录后自行关联"):
            identity.link_person(user_id=factories.make_person(kunming, Role.SYS_ADMIN).pk, **given)
        with pytest.raises(Denied, match="自己的身份关联"):
            identity.link_person(user_id=sec.user_id, **given)
        with pytest.raises(Invalid):
            identity.link_person(user_id=user.pk, **{**given, "subject": " "})
        link = identity.link_person(user_id=user.pk, **given)
        with pytest.raises(Conflict, match="请先解除"):
            identity.link_person(user_id=user.pk, **given)
        assert is_in(signs_in(provider)[0])
        with pytest.raises(Invalid):
            identity.unlink_person(link_id=link.pk, reason="", actor=sec, at=NOON)
        identity.unlink_person(link_id=link.pk, reason="离任", actor=sec, at=NOON)
        assert not is_in(signs_in(provider)[0])


class TestLeaving:
    def test_here_offers_to_leave_there_too(self, service, provider, person) -> None:
        client, _answer = signs_in(provider)
        page = client.post("/sign-out/", follow=True)
        assert "退出统一身份认证" in page.text

        there = client.get("/sign-out/provider/")["Location"]

        asked = parse_qs(urlsplit(there).query)
        assert there.startswith(f"{service.issuer}/logout?")
        assert asked["post_logout_redirect_uri"] == ["http://testserver/sign-in/"]
        assert asked["id_token_hint"][0].count(".") == 2
        assert client.get("/sign-out/provider/")["Location"] == "/sign-in/"  # once

    def test_there_ends_it_here(self, service, provider, person) -> None:
        client, _answer = signs_in(provider)
        other = Client()
        other.post("/sign-in/", {"username": person.username, "password": factories.PASSWORD})
        assert self.told(service, provider) == 200
        assert (is_in(client), is_in(other)) == (False, True)
        assert "您已在统一身份认证退出" in client.get("/account/", follow=True).text

    def told(self, service: LocalProvider, provider: IdentityProvider, **claims: Any) -> int:
        token = service.logout_token(**claims)
        return Client().post(f"/sign-in/back-channel/{provider.pk}/", {"logout_token": token}).status_code

    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "another"}, {"iss": "https://elsewhere.example"}, {"events": {}}, {"nonce": "n"}, {"jti": None},
            {"sub": None, "sid": None}, {"iat": 1}, {"iat": None},
        ],
    )  # fmt: skip
    def test_is_heard_from_the_provider_alone(self, service, provider, person, claims) -> None:
        client, _answer = signs_in(provider)
        assert self.told(service, provider, **claims) == 400
        assert is_in(client)
        assert self.told(service, provider, sid=None) == 200  # the control: by its subject alone
        assert not is_in(client)

    def test_is_heard_once_and_signed(self, service, provider, person) -> None:
        token = service.logout_token()
        answers = [Client().post(f"/sign-in/back-channel/{provider.pk}/", {"logout_token": token}) for _each in "12"]
        assert [each.status_code for each in answers] == [200, 400]
        service.sign = service.unsigned
        assert self.told(service, provider) == 400
        assert Client().post(f"/sign-in/back-channel/{provider.pk}/").status_code == 400
