"""Official documents after GB/T 9704-2012, from one description to docx and PDF.

`Document` says what the paper says, `render(document, "docx" | "pdf")` sets it: the same description gives the same
bytes, and nothing of it becomes markup. Which type a PDF is set in, and what happens without: see `fonts`.
"""

from typing import Literal

from core.documents.numbers import day, document_number, labels, read_number
from core.documents.tree import (
    Align,
    Annex,
    Block,
    Column,
    Document,
    Heading,
    Paragraph,
    Signature,
    Signatures,
    Table,
)

Kind = Literal["docx", "pdf"]
MEDIA: dict[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def render(document: Document, kind: Kind) -> bytes:
    """The file. Raises Invalid (control characters; for a PDF characters no font here shows), Conflict (no font)."""
    # The setters are loaded when first asked for: Typst alone is 80 MB of program that most processes never need.
    if kind == "pdf":
        from core.documents.pdf import pdf

        return pdf(document)
    from core.documents.word import docx

    return docx(document)


__all__ = [
    "MEDIA",
    "Align",
    "Annex",
    "Block",
    "Column",
    "Document",
    "Heading",
    "Kind",
    "Paragraph",
    "Signature",
    "Signatures",
    "Table",
    "day",
    "document_number",
    "labels",
    "read_number",
    "render",
]
