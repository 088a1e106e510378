"""What happens to the files of a month as a whole. The subject is `ledger.period:<id>`."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class EvidenceTaken(Event):
    """All files of an office's month were downloaded together. reader_office: of the person who did."""

    office: str
    month: int
    files: int
    reader_office: str
