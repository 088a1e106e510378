"""Secrets at rest behind one interface: sealed with a key of the installation's ring, opened with the key they name.

    sealed = secrets.seal("JBSW…", about="tenants_secondfactor.secret:17")   # "k2:…"
    secrets.unseal(sealed, about="tenants_secondfactor.secret:17")           # "JBSW…"

The ring is a JSON file (`KEY_RING_FILE`, readable by its owner only), kept outside the database and its backups:
{"current": "k2", "keys": {"k1": {"cipher": "AES-256-GCM", "key": "<base64>"}, "k2": {"cipher": "SM4-GCM", …}}}.
`about` names table, column and row; it is authenticated, so a sealed text moved to another row does not open.
`blind` makes what can be searched by equality without being opened. `manage.py rotate_keys` seals everything anew under
the current key. Source: domain reference 5.1 (SM4 or AES at rest); GB/T 32907-2016 (SM4), NIST SP 800-38D (GCM).
"""

import base64
import contextlib
import hmac
import json
import os
import secrets as chance
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.db import models, transaction

NONCE, TAG = 12, 16  # bytes
BLIND = 8  # bytes of a blind index: two of a million numbers share one with a chance of 1 in 37 million
AES, SM4 = "AES-256-GCM", "SM4-GCM"
CIPHERS: dict[str, tuple[Callable[[bytes], Any], int]] = {AES: (algorithms.AES256, 32), SM4: (algorithms.SM4, 16)}


class SecretsError(RuntimeError):
    """The ring is missing or malformed, lacks a key, or a sealed text was changed. Says which."""


class SealedText(str):
    """What `seal` made; so that nobody takes it for a clear text and seals it twice."""

    __slots__ = ()


@dataclass(frozen=True)
class Key:
    """One key of the ring; cipher is one of CIPHERS."""

    name: str
    cipher: str
    value: bytes

    def __repr__(self) -> str:
        return f"Key({self.name}, {self.cipher})"  # never its value, which tracebacks would show


@dataclass(frozen=True)
class Ring:
    """The keys by name, and the one that seals."""

    current: str
    keys: dict[str, Key]


def _new_key(cipher: str) -> dict[str, str]:
    return {"cipher": cipher, "key": base64.b64encode(chance.token_bytes(CIPHERS[cipher][1])).decode()}


