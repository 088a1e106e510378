"""What one version of a list changed against the one before: line by line, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from appraisal.duties.models import ResponsibilityList
from appraisal.duties.selectors import lists, papers
from core import wording

FIELDS = ("task", "owner", "partner", "due_on", "deliverable", "year_target", "q1", "q2", "q3")


def words() -> dict[str, str]:
    """What the fields of a line are called."""
    return {
        "task": _("任务"), "owner": _("责任人"), "partner": _("协办"), "due_on": _("时限"), "deliverable": _("成果"),
        "year_target": _("全年"), "q1": _("至一季度末"), "q2": _("至二季度末"), "q3": _("至三季度末"),
    }  # fmt: skip


def before(row: ResponsibilityList) -> ResponsibilityList | None:
    """The list of the same letter that came before."""
    rows = ResponsibilityList.objects.filter(letter_id=row.letter_id, number__lt=row.number)
    return rows.select_related("letter__cycle", "letter__office").order_by("-number").first()


def differences(row: ResponsibilityList) -> list[tuple[str, str, str, str]]:
    """(code, name, before, after) of every line that differs from the list before; "" where there was or is none."""
    earlier = before(row)
    if earlier is None:
        return []
    was, now = (_lines(each) for each in (earlier, row))
    told = words()
    found = []
    for key in [*was, *(key for key in now if key not in was)]:
        old, new = was.get(key), now.get(key)
        line = new or old
        assert line is not None
        if old is None or new is None:
            found.append((line["code"], line["name"], _said(old, told), _said(new, told)))
            continue
        fields = [field for field in FIELDS if old[field] != new[field]]
        if fields:
            found.append((line["code"], line["name"], _said(old, told, fields), _said(new, told, fields)))
    return found


def on_paper(row: ResponsibilityList) -> list[tuple[str, str, str, str]]:
    """The same in Chinese, nothing empty."""
    with override(wording.kept()):
        return [(code, name, old or papers.EMPTY, new or papers.EMPTY) for code, name, old, new in differences(row)]


def _lines(row: ResponsibilityList) -> dict[str, dict[str, Any]]:
    return {line["key"]: line for line in papers.content_of(lists.loaded(row))["lines"]}


def _said(line: Mapping[str, Any] | None, told: Mapping[str, str], fields: Any = FIELDS) -> str:
    if line is None:
        return ""
    return _("；").join(
        f"{told[field]} {line[field] or '—'}" for field in fields if fields is not FIELDS or line[field]
    )
