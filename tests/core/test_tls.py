"""Servers inside prove whose they are, or are refused: real ones, with a certificate made here."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core import checks, tls
from deploy.local import servers
from deploy.local.preflight import DemoError
from tests.real_servers import Certificate, rabbitmq, redis
from tests.tenants.wall.clusters import DEBIAN, debian

NOW = datetime.datetime.now(datetime.UTC)  # certificates are judged by the machine's clock, not by ours


Key = ec.EllipticCurvePrivateKey


def _signed(name: str, issuer: str, by: Key, key: Key, hosts: tuple[str, ...] = ()) -> bytes:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = (
        x509.CertificateBuilder(named(issuer), named(name), key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(hours=1))
        .not_valid_after(NOW + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
    )
    if hosts:
        places = [x509.DNSName(host) for host in hosts]
        builder = builder.add_extension(x509.SubjectAlternativeName(places), critical=False)
    return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _key_text(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate(folder: Path, *hosts: str) -> Certificate:
    """Of a server with these names, signed by an authority of its own."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    made = Certificate(folder / "server.crt", folder / "server.key", folder / "authority.crt")
    folder.mkdir()
    made.authority.write_bytes(_signed(folder.name, folder.name, authority, authority))
    made.chain.write_bytes(_signed(hosts[0], folder.name, authority, key, hosts))
    made.key.write_bytes(_key_text(key))
    return made


@pytest.fixture
def ours(tmp_path: Path) -> Certificate:
    return certificate(tmp_path / "ours", "localhost")


@pytest.fixture
def strangers(tmp_path: Path) -> Certificate:
    return certificate(tmp_path / "strangers", "localhost")


class TestRedis:
    @pytest.fixture
    def url(self, tmp_path: Path, ours: Certificate) -> Iterator[str]:
        with redis(tmp_path, ours) as url:
            yield url

    def test_lets_us_in_by_the_certificate_of_our_authority(self, url: str, ours: Certificate) -> None:
        assert servers.check({"BROKER_URL": url, "BROKER_CA": str(ours.authority)})
        assert servers.check({"CACHE_URL": f"{url}?ssl_ca_certs={ours.authority}"})

    def test_is_refused_when_a_stranger_signed(self, url: str, strangers: Certificate) -> None:
        for environment in (
            {"BROKER_URL": url, "BROKER_CA": str(strangers.authority)},
            {"CACHE_URL": f"{url}?ssl_ca_certs={strangers.authority}"},
            {"BROKER_URL": url},  # the machine's authorities did not, either
        ):
            with pytest.raises(DemoError, match="certificate"):
                servers.check(environment)

    def test_is_refused_under_another_name(self, url: str, ours: Certificate) -> None:
        elsewhere = url.replace("localhost", "127.0.0.1")

        with pytest.raises(DemoError, match="certificate"):
            servers.check({"BROKER_URL": elsewhere, "BROKER_CA": str(ours.authority)})

    def test_and_it_is_the_look_at_the_certificate_that_refuses(
        self, url: str, strangers: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tls, "broker_options", lambda *_: {"ssl_cert_reqs": "none", "ssl_check_hostname": False})

        assert servers.check({"BROKER_URL": url, "BROKER_CA": str(strangers.authority)})


class TestRabbitMQ:
    def test_proves_itself_or_is_refused(self, tmp_path: Path, ours: Certificate, strangers: Certificate) -> None:
        with rabbitmq(tmp_path, ours) as url:
            assert servers.check({"BROKER_URL": url, "BROKER_CA": str(ours.authority)})
            with pytest.raises(DemoError, match="certificate"):
                servers.check({"BROKER_URL": url, "BROKER_CA": str(strangers.authority)})
            with pytest.raises(DemoError, match="certificate"):
                servers.check({"BROKER_URL": url.replace("localhost", "127.0.0.1"), "BROKER_CA": str(ours.authority)})


