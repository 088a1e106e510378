"""Anchors: the heads of the chains, signed, in a file that the database cannot reach.

One JSON object a line: `n` (counting from 1), `at`, `chain`, `seq`, `hash`, `prev` (SHA-256 of the line before; 64
zeros before the first) and last `signature`: Ed25519, in Base64, over the same object without it, without spaces.
Months have files of their own; the numbering goes on from one to the next.

After a restore to an earlier moment the file is ahead of the database. A line that says so (`restored`: {`after`,
`reason`, `by`}) closes that: what was anchored of its chain beyond `after` before that line is void, and stays there.
"""

import base64
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from core import office
from core.models import AuditAnchor, AuditHead

NO_LINE = "0" * 64
PUBLIC_KEY = "public-key.pem"


@dataclass(frozen=True)
class Line:
    """One line of the files, in order. fault: why it cannot be believed, or '' (see `core.audit.faults`)."""

    n: int
    chain: str = ""
    seq: int = 0
    hash: str = ""
    fault: str = ""
    restored: str = ""  # why the chain was restored, where this line says so
    after: int = 0  # the place to which it was restored: its anchors after it, up to this line, are void


def signing_key() -> Ed25519PrivateKey:
    """The installation's key; made at first use in settings.AUDIT_KEY_FILE, readable by its owner alone."""
    path = Path(settings.AUDIT_KEY_FILE)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(made)
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # two that start together end with one key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} is open to others than its owner: chmod 600 {path}")
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    return key


def public_pem() -> bytes:
    """The public half, as it lies beside the anchors."""
    return signing_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def files() -> list[Path]:
    """The files of anchors, oldest month first."""
    return sorted(Path(settings.AUDIT_ANCHOR_DIR).glob("anchors-*.jsonl"))


def anchor_heads(*, at: datetime) -> int:
    """Append the heads that changed since they were last anchored; returns how many. A line is on disk, or raises."""
    with office.mounted(office.PUBLIC), transaction.atomic(), _alone() as folder:
        known = dict(AuditAnchor.objects.values_list("chain", "seq"))
        heads = [head for head in AuditHead.objects.order_by("chain") if known.get(head.chain) != head.seq]
        return _write(folder, heads, at)


def anchor_restored(forks: dict[str, int], *, reason: str, by: list[str], at: datetime) -> int:
    """Append the heads of these chains, saying that each was restored to `forks[chain]`; returns how many.

    As the login, in a transaction.
    """
    with _alone() as folder:
        heads = list(AuditHead.objects.filter(chain__in=forks).order_by("chain"))
        return _write(folder, heads, at, {"reason": reason, "by": by}, forks)


def standing(lines: Iterable[Line]) -> list[Line]:
    """The anchors that count: without those that a restore left behind and a later line has closed."""
    kept: list[Line] = []
    for line in lines:
        if line.restored:
            kept = [old for old in kept if old.chain != line.chain or old.seq <= line.after]
        kept.append(line)
    return kept


def _write(
    folder: Path, heads: list[AuditHead], at: datetime, told: dict[str, Any] | None = None,
    forks: dict[str, int] | None = None,
) -> int:  # fmt: skip
    """Sign the heads and append them; what the database knows of its anchors follows in the same transaction."""
    rows: list[AuditAnchor] = []
    if heads:
        key = signing_key()
        (folder / PUBLIC_KEY).write_bytes(public_pem())
        number, prev = _last()
        text = ""
        for number, head in enumerate(heads, start=number + 1):  # noqa: B020 (counts on from the last line)
            facts = {"n": number, "at": at.astimezone(UTC).isoformat(timespec="seconds"), "chain": head.chain}
            facts |= {"seq": head.seq, "hash": bytes(head.hash).hex(), "prev": prev}
            if forks is not None:
                facts["restored"] = {"after": forks[head.chain], **(told or {})}
            signature = base64.b64encode(key.sign(compact(facts))).decode()
            line = compact({**facts, "signature": signature})
            prev = sha256(line).hexdigest()
            text += line.decode() + "\n"
            rows.append(AuditAnchor(chain=head.chain, seq=head.seq, at=at, line=number))
        _append(folder / f"anchors-{timezone.localdate(at):%Y-%m}.jsonl", text.encode())
        AuditAnchor.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["chain"], update_fields=["seq", "at", "line"]
        )
    return len(rows)


def compact(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


@contextmanager
def _alone() -> Iterator[Path]:
    """The folder, while nobody else appends to it."""
    folder = Path(settings.AUDIT_ANCHOR_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _append(path: Path, text: bytes) -> None:
    whole = not path.exists() or _tail(path)[-1:] in (b"", b"\n")
    with open(path, "ab") as file:
        file.write(text if whole else b"\n" + text)  # what a power cut left of a line stays, for the verifier to tell
        file.flush()
        os.fsync(file.fileno())


def _tail(path: Path, size: int = 65_536) -> bytes:
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read()


def _last() -> tuple[int, str]:
    """(number, SHA-256) of the last whole line."""
    for path in reversed(files()):
        for line in reversed(_tail(path).splitlines()):
            try:
                return int(json.loads(line)["n"]), sha256(line).hexdigest()
            except (ValueError, KeyError, TypeError):
                continue
    return 0, NO_LINE


def read(public_key: Ed25519PublicKey | None = None) -> Iterator[Line]:
    """Every line of every file, each with what is wrong with it. The key: this installation's unless given."""
    key = public_key or signing_key().public_key()
    number, prev = 0, NO_LINE
    for path in files():
        for line in path.read_bytes().splitlines():
            number += 1
            found = _believed(line, number, prev, key)
            number, prev = found.n, sha256(line).hexdigest()
            yield found


def _believed(line: bytes, expected: int, prev: str, key: Ed25519PublicKey) -> Line:
    try:
        facts = json.loads(line)
        signature = base64.b64decode(facts.pop("signature"), validate=True)
        key.verify(signature, compact(facts))
        restored = facts.get("restored", {"reason": "", "after": 0})
        said = Line(
            facts["n"], facts["chain"], facts["seq"], facts["hash"], restored=restored["reason"],
            after=restored["after"],
        )  # fmt: skip
    except InvalidSignature:
        return Line(expected, fault="anchor-signature")
    except (ValueError, KeyError, TypeError, AttributeError):
        return Line(expected, fault="anchor-unreadable")
    if facts["n"] != expected or facts["prev"] != prev:
        return Line(facts["n"], facts["chain"], facts["seq"], facts["hash"], fault="anchor-order")
    return said


def known_to_the_database() -> int:
    """The number of the last line that the database remembers; 0 when there is none. A shorter file was cut."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(line), 0) FROM public.core_auditanchor")
        return int(cursor.fetchone()[0])
