"""Safe arithmetic on exact numbers: + - * / ( ) numbers, names, min and max; nothing else is understood.

`simpleeval` walks the tree; before that the tree is checked against a list of what is allowed and every number in it is
replaced by the exact fraction that was written (0.6 is 3/5, not the nearest binary number).
"""

import ast
import operator
import threading
import unicodedata
import warnings
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from simpleeval import SimpleEval

from appraisal.rules.exact import NotExact, number

LONGEST = 500
MOST_NODES = 150
FOREIGN = frozenset("#\\'\"\n\r;:=[]{}@!$&|^~<>%?`")
OPERATORS: dict[type[ast.AST], Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
FUNCTIONS = {"min": min, "max": max}


_parser = threading.Lock()


@lru_cache(maxsize=256)
def _tree(text: str) -> ast.expr:
    """The text as Python reads it. Nobody changes it: it is kept for the next who asks.

    One thread at a time: CPython 3.11 counts the depth of all its parsers together, and two at once now and then end
    in a SystemError (found by 300 people in two minutes).
    """
    with _parser, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a number glued to a word ("1if") warns before it fails
        return ast.parse(text, mode="eval").body


class Refused(ValueError):
    """The text is no allowed expression; `code` and `values` name the sentence that says why."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Expression:
    """A checked expression. Raises Refused when the text is not allowed."""

    def __init__(self, text: str, names: set[str]) -> None:
        self.text = text
        self.used: set[str] = set()
        if len(text) > LONGEST:
            raise Refused("formula.long", most=LONGEST)
        if unicodedata.normalize("NFKC", text) != text or not FOREIGN.isdisjoint(text):
            raise Refused("formula.unreadable", expression=text)
        try:
            tree = _tree(text.strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise Refused("formula.unreadable", expression=text) from None
        if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
            raise Refused("formula.large")
        self.tree = self._checked(tree, names)

    @staticmethod
    def is_name(text: str) -> bool:
        """Whether the text can name an input: an identifier in the form in which Python keeps it."""
        return text.isidentifier() and unicodedata.normalize("NFKC", text) == text and len(text) <= 60

    def value(self, values: Mapping[str, Fraction]) -> Fraction:
        """The exact value. Raises ZeroDivisionError when a denominator is zero."""
        evaluator = SimpleEval(operators=OPERATORS, functions=FUNCTIONS, names=values)
        return Fraction(evaluator.eval(self.text, previously_parsed=self.tree))

    def _checked(self, node: ast.expr, names: set[str]) -> ast.expr:
        """The same tree with exact numbers."""
        match node:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return ast.BinOp(self._checked(left, names), op, self._checked(right, names))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
                return ast.UnaryOp(op, self._checked(operand, names))
            case ast.Name(id=name):
                if name not in names:
                    raise Refused("formula.unknown_name", name=name)
                self.used.add(name)
                return node
            case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]) if function in FUNCTIONS:
                if len(arguments) < 2 or any(isinstance(argument, ast.Starred) for argument in arguments):
                    raise Refused("formula.not_allowed", part=self._written(node))
                return ast.Call(ast.Name(function), [self._checked(argument, names) for argument in arguments], [])
            case ast.Constant(value=bool() | str() | bytes() | complex() | None):
                raise Refused("formula.not_allowed", part=self._written(node))
            case ast.Constant():
                try:
                    exact: Any = number(self._written(node))  # simpleeval hands a constant on as it is
                    return ast.Constant(exact)
                except NotExact:
                    raise Refused("formula.not_allowed", part=self._written(node)) from None
        raise Refused("formula.not_allowed", part=self._written(node))

    def _written(self, node: ast.expr) -> str:
        """The part of the text that the node was read from."""
        return ast.get_source_segment(self.text.strip(), node) or type(node).__name__
