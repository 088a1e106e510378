"""What may run as an office's role: one statement to a string, and of a kind that the product has.

psycopg2 runs all the statements of a string, and RESET ROLE is the shortest way out of an office. Cheap where it
counts: a string without a semicolon, which is every string that Django makes, costs one search and a look at its first
word.
"""

import re

# What a semicolon may stand in without ending a statement. What never ends takes the rest: PostgreSQL refuses it.
QUOTED = re.compile(
    r"""
      (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)        # escape string
    | '(?:[^']|'')*(?:'|\Z)                  # string
    | "(?:[^"]|"")*(?:"|\Z)                  # name
    | (?<![\w$])\$(?P<tag>[A-Za-z_]\w*|)\$.*?(?:\$(?P=tag)\$|\Z)  # dollar-quoted
    | --[^\n]*                               # comment
    """,
    re.VERBOSE | re.DOTALL,
)

KINDS = re.compile(
    r"\s*(?:\(\s*)*(?:SELECT|WITH|INSERT|UPDATE|DELETE|VALUES|EXPLAIN|SAVEPOINT|RELEASE|ROLLBACK\s+TO|SET\s+CONSTRAINTS)\b",
    re.IGNORECASE,
)


class RefusedStatement(RuntimeError):
    """What no page of an office sends: a hole that somebody uses, or code that belongs beside the office."""


def refuse(sql: str) -> None:
    """Raise RefusedStatement for SQL that has no business inside an office."""
    if KINDS.match(sql) is None:
        raise RefusedStatement("a statement of this kind was refused inside an office")
    refuse_stacked(sql)


def refuse_stacked(sql: str) -> None:
    """Raise RefusedStatement when anything but space follows a semicolon outside of literals.

    A string with a semicolon and a block comment is refused as well: nobody writes one, and what they hide nests.
    """
    if ";" not in sql:
        return
    if "/*" in sql or QUOTED.sub(" ", sql).partition(";")[2].strip(" \t\r\n;"):
        raise RefusedStatement("a string with more than one statement was refused inside an office")
