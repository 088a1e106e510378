"""Sets a document as PDF with Typst: the template is ours and fixed, the document comes in as data.

No system library and no font of the machine is asked, so the same description gives the same bytes wherever the same
release runs with the same DOCUMENT_FONTS (adr/0023).
"""

import json
from datetime import UTC
from functools import lru_cache
from pathlib import Path

import typst

from core.documents import fonts, measures, numbers
from core.documents.tree import Document, texts
from core.documents.words import WORDS, given

TEMPLATE = Path(__file__).with_name("official.typ")


def pdf(document: Document) -> bytes:
    """The document as PDF/A-2u with its fonts in it; the same description gives the same bytes.

    Raises Invalid (control characters; characters that no font here shows), Conflict (no font on this machine).
    """
    told = given(document)
    chosen = fonts.chosen()
    fonts.check_shown(texts(told) + list(WORDS.values()))
    inputs = {
        "document": told, "measures": measures.in_force(document.dated_on or document.made_at.date()), "words": WORDS,
        "fonts": {**chosen, "fallback": fonts.FALLBACK},
        **{f"{name}": numbers.day(on) for name in ("dated_on", "printed_on") if (on := getattr(document, name))},
    }  # fmt: skip
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(), format="pdf", font_paths=_library(tuple(fonts.files())), pdf_standards="a-2u",
        sys_inputs={"document": json.dumps(inputs, ensure_ascii=False)},
        timestamp=document.made_at.astimezone(UTC).replace(microsecond=0),  # as fine as a PDF names it
    )  # fmt: skip
    return made


@lru_cache(maxsize=2)
def _library(paths: tuple[Path, ...]) -> typst.Fonts:
    folders = sorted({path.parent for path in paths})
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
