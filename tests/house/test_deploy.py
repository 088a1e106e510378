"""What an installation starts from: the files agree with each other, with the settings and with their tools."""

import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from core import metrics
from deploy.local import demo, pg, preflight
from tests.conftest import NOON

ROOT = Path(settings.BASE_DIR)
SERVER = ROOT / "platform/deploy/server"
CONTAINER = SERVER / "container"
UNITS = sorted((SERVER / "systemd").iterdir())
MONITORING = SERVER / "monitoring"
# Chosen on a desk or by a test, never by an installation.
ELSEWHERE = {"DEBUG", "ANLAN_TEST_DB", "ANLAN_CELLS", "DEMO_MARK", "STATIC_ROOT"}


def chosen(path: Path) -> set[str]:
    """The names that an example of an environment gives."""
    return set(re.findall(r"^([A-Z_]+)=", path.read_text("utf-8"), re.MULTILINE))


def test_the_example_names_what_the_settings_read() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "platform/config").rglob("*.py"))
    read = set(re.findall(r"""environ(?:\.get\(|\[)["']([A-Z_]+)["']""", source)) - ELSEWHERE
    offered = (SERVER / "anlan.env.example").read_text("utf-8")

    assert sorted(name for name in read if name not in offered) == []


def test_compose_asks_for_what_its_example_offers() -> None:
    text = (CONTAINER / "compose.yaml").read_text("utf-8")
    asked = set(re.findall(r"\$\{([A-Z_]+)", text)) - {"ANLAN_IMAGE"}

    assert chosen(CONTAINER / ".env.example") == asked
    services = yaml.safe_load(text)["services"]
    assert {"web", "worker", "beat", "nginx", "postgres", "rabbitmq", "redis"} <= set(services)
    assert all(
        services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"]
        for name in ("web", "worker", "beat", "schemas")
    )


class TestTheOwnersLogin:
    """Who makes schemas has it, who serves pages has not (adr/0020)."""

    def test_is_in_two_services_of_the_composition(self) -> None:
        services = yaml.safe_load((CONTAINER / "compose.yaml").read_text("utf-8"))["services"]
        given = {name for name, service in services.items() if "OWNER_DATABASE_URL" in service.get("environment", {})}

        assert given == {"upgrade", "schemas"}
        served = services["web"]["environment"]["DATABASE_URL"], services["schemas"]["environment"]["DATABASE_URL"]
        assert served[0] == served[1] != services["schemas"]["environment"]["OWNER_DATABASE_URL"]

    def test_is_in_one_unit_and_no_environment_of_others(self) -> None:
        named = {unit.name for unit in UNITS if "owner.env" in unit.read_text("utf-8")}

        assert named == {"anlan-schemas.service"}
        assert "OWNER_DATABASE_URL" not in chosen(SERVER / "anlan.env.example")
        assert chosen(SERVER / "owner.env.example") == {"OWNER_DATABASE_URL"}

    def test_is_lent_to_the_commands_of_the_installer_alone(self) -> None:
        lines = (SERVER / "install.sh").read_text("utf-8").splitlines()
        lent = [line.rpartition("manage.py ")[2].split()[0] for line in lines if 'as_schema_owner "$target' in line]

        assert lent == ["check", "upgrade", "logins"]

    def test_is_for_one_child_of_the_demo(self, tmp_path: Path) -> None:
        server = pg.Server(tmp_path)
        server.url_file.write_text("postgresql://anlan:a@127.0.0.1:5432/anlan\n")
        assert demo.addresses({}, server) == {}, "a server of a former release"
        server.web_url_file.write_text("postgresql://anlan_web:b@127.0.0.1:5432/anlan\n")

        environment = demo.addresses({"PORT": "8000"}, server)
        choice = preflight.Choice(tmp_path, "127.0.0.1", 8000)
        children = {
            name: demo.environment_for(name, environment).get("OWNER_DATABASE_URL")
            for name in demo.programs(choice, owner=True)
        }

        assert children.pop("schemas") == "postgresql://anlan:a@127.0.0.1:5432/anlan"
        assert children == {"web": None, "worker": None, "beat": None}
        assert environment["DATABASE_URL"].startswith("postgresql://anlan_web:")
        assert demo.addresses({"DATABASE_URL": "x"}, server) == {"DATABASE_URL": "x"}, "a real server is its own"


