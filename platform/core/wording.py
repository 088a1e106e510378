"""The language of a reader in an office: a variant of theirs where the words are one tier down (core.tiers, adr/0035).

The variants zh-county and en-county are catalogs that `manage.py messages --compile` derives from the sentences and
their English; nobody translates them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation

from core import tiers

ALL = ("zh-hans", "en", f"zh-{tiers.COUNTY}", f"en-{tiers.COUNTY}")  # every language that a heading may be in
MARK = f"-{tiers.COUNTY}"


def variant(language: str, *, down: bool) -> str:
    """A language's code with the words of a province's house, or one tier down."""
    plain = language.removesuffix(MARK)
    if not down:
        return settings.LANGUAGE_CODE if plain == "zh" else plain
    return ("en" if plain.startswith("en") else "zh") + MARK


def is_down(language: str | None) -> bool:
    return bool(language) and str(language).endswith(MARK)


def kept() -> str:
    """Chinese for what is written down for good, whoever's screen it was written on; with the words of this office."""
    return variant(settings.LANGUAGE_CODE, down=is_down(translation.get_language()))


def said(text: str) -> str:
    """A Chinese text that is no message (of a paper), in the words of this office."""
    return tiers.down(text) if is_down(translation.get_language()) else text


@contextmanager
def speaking(*, down: bool, language: str | None = None) -> Iterator[None]:
    """In `language`, or the one in force, with the words of an office's tier."""
    spoken = language or translation.get_language() or settings.LANGUAGE_CODE
    with translation.override(variant(spoken, down=down)):
        yield
