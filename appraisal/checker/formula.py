"""Formulas by recursive descent: sum → product → sign → atom, over exact fractions."""

from collections.abc import Mapping
from fractions import Fraction as F

from appraisal.checker.values import Unreadable, read


class ZeroDenominator(ArithmeticError):
    """Something was divided by zero: the indicator does not apply."""


def evaluate(text: str, names: Mapping[str, F]) -> F:
    """The value of `text`. Raises ZeroDenominator, and Unreadable for what is no formula."""
    parser = _Parser(text, names)
    value = parser.sum()
    if parser.next() is not None:
        raise Unreadable(f"formula: {parser.next()!r} is too much")
    return value


class _Parser:
    def __init__(self, text: str, names: Mapping[str, F]) -> None:
        self.tokens = _tokens(text)
        self.place = 0
        self.names = names

    def next(self) -> str | None:
        """The token to come, None at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self, wanted: str | None = None) -> str:
        """Move past a token."""
        token = self.next()
        if token is None or (wanted is not None and token != wanted):
            raise Unreadable(f"formula: {wanted or 'something'} expected, {token!r} found")
        self.place += 1
        return token

    def sum(self) -> F:
        """product {(+|-) product}"""
        value = self.product()
        while self.next() in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self) -> F:
        """sign {(*|/) sign}"""
        value = self.sign()
        while self.next() in ("*", "/"):
            if self.take() == "*":
                value = value * self.sign()
                continue
            divisor = self.sign()
            if divisor == 0:
                raise ZeroDenominator
            value = value / divisor
        return value

    def sign(self) -> F:
        """{+|-} atom"""
        negative = False
        while self.next() in ("+", "-"):
            negative ^= self.take() == "-"
        return -self.atom() if negative else self.atom()

    def atom(self) -> F:
        """number, name, (sum), min(sum, …), max(sum, …)"""
        token = self.take()
        if token == "(":
            value = self.sum()
            self.take(")")
            return value
        if token in ("min", "max") and self.next() == "(":
            self.take("(")
            values = [self.sum()]
            while self.next() == ",":
                self.take(",")
                values.append(self.sum())
            self.take(")")
            return min(values) if token == "min" else max(values)
        if token[0].isdigit():
            return read(token)
        if token in self.names:
            return self.names[token]
        raise Unreadable(f"formula: {token!r} is not known")


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    while place < len(text):
        start, letter = place, text[place]
        if letter.isspace():
            place += 1
            continue
        if letter in "+-*/(),":
            place += 1
        elif letter in "0123456789":
            while place < len(text) and text[place] in "0123456789.":
                place += 1
        elif letter.isidentifier():
            while place < len(text) and text[start : place + 1].isidentifier():
                place += 1
        else:
            raise Unreadable(f"formula: {letter!r} is not allowed")
        tokens.append(text[start:place])
    return tokens
