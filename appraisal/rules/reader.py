"""Reading a mapping entry by entry: parameters of a method, or a fact. Collects every problem instead of the first."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from appraisal.rules.exact import ZERO, NotExact, number
from appraisal.rules.problems import Problem, of_number

REQUIRED: Final = Fraction(-(10**9), 7)  # a default nobody writes: "this entry must be there"
LABELS: Final = frozenset({"unit", "numerator", "denominator", "event", "label", "note"})


class Reader:
    """One mapping. Every method takes an entry out; `close` reports what is missing, wrong or unknown."""

    __slots__ = ("given", "path", "problems", "taken")

    def __init__(self, given: Mapping[str, Any], path: str = "", problems: list[Problem] | None = None) -> None:
        self.given = given
        self.path = path
        self.problems: list[Problem] = [] if problems is None else problems
        self.taken: set[str] = set()

    def fail(self, code: str, *, blocking: bool = True, **values: Any) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, values, blocking))

    def entry(self, key: str) -> str:
        """The entry's full name for a sentence, such as steps[2].points."""
        return f"{self.path}.{key}" if self.path else key

    def raw(self, key: str) -> Any:
        """The entry as it was given; None when absent."""
        self.taken.add(key)
        return self.given.get(key)

    def number(self, key: str, default: Fraction = REQUIRED) -> Fraction:
        """An exact number; `default` when the entry is absent."""
        self.taken.add(key)
        if key not in self.given:
            if default is REQUIRED:
                self.fail("entry.missing", entry=self.entry(key))
                return ZERO
            return default
        return self._exact(self.given[key], self.entry(key))

    def optional(self, key: str) -> Fraction | None:
        """An exact number, or None when the entry is absent or null."""
        self.taken.add(key)
        value = self.given.get(key)
        return None if value is None else self._exact(value, self.entry(key))

    def nullable(self, key: str) -> Fraction | None:
        """An exact number or an explicit null; absent is a problem."""
        if key not in self.given:
            self.fail("entry.missing", entry=self.entry(key))
        return self.optional(key)

    def numbers(self, key: str, *, missing: list[Fraction] | None = None) -> list[Fraction]:
        """A list of exact numbers; `missing` when the entry is absent."""
        self.taken.add(key)
        if key not in self.given and missing is not None:
            return missing
        return [
            self._exact(value, f"{self.entry(key)}[{place}]") for place, value in enumerate(self.sequence(key), start=1)
        ]

    def sequence(self, key: str) -> list[Any]:
        """A list of anything."""
        self.taken.add(key)
        if key not in self.given:
            self.fail("entry.missing", entry=self.entry(key))
            return []
        value = self.given[key]
        if not isinstance(value, list | tuple):
            self.fail("entry.not_a_list", entry=self.entry(key))
            return []
        return list(value)

    def rows(self, key: str) -> "list[Reader]":
        """A list of mappings, each to be read in its turn; an empty list when the entry is absent."""
        self.taken.add(key)
        if key not in self.given:
            return []
        rows = []
        for place, row in enumerate(self.sequence(key), start=1):
            path = f"{self.entry(key)}[{place}]"
            if isinstance(row, Mapping):
                rows.append(Reader(row, path, self.problems))
            else:
                self.fail("entry.not_a_mapping", entry=path)
        return rows

    def text(self, key: str, *, default: str | None = None, choices: Iterable[str] = ()) -> str:
        """A text, one of `choices` where they are named."""
        self.taken.add(key)
        value = self.given.get(key, default)
        allowed = list(choices)
        if value is None:
            self.fail("entry.missing", entry=self.entry(key))
            return allowed[0] if allowed else ""
        if not isinstance(value, str) or (allowed and value not in allowed):
            self.fail("entry.not_a_choice", entry=self.entry(key), value=str(value)[:60], choices=", ".join(allowed))
            return allowed[0] if allowed else ""
        return value

    def close(self, also: frozenset[str] = LABELS, *, blocking: bool = False) -> list[Problem]:
        """Report entries nobody asked for (a misspelt name would otherwise be lost), and return all problems."""
        if len(self.taken) < len(self.given) or not self.taken.issuperset(self.given):
            for key in self.given:
                if key not in self.taken and key not in also:
                    self.fail("entry.unknown", blocking=blocking, entry=self.entry(str(key)))
        return self.problems

    def _exact(self, value: Any, entry: str) -> Fraction:
        try:
            return number(value)
        except NotExact as error:
            self.problems.append(of_number(error, entry))
            return ZERO
