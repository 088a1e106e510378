"""What a downloaded sheet bears in a hidden place: whose it is, of which month, and what stood in it. Signed.

The text is compressed JSON with an HMAC-SHA-256 by the installation's SECRET_KEY (django.core.signing), cut into cells.
Without it an upload could not tell what a person changed from what the portal changed meanwhile.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from core.errors import Invalid

SALT = "anlan.reporting.book"
FORMAT = 1
PIECE = 30_000  # characters of one cell; a spreadsheet takes 32,767


@dataclass(frozen=True)
class Stamp:
    """base: indicator id (as text, JSON knows no other keys) → key → canonical text; rows: [indicator id, path]."""

    office: str
    period_id: int
    version_id: int
    sheet: str
    made_at: str
    made_by: str
    rows: list[list[Any]] = field(default_factory=list)
    base: dict[str, dict[str, str]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    def pieces(self) -> list[str]:
        """The signed text, cell by cell."""
        text = signing.dumps(asdict(self), salt=SALT, compress=True)
        return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]

    @classmethod
    def of(cls, pieces: Iterable[str]) -> "Stamp":
        """Raises Invalid (field `file`): nothing there, changed, of another installation or release."""
        text = "".join(pieces)
        if not text:
            raise Invalid(
                _("这份表格不是从本系统下载的，或者隐藏的版本页被删了，无法判断您改了哪些单元格。请下载本月表格，把数值填进去再上传。"),
                field="file",
            )  # fmt: skip
        try:
            told = signing.loads(text, salt=SALT)
            if told.get("format") != FORMAT:
                raise Invalid(_("这份表格的格式是旧的。请重新下载本月表格，把数值填进去再上传。"), field="file")
            return cls(**told)
        except (signing.BadSignature, AttributeError, TypeError, ValueError) as error:
            raise Invalid(
                _("表格里隐藏的版本信息被改动过，或者来自别的系统，不能核对。请重新下载本月表格，把数值填进去再上传。"),
                field="file",
            ) from error
