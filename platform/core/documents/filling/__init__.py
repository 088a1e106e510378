"""Forms of an office's own, as Word or Excel files: places like {{标题}} are filled, all else stays as it was drawn.

A place names a word, or a column of a list: {{结果.单位}}. What holds a list's place is repeated for each of its rows:
the row of the table, in Word outside tables the paragraph. There is no other language in a form: nothing is computed,
nothing is asked, so a form can neither run on nor see more than it is given. That is also why no template engine stands
here: each of them runs whatever somebody writes into the file.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from django.utils.translation import gettext as _

from core.documents.filling import paper, sheet
from core.documents.filling.places import Place, places_in
from core.errors import Invalid
from core.workbooks import Bounds, opened

Kind = Literal["docx", "xlsx"]
Value = str | int | Decimal | None
WITHIN = Bounds(expanded=32 * 1024 * 1024, cells=20_000, rows=2_000)
MOST_PLACES = 2_000


@dataclass(frozen=True)
class Words:
    """What a form may say. single: word → what stands for it; lists: name → rows of column → value."""

    single: Mapping[str, Value]
    lists: Mapping[str, Sequence[Mapping[str, Value]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """The words there are for a form. lists: name → its columns."""

    single: Sequence[str]
    lists: Mapping[str, Sequence[str]]

    def names(self) -> list[str]:
        """Every place that may stand in a form, as it is written between the braces."""
        return [*self.single, *(f"{name}.{column}" for name, columns in self.lists.items() for column in columns)]


def check(form: bytes, kind: Kind, known: Known) -> list[str]:
    """The places of a form, in order, each once.

    Raises Invalid (field `file`): damaged or too large, no place at all, a word that there is none of, a row with
    places of two lists, a place that is not closed.
    """
    found = _texts(form, kind)
    names = known.names()
    places: dict[str, None] = {}
    for text in found:
        if text.count("{{") != text.count("}}"):
            raise _invalid(_("“%(text)s”里的花括号没有成对。请写成 {{标题}} 这样。") % {"text": text.strip()[:40]})
        for place in places_in(text):
            if place.name not in names:
                raise _unknown(place, names)
            places[place.name] = None
    if not places:
        raise _invalid(
            _("文件里没有可以填写的位置。请先下载样例，照它把 {{标题}}、{{结果.单位}} 这样的位置写进本单位的样式。")
        )
    if len(found) > MOST_PLACES:
        raise _invalid(_("文件里的填写位置超过 %(most)s 处，不能接收。") % {"most": MOST_PLACES})
    _one_list_a_row(form, kind)
    return list(places)


def fill(form: bytes, kind: Kind, words: Words) -> bytes:
    """The form with every place filled; the same form and words give the same bytes. `form` has passed `check`.

    A value that looks like a place is text, too.
    """
    words = Words(_plain(words.single), {name: [_plain(row) for row in rows] for name, rows in words.lists.items()})
    return paper.filled(form, words) if kind == "docx" else sheet.filled(form, words)


def _plain(values: Mapping[str, Value]) -> dict[str, Value]:
    return {
        name: value.replace("{", "｛").replace("}", "｝") if isinstance(value, str) else value
        for name, value in values.items()
    }


def _texts(form: bytes, kind: Kind) -> list[str]:
    with tempfile.NamedTemporaryFile(suffix=f".{kind}") as file:
        file.write(form)
        file.flush()
        with opened(Path(file.name), WITHIN):
            rows: Iterable[str] = paper.texts(form) if kind == "docx" else sheet.texts(form)
            return [text for text in rows if "{{" in text or "}}" in text]


def _one_list_a_row(form: bytes, kind: Kind) -> None:
    for row in paper.rows(form) if kind == "docx" else sheet.rows(form):
        lists = {place.list for text in row for place in places_in(text) if place.list}
        if len(lists) > 1:
            raise _invalid(
                _("同一行里写了“%(first)s”和“%(second)s”两个清单的位置，一行只能用一个清单。")
                % dict(zip(("first", "second"), sorted(lists), strict=False))
            )


def _unknown(place: Place, names: list[str]) -> Invalid:
    near = get_close_matches(place.name, names, n=1, cutoff=0.4)
    said = _("没有“%(name)s”这个填写位置。") % {"name": place.name}
    return _invalid(said + (_("是不是 {{%(near)s}}？") % {"near": near[0]} if near else _("可用的位置见样例。")))


def _invalid(sentence: str) -> Invalid:
    return Invalid(sentence, field="file")


__all__ = ["Kind", "Known", "Place", "Value", "Words", "check", "fill"]
