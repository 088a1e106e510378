"""What is wrong with a scheme or with facts, as data: a sentence's key, its values, and the place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from appraisal.rules import sentences
from appraisal.rules.exact import NotExact


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `code` is a key of `sentences.SENTENCES`; a blocking problem makes scoring impossible."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    blocking: bool = True
    indicator: str = ""
    office: str = ""

    @property
    def message(self) -> str:
        """The Chinese sentence as a template (a msgid) to be filled with `values`."""
        return sentences.SENTENCES[self.code][0]

    def at(self, *, indicator: str = "", office: str = "") -> "Problem":
        """The same problem with its place."""
        return replace(self, indicator=indicator or self.indicator, office=office or self.office)

    def text(self, language: str = "zh") -> str:
        """The whole sentence, with office and indicator in front where they are known."""
        sentence = sentences.render(self.code, self.values, language)
        place = " · ".join(part for part in (self.office, self.indicator) if part)
        if not place:
            return sentence
        return sentences.render("problem.at", {"place": place, "sentence": sentence}, language)


class RulesError(ValueError):
    """Base of what the rules refuse; `problems` lists everything found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text() for problem in self.problems))


class SchemeError(RulesError):
    """The scheme cannot be used for scoring."""


class FactsError(RulesError):
    """Facts or adjustments that do not fit the scheme."""


def of_number(error: NotExact, entry: str) -> Problem:
    """The problem of an entry that should hold an exact number."""
    return Problem(error.code, {"entry": entry, "value": str(error.value)[:60]})
