"""Form fields: label, hint, unit, warning and error tied together for the eye and for the screen reader."""

from typing import Any

from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select

from core.templatetags.ui.library import register


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField,
    hint: str = "",
    unit: str = "",
    warn: str = "",
    readonly: bool = False,
    cls: str = "",
    label: str = "",
    **attrs: Any,
) -> dict[str, Any]:
    """One form field.

    hint: below it, else the field's help text; unit: behind the input; warn: a soft check's sentence, shown in amber,
    submitting stays possible; readonly: shown, sent, not to be changed. More keywords become attributes of the
    input, `_` written as `-` (`hx_post=url`, `rows=5`).
    """
    if not isinstance(bound, BoundField):
        raise ValueError(f"field: not a field of a form: {bound!r}")
    widget = bound.field.widget
    hint = hint or str(bound.help_text)
    # Django 5.2 names `…_error` itself; told here, so that hint and warning are read as well.
    described = [f"{bound.auto_id}-{part}" for part, there in
                 (("hint", hint), ("warn", warn), ("error", bound.errors)) if there]  # fmt: skip
    attributes = {name.replace("_", "-"): value for name, value in attrs.items()}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if bound.field.required:
        attributes["aria-required"] = "true"
    if readonly:
        attributes["readonly"] = True
    attributes["class"] = " ".join(filter(None, [_control(widget), _mark(bound, warn), widget.attrs.get("class"), cls]))
    grouped = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    if grouped:
        widget.attrs = {**widget.attrs, "class": "form-check-input"}  # the choices are drawn one by one
    return {
        "field": bound, "label": label or bound.label, "hint": hint, "unit": unit, "warn": warn, "grouped": grouped,
        "single_check": isinstance(widget, CheckboxInput), "described": " ".join(described),
        "control": "" if grouped else bound.as_widget(attrs=attributes),
    }  # fmt: skip


def _control(widget: Any) -> str:
    """Bootstrap's class for a kind of input."""
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


def _mark(bound: BoundField, warn: str) -> str:
    return "is-invalid" if bound.errors else "is-warn" if warn else ""


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """First in a form: what must change before it can be handed in, each a link to its field. Takes the focus."""
    problems = [
        {"id": form[name].id_for_label or form[name].auto_id, "label": form[name].label, "text": text}
        for name in form.fields
        for text in form[name].errors
    ]
    return {"general": form.non_field_errors(), "problems": problems}
