"""What an installation starts from: the files agree with each other, with the settings and with their tools."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from core import metrics
from tests.conftest import NOON

ROOT = Path(settings.BASE_DIR)
SERVER = ROOT / "platform/deploy/server"
CONTAINER = SERVER / "container"
UNITS = sorted((SERVER / "systemd").iterdir())
MONITORING = SERVER / "monitoring"
# Chosen on a desk or by a test, never by an installation.
ELSEWHERE = {"DEBUG", "ANLAN_TEST_DB", "DEMO_MARK", "STATIC_ROOT"}


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
        services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"] for name in ("web", "worker", "beat")
    )


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
