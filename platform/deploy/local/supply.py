"""What the product is made of, and whether anything of it is known to be unsafe: `python -m deploy.local.supply`.

    check          ask the advisories of the package index about every pin (a step of make check); writes nothing
    sbom FILE      a CycloneDX list of all pinned packages, Python and front end, each with its hash

An index may carry packages and no advisories, as an intranet's does: that is told, and is no failure; a finding is one.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "requirements.txt"
LOCK = ROOT / "package-lock.json"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def pins() -> Iterator[tuple[str, str, list[str]]]:
    """(name, version, SHA-256 of its files) of every Python package that is installed with the product."""
    name = version = ""
    hashes: list[str] = []
    for line in REQUIREMENTS.read_text("utf-8").splitlines():
        if found := PIN.match(line):
            if name:
                yield name, version, hashes
            name, version, hashes = found[1], found[2], []
        hashes += HASH.findall(line)
    if name:
        yield name, version, hashes


def modules() -> Iterator[tuple[str, str, str]]:
    """(name, version, SHA-512 as hexadecimal) of every front-end package that is served; not those of the tests."""
    for path, entry in json.loads(LOCK.read_text("utf-8"))["packages"].items():
        if path and not entry.get("dev"):
            kind, _, digest = entry["integrity"].partition("-")
            if kind != "sha512":
                raise ValueError(f"{path}: {kind} instead of sha512 in package-lock.json")
            yield path.rpartition("node_modules/")[2], entry["version"], base64.b64decode(digest).hex()


def bill() -> str:
    """The list as CycloneDX JSON."""
    bom = Bom()
    product = Component(name="anlan", type=ComponentType.APPLICATION, bom_ref="anlan")
    bom.metadata.component = product
    for name, version, hashes in pins():
        made = [HashType(alg=HashAlgorithm.SHA_256, content=each) for each in hashes]
        bom.components.add(_component("pypi", name, version, made))
    for name, version, digest in modules():
        bom.components.add(_component("npm", name, version, [HashType(alg=HashAlgorithm.SHA_512, content=digest)]))
    bom.register_dependency(product, bom.components)
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)


def _component(kind: str, name: str, version: str, hashes: list[HashType]) -> Component:
    space, _, short = name.rpartition("/")
    url = PackageURL(kind, space or None, short, version)
    return Component(
        name=short, group=space or None, version=version, purl=url, bom_ref=str(url), hashes=hashes,
        type=ComponentType.LIBRARY,
    )  # fmt: skip


def findings() -> tuple[list[str], int, int]:
    """(a sentence per known weakness, packages asked about, packages the index has no advisories for)."""
    answer = subprocess.run(
        [sys.executable, "-m", "pip_audit", "-r", str(REQUIREMENTS), "--require-hashes", "--disable-pip",
         "--progress-spinner", "off", "--format", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        facts = json.loads(answer.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [], 0, sum(1 for _pin in pins())  # the index did not answer at all
    told = [
        f"{each['name']} {each['version']}: {weak['id']}, mended in {', '.join(weak['fix_versions']) or 'none yet'}"
        for each in facts
        for weak in each.get("vulns", ())
    ]
    unknown = sum("skip_reason" in each for each in facts)
    return told, len(facts) - unknown, unknown


def main(arguments: list[str] | None = None) -> int:
    """The command line; answers the exit code."""
    parser = argparse.ArgumentParser(prog="supply", description=__doc__)
    parser.add_argument("action", choices=["check", "sbom"])
    parser.add_argument("file", type=Path, nargs="?", default=ROOT / "dist" / "sbom.json")
    given = parser.parse_args(arguments)
    text = bill()
    if given.action == "sbom":
        given.file.parent.mkdir(parents=True, exist_ok=True)
        given.file.write_text(text + "\n", encoding="utf-8")
        print(given.file)
        return 0
    told, asked, unknown = findings()
    print("\n".join(told) or f"{asked} packages have no known weakness; {unknown} could not be asked about here.")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
