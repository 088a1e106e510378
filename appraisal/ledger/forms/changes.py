"""Applying for other targets, moving targets between offices, and deciding."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.models import LetterChange, Target, TargetLetter
from appraisal.ledger.selectors.letters import plain
from appraisal.ledger.usecases.changes import ChangedRow
from appraisal.ledger.usecases.targets import FIGURES
from appraisal.library.models import TargetBasis
from core.errors import Invalid

Kind = LetterChange.Kind
NEW = 3  # empty lines for further milestones of an indicator


def _months(year: int) -> list[tuple[str, str]]:
    return [(f"{year}-{month:02d}-01", f"{year}-{month:02d}-01") for month in range(1, 13)]


class GroundsForm(forms.Form):
    """Why, resting on what, from when."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"))
    effective_on = forms.TypedChoiceField(coerce=date.fromisoformat, label=gettext_lazy("生效日"))
    reason = forms.CharField(max_length=500, label=gettext_lazy("调整理由"), widget=forms.Textarea(attrs={"rows": 3}))
    basis = forms.CharField(max_length=200, label=gettext_lazy("依据文件"), help_text=gettext_lazy("文件名称和文号"))

    def __init__(self, year: int, month: int, kinds: tuple[str, ...], data: Any = None) -> None:
        super().__init__(data, initial={"effective_on": f"{year}-{min(month, 12):02d}-01"})
        self.fields["kind"].choices = [(kind, Kind(kind).label) for kind in kinds]
        self.fields["effective_on"].choices = _months(year)


class TransferForm(GroundsForm):
    to_letter_id = forms.TypedChoiceField(coerce=int, label=gettext_lazy("调入单位"))
    field_order = ("kind", "to_letter_id", "effective_on", "reason", "basis")

    def __init__(self, letter: TargetLetter, others: list[TargetLetter], month: int, data: Any = None) -> None:
        super().__init__(letter.cycle.year, month, (Kind.REGION, Kind.MERGER), data)
        self.fields["to_letter_id"].choices = [(other.pk, other.office.label) for other in others]


class ApproveForm(forms.Form):
    minutes = forms.CharField(max_length=200, label=gettext_lazy("会议纪要或批准文件"))
    password = forms.CharField(
        max_length=200, strip=False, label=gettext_lazy("本人密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=gettext_lazy("签署前再次确认是您本人"),
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500, label=gettext_lazy("理由"), widget=forms.Textarea(attrs={"rows": 3}))


def of_letter(rows: list[Target]) -> list[Target]:
    """The targets that the letter sets a figure for."""
    return [row for row in rows if row.indicator.target_basis == TargetBasis.LETTER]


def with_days(rows: list[Target]) -> list[Target]:
    """The targets that have milestones."""
    return [row for row in rows if row.applicable and row.milestone_list]  # type: ignore[attr-defined]


def typed_rows(data: Any, rows: list[Target]) -> list[ChangedRow]:
    """The grid and the days as typed; an empty year target means: does not apply any more.

    Raises Invalid with `rows` for a day that is none.
    """
    typed = []
    for row in of_letter(rows):
        code = row.indicator.code
        figures = {name: data.get(f"{code}-{name}", "") for name in FIGURES}
        applies, text = bool(figures["year_target"].strip()), data.get(f"{code}-text", "")
        aside = "" if applies else text or row.not_applicable_reason
        typed.append(
            ChangedRow(
                code, applicable=applies, not_applicable_reason=aside, note=row.note if applies else "", **figures
            )
        )
    wrong = []
    for row in with_days(rows):
        code, days = row.indicator.code, {}
        for stone in row.milestone_list:  # type: ignore[attr-defined]
            try:
                days[stone.name] = date.fromisoformat(data.get(f"{code}-due-{stone.pk}", f"{stone.due_on}").strip())
            except ValueError:
                message = _("节点“%(name)s”的时限不是日期。") % {"name": stone.name[:20]}
                wrong.append({"code": code, "field": "milestones", "message": message})
        added, problems = _added(data, code)
        wrong += problems
        typed.append(ChangedRow(code, note=row.note, milestones=days, added=added))
    if wrong:
        raise Invalid(_("；").join(row["message"] for row in wrong), rows=wrong)
    return typed


def _added(data: Any, code: str) -> tuple[dict[str, date], list[dict[str, str]]]:
    """(name → day of further milestones, what is wrong); lines that are left empty are none."""
    added: dict[str, date] = {}
    wrong = []
    for place in range(NEW):
        name, text = (data.get(f"{code}-new-{which}-{place}", "").strip() for which in ("name", "day"))
        if not name and not text:
            continue
        message = _("节点“%(name)s”写了两次。") if name in added else _("新增的节点要写名称。") if not name else ""
        try:
            added[name] = date.fromisoformat(text)
        except ValueError:
            message = message or _("节点“%(name)s”的时限不是日期。")
        if message:
            wrong.append({"code": code, "field": "milestones", "message": message % {"name": name[:20]}})
    return added, wrong


def moving(data: Any, rows: list[Target]) -> dict[str, dict[str, date]]:
    """The milestones that are marked to go to the other letter: code → name → day, which stays."""
    marked = set(data.getlist("stones"))
    found: dict[str, dict[str, date]] = {}
    for row in with_days(rows):
        for stone in row.milestone_list:  # type: ignore[attr-defined]
            if str(stone.pk) in marked:
                found.setdefault(row.indicator.code, {})[stone.name] = stone.due_on
    return found


def days(rows: list[Target], data: Any, wrong: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Each indicator with its milestones, as typed after a refusal."""
    shown = []
    for row in with_days(rows):
        code = row.indicator.code
        stones = [
            {
                "name": f"{code}-due-{stone.pk}", "label": stone.name, "now": stone.due_on,
                "value": data.get(f"{code}-due-{stone.pk}", "") if data else stone.due_on.isoformat(),
            }
            for stone in row.milestone_list  # type: ignore[attr-defined]
        ]  # fmt: skip
        mine = [problem["message"] for problem in wrong if problem["code"] == code]
        more = [
            {which: (f"{code}-new-{which}-{place}", (data or {}).get(f"{code}-new-{which}-{place}", ""))
             for which in ("name", "day")}
            for place in range(NEW)
        ]  # fmt: skip
        lines = len(stones) + NEW
        shown.append(
            {"code": code, "indicator": row.indicator, "stones": stones, "more": more, "lines": lines, "errors": mine}
        )
    return shown


def grid(rows: list[Target], data: Any, wrong: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Each target with its fields, as typed after a refusal."""
    errors: dict[str, list[str]] = {}
    for problem in wrong:
        errors.setdefault(problem["code"], []).append(problem["message"])
    labels = (_("年度目标"), _("至一季度末"), _("至二季度末"), _("至三季度末"))
    shown = []
    for row in of_letter(rows):
        code = row.indicator.code
        cells = [
            {
                "name": f"{code}-{name}", "label": label, "now": getattr(row, name),
                "value": data.get(f"{code}-{name}", "") if data else plain(getattr(row, name)) or "",
            }
            for name, label in zip(FIGURES, labels, strict=True)
            if name == "year_target" or row.indicator.cumulative
        ]  # fmt: skip
        text = data.get(f"{code}-text", "") if data else row.not_applicable_reason
        shown.append({"code": code, "indicator": row.indicator, "row": row, "cells": cells, "text": text,
                      "errors": errors.get(code, [])})  # fmt: skip
    return shown
