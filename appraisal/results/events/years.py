"""What happens to self-appraisals and to the year's calculations."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class SelfAppraisalSubmitted(Event):
    """Subject `results.self:<id>`."""

    year: int
    total: str
    on_time: bool


@dataclass(frozen=True, kw_only=True)
class YearCalculated(Event):
    """Subject `results.run:<id>`."""

    run: str
    offices: int
    outputs_sha256: str
