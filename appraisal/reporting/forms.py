"""The report form of one indicator, made for its method; the reason of sending back; an evidence file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.library.models import Indicator, Method
from appraisal.reporting.rules import facts
from appraisal.reporting.rules.changes import plain
from appraisal.reporting.selectors.sheet import Sheet
from core.http import refusals_on

COUNTY = "form-control form-control-sm num"  # stands in a table cell, not in the component of a field
YES_NO = [("yes", gettext_lazy("有")), ("no", gettext_lazy("无"))]
ANSWERS = {"yes": True, "no": False}


def _text(label: str, **attributes: str) -> forms.CharField:
    """A number is typed as text: its digits are kept as given, and the use case says what is wrong with it."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num", **attributes})
    return forms.CharField(label=label, required=False, max_length=60, widget=widget)


class ValueForm(forms.Form):
    """One indicator of the month. Field names are paths into the fact, as the use case names them in its refusals."""

    lock_version = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    nothing_to_report = forms.BooleanField(label=gettext_lazy("本月无发生"), required=False)
    nothing_reason = forms.CharField(label=gettext_lazy("无发生的原因"), required=False, max_length=400)
    narrative = forms.CharField(
        label=gettext_lazy("本月进展与差异说明"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("写明数量、原因、下步时限；与上月差异较大时必填"),
    )

    def __init__(self, sheet: Sheet, indicator: Indicator, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.sheet, self.indicator = sheet, indicator
        made = fields_of(indicator, sheet)
        self.fact_names = list(made)
        self.fields.update(made)
        if sheet.takes_counties(indicator):
            for code, name in sheet.counties.items():
                self.fields[f"county.{code}"] = _text(name, **{"data-county": "", "class": COUNTY})
        if not facts.can_be_nothing(indicator):
            del self.fields["nothing_to_report"], self.fields["nothing_reason"]

    @property
    def fact_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fact_names]

    @property
    def county_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("county.")]

    @property
    def county_rows(self) -> list[dict[str, Any]]:
        """A field for each county, with what the county itself reports; own None where it has no office of its own."""
        told = self.sheet.own_of(self.indicator)
        rows = []
        for field in self.county_fields:
            own = told.get(field.name.removeprefix("county."))
            number = None if own is None else self.sheet.own_number(self.indicator, own)
            rows.append({"field": field, "own": own, "number": None if number is None else plain(number)})
        return rows

    @property
    def unit(self) -> str:
        """Beside each input of the fact: the indicator's unit where all of it is in that unit."""
        listed = self.indicator.method in (Method.MILESTONE, Method.THRESHOLD, Method.FORMULA, Method.PANEL)
        return "" if listed or facts.categories_of(self.indicator) else self.indicator.unit_label

    @property
    def problems(self) -> list[str]:
        """Every sentence that keeps the entry from being saved; each names what it is about."""
        return [str(text) for texts in self.errors.values() for text in texts]

    @property
    def grouped(self) -> str:
        """How the fact is laid out: ratio (value ÷ target), list, or single."""
        if self.indicator.method in facts.QUANTITIES:
            return "ratio"
        return "list" if len(self.fact_names) > 1 else "single"

    def values(self) -> dict[str, Any]:
        """What the use case `save_value` takes, beside period, indicator and actor."""
        data = self.cleaned_data
        counties = None
        if self.sheet.takes_counties(self.indicator):
            counties = [
                {"code": name.removeprefix("county."), "quantity": data[name]}
                for name in self.fields
                if name.startswith("county.")
            ]
        return {
            "fact": fact_of(self.indicator, data),
            "nothing_to_report": data.get("nothing_to_report", False),
            "nothing_reason": data.get("nothing_reason", ""),
            "narrative": data["narrative"],
            "county_lines": counties,
            "lock_version": data["lock_version"] or 0,
        }


