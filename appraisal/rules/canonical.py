"""Canonical JSON: sorted keys, no spaces, UTF-8. The same data are the same bytes, which hashes are taken of."""

import json
from collections.abc import Callable
from typing import Any, Final

import orjson

# What json.dumps does not know either stays unknown: a date in a trace is a mistake, not a text.
AS_JSON: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
MOST: Final = 4_000  # texts kept at a time: a few megabytes

Once = Callable[[object, str, Callable[[], Any]], Any]


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


def anew(of: object, under: str, make: Callable[[], Any]) -> Any:
    """As `Kept`, keeping nothing: plain data for who wants to read them."""
    return make()


class Kept:
    """Texts of what many traces share, written once: kept(of, under, make) is the text of make() within a document.

    of: the object that it follows from, held as long as its text is; under: what else it follows from.
    """

    def __init__(self) -> None:
        self._texts: dict[tuple[int, str], tuple[object, orjson.Fragment]] = {}

    def __call__(self, of: object, under: str, make: Callable[[], Any]) -> orjson.Fragment:
        found = self._texts.get((id(of), under))
        if found is None:
            if len(self._texts) >= MOST:
                self._texts.clear()
            found = self._texts[id(of), under] = of, orjson.Fragment(canonical(make()))
        return found[1]
