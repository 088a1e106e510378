"""The list of what the product is made of is whole, and a known weakness fails the checks."""

import json
import subprocess
from typing import Any

import pytest

from deploy.local import supply


def listed() -> dict[str, dict[str, Any]]:
    return {each["purl"]: each for each in json.loads(supply.bill())["components"]}


def answering(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let pip-audit say `text`."""
    monkeypatch.setattr(
        supply.subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 0, stdout=text, stderr="")
    )


class TestTheBill:
    def test_names_every_pin_with_its_hashes(self) -> None:
        bill = listed()

        for name, version, hashes in supply.pins():
            entry = bill[f"pkg:pypi/{name}@{version}"]
            assert {each["content"] for each in entry["hashes"]} == set(hashes) != set()
        assert "pkg:pypi/django@" in " ".join(bill)

    def test_names_what_is_served_and_not_what_tests_it(self) -> None:
        bill = listed()

        assert any(purl.startswith("pkg:npm/htmx.org@") for purl in bill)
        assert any(purl.startswith("pkg:npm/%40tabler/icons@") for purl in bill)
        assert not any("axe-core" in purl for purl in bill)


class TestKnownWeaknesses:
    def test_fail_and_are_told_with_what_mends_them(self, monkeypatch, capsys) -> None:
        weak = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.20"]}
        facts = [{"name": "django", "version": "5.2.19", "vulns": [weak]}, {"name": "six", "skip_reason": "not found"}]
        answering(monkeypatch, json.dumps({"dependencies": facts}))

        assert supply.main(["check"]) == 1
        assert "django 5.2.19: PYSEC-2026-1, mended in 5.2.20" in capsys.readouterr().out

    @pytest.mark.parametrize("said", ["", json.dumps({"dependencies": [{"name": "six", "skip_reason": "not found"}]})])
    def test_that_cannot_be_asked_about_are_told_and_no_failure(self, said: str, monkeypatch, capsys) -> None:
        answering(monkeypatch, said)

        assert supply.main(["check"]) == 0
        assert "0 packages have no known weakness" in capsys.readouterr().out
