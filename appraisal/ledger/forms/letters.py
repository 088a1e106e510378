"""The grid of a target letter, pasted rows, milestones, and the signatures."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.forms.evidence import UploadsField
from appraisal.ledger.models import Target
from appraisal.ledger.selectors.letters import plain
from appraisal.ledger.usecases.targets import FIGURES, TargetRow
from appraisal.library.models import Method, TargetBasis
from core.errors import Invalid

MOST_LINES = 500
YES = frozenset({"不适用", "N/A", "n/a", "NA", "是"})


def typed_rows(data: Any, rows: list[Target]) -> list[TargetRow]:
    """The whole grid as typed. The last column is the reason where a row does not apply, else the note."""
    typed = []
    for row in rows:
        code = row.indicator.code
        aside = bool(data.get(f"{code}-na"))
        text = data.get(f"{code}-text", "")
        figures = {name: data.get(f"{code}-{name}", "") for name in FIGURES}
        typed.append(
            TargetRow(
                code, applicable=not aside, not_applicable_reason=text if aside else "", note="" if aside else text,
                **figures,
            )
        )  # fmt: skip
    return typed


def pasted_rows(text: str) -> list[TargetRow]:
    """Rows from a spreadsheet: code, year, first, second, third quarter, note, separated by tabs.

    A row whose second cell says 不适用 takes its reason from the last cell. Raises Invalid naming the line.
    """
    lines = [line.rstrip("\r") for line in text.split("\n") if line.strip()]
    if not lines:
        raise Invalid(_("请先粘贴内容。"), field="paste")
    if len(lines) > MOST_LINES:
        raise Invalid(_("最多 %(most)s 行。") % {"most": MOST_LINES}, field="paste")
    rows = []
    for place, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) < 2:
            raise Invalid(
                _("第 %(place)s 行应是“编码、年度目标、一季度、二季度、三季度、备注”，用制表符分开。")
                % {"place": place},
                field="paste",
            )
        code, *rest = cells
        if rest[0] in YES:
            rows.append(TargetRow(code, applicable=False, not_applicable_reason=rest[-1] if len(rest) > 1 else ""))
            continue
        rest += [""] * 5
        rows.append(TargetRow(code, year_target=rest[0], q1=rest[1], q2=rest[2], q3=rest[3], note=rest[4]))
    return rows


def grid(rows: list[Target], typed: list[TargetRow], wrong: list[dict[str, str]]) -> list[dict[str, Any]]:
    """What the grid shows: stored figures, or typed ones after a refusal, each with what is wrong with it."""
    given = {row.code: row for row in typed}
    errors: dict[str, dict[str, str]] = {}
    for problem in wrong:
        errors.setdefault(problem["code"], {})[problem["field"]] = problem["message"]
    shown = []
    for row in rows:
        indicator = row.indicator
        typed_row, mine = given.get(indicator.code), errors.get(indicator.code, {})
        letter = indicator.target_basis == TargetBasis.LETTER
        cells = []
        for name in FIGURES:
            value = getattr(typed_row, name) if typed_row else plain(getattr(row, name))
            allowed = letter and (name == "year_target" or indicator.cumulative)
            cells.append({
                "name": f"{indicator.code}-{name}", "value": "" if value is None else value, "allowed": allowed,
                "error": mine.get(name, ""), "label": FIGURE_LABELS[name],
            })  # fmt: skip
        applicable = typed_row.applicable if typed_row else row.applicable
        text = (
            (typed_row.note or typed_row.not_applicable_reason)
            if typed_row
            else (row.note if row.applicable else row.not_applicable_reason)
        )
        shown.append({
            "target": row, "indicator": indicator, "cells": cells, "applicable": applicable, "text": text,
            "errors": list(mine.values()), "milestones": indicator.method == Method.MILESTONE, "letter": letter,
        })  # fmt: skip
    return shown


FIGURE_LABELS = {
    "year_target": gettext_lazy("年度目标"),
    "q1": gettext_lazy("至一季度末"),
    "q2": gettext_lazy("至二季度末"),
    "q3": gettext_lazy("至三季度末"),
}


def typed_milestones(data: Any, code: str) -> list[tuple[str, date]]:
    """The milestones as typed, empty rows left out. Raises Invalid with `rows` for a day that is none."""
    names, days = data.getlist("m-name"), data.getlist("m-due_on")
    milestones, wrong = [], []
    for place, (name, day) in enumerate(zip(names, days, strict=False), start=1):
        if not name.strip() and not day.strip():
            continue
        try:
            milestones.append((name, date.fromisoformat(day.strip())))
        except ValueError:
            message = _("第 %(place)s 个节点的时限不是日期。") % {"place": place}
            wrong.append({"code": code, "field": f"milestones[{place}]", "message": message})
    if wrong:
        raise Invalid(_("；").join(row["message"] for row in wrong), rows=wrong)
    return milestones


class LockForm(forms.Form):
    """The state of the letter that the person saw."""

    lock_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class SignForm(LockForm):
    password = forms.CharField(
        max_length=200,
        strip=False,
        label=gettext_lazy("本人密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=gettext_lazy("签署前再次确认是您本人"),
    )


class IssueForm(SignForm):
    number = forms.CharField(
        max_length=40,
        required=False,
        label=gettext_lazy("文号"),
        help_text=gettext_lazy("按年度连续编号；留空由系统取下一个"),
    )
    field_order = ("number", "password")


class WithdrawForm(LockForm):
    reason = forms.CharField(max_length=200, label=gettext_lazy("撤回理由"), widget=forms.Textarea(attrs={"rows": 3}))


class ScanForm(forms.Form):
    """A side's copy of the letter on paper. editions: (number, label), the newest first; again: ask why, as there
    is a copy already.
    """

    edition = forms.TypedChoiceField(
        coerce=int, label=gettext_lazy("版本"), help_text=gettext_lazy("纸质件上签的是哪一版")
    )
    evidence = UploadsField(
        label=gettext_lazy("扫描件"), help_text=gettext_lazy("PDF，或逐页的 JPG、PNG、WEBP 图片，按页码顺序选择")
    )
    note = forms.CharField(
        max_length=200, required=False, label=gettext_lazy("重新存入的原因"), widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("这一版已存过扫描件时填写；原来的一份保留"),
    )  # fmt: skip

    def __init__(self, *args: Any, editions: list[tuple[int, str]], again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].choices = editions  # type: ignore[attr-defined]
        self.fields["evidence"].widget.attrs["accept"] = ".pdf,.jpg,.jpeg,.png,.webp"
        if not again:
            del self.fields["note"]
