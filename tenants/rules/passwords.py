"""What a password must be, and how long it lasts. Source: domain reference 5.1, GB/T 22239-2019 8.1.4.1 a)."""

import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from core.parameters import load

PARAMS = Path(__file__).parent / "params"
SHORTEST_PART = 3  # a name of two letters would forbid too much


def value(name: str, *, on: date) -> int:
    """A whole-number parameter of this folder on that day."""
    return int(load(PARAMS / f"{name}.yaml").value(on))


def failures(password: str, *, about: Iterable[str], on: date) -> list[str]:
    """The rules a password breaks, in the order of reading: too-short, too-uniform, personal, ours. Empty when good.

    about: account, names and phone of the person; compared without case and blanks, and names backwards as well.
    """
    broken = []
    if len(password) < value("password_min_length", on=on):
        broken.append("too-short")
    if classes(password) < value("password_classes", on=on):
        broken.append("too-uniform")
    plain = _plain(password)
    if any(part in plain for part in _parts(about)):
        broken.append("personal")
    if any(_plain(word) in plain for word in words(on=on)):
        broken.append("ours")
    return broken


def words(*, on: date) -> list[str]:
    """What everybody would try at this system first: its name, its trade's words, `admin`."""
    found = load(PARAMS / "password_words.yaml").value(on)
    assert isinstance(found, list)
    return found


def classes(password: str) -> int:
    """How many of the four classes the password has: capital letters, small letters, digits, other signs."""
    return sum(
        [
            any("A" <= letter <= "Z" for letter in password),
            any("a" <= letter <= "z" for letter in password),
            any(letter.isdigit() for letter in password),
            any(not (letter.isascii() and letter.isalnum()) and not letter.isdigit() for letter in password),
        ]
    )


def days_left(changed_on: date, *, on: date) -> int:
    """Days until the password must be changed; 0 or less: now."""
    return (changed_on + timedelta(days=value("password_days", on=on)) - on).days


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _parts(about: Iterable[str]) -> set[str]:
    """Whole values and the words of romanised names; Chinese names count from two characters."""
    parts: set[str] = set()
    for text in about:
        whole = _plain(text)
        candidates = {whole, *(_plain(word) for word in text.split())}
        parts |= {part for part in candidates if len(part) >= (SHORTEST_PART if part.isascii() else 2)}
    return parts | {part[::-1] for part in parts}
