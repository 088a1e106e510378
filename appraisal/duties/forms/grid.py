"""The lines of one target as a table of fields: as stored, as typed, back into what the use case takes."""

from collections.abc import Mapping
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from appraisal.duties.models import Duty
from appraisal.duties.usecases import Part
from appraisal.duties.usecases.breaking import part_of
from appraisal.ledger.selectors.letters import plain
from core.errors import Invalid

SPARE = 2  # empty lines at the end, for browsers without scripts
TEXTS = ("party", "under", "task", "owner_id", "partner", "due_on", "deliverable", "year_target", "q1", "q2", "q3")


def stored(tops: list[Duty]) -> list[dict[str, str]]:
    """The lines as they are, children behind their parents, and empty ones to go on with."""
    rows = [_shown(part_of(each, "" if each is top else top.party)) for top in tops for each in (top, *top.below)]  # type: ignore[attr-defined]
    return [*rows, *(dict.fromkeys(TEXTS, "") for _spare in range(SPARE))]


def _shown(part: Part) -> dict[str, str]:
    return {
        name: str(plain(value) if name.startswith(("year", "q")) else value)  # type: ignore[arg-type]
        if (value := getattr(part, name)) is not None
        else ""
        for name in TEXTS
    }


def typed(data: QueryDict) -> list[dict[str, str]]:
    """The fields as they came, line by line."""
    columns = {name: data.getlist(name) for name in TEXTS}
    length = max(len(values) for values in columns.values())
    return [
        {name: values[place] if place < len(values) else "" for name, values in columns.items()}
        for place in range(length)
    ]


def parts(rows: list[dict[str, str]]) -> list[Part]:
    """The lines that say something. Raises Invalid (a line without a party, a day that is none)."""
    return [_part(row) for row in rows if any(value.strip() for value in row.values())]


def _part(row: Mapping[str, str]) -> Part:
    owner = row["owner_id"]
    texts = {name: row[name] for name in ("party", "under", "task", "partner", "deliverable")}
    figures = {name: row[name] for name in ("year_target", "q1", "q2", "q3")}
    return Part(
        **texts, **figures, owner_id=int(owner) if owner.isascii() and owner.isdigit() and len(owner) < 19 else None,
        due_on=day_of(row["due_on"]),
    )  # fmt: skip


def day_of(text: str) -> date | None:
    """The day as typed, None for none. Raises Invalid."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(_("“%(text)s”不是日期，请写成 2026-06-30。") % {"text": text[:20]}, field="due_on") from None
