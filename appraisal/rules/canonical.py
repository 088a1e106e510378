"""Canonical JSON: sorted keys, no spaces, UTF-8. The same data are the same bytes, which hashes are taken of."""

import json
from collections.abc import Callable
from typing import Any, Final

import orjson

# What json.dumps does not know either stays unknown: a date in a trace is a mistake, not a text.
AS_JSON: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
MOST: Final = 4_000  # texts kept at a time: a few megabytes


def canonical(value: Any) -> bytes:
    """The bytes of json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")), ten times as fast.

    Numbers are ints or text: floats have no place in what is hashed. Raises TypeError for what is no JSON and
    UnicodeEncodeError for text that is no Unicode.
    """
    try:
        return orjson.dumps(value, option=AS_JSON)
    except TypeError:  # whole numbers beyond 64 bits, keys that are no text, halves of characters, or a mistake
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_whole).encode()


def _whole(value: Any) -> Any:
    if isinstance(value, orjson.Fragment):
        return json.loads(orjson.dumps(value))
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


class Anew:
    """As `Kept`, keeping nothing: plain data for who wants to read them."""

    def one(self, of: object, under: str, make: Callable[[], Any]) -> Any:
        """What make() gives."""
        return make()

    def each(self, of: object, under: Any, make: Callable[[], list[Any]]) -> list[Any]:
        """What make() gives."""
        return make()


class Kept(Anew):
    """Texts of what many traces share, written once, to stand within a document.

    of: the object that it follows from, held as long as its text is; under: what else it follows from. Nothing is kept
    beyond MOST texts, so that memory does not grow with what is written.
    """

    def __init__(self) -> None:
        self._ones: dict[tuple[int, str], tuple[object, orjson.Fragment]] = {}
        self._lists: dict[tuple[int, bytes], tuple[object, list[orjson.Fragment]]] = {}

    def one(self, of: object, under: str, make: Callable[[], Any]) -> orjson.Fragment:
        """The text of what make() gives."""
        found = self._ones.get((id(of), under))
        if found is None:
            if len(self._ones) >= MOST:
                self._ones.clear()
            found = self._ones[id(of), under] = of, orjson.Fragment(canonical(make()))
        return found[1]

    def each(self, of: object, under: Any, make: Callable[[], list[Any]]) -> list[orjson.Fragment]:
        """The texts of the members of the list that make() gives."""
        key = id(of), canonical(under)
        found = self._lists.get(key)
        if found is None:
            if len(self._lists) >= MOST:
                self._lists.clear()
            found = self._lists[key] = of, [orjson.Fragment(canonical(each)) for each in make()]
        return found[1]


ANEW: Final = Anew()