def _read(file: Path) -> Ring:
    try:
        content = json.loads(file.read_text("utf-8"))
        keys = {
            name: Key(name, each["cipher"], base64.b64decode(each["key"], validate=True))
            for name, each in content["keys"].items()
        }
        ring = Ring(content["current"], keys)
        wrong = [key.name for key in keys.values() if len(key.value) != CIPHERS[key.cipher][1] or ":" in key.name]
        if wrong or ring.current not in keys:
            raise SecretsError(f"{file}: no usable key {', '.join(wrong) or ring.current}")
    except FileNotFoundError as error:
        raise SecretsError(
            f"There is no key ring at {file}: make one with `manage.py rotate_keys --new-key`, or name one by KEY_RING."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SecretsError(f"{file} is no key ring: {error!r}") from error
    return ring


@lru_cache(maxsize=8)
def _ring_as_of(file: Path, _changed: int) -> Ring:
    return _read(file)


def ring() -> Ring:
    """The installation's ring, read again when the file has changed. Raises SecretsError."""
    file = Path(settings.KEY_RING_FILE)
    if settings.KEY_RING_MADE_AT_NEED and not file.exists():
        add_key(AES)  # of two processes that find none, both use the first one's
    return _ring_as_of(file, file.stat().st_mtime_ns if file.exists() else 0)


def add_key(cipher: str) -> str:
    """Add a key and make it the current one; makes the file where there is none. Returns the key's name."""
    file = Path(settings.KEY_RING_FILE)
    if file.exists():
        _read(file)  # a file that is no ring is left as it is
        content = json.loads(file.read_text("utf-8"))
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {"keys": {}}
    name = f"k{1 + max((int(key[1:]) for key in content['keys'] if key[1:].isdigit()), default=0)}"
    _write(file, {"current": name, "keys": {**content["keys"], name: _new_key(cipher)}}, over=file.exists())
    return name


def drop_key(name: str) -> None:
    """Take a key out of the ring. Raises SecretsError while it seals, or while anything still needs it."""
    file, known = Path(settings.KEY_RING_FILE), ring()
    if name not in known.keys or name == known.current:
        raise SecretsError(f"{name} is not a former key of {file}.")
    needing = [f"{column.model}.{column.field} {count}" for column in COLUMNS if (count := column.sealed_by(name))]
    if needing:
        raise SecretsError(f"{name} still opens {', '.join(needing)}: run `manage.py rotate_keys` first.")
    content = json.loads(file.read_text("utf-8"))
    del content["keys"][name]
    _write(file, content)


def _write(file: Path, content: dict[str, Any], *, over: bool = True) -> None:
    """Whole or not at all: a ring half written would lose what it sealed.

    over: in place of what is there; otherwise a ring that another process has made meanwhile stays.
    """
    draft = file.with_name(f"{file.name}.{chance.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(content, out, indent=2)
        out.flush()
        os.fsync(out.fileno())
    if over:
        draft.replace(file)
        return
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()


def seal(text: str, *, about: str) -> SealedText:
    """The text under the current key: "<key>:<base64 of nonce, ciphertext, tag>". Raises SecretsError (no ring)."""
    known = ring()
    key, nonce = known.keys[known.current], os.urandom(NONCE)
    encryptor = Cipher(CIPHERS[key.cipher][0](key.value), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(about.encode())
    sealed = nonce + encryptor.update(text.encode()) + encryptor.finalize() + encryptor.tag
    return SealedText(f"{key.name}:{base64.urlsafe_b64encode(sealed).decode()}")


def unseal(sealed: str, *, about: str) -> str:
    """The text again. Raises SecretsError: a key that the ring lacks, another row's text, a changed one."""
    name, _, body = sealed.partition(":")
    key = ring().keys.get(name)
    if key is None:
        raise SecretsError(f"{about} was sealed with the key {name!r}, which the ring does not have.")
    try:
        raw = base64.urlsafe_b64decode(body)
        nonce, cut, tag = raw[:NONCE], raw[NONCE:-TAG], raw[-TAG:]
        decryptor = Cipher(CIPHERS[key.cipher][0](key.value), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(about.encode())
        return (decryptor.update(cut) + decryptor.finalize()).decode()
    except (InvalidTag, ValueError) as error:
        raise SecretsError(f"{about} does not open with {name}: it was changed, or belongs to another row.") from error


def blind(text: str, *, about: str) -> list[str]:
    """Under which texts equal ones are found: one for each key of the ring, the current one's first.

    "<key>:<16 hexadecimal digits>", an HMAC-SHA-256 with a key derived from the ring's (HKDF, RFC 5869) and cut off:
    whoever has the database alone learns which rows are equal, and no number. about: the column, not the row.
    """
    known = ring()
    names = sorted(known.keys, key=lambda name: name != known.current)
    return [f"{name}:{_blinded(text, about, known.keys[name].value)}" for name in names]


def _blinded(text: str, about: str, key: bytes) -> str:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=f"anlan blind index {about}".encode()).derive(key)
    return hmac.digest(derived, text.encode(), "sha256")[:BLIND].hex()


@dataclass(frozen=True)
class Column:
    """A column of sealed texts, so that rotation finds it. model: "app.Model"; about(pk): what its rows are about.

    beside: the columns that are made of the clear text, to be made anew with it.
    """

    model: str
    field: str
    about: Callable[[Any], str]
    beside: Callable[[str], dict[str, str]]

    def rows(self) -> models.QuerySet[Any]:
        return apps.get_model(self.model)._default_manager.exclude(**{self.field: ""})

    def sealed_by(self, key: str) -> int:
        """How many rows need that key."""
        return self.rows().filter(**{f"{self.field}__startswith": f"{key}:"}).count()


COLUMNS: list[Column] = []


def column(
    model: str, field: str, *, beside: Callable[[str], dict[str, str]] = lambda clear: {}
) -> Callable[[Any], str]:
    """Register a column of sealed texts (see Column); returns what its rows are about, by primary key."""

    def about(pk: Any) -> str:
        return f"{model}.{field}:{pk}".lower()

    COLUMNS.append(Column(model, field, about, beside))
    return about


def rotate(*, batch: int = 500) -> Iterator[tuple[str, int]]:
    """Seal everything anew under the current key; yields (column, rows done so far) after each batch.

    Each batch is a transaction of its own and what is done bears the new key's name, so a second start goes on where
    the first stopped. Rows are locked one batch at a time; sign-ins go on meanwhile.
    """
    current = ring().current
    for each in COLUMNS:
        done = 0
        while changed := _rotate_batch(each, current, batch):
            done += changed
            yield f"{each.model}.{each.field}", done


@transaction.atomic
def _rotate_batch(each: Column, current: str, batch: int) -> int:
    waiting = each.rows().exclude(**{f"{each.field}__startswith": f"{current}:"})
    rows = list(waiting.select_for_update().order_by("pk")[:batch])
    changed = {each.field}
    for row in rows:
        about = each.about(row.pk)
        clear = unseal(row.__dict__[each.field], about=about)  # as stored: the attribute may hide it (core.sealed)
        beside = each.beside(clear)
        for name, value in {each.field: seal(clear, about=about), **beside}.items():
            setattr(row, name, value)
        changed |= set(beside)
    apps.get_model(each.model)._default_manager.bulk_update(rows, changed)
    return len(rows)