@pytest.mark.skipif(not DEBIAN.exists(), reason="There is no PostgreSQL 15 of Debian's; the embedded one has no TLS.")
class TestPostgreSQL:
    def test_proves_itself_or_is_refused(self, ours: Certificate, strangers: Certificate) -> None:
        with debian(ours) as address:
            url = address.replace("127.0.0.1", "localhost") + "/postgres?sslmode=verify-full&sslrootcert="

            assert servers.connect("DATABASE_URL", f"{url}{ours.authority}").info.ssl_in_use
            with pytest.raises(DemoError, match="certificate"):
                servers.check({"DATABASE_URL": f"{url}{strangers.authority}"})
            with pytest.raises(DemoError, match="does not match host name"):
                servers.check({"DATABASE_URL": f"{url}{ours.authority}".replace("localhost", "127.0.0.1")})
            unasked = servers.connect("DATABASE_URL", address + "/postgres")  # as drivers do by themselves
            assert unasked.info.ssl_in_use


class TestTheCheck:
    """`manage.py check --deploy`, which an installation runs before it changes anything."""

    @pytest.fixture
    def chosen(self, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
        chosen = SimpleNamespace(
            TRUSTED_NETWORK=False,
            FILE_SCANNER="",
            CELERY_BROKER_URL="amqps://anlan:x@mq.example.org//",
            CACHES={"default": {"LOCATION": "rediss://cache.example.org/0"}},
            DATABASES={"default": {"HOST": "db.example.org", "OPTIONS": {"sslmode": "verify-full"}}},
        )
        monkeypatch.setattr(checks, "settings", chosen)
        return chosen

    def test_is_content_with_servers_that_prove_themselves(self, chosen: SimpleNamespace) -> None:
        assert checks.inner_connections_are_verified() == []

    @pytest.mark.parametrize("mode", [None, "prefer", "require", "verify-ca"])
    def test_names_a_database_that_could_be_anybody(self, chosen: SimpleNamespace, mode: str | None) -> None:
        chosen.DATABASES["default"]["OPTIONS"] = {"sslmode": mode} if mode else {}

        [error] = checks.inner_connections_are_verified()

        assert error.id == "anlan.E005"
        assert "DATABASE_URL crosses a network to db.example.org" in error.msg

    @pytest.mark.parametrize(
        ("setting", "url", "named"),
        [
            ("CELERY_BROKER_URL", "amqp://anlan:x@mq.example.org//", "BROKER_URL"),
            ("CELERY_BROKER_URL", "redis://mq.example.org/1", "BROKER_URL"),
            ("CELERY_BROKER_URL", "rediss://mq.example.org/1?ssl_cert_reqs=none", "BROKER_URL"),
            ("FILE_SCANNER", "clamd://scan.example.org:3310", "FILE_SCANNER"),
        ],
    )
    def test_names_the_others(self, chosen: SimpleNamespace, setting: str, url: str, named: str) -> None:
        setattr(chosen, setting, url)

        [error] = checks.inner_connections_are_verified()

        assert error.msg.startswith(f"{named} crosses a network to ")
        assert "anlan:x" not in error.msg

    def test_knows_the_way_around_a_pooler(self, chosen: SimpleNamespace) -> None:
        chosen.DATABASES["default"]["DIRECT"] = {"HOST": "10.0.0.7"}

        assert "DIRECT_DATABASE_URL" in checks.inner_connections_are_verified()[0].msg

    @pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "127.8.8.8", "::1", "/run/postgresql"])
    def test_leaves_this_machine_alone(self, chosen: SimpleNamespace, host: str) -> None:
        chosen.DATABASES = {"default": {"HOST": host}}

        assert checks.inner_connections_are_verified() == []

    def test_believes_an_installation_that_vouches(self, chosen: SimpleNamespace) -> None:
        chosen.CELERY_BROKER_URL = "amqp://mq.example.org//"
        assert checks.inner_connections_are_verified()
        chosen.TRUSTED_NETWORK = True

        assert checks.inner_connections_are_verified() == []
