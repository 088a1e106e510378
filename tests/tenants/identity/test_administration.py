"""Providers are set up, tried and switched by the security administrator."""

import pytest

from core import oidc
from core.errors import Conflict, Denied, Invalid
from core.models import AuditEntry
from tenants.models import (
    IdentityProvider,
    ProviderSecret,
    Role,
)
from tenants.states import ProviderState
from tenants.usecases import providers
from tests.conftest import NOON
from tests.identity_provider import CLIENT, SECRET

pytestmark = pytest.mark.usefixtures("offices")


class TestTheSecurityAdministrator:
    def test_sets_one_up_tries_it_and_switches_it(self, service, signed_in, actor) -> None:
        sec = signed_in("yunnan", Role.SEC_ADMIN)
        base = "/yunnan/administration/providers/"
        assert "还没有登记身份认证服务" in sec.get(base).text
        given = {"name": "统一身份认证", "issuer": service.issuer, "client_id": CLIENT, "subject_claim": "sub"}
        assert "请填写客户端密钥" in sec.post(f"{base}new/", given).text
        assert sec.post(f"{base}new/", {**given, "client_secret": SECRET})["Location"] == base
        row = IdentityProvider.objects.get()
        assert "连接正常" in sec.post(f"{base}{row.pk}/test/", follow=True).text
        assert sec.post(f"{base}{row.pk}/enable/", {"reason": "上线"})["Location"] == base
        row.refresh_from_db()
        assert row.state == ProviderState.ON
        assert sec.get(f"{base}{row.pk}/").status_code == 409
        sec.post(f"{base}{row.pk}/disable/", {"reason": "维护"})
        assert sec.post(f"{base}{row.pk}/", {**given, "name": "省统一身份认证"})["Location"] == base  # keeps the secret
        assert ProviderSecret.objects.count() == 1

    def test_hears_in_a_sentence_why_it_does_not_work(self, service, actor) -> None:
        sec = actor("yunnan", Role.SEC_ADMIN)
        row = providers.save_provider(
            name="x", issuer=service.issuer, client_id=CLIENT, client_secret=SECRET, actor=sec, at=NOON
        )
        service.metadata = {"issuer": "https://elsewhere.example"}
        with pytest.raises(Conflict, match="与登记的地址不一致"):
            providers.try_provider(provider_id=row.pk, actor=sec)
        with pytest.raises(Conflict, match="与登记的地址不一致"):
            providers.enable_provider(provider_id=row.pk, reason="x", actor=sec, at=NOON)
        service.metadata, service.answers = {}, {"/keys": (503, b"", {})}
        with pytest.raises(Conflict, match="没有应答"):
            providers.try_provider(provider_id=row.pk, actor=sec)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": " "}, "name"), ({"issuer": "http://sso.example.org"}, "issuer"), ({"client_id": ""}, "client_id"),
            ({"client_secret": ""}, "client_secret"), ({"subject_claim": "a b"}, "subject_claim"),
            ({"strong_values": "x" * 201}, "strong_values"),
        ],
    )  # fmt: skip
    def test_hears_what_is_wrong(self, service, actor, change: dict, field: str) -> None:
        given = {"name": "x", "issuer": service.issuer, "client_id": CLIENT, "client_secret": SECRET, **change}
        with pytest.raises(Invalid) as refusal:
            providers.save_provider(actor=actor("yunnan", Role.SEC_ADMIN), at=NOON, **given)
        assert refusal.value.field == field

    @pytest.mark.parametrize(
        ("slug", "role"), [("yunnan", Role.SYS_ADMIN), ("yunnan", Role.PRINCIPAL_LEADER), ("kunming", Role.SEC_ADMIN)]
    )
    def test_of_a_province_is_who_does_it(self, service, actor, slug: str, role: str) -> None:
        with pytest.raises(Denied):
            providers.save_provider(
                name="x",
                issuer=service.issuer,
                client_id=CLIENT,
                client_secret=SECRET,
                actor=actor(slug, role),
                at=NOON,
            )

    def test_leaves_no_secret_in_clear_text_nor_in_the_audit_log(self, provider) -> None:
        assert SECRET not in ProviderSecret.objects.get().secret
        rows = AuditEntry.objects.filter(table_name__in=["tenants_providersecret", "tenants_identityprovider"])
        assert not any(SECRET in str(row.after) for row in rows)
        assert not rows.filter(table_name="tenants_providersecret").exists()
        assert SECRET not in repr(oidc.Provider("https://x", CLIENT, SECRET))

    def test_switches_it_on_with_a_second_one_where_two_are_needed(self, service, actor, settings) -> None:
        from tenants.usecases import second_person

        sec, sys = actor("yunnan", Role.SEC_ADMIN), actor("yunnan", Role.SYS_ADMIN)
        row = providers.save_provider(
            name="x", issuer=service.issuer, client_id=CLIENT, client_secret=SECRET, actor=sec, at=NOON
        )
        settings.SECOND_PERSON_FROM = NOON.date()
        change = second_person.do("enable-provider", provider_id=row.pk, reason="上线", actor=sec, at=NOON)
        assert service.issuer in change.what
        second_person.approve(change_id=change.pk, actor=sys, at=NOON)
        row.refresh_from_db()
        assert row.state == ProviderState.ON