def test_the_site_in_the_container_is_the_site() -> None:
    site = (SERVER / "nginx.conf").read_text("utf-8").splitlines()[1:]
    inside = (CONTAINER / "nginx.conf.template").read_text("utf-8").splitlines()[1:]

    assert [line.replace("web:8000", "unix:/run/anlan/web.sock").replace("${HOST_NAME}", "anlan.example.org")
            for line in inside] == site  # fmt: skip


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_accepts_the_site(tmp_path: Path) -> None:
    keys = tmp_path / "tls"
    keys.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "1",
         "-keyout", str(keys / "key.pem"), "-out", str(keys / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    site = (SERVER / "nginx.conf").read_text("utf-8").replace("/etc/anlan/tls", str(keys))
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{site}\n}}\n")

    answer = subprocess.run(
        ["nginx", "-t", "-c", str(tmp_path / "nginx.conf"), "-g", f"error_log {tmp_path}/log;"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert answer.returncode == 0, answer.stderr


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The site on two free ports, HTTP and HTTPS, with nobody behind it."""
    (tmp_path / "tls").mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "1",
         "-keyout", str(tmp_path / "tls/key.pem"), "-out", str(tmp_path / "tls/fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        plain, https = one.getsockname()[1], two.getsockname()[1]
    text = (SERVER / "nginx.conf").read_text("utf-8").replace("/etc/anlan/tls", str(tmp_path / "tls"))
    text = re.sub(r"    listen \[::\].*\n", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace("listen 443", f"listen 127.0.0.1:{https}")
    bodies = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{bodies}{text}\n}}\n"
    )
    running = subprocess.Popen(
        ["nginx", "-c", str(tmp_path / "nginx.conf"), "-g", f"daemon off; error_log {tmp_path}/log;"]
    )
    try:
        for _try in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", https)):
                break
            time.sleep(0.05)
        yield plain, https
    finally:
        running.terminate()
        running.wait(10)


def asked(port: int, path: str, *, tls: bool) -> http.client.HTTPResponse:
    """The answer to a GET. The certificate is the test's own, so nobody is asked about it."""
    if tls:
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", port, context=ssl._create_unverified_context()
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        return answer


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
class TestTheSite:
    def test_leads_people_from_http_to_https_and_refuses_programs(self, site: tuple[int, int]) -> None:
        people = asked(site[0], "/sign-in/", tls=False)
        programs = [asked(site[0], path, tls=False).status for path in ("/api/schema", "/yunnan/api/v1/tokens/")]

        assert (people.status, people.headers["Location"]) == (301, "https://127.0.0.1/sign-in/")
        assert programs == [403, 403]

    def test_says_https_only_even_when_nobody_is_behind_it(self, site: tuple[int, int]) -> None:
        answer = asked(site[1], "/", tls=True)

        assert answer.status == 502
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "/" not in answer.headers["Server"]  # no version

    def test_knows_no_cipher_without_forward_secrecy(self, site: tuple[int, int]) -> None:
        old = ssl._create_unverified_context()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        old.set_ciphers("AES128-SHA:AES256-SHA:AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA")
        with socket.create_connection(("127.0.0.1", site[1])) as plain, pytest.raises(ssl.SSLError):
            old.wrap_socket(plain)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text("utf-8").replace("/opt/anlan/.venv/bin/python", "/bin/true").replace("/opt/anlan", "/")
    for other in UNITS:  # a timer is looked at together with what it starts
        (tmp_path / other.name).write_text(other.read_text("utf-8").replace("/usr/bin/python3", "/bin/true"))
    (tmp_path / unit.name).write_text(text)

    answer = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
        check=False,
    )

    complaints = [line for line in answer.stderr.splitlines() if unit.name in line]
    assert not complaints, complaints


def test_scripts_are_shell() -> None:
    for script in SERVER.rglob("*.sh"):
        assert subprocess.run(["sh", "-n", str(script)], capture_output=True, check=False).returncode == 0, script


@pytest.mark.usefixtures("offices")
def test_alerts_and_dashboard_ask_for_figures_that_there_are() -> None:
    given = set(re.findall(r"^# TYPE (\w+)", metrics.exposition(NOON).decode(), re.MULTILINE))
    rules = yaml.safe_load((MONITORING / "anlan-rules.yml").read_text("utf-8"))["groups"][0]["rules"]
    panels = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))["panels"]
    asked = [rule["expr"] for rule in rules] + [panel["targets"][0]["expr"] for panel in panels]

    names = {name for text in asked for name in re.findall(r"\banlan_\w+", text)}
    assert names == given


def test_no_registry_is_named() -> None:
    named = re.compile(r"https?://(?!anlan\.example|127\.0\.0\.1|x\b)[\w.-]+\.\w+")
    texts = {path: path.read_text("utf-8") for path in SERVER.rglob("*") if path.is_file()}

    assert {path.name: named.findall(text) for path, text in texts.items() if named.search(text)} == {}
    assert os.access(SERVER / "install.sh", os.R_OK)
