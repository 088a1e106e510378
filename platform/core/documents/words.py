"""What both setters are handed: the description with its headings numbered, and the words of the form itself."""

from typing import Any, cast

from core.documents import numbers
from core.documents.tree import Document, plain

# An official document is Chinese, whatever language its reader's pages are in.
WORDS = {"annex": "附件", "copies": "抄送", "printed": "印发", "signer": "签署人："}


def given(document: Document) -> dict[str, Any]:
    """The description as plain data: cleaned texts, headings with their numbers. Raises Invalid (see tree.clean)."""
    told = plain(document)
    bodies = [document.body, *(annex.body for annex in document.annexes)]
    for said, body in zip((told, *told["annexes"]), bodies, strict=True):
        for block, number in zip(said["body"], numbers.labels(body), strict=True):
            block["number"] = number
    return cast("dict[str, Any]", told)
