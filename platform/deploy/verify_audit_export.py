#!/usr/bin/env python3
"""Verifies an audit export without Anlan and without a database: Python and, for the anchors, `cryptography`.

    python verify_audit_export.py export.jsonl [--anchors FOLDER --public-key public-key.pem]

The export comes from `manage.py verify_audit --export` or from the page of the audit administrator. How a hash is made:
platform/docs/audit.md. Exit code 0 when everything holds, 1 when something does not, 2 when it could not be checked.
"""

import argparse
import base64
import json
import sys
from hashlib import sha256
from pathlib import Path

NO_HASH = "0" * 64
NUMBERS = ("id", "at", "actor_id")
TEXTS = ("chain", "schema_name", "table_name", "row_id", "action", "request_id", "address", "before", "after")


def text_of(entry: dict) -> bytes:
    """The text that is hashed: three numbers, then netstrings; null is a hyphen."""
    text = "".join(f"{'-' if entry[name] is None else entry[name]}," for name in NUMBERS).encode()
    for value in (entry[name] for name in TEXTS):
        text += b"-," if value is None else b"%d:%s," % (len(value.encode()), value.encode())
    return text


def hash_of(row: dict) -> str:
    place = f"{row['chain']} {row['seq']} {row['reason']}".encode()
    return sha256(bytes.fromhex(row["prev"]) + sha256(text_of(row["entry"])).digest() + place).hexdigest()


def check_export(lines, anchored: dict, told: list) -> int:
    """Append a sentence per fault to `told`; answers the number of entries. anchored: (chain, seq) → hash."""
    head = json.loads(next(lines))
    if head.get("format") != "anlan-audit-1":
        raise ValueError("the first line does not say anlan-audit-1")
    last: dict[str, tuple[int, str]] = {}
    count = 0
    for row in map(json.loads, lines):
        count += 1
        chain, seq = row["chain"], row["seq"]
        before_seq, before_hash = last.get(chain, (0, NO_HASH))
        if row["entry"] is None or row["entry"]["chain"] != chain or hash_of(row) != row["hash"]:
            told.append(f"Chain {chain}, number {seq}: what it says is not what was hashed; it was changed or removed.")
        elif seq <= before_seq or (head["whole"] and seq != before_seq + 1):
            told.append(f"Chain {chain}, number {seq}: follows {before_seq}; entries are missing or out of order.")
        elif seq == before_seq + 1 and row["prev"] != before_hash:
            told.append(f"Chain {chain}, number {seq}: does not continue the one before, which was replaced.")
        elif anchored.get((chain, seq), row["hash"]) != row["hash"]:
            told.append(f"Chain {chain}, number {seq}: differs from its anchor; the chain was written anew.")
        last[chain] = (seq, row["hash"])
    for chain, seq in sorted(anchored) if head["whole"] else ():
        ends = last.get(chain, (0, NO_HASH))[0]
        if head["chain"] in ("", chain) and seq > ends:
            told.append(f"Chain {chain}: ends at {ends}, but {seq} is anchored; its end was cut off.")
            break
    return count


def check_anchors(folder: Path, public_key: bytes, told: list) -> dict:
    """The anchors, (chain, seq) → hash; a sentence per line that cannot be believed."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key, number, prev = load_pem_public_key(public_key), 0, NO_HASH
    found: dict = {}
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the public key is no Ed25519 key")
    for line in (line for path in sorted(folder.glob("anchors-*.jsonl")) for line in path.read_bytes().splitlines()):
        number += 1
        try:
            facts = json.loads(line)
            signature = base64.b64decode(facts.pop("signature"))
            key.verify(signature, json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode())
            if (facts["n"], facts["prev"]) != (number, prev):
                told.append(f"Anchors, line {number}: does not continue the one before; lines are missing or moved.")
            if "restored" in facts:  # the chain goes on from an earlier place; what was anchored after it is void
                for place in [
                    place for place in found if place[0] == facts["chain"] and place[1] > facts["restored"]["after"]
                ]:
                    del found[place]
                why, by = facts["restored"]["reason"], ", ".join(facts["restored"]["by"])
                print(
                    f"Chain {facts['chain']}: restored to {facts['restored']['after']} on {facts['at']} by {by}: {why}"
                )
            number, found[facts["chain"], facts["seq"]] = facts["n"], facts["hash"]
        except (InvalidSignature, ValueError, KeyError, TypeError, AttributeError):
            told.append(f"Anchors, line {number}: cannot be read, or its signature is not of this key.")
        prev = sha256(line).hexdigest()
    return found


def main(arguments: list) -> int:
    parser = argparse.ArgumentParser(description="Verify an audit export and the anchors, without a database.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--anchors", type=Path, help="folder with anchors-*.jsonl")
    parser.add_argument("--public-key", type=Path, help="public-key.pem, kept from an earlier day")
    given = parser.parse_args(arguments)
    told: list = []
    try:
        anchored = {}
        if given.anchors:
            key = given.public_key or given.anchors / "public-key.pem"
            anchored = check_anchors(given.anchors, key.read_bytes(), told)
        with open(given.export, encoding="utf-8") as lines:
            count = check_export(lines, anchored, told)
    except (OSError, ValueError, KeyError, TypeError, StopIteration, ImportError) as error:
        print(f"Could not be checked: {error}", file=sys.stderr)
        return 2
    print("\n".join(told[:20]) or f"{count} entries and {len(anchored)} anchors: everything holds.")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
