"""Everything an installation without internet needs, in one archive: `make bundle [TO=dist]`.

Packs the committed files, the pinned Python wheels with their hashes, the front-end files that are served and the
English texts, and says what to do with it. What is installed from it is what was tested: pip checks every hash.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements.txt"


class BundleError(Exception):
    """Why there is no archive, as a sentence."""


def version() -> str:
    """Tag or short commit."""
    return _git("describe", "--tags", "--always").decode().strip()


def _git(*arguments: str) -> bytes:
    answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    if answer.returncode:
        said = answer.stderr.decode().strip()
        raise BundleError(f"git {arguments[0]} failed: {said} A bundle is made from a git checkout.")
    return answer.stdout


def wheels(into: Path) -> list[Path]:
    """The pinned packages, as wheels for this system and this Python."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary=:all:"]
    answer = subprocess.run(
        [*pip, "--dest", str(into), "-r", str(REQUIREMENTS)], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise BundleError(f"A package could not be fetched: {answer.stderr.strip().splitlines()[-1]}")
    return sorted(into.glob("*.whl"))


def front_end() -> list[Path]:
    """The files of node_modules that are served, the icons that the code names, the type that PDFs are set in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from core.vendor import VendorFinder, modules
    from core.vendor_files import DOCUMENT_FONTS

    files = {Path(storage.path(name)) for name, storage in VendorFinder().list([])}
    files |= {modules() / inside for inside in DOCUMENT_FONTS}
    missing = sorted(str(path.relative_to(ROOT)) for path in files if not path.is_file())
    if missing:
        raise BundleError(
            f"A front-end file is missing: {missing[0]}. Run make check once; it sets up what is missing."
        )
    return sorted(files)


def committed(into: Path) -> list[Path]:
    """The files of the last commit, without the tests: what lies about in the checkout stays at home."""
    with tarfile.open(fileobj=io.BytesIO(_git("archive", "--format=tar", "HEAD"))) as tar:
        tar.extractall(into, filter="data")
    files = (path for path in into.rglob("*") if path.is_file())
    return [path for path in files if path.relative_to(into).parts[0] not in ("tests", ".ci")]


def texts() -> list[Path]:
    return sorted(ROOT.glob("*/locale/*/LC_MESSAGES/*.mo")) + sorted(ROOT.glob("*/*/locale/*/LC_MESSAGES/*.mo"))


def write(to: Path) -> Path:
    """Write the archive and beside it its SHA-256; answers where."""
    name = f"anlan-{version()}"
    to.mkdir(parents=True, exist_ok=True)
    archive = to / f"{name}.tar.gz"
    sums: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(archive, "w:gz") as tar:
        fetched, tree = Path(scratch, "wheels"), Path(scratch, "tree")
        for path in wheels(fetched):
            _add(tar, path, f"{name}/wheels/{path.name}", sums)
        for path in sorted(committed(tree)):
            _add(tar, path, f"{name}/{path.relative_to(tree)}", sums)
        for path in (*front_end(), *texts()):
            _add(tar, path, f"{name}/{path.relative_to(ROOT)}", sums)
        text = "\n".join(sorted(sums, key=lambda line: line[66:])).encode() + b"\n"
        about = tarfile.TarInfo(f"{name}/SHA256SUMS")
        about.size = len(text)
        tar.addfile(about, io.BytesIO(text))
    digest = _digest(archive)
    archive.with_name(f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n")
    return archive


def _add(tar: tarfile.TarFile, path: Path, name: str, sums: list[str]) -> None:
    tar.add(path, name, recursive=False, filter=_nobodys)
    if path.is_file() and not path.is_symlink():
        sums.append(f"{_digest(path)}  {name.partition('/')[2]}")


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """The command line; answers the exit code."""
    parser = argparse.ArgumentParser(prog="make bundle", description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "dist", help="directory of the archive")
    given = parser.parse_args(arguments)
    try:
        archive = write(given.to)
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{archive} ({archive.stat().st_size / 10**6:.0f} MB). How to install it: platform/docs/installation.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
