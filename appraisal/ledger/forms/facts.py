"""Input fields for a fact, whatever its method: the same for a correction, the province's grid and a decision."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.ledger.models import TargetMilestone
from appraisal.library.models import Indicator, Method, TargetBasis

NUMBER = re.compile(r"[+-]?\d{1,14}(\.\d{1,6})?")
SEPARATORS = re.compile(r"[\s,;、，；]+")
PRESENCE = [("", "—"), ("1", gettext_lazy("有")), ("0", gettext_lazy("缺"))]
RATIOS = (Method.RATIO, Method.INVERSE_RATIO)


def tidy(text: str) -> str:
    """A typed or pasted number made plain: full-width digits, thousands separators, a typographic minus."""
    text = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace(" ", "")
    return text.replace(",", "") if re.fullmatch(r"[+-]?[\d,]+(\.\d+)?%?", text) else text


class NumberField(forms.CharField):
    """A decimal as text, digits as typed. Raises ValidationError with what is wrong."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        text = tidy(super().clean(value)).removesuffix("%")
        if text and not NUMBER.fullmatch(text):
            raise forms.ValidationError(_("请填数字，最多 14 位整数、6 位小数。"))
        return text


class MarksField(forms.CharField):
    """Several numbers, separated by spaces or commas; cleaned to a list of texts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=400, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        text = unicodedata.normalize("NFKC", super().clean(value))
        marks = [part for part in SEPARATORS.split(text.strip()) if part]
        if any(not NUMBER.fullmatch(mark) for mark in marks):
            raise forms.ValidationError(_("请用空格或逗号分开各位评委的分数，例如 1.8 1.9 2.0。"))
        return marks


def fact_fields(indicator: Indicator, milestones: Sequence[TargetMilestone] = ()) -> dict[str, forms.Field]:
    """The fields of an indicator's fact, none of them required (a form says what being empty means)."""
    parameters, method = indicator.parameters, indicator.method
    if method in (Method.DEDUCT, Method.ADD):
        return _counts(parameters["rules"])
    if method == Method.PANEL:
        marks = MarksField(required=False, label=_("评委打分"), help_text=_("用空格或逗号分开"))
        return {"marks": marks, **_counts(parameters.get("then_deduct", []))}
    if method == Method.THRESHOLD:
        return {
            f"present_{place}": forms.ChoiceField(required=False, label=str(name), choices=PRESENCE)
            for place, name in enumerate(parameters["requires"])
        }
    if method == Method.FORMULA:
        return {f"input_{name}": NumberField(required=False, label=str(name)) for name in parameters["inputs"]}
    if method == Method.MANUAL:
        return {"points": NumberField(required=False, label=_("得分"))}
    if method == Method.MILESTONE:
        return {f"done_{milestone.pk}": _day(milestone) for milestone in milestones if not milestone.done_before}
    if parameters.get("direction") == "category":
        steps = [(str(step["equals"]), str(step["equals"])) for step in parameters["steps"]]
        return {"value": forms.ChoiceField(required=False, label=_("等次"), choices=[("", "—"), *steps])}
    return _value(indicator)


def _value(indicator: Indicator) -> dict[str, forms.Field]:
    ratio = indicator.method in RATIOS
    name = indicator.parameters.get("numerator") if ratio else ""
    fields: dict[str, forms.Field] = {"value": NumberField(required=False, label=name or _("数值"))}
    if ratio and indicator.target_basis == TargetBasis.REPORTED:
        label = indicator.parameters.get("denominator") or _("分母")
        fields["target"] = NumberField(required=False, label=label)
    return fields


def _counts(rules: Sequence[dict[str, Any]]) -> dict[str, forms.Field]:
    return {f"count_{place}": NumberField(required=False, label=str(rule["event"])) for place, rule in enumerate(rules)}


def _day(milestone: TargetMilestone) -> forms.DateField:
    widget = forms.DateInput(attrs={"data-date": "", "autocomplete": "off", "placeholder": "2026-01-31"})
    label = _("%(name)s（应于 %(due)s）") % {"name": milestone.name, "due": milestone.due_on.isoformat()}
    return forms.DateField(required=False, label=label, widget=widget)


def fact_of(indicator: Indicator, cleaned: dict[str, Any]) -> dict[str, Any] | None:
    """The fact that the cleaned fields say; None when all of them are empty."""
    entries = {name: value for name, value in cleaned.items() if name.split("_")[0] in ENTRIES}
    if indicator.method != Method.MILESTONE and not any(entries.values()):
        return None
    method = indicator.method
    if method in (Method.DEDUCT, Method.ADD):
        return {"counts": _list(entries, "count_")}
    if method == Method.PANEL:
        return {"marks": entries["marks"], "counts": [count or "0" for count in _list(entries, "count_")]}
    if method == Method.THRESHOLD:
        return {"present": [value == "1" for value in _list(entries, "present_")]}
    if method == Method.FORMULA:
        return {"inputs": {name.removeprefix("input_"): value for name, value in entries.items()}}
    if method == Method.MILESTONE:
        return {"done_on": {name.removeprefix("done_"): day.isoformat() for name, day in entries.items() if day}}
    return entries


ENTRIES = frozenset({"value", "target", "points", "marks", "count", "present", "input", "done"})


def _list(entries: dict[str, Any], prefix: str) -> list[Any]:
    return [value for name, value in entries.items() if name.startswith(prefix)]


def initial_of(indicator: Indicator, fact: dict[str, Any] | None) -> dict[str, Any]:
    """The fields' values that say `fact`."""
    if fact is None:
        return {}
    initial: dict[str, Any] = {key: fact[key] for key in ("value", "target", "points") if key in fact}
    initial |= {f"count_{place}": count for place, count in enumerate(fact.get("counts", ()))}
    initial |= {f"present_{place}": "1" if there else "0" for place, there in enumerate(fact.get("present", ()))}
    initial |= {f"input_{name}": value for name, value in fact.get("inputs", {}).items()}
    initial |= {f"done_{key}": day for key, day in fact.get("done_on", {}).items()}
    if "marks" in fact:
        initial["marks"] = " ".join(str(mark) for mark in fact["marks"])
    return initial


class FactForm(forms.Form):
    """The fields of one indicator's fact; `fact()` after is_valid() is what they say, None when all are empty."""

    def __init__(
        self, indicator: Indicator, *args: Any, fact: dict[str, Any] | None = None,
        milestones: Sequence[TargetMilestone] = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs["initial"] = {**initial_of(indicator, fact), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        own = fact_fields(indicator, milestones)
        self.entries = list(own)
        self.fields = {**own, **self.fields}

    def fact(self) -> dict[str, Any] | None:
        return fact_of(self.indicator, {name: self.cleaned_data.get(name) for name in self.entries})

    def entry_fields(self) -> list[forms.BoundField]:
        """The fact's own fields, in order."""
        return [self[name] for name in self.entries]
