"""What the security pages claim: files and tests are there, each requirement has a row, counts are right."""

import ast
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "platform/docs/security.md"
ASVS = ROOT / "platform/docs/security/asvs.md"
VERDICTS = ("met", "partly", "not", "does not apply")
# Requirements of levels 1 and 2 in each chapter of ASVS 5.0.0, as its own CSV counts them.
CHAPTERS = dict(enumerate((27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7), start=1))
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w./-]+/[\w./-]+?\.\w+|\.dockerignore|requirements\.in|Makefile)((?:::\w+)*)`")


def rows() -> list[tuple[str, ...]]:
    return ROW.findall(ASVS.read_text("utf-8"))


@lru_cache
def names_in(path: Path) -> set[str]:
    """`test_x`, `TestY`, `TestY::test_x` of a file of tests."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


def missing(text: str) -> list[str]:
    """The files and tests named in the text that are not there."""
    gone = []
    for path, inside in NAMED.findall(text):
        file = ROOT / path
        if not file.is_file() or (inside and inside.removeprefix("::") not in names_in(file)):
            gone.append(path + inside)
    return gone


@pytest.mark.parametrize("page", [PAGE, ASVS], ids=lambda path: path.name)
def test_every_file_and_test_that_is_named_is_there(page: Path) -> None:
    text = page.read_text("utf-8")

    assert len(NAMED.findall(text)) > 20
    assert missing(text) == []


def test_what_is_not_there_is_found() -> None:
    """The control."""
    named = "`tests/house/test_security_page.py::test_none` `tests/nowhere.py` `tests/house/test_markup.py`"

    assert missing(named) == ["tests/house/test_security_page.py::test_none", "tests/nowhere.py"]


def test_every_link_leads_to_a_page_and_its_heading() -> None:
    for page in (PAGE, ASVS):
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
            path, _sign, heading = target.partition("#")
            file = page.parent / path if path else page
            assert file.exists(), target
            headings = [
                re.sub(r"[^\w]+", "-", line.lower()).strip("-")
                for line in re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.M)
            ]
            assert not heading or heading in headings, target


def test_every_requirement_has_one_row() -> None:
    ids = [row[0] for row in rows()]

    assert len(ids) == len(set(ids)) == 253
    assert Counter(int(id_[1:].split(".")[0]) for id_ in ids) == CHAPTERS


def test_a_verdict_is_one_of_four_and_bears_what_it_needs() -> None:
    for id_, _level, _label, verdict, why, shown in rows():
        assert verdict in VERDICTS, id_
        assert why.strip(), id_
        if verdict in ("met", "partly"):
            assert "`" in shown, f"{id_} is {verdict}, and nothing shows it"


def test_the_counts_are_those_of_the_rows() -> None:
    found = Counter((level, verdict) for _id, level, _label, verdict, *_rest in rows())
    text = ASVS.read_text("utf-8")
    for level in ("1", "2", "both"):
        counted = [sum(found[one, verdict] for one in ("12" if level == "both" else level)) for verdict in VERDICTS]
        line = " | ".join([level, *map(str, counted), str(sum(counted))])
        assert f"| {line} |" in text
        if level == "both":
            met, partly, failed, foreign = counted
            said = f"{met} met, {partly} partly, {failed} not, {foreign} do not apply"
            assert said in PAGE.read_text("utf-8")
