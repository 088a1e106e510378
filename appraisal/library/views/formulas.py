"""公式怎么写: what a formula may say, its bounds, examples computed by the engine while the page is made, and a try."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal.library import policies, schemes
from appraisal.library.models import Indicator, Method
from appraisal.rules.exact import LONGEST as MOST_DIGITS
from appraisal.rules.exact import number
from appraisal.rules.methods import expression
from appraisal.rules.methods.expression_examples import EXAMPLES, REFUSED
from core.http import reads


class TryForm(forms.Form):
    expression = forms.CharField(
        label=gettext_lazy("公式"), max_length=expression.LONGEST + 1, widget=forms.Textarea(attrs={"rows": 2})
    )
    inputs = forms.CharField(
        label=gettext_lazy("输入项"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("每行一个，写成 名称=数值"),
    )  # fmt: skip
    points = forms.CharField(label=gettext_lazy("分值"), max_length=12, initial="5")


@reads
def formulas(request: HttpRequest) -> HttpResponse:
    """For whoever may read schemes."""
    policies.read(request.actor)  # type: ignore[attr-defined]
    asked = request.GET if "expression" in request.GET else None
    form = TryForm(asked)
    tried = None
    if asked is not None and form.is_valid():
        data = form.cleaned_data
        tried = _tried(data["expression"], _inputs(data["inputs"]), data["points"])
    language = int(schemes.language() == "en")
    context: dict[str, Any] = {
        "form": form,
        "tried": tried,
        "examples": [
            {"example": each, "title": each.title[language], "trial": _tried(each.expression, each.inputs, each.points)}
            for each in EXAMPLES
        ],
        "refused": [
            {"expression": text, "why": _tried(text, {"done": "1", "planned": "2"}, "5").problems} for text in REFUSED
        ],
        "longest": expression.LONGEST,
        "nodes": expression.MOST_NODES,
        "digits": MOST_DIGITS,
    }
    return render(request, "library/formulas.html", context)


def _inputs(text: str) -> dict[str, str]:
    pairs = (line.replace("＝", "=").partition("=") for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() or "0" for name, _sign, value in pairs}


def _tried(text: str, inputs: dict[str, str], points: str) -> schemes.Trial:
    row = Indicator(method=Method.FORMULA, parameters={"expression": text, "inputs": list(inputs)})
    try:
        row.points = number(points)  # type: ignore[assignment]
    except ValueError:
        return schemes.Trial(problems=[_("分值应为数字。")])
    return schemes.trial(row, {"inputs": inputs})
