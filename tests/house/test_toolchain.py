"""The two commands keep their promises: what is refused, what is remembered, what is left alone."""

import ast
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from deploy.local import bootstrap, check, clean_demo, pg, preflight, processes
from tests import conftest, real_servers

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / "platform" / "deploy" / "local"


def test_an_old_python_is_refused_with_one_sentence():
    sentence = bootstrap.python_refusal((3, 9, 18), "/usr/bin/python3")

    assert sentence is not None
    assert "needs Python 3.11" in sentence
    assert "/usr/bin/python3 is 3.9" in sentence
    assert "\n" not in sentence


def test_python_3_11_and_newer_are_welcome():
    assert bootstrap.python_refusal((3, 11, 0), "python3") is None
    assert bootstrap.python_refusal((3, 14, 1), "python3") is None


def test_python_3_6_can_at_least_read_the_refusal():
    ast.parse((LOCAL / "bootstrap.py").read_text(), feature_version=(3, 6))


def test_the_set_up_needs_nothing_but_the_standard_library():
    for name in ("bootstrap.py", "pg.py"):
        tree = ast.parse((LOCAL / name).read_text())
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

        assert {module.partition(".")[0] for module in imported} <= set(sys.stdlib_module_names)


def test_a_step_runs_again_only_when_its_inputs_change(tmp_path):
    pins, stamp = tmp_path / "requirements.txt", tmp_path / "stamp"
    pins.write_text("django==5.2\n")
    stamp.write_text(bootstrap.digest([pins]))
    assert bootstrap.is_current(stamp, bootstrap.digest([pins]))

    pins.write_text("django==5.3\n")

    assert not bootstrap.is_current(stamp, bootstrap.digest([pins]))
    assert not bootstrap.is_current(tmp_path / "none", bootstrap.digest([pins]))


def test_a_missing_package_is_named_by_the_line_that_says_so():
    output = "Collecting x\nERROR: No matching distribution found for x==1\nnote: more\n"

    assert bootstrap.reason_in(output) == "ERROR: No matching distribution found for x==1."
    assert "no space left" in bootstrap.reason_in("OSError: [Errno 28] No space left on device\n")


def test_a_taken_port_is_refused_and_another_one_proposed():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(preflight.DemoError, match=f"Port {port} .* is taken .*PORT={port + 1}"):
            preflight.check_port("127.0.0.1", port)

    preflight.check_port("127.0.0.1", port)


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(preflight.DemoError, match="is no port"):
        preflight.choose({"PORT": port})


def test_port_and_host_have_local_defaults():
    choice = preflight.choose({})

    assert (choice.host, choice.port, choice.address) == ("127.0.0.1", 8000, "http://127.0.0.1:8000/")


def test_a_full_disk_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=499_000_000)
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda path: usage)

    with pytest.raises(preflight.DemoError, match="499 MB free and the demo needs 500 MB"):
        preflight.check_space(tmp_path / "not" / "yet")

    assert not (tmp_path / "not").exists()


def test_two_demos_cannot_share_a_data_directory(tmp_path):
    with (
        preflight.only_one(tmp_path),
        pytest.raises(preflight.DemoError, match="already runs"),
        preflight.only_one(tmp_path),
    ):
        pass

    with preflight.only_one(tmp_path):
        pass


def test_the_data_directory_is_chosen_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "with space"))
    assert pg.data_dir() == tmp_path / "with space"

    monkeypatch.setenv("DATA_DIR", "")
    assert pg.data_dir() == ROOT / ".data"