def fields_of(indicator: Indicator, sheet: Sheet) -> dict[str, forms.Field]:
    """The fields of a fact by its method, named by their path."""
    return {place.path: _field(place) for place in facts.places_of(indicator, sheet.milestones(indicator))}


def _field(place: facts.Place) -> forms.Field:
    if place.kind == "date":
        help_text = _("责任书时限 %(due)s；没有完成请留空") % {"due": place.due}
        widget = forms.TextInput(attrs={"type": "date"})
        return forms.CharField(label=place.label, required=False, max_length=10, widget=widget, help_text=help_text)
    if place.kind == "yes_no":
        return forms.ChoiceField(label=place.label, required=False, choices=YES_NO, widget=forms.RadioSelect)
    if place.kind == "choice":
        choices = [("", "—"), *((grade, grade) for grade in place.choices)]
        return forms.ChoiceField(label=place.label, required=False, choices=choices)
    # The first figure of a quantity is what the county lines are held against (counties.js).
    return _text(place.label, **({"data-value": ""} if place.path == "value" else {}))


def fact_of(indicator: Indicator, data: dict[str, Any]) -> dict[str, Any]:
    """The fact from cleaned form data, empty entries as they were left; the use case tidies it."""
    answered = {name: ANSWERS.get(value) if name.startswith("present.") else value for name, value in data.items()}
    return facts.whole(indicator, answered)


def initial_of(indicator: Indicator, value: Any, *, lock_version: int | None = None) -> dict[str, Any]:
    """What the form starts from: a draft's value; `lock_version` instead of the value's own where it is another's."""
    if value is None:
        return {"lock_version": lock_version or 0}
    own = getattr(value, "lock_version", 0)
    initial = {
        "lock_version": own if lock_version is None else lock_version,
        "nothing_to_report": value.nothing_to_report,
        "nothing_reason": value.nothing_reason,
        "narrative": value.narrative,
        **_paths(indicator, value.fact or {}),
    }
    return initial | {f"county.{code}": plain(quantity) for code, quantity in value.counties.items()}


def _paths(indicator: Indicator, fact: dict[str, Any]) -> dict[str, Any]:
    found = facts.flat(fact)
    if indicator.method == Method.THRESHOLD:
        answers = {True: "yes", False: "no"}
        found = {name: answers.get(there, "") for name, there in found.items()}
    return found


class ClaimForm(forms.Form):
    """Another figure beside a ledger's. Field names are paths into the fact."""

    lock_version = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("另报理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("写明台账数错在哪里、依据是什么；核验人与州市都看得到"),
    )  # fmt: skip

    def __init__(self, sheet: Sheet, indicator: Indicator, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.indicator = indicator
        made = fields_of(indicator, sheet)
        self.fact_names = list(made)
        self.fields = {**made, **self.fields}

    @property
    def fact_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fact_names]

    def values(self) -> dict[str, Any]:
        """What the use case `save_claim` takes, beside period, indicator and actor."""
        data = self.cleaned_data
        return {
            "fact": fact_of(self.indicator, {name: data[name] for name in self.fact_names}),
            "reason": data["reason"],
            "lock_version": data["lock_version"] or 0,
        }


def claim_initial_of(indicator: Indicator, claim: Any) -> dict[str, Any]:
    """What the form starts from: the drafted claim, or nothing."""
    if claim is None:
        return {"lock_version": 0}
    return {"lock_version": claim.lock_version, "reason": claim.narrative, **_paths(indicator, claim.fact or {})}


class SendBackForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("退回原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class FileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("证据文件"))


@contextmanager
def every_refusal_on(form: forms.Form) -> Iterator[None]:
    """As core.http.refusals_on, with each of the refusal's rows beside the field that it names."""
    with refusals_on(form):
        yield
    refusal = getattr(form, "refusal", None)
    if refusal is None or refusal.status != 422 or not refusal.rows:
        return
    form.errors.clear()
    for row in refusal.rows:
        form.add_error(row["field"] if row["field"] in form.fields else None, row["message"])
