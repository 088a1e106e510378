"""FORMULA: an expression over named inputs. Prose and worked table: platform/docs/rules/formula.md."""

from fractions import Fraction
from typing import Any

from appraisal.rules.exact import ZERO, marks, plain
from appraisal.rules.methods.base import Earned, Rule, Status, Step, step
from appraisal.rules.methods.expression import Expression, Refused
from appraisal.rules.reader import Reader

Reading = dict[str, Fraction]


class Formula(Rule):
    """`expression` over `inputs` and `points`, held between `minimum` and `maximum`.

    A zero denominator anywhere in the expression makes the indicator not applicable.
    """

    method = "FORMULA"

    def take(self, parameters: Reader) -> None:
        """expression, inputs (names), minimum (default 0), maximum (default: the points); "points" may be written."""
        self.names: list[str] = []
        for place, name in enumerate(parameters.sequence("inputs"), start=1):
            if not isinstance(name, str) or not Expression.is_name(name) or name in {"points", "min", "max"}:
                parameters.fail("formula.bad_name", name=str(name)[:60])
            elif name in self.names:
                parameters.fail("parameters.twice", entry=f"inputs[{place}]", value=name)
            else:
                self.names.append(name)
        text = parameters.text("expression")
        try:
            self.expression = Expression(text, {*self.names, "points"})
        except Refused as refused:
            parameters.fail(refused.code, **refused.values)
        else:
            for name in self.names:
                if name not in self.expression.used:
                    parameters.fail("formula.unused", blocking=False, name=name)
        self.minimum = self.bound(parameters, "minimum", ZERO)
        self.maximum = self.bound(parameters, "maximum", self.points)
        if self.minimum > self.maximum:
            parameters.fail("parameters.bounds_crossed", minimum=marks(self.minimum), maximum=marks(self.maximum))
        self.above_points(parameters, "maximum", self.maximum)

    def bound(self, parameters: Reader, key: str, default: Fraction) -> Fraction:
        """A number, or the word "points"."""
        if parameters.given.get(key) == "points":
            parameters.taken.add(key)
            return self.points
        return parameters.number(key, default)

    def used(self) -> dict[str, Any]:
        """expression, inputs, minimum, maximum (as numbers)."""
        return {
            "expression": self.expression.text,
            "inputs": self.names,
            "minimum": plain(self.minimum),
            "maximum": plain(self.maximum),
        }

    def read_entries(self, fact: Reader) -> Reading:
        """inputs: a number for each name."""
        given = fact.raw("inputs")
        if not isinstance(given, dict):
            fact.fail("entry.not_a_mapping" if "inputs" in fact.given else "entry.missing", entry="inputs")
            return {}
        inner = Reader(given, "inputs", fact.problems)
        reading = {name: inner.number(name) for name in self.names}
        inner.close(frozenset(), blocking=True)
        return reading

    def inputs(self, reading: Reading) -> dict[str, Any]:
        """inputs."""
        return {"inputs": {name: plain(value) for name, value in reading.items()}}

    def result(self, reading: Reading) -> Fraction | None:
        """The expression's value; None when a denominator is zero."""
        try:
            return self.expression.value({**reading, "points": self.points})
        except ZeroDivisionError:
            return None

    def earn(self, reading: Reading, comparison: Any) -> Earned:
        """The value, held between minimum and maximum."""
        result = self.result(reading)
        return Status.NOT_APPLICABLE if result is None else min(max(result, self.minimum), self.maximum)

    def steps(self, reading: Reading, comparison: Any) -> list[Step]:
        """Expression, inputs, result, bounds."""
        steps = [
            step("formula.expression", expression=self.expression.text),
            *(step("formula.input", name=name, value=plain(value)) for name, value in reading.items()),
        ]
        result = self.result(reading)
        if result is None:
            return [*steps, step("formula.zero")]
        steps.append(step("formula.result", result=marks(result)))
        held = min(max(result, self.minimum), self.maximum)
        if held != result:
            low, high = marks(self.minimum), marks(self.maximum)
            steps.append(step("formula.held", minimum=low, maximum=high, earned=marks(held)))
        return steps
