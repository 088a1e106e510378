#!/usr/bin/env python3
"""Verifies the file of an archived office without Anlan and without a database: Python and `cryptography`.

    python verify_archive.py kunming-20270105T020000Z.tar [--sha256 SUM] [--public-key public-key.pem]

It needs verify_audit_export.py beside it, and the archive. Everything that the manifest lists must be there with its
sum and its number of rows, and nothing else; every evidence file that a row names must be there and be what its name
says; the audit chain must hold against its anchors. Exit code 0 when everything holds, 1 when something does not, 2
when it could not be checked. Without --sha256 and a public key kept elsewhere, whoever made the file anew would not be
found.
"""

import argparse
import contextlib
import csv
import hashlib
import io
import json
import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import verify_audit_export  # type: ignore[import-not-found]

FORMAT = "anlan-archive-1"


def content_of(tar: tarfile.TarFile, name: str):
    found = tar.extractfile(name)
    if found is None:
        raise ValueError(f"{name} is no file")
    return found


def sum_of(stream) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def check_members(tar: tarfile.TarFile, manifest: dict, told: list) -> None:
    there = tar.getnames()
    for name in sorted({name for name in there if there.count(name) > 1}):
        told.append(f"{name}: is there more than once.")
    for name in sorted(set(there) - set(manifest["members"]) - {"manifest.json"}):
        told.append(f"{name}: is not in the manifest; it was put in.")
    for name, facts in manifest["members"].items():
        if name not in there:
            told.append(f"{name}: is missing.")
            continue
        member = tar.getmember(name)
        content = tar.extractfile(member)
        if content is None or member.size != facts["size"] or sum_of(content) != facts["sha256"]:
            told.append(f"{name}: is not what the manifest says; it was changed.")


def check_tables(tar: tarfile.TarFile, manifest: dict, told: list) -> int:
    """Rows and columns of every table; answers how many rows there are."""
    total = 0
    for table in manifest["tables"]:
        try:
            rows = list(rows_of(tar, table["file"]))
        except (KeyError, csv.Error, UnicodeDecodeError):
            told.append(f"{table['file']}: cannot be read.")
            continue
        if not rows or rows[0] != table["columns"]:
            told.append(f"{table['file']}: its columns are not those of the manifest.")
        if len(rows) - 1 != table["rows"]:
            told.append(f"{table['file']}: has {len(rows) - 1} rows, the manifest says {table['rows']}.")
        total += len(rows) - 1
    return total


def rows_of(tar: tarfile.TarFile, name: str):
    return csv.reader(io.TextIOWrapper(content_of(tar, name), "utf-8", newline=""))


def check_evidence(tar: tarfile.TarFile, manifest: dict, told: list) -> int:
    """Every file that a row of the office names; answers how many."""
    there = {name.removeprefix("files/") for name in manifest["members"] if name.startswith("files/")}
    named = set()
    for table in manifest["tables"]:
        if table["table"] == "core_storedfile":
            head, *rows = rows_of(tar, table["file"])
            office, sha256 = head.index("office"), head.index("sha256")
            named = {row[sha256] for row in rows if row[office] == manifest["office"]}
    for missing in sorted(named - there):
        told.append(f"files/{missing}: a row names it, and it is not there.")
    for name in sorted(there):
        if manifest["members"][f"files/{name}"]["sha256"] != name:
            told.append(f"files/{name}: its content is not what its name says.")
    return len(there)


def check_chain(tar: tarfile.TarFile, manifest: dict, public_key: bytes, told: list) -> int:
    """The audit chain against its anchors; answers its entries."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in manifest["members"]:
            if name.startswith("audit/anchors/") and name.endswith(".jsonl"):
                Path(scratch, Path(name).name).write_bytes(content_of(tar, name).read())
        anchored = verify_audit_export.check_anchors(Path(scratch), public_key, told)
    own = {key: value for key, value in anchored.items() if key[0] == manifest["office"]}
    with contextlib.closing(content_of(tar, "audit/chain.jsonl")) as lines:
        count = verify_audit_export.check_export(io.TextIOWrapper(lines, "utf-8"), own, told)
    if count != manifest["audit"]["entries"]:
        told.append(f"audit/chain.jsonl: has {count} entries, the manifest says {manifest['audit']['entries']}.")
    return count


def main(arguments: list) -> int:
    parser = argparse.ArgumentParser(description="Verify the file of an archived office, without a database.")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--sha256", help="of the whole file, as the page said when it was made")
    parser.add_argument("--public-key", type=Path, help="public-key.pem, kept from an earlier day")
    given = parser.parse_args(arguments)
    told: list = []
    try:
        with open(given.archive, "rb") as file:
            if given.sha256 and sum_of(file) != given.sha256.lower():
                told.append("The file is not the one whose SHA-256 was given.")
        with tarfile.open(given.archive) as tar:
            manifest = json.loads(content_of(tar, "manifest.json").read())
            if manifest["format"] != FORMAT:
                raise ValueError(f"its manifest does not say {FORMAT}")
            check_members(tar, manifest, told)
            rows = check_tables(tar, manifest, told)
            files = check_evidence(tar, manifest, told)
            inside = content_of(tar, "audit/anchors/public-key.pem").read()
            key = given.public_key.read_bytes() if given.public_key else inside
            entries = check_chain(tar, manifest, key, told)
    except (OSError, ValueError, KeyError, TypeError, StopIteration, ImportError, tarfile.TarError) as error:
        print(f"Could not be checked: {error!r}", file=sys.stderr)
        return 2
    print(
        "\n".join(told[:20])
        or f"{manifest['office']}: {len(manifest['tables'])} tables with {rows} rows, {files} files, {entries} audit "
        "entries: everything holds."
    )
    return 1 if told else 0


if __name__ == "__main__":
    csv.field_size_limit(1 << 30)  # a row of a table may hold a long text
    sys.exit(main(sys.argv[1:]))
