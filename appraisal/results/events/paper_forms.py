"""What happens to a form of the bureau's own. The subject is `results.form:<id>`."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, kw_only=True)
class PaperFormFiled(Event):
    """From now on it draws the paper. sha256: of the file."""

    kind: str
    number: int
    file_name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PaperFormEnded(Event):
    """It draws no paper any more. replaced_by: number of the next one, 0 when the standard form is back."""

    replaced_by: int = 0
