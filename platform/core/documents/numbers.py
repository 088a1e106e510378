"""How an official document numbers and dates: 云移责〔2026〕3号, 一、 （一） 1. （1）, 2026年3月5日, —1—."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from core.documents.tree import Block, Heading

DIGITS = "〇一二三四五六七八九"
LARGEST_CHINESE = 99


def document_number(code: str, year: int, serial: int) -> str:
    """发文字号: the office's code, the year in hexagonal brackets, the serial without a leading zero.

    Source: GB/T 9704-2012 7.2.5. Raises ValueError for an empty code, a year without four digits, a serial below 1.
    """
    if not code.strip() or not 1000 <= year <= 9999 or serial < 1:
        raise ValueError(f"no document number: {code!r}, {year}, {serial}")
    return f"{code.strip()}〔{year}〕{serial}号"


SHAPE = re.compile(r"(?P<code>[^〔〕\s]+)〔(?P<year>[1-9]\d{3})〕(?P<serial>[1-9]\d*)号", re.ASCII)


def read_number(text: str) -> tuple[str, int, int] | None:
    """(code, year, serial) of a document number, None for anything else."""
    found = SHAPE.fullmatch(text)
    return (found["code"], int(found["year"]), int(found["serial"])) if found else None


def chinese(number: int) -> str:
    """1 … 99 as headings count: 一, 十, 十一, 二十三."""
    if not 1 <= number <= LARGEST_CHINESE:
        raise ValueError(f"{number} is not counted in headings")
    tens, ones = divmod(number, 10)
    return ("" if not tens else ("" if tens == 1 else DIGITS[tens]) + "十") + (DIGITS[ones] if ones else "")


def label(level: int, number: int) -> str:
    """What stands before a heading of that level. Source: GB/T 9704-2012 7.3.3."""
    return {1: f"{chinese(number)}、", 2: f"（{chinese(number)}）", 3: f"{number}.", 4: f"（{number}）"}[level]


def labels(body: Iterable[Block]) -> Iterator[str]:
    """For each block its number as a heading, "" for what is none; a heading ends the counts below its level."""
    counts = [0, 0, 0, 0]
    for block in body:
        if not isinstance(block, Heading):
            yield ""
            continue
        counts[block.level - 1] += 1
        counts[block.level :] = [0] * (4 - block.level)
        yield label(block.level, counts[block.level - 1])


def day(on: date) -> str:
    """成文日期: Arabic digits, month and day without a leading zero. Source: GB/T 9704-2012 7.3.5.4."""
    return f"{on.year}年{on.month}月{on.day}日"
