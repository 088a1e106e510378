"""What the system remarks on a reported value: a check that does not hold, a figure out of proportion, counties.

A remark is kept with the value as it was handed over, as data; its sentence is made for whoever reads it.
kinds: CHECK {code, sentence, sentence_en, figures}.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

TONES = {"BLOCK": "bad", "REASON": "warn", "HINT": "info"}


@dataclass(frozen=True)
class Remark:
    """kind: CHECK …; severity: BLOCK (keeps from handing over), REASON (wants an explanation), HINT (is shown)."""

    kind: str
    severity: str
    values: Mapping[str, Any]

    @property
    def tone(self) -> str:
        return TONES[self.severity]

    @property
    def sentence(self) -> str:
        """In the reader's language."""
        return said(self.kind, self.values)

    def stored(self) -> dict[str, Any]:
        return {"kind": self.kind, "severity": self.severity, **self.values}


def read(row: Mapping[str, Any]) -> Remark:
    """A stored remark."""
    rest = {key: value for key, value in row.items() if key not in ("kind", "severity")}
    return Remark(str(row["kind"]), str(row["severity"]), rest)


def said(kind: str, values: Mapping[str, Any]) -> str:
    """The sentence of a remark. Raises ValueError for a kind that nobody knows."""
    match kind:
        case "CHECK":
            english = (get_language() or "").startswith("en") and values.get("sentence_en")
            text = str(values["sentence_en"] if english else values["sentence"]).rstrip("。.")
            return _("%(sentence)s（勾稽 %(code)s：%(figures)s）。") % {**values, "sentence": text}
    raise ValueError(f"no such remark: {kind}")