def test_no_address_is_given_for_a_server_that_does_not_run(tmp_path):
    server = pg.Server(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")  # A recycled pid: alive, but no server.
    server.url_file.write_text("postgresql://anlan@127.0.0.1:5432/anlan\n")

    assert server.pid() is None
    assert server.url() is None


@pytest.mark.slow
def test_the_embedded_server_starts_restarts_and_stops(tmp_path):
    server = pg.Server(tmp_path / "with space" / "pg", unsafe=True)
    try:
        assert server.start()
        first = server.url()
        assert first is not None
        assert re.fullmatch(r"postgresql://anlan:\S+@127\.0\.0\.1:\d+/anlan", first)
        assert server.url_file.stat().st_mode & 0o077 == 0, "the password is for the owner only"
        web = server.web_url_file.read_text()
        assert web.partition("@")[2] == first.partition("@")[2] + "\n"
        assert web.startswith("postgresql://anlan_web:")
        assert server.web_url_file.stat().st_mode & 0o077 == 0
        server.web_url_file.unlink()  # as a server that a former release started
        assert not server.start(), "a second start finds it running"
        assert server.web_url_file.read_text() == web

        assert server.stop()
        assert not server.url_file.exists(), "no address without a server"
        assert not server.web_url_file.exists()
        (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n/\n")  # What a killed one leaves behind.

        assert server.start()
        assert server.url() == first, "the address survives a restart"
    finally:
        server.stop()
    assert not server.stop(), "stopping twice does no harm"


def test_a_process_is_not_mistaken_for_the_one_that_had_its_pid_before():
    me = processes.identity(os.getpid())

    assert processes.same(me)
    assert not processes.same({**me, "began": "another time"})
    assert not processes.same({**me, "began": None})


def test_what_a_killed_demo_left_running_is_ended():
    leave = "import subprocess as s; print(s.Popen(['sleep', '60'], stdout=s.DEVNULL, start_new_session=True).pid)"
    orphan = subprocess.run(
        [sys.executable, "-c", leave],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    left = processes.identity(int(orphan.stdout))
    stranger = {**processes.identity(os.getpid()), "began": "another time"}
    assert processes.same(left)

    processes.end_leftovers({"children": [left, stranger]})

    assert not processes.same(left)


def test_unreadable_memory_counts_as_none(tmp_path):
    (tmp_path / "demo.json").write_text("{half")

    assert processes.recall(tmp_path / "demo.json") == {}
    assert processes.recall(tmp_path / "missing") == {}


def test_cleaning_removes_what_the_demo_made_and_nothing_else(tmp_path, capsys):
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.css").write_text("")
    (tmp_path / "secret").write_text("s")
    (tmp_path / "thesis.txt").write_text("mine")

    assert clean_demo.clean(tmp_path) == 0

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    said = capsys.readouterr().out
    assert str(tmp_path) in said
    assert "thesis.txt" in said


def test_all_checks_run_and_failures_are_counted(capsys):
    good = check.Step("good", [sys.executable, "-c", ""])
    bad = check.Step("bad", [sys.executable, "-c", "import sys; sys.exit('because')"])

    results = check.run_all([bad, good])

    assert [result.ok for result in results] == [False, True]
    assert check.summary(results) == "1 of 2 checks failed: bad."
    assert "because" in capsys.readouterr().out


@pytest.mark.parametrize(("promised", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_a_browser_test_without_a_browser_is_skipped_and_fails_in_ci(promised, outcome, monkeypatch, request):
    monkeypatch.setattr(bootstrap, "chromium", lambda: None)
    monkeypatch.setenv("ANLAN_REQUIRE_BROWSER", promised)
    request.node.add_marker("browser")

    with pytest.raises(outcome, match="no chromium"):
        conftest.pytest_runtest_setup(request.node)


@pytest.mark.parametrize(("promised", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_a_test_of_a_broker_without_it_is_skipped_and_fails_in_ci(promised, outcome, monkeypatch, tmp_path):
    monkeypatch.setattr(real_servers, "PLACES", str(tmp_path))
    monkeypatch.setenv("ANLAN_REQUIRE_BROKERS", promised)

    for server in (real_servers.redis, real_servers.rabbitmq):
        with pytest.raises(outcome, match="There is no"), server(tmp_path):
            pass


def test_the_makefile_has_the_promised_commands():
    makefile = (ROOT / "Makefile").read_text()

    for target in ("demo", "test", "check", "fix", "bench", "shell", "clean-demo"):
        assert re.search(rf"^{target}: ## ", makefile, re.MULTILINE), target


def test_every_pin_has_a_hash_and_no_registry_is_named():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-node.txt"):
        text = (ROOT / name).read_text()
        pins = re.findall(r"^[a-z0-9][\w.-]*==.*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)

        assert pins
        assert all("--hash=sha256:" in pin for pin in pins), name
        assert "://" not in text, name
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


def test_every_package_stands_in_the_river():
    """The river cannot be exhaustive by itself: root packages have no container. So they are counted here."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    river = next(contract for contract in contracts["contracts"] if contract["id"] == "river")
    packages = {
        init.parent.name
        for top in (ROOT, ROOT / "platform")
        for init in top.glob("*/__init__.py")
        if init.parent.name != "tests"
    }

    assert packages == set(contracts["root_packages"]) == set(river["layers"])


def test_platform_never_becomes_a_package():
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert not (ROOT / "platform" / "deploy" / "__init__.py").exists()


class TestDebianPackages:
    """A browser and a pooler for the tests; brokers only where CI asks."""

    @pytest.fixture
    def installed(self, monkeypatch):
        ran = []
        monkeypatch.setattr(bootstrap, "run", lambda label, command, **_: ran.append(command))
        monkeypatch.setattr(bootstrap, "chromium", lambda: "/usr/bin/chromium")
        monkeypatch.setattr(bootstrap, "has_chinese_font", lambda: True)
        monkeypatch.setattr(bootstrap, "no_services_started", contextlib.nullcontext)
        monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
        monkeypatch.setattr(
            bootstrap.shutil, "which", lambda name, path=None: "/usr/bin/apt-get" if name == "apt-get" else None
        )
        return ran

    def test_make_test_installs_no_broker(self, installed, monkeypatch):
        monkeypatch.delenv("ANLAN_INSTALL_BROKERS", raising=False)

        bootstrap.ensure_debian_packages()

        assert installed[-1][-1:] == ["pgbouncer"]

    def test_ci_does(self, installed, monkeypatch):
        monkeypatch.setenv("ANLAN_INSTALL_BROKERS", "1")

        bootstrap.ensure_debian_packages()

        assert installed[-1][-3:] == ["pgbouncer", "redis-server", "rabbitmq-server"]

    def test_a_plain_user_is_told_what_is_skipped(self, installed, monkeypatch, capsys):
        monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)

        bootstrap.ensure_debian_packages()

        assert installed == []
        assert "No pgbouncer" in capsys.readouterr().out
