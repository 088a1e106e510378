"""沙盘推演: one page, one long form. A POST asks a long question and writes nothing; only “转为草稿” does."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appraisal.ledger.forms import sandbox as forms
from appraisal.ledger.models import ScoreRun
from appraisal.ledger.policies import sandbox as policies
from appraisal.ledger.selectors import sandbox as selectors
from appraisal.ledger.selectors import sandbox_export as exports
from appraisal.ledger.selectors import scores
from appraisal.ledger.usecases import sandbox as usecases
from appraisal.library import policies as library_policies
from appraisal.library import schemes
from appraisal.library import selectors as library
from appraisal.library.forms.rules import RuleForm
from appraisal.library.models import Method, TemplateVersion
from appraisal.library.usecases.checks import fits_number
from core.errors import Invalid, Refusal
from core.http import without_writing

EXPORTS = {f"export-{form}": form for form in exports.FORMATS}


@require_http_methods(["GET", "POST"])
def sandbox(request: HttpRequest, run_id: int) -> HttpResponse:
    """A run as it is, and as it would be with the form's changes. Raises WriteInReadView should anything be written."""
    actor = request.actor
    run = scores.get_run(actor, run_id)
    policies.use(actor, run)
    with without_writing():
        data = request.POST if request.method == "POST" else request.GET
        base = _version(actor, run, data)
        data, wrong = forms.took_rule(base, data) if request.method == "POST" else (data, None)
        context = _context(run, base, data, wrong)
        trial = context["trial"]
        form = EXPORTS.get(data.get("do", ""))
        if form and not context["refusal"]:
            return _file(trial, form)
        context["refusals"] = {"draft": library_policies.create.reason(actor)}
        context["versions"] = library.versions_for(actor).filter(template_id=run.version.template_id)
        refusal = context["refusal"]
        return render(request, "ledger/scores/sandbox.html", context, status=refusal.status if refusal else 200)


def _version(actor: Any, run: ScoreRun, data: QueryDict) -> TemplateVersion:
    """The version that the changes are made on: of the run's template. Raises NotFound."""
    asked = data.get("with", "")
    if not asked:
        return run.version
    return selectors.version_of(actor, run, fits_number(asked))


def _plan(run: ScoreRun, base: TemplateVersion, groups: list[forms.Group], data: QueryDict) -> selectors.Plan:
    return usecases.plan_of(
        run=run,
        version=base,
        changes=forms.changes_of(groups, data),
        na_treatment=data.get("na_treatment") or None,
        spread=data.get("spread") != "none",
        bonus_cap=data.get("bonus_cap") or None,
        deduction_cap=data.get("deduction_cap") or None,
    )


def _context(run: ScoreRun, base: TemplateVersion, data: QueryDict, wrong: RuleForm | None) -> dict[str, Any]:
    groups = forms.groups_of(base, data)
    refusal: Refusal | None = None
    try:
        if wrong is not None:
            raise Invalid(_("规则没有填对，改正后再推演。"), field="parameters")
        trial = selectors.trial_of(run, _plan(run, base, groups, data))
    except Invalid as error:
        refusal, trial = error, selectors.trial_of(run, selectors.Plan())
    office = data.get("office") or data.get("office_now") or trial.rows[0].card.schema_name
    office = office if office in trial.cards else trial.rows[0].card.schema_name
    stories = list(selectors.stories(trial, office))
    limits = selectors.limits_of(run, selectors.Plan())
    return {
        "run": run,
        "base": base,
        "groups": groups,
        "trial": trial,
        "year": _year(trial, office) if data.get("year") and not refusal else [],
        "asked_year": bool(data.get("year")),
        "row": next(row for row in trial.rows if row.card.schema_name == office),
        "moved": [story for story in stories if story.moved.change],
        "still": sum(not story.moved.change for story in stories),
        "labels": _labels(trial),
        "refusal": refusal,
        "na_choices": TemplateVersion.NaTreatment.choices,
        "na_treatment": data.get("na_treatment") or base.na_treatment,
        "spread": data.get("spread") or "group",
        "bonus_cap": data.get("bonus_cap", ""),
        "deduction_cap": data.get("deduction_cap", ""),
        "caps": limits,
        **_panel(base, data, wrong),
    }


def _year(trial: selectors.Trial, office: str) -> list[dict[str, Any]]:
    return [{"row": row, "chosen": row.offices.get(office)} for row in selectors.year_of(trial)]


def _labels(trial: selectors.Trial) -> list[dict[str, Any]]:
    """The changes with the names of what was changed."""
    names = {**trial.before.by_code, **trial.copy.scheme.by_code}
    shown = []
    for change in trial.changes:
        codes = change.code.split("+") if change.code else []
        name = _("、").join(f"{code} {schemes.row_label(names[code])}" for code in codes if code in names)
        shown.append({"change": change, "name": name or _("不适用分值的分摊")})
    return shown


def _panel(base: TemplateVersion, data: QueryDict, wrong: RuleForm | None) -> dict[str, Any]:
    """The open rule panel: of the indicator whose “规则” was pressed, else of the one that was open."""
    code = data.get("edit") or ("" if data.get("do") == "close" else data.get("rule_of", ""))
    row = base.indicators.exclude(method="").filter(code=code).first() if code else None
    if row is None:
        return {"rule_row": None}
    method, parameters = forms.rule_of(row, data)
    asked = data.get("rule_method", "")
    if not data.get("edit") and data.get("rule_of") == code and asked in Method.values and asked != method:
        method, parameters = asked, row.parameters if asked == row.method else {}
    form = wrong if wrong is not None and not data.get("edit") else RuleForm(method, given=parameters)
    return {"rule_row": row, "rule_form": form, "rule_method": form.method, "methods": Method.choices}


def _file(trial: selectors.Trial, form: str) -> HttpResponse:
    answer = HttpResponse(exports.file_of(trial, form), content_type=exports.FORMATS[form])
    answer["Content-Disposition"] = f'attachment; filename="sandbox-{trial.run.code}.{form}"'
    return answer


@require_POST
def draft(request: HttpRequest, run_id: int) -> HttpResponse:
    """Make the form's changes a draft of the template and go there; or show the sandbox with why not."""
    actor = request.actor
    run = scores.get_run(actor, run_id)
    policies.use(actor, run)
    base = _version(actor, run, request.POST)
    data, wrong = forms.took_rule(base, request.POST)
    try:
        if wrong is not None:
            raise Invalid(_("规则没有填对，改正后再推演。"), field="parameters")
        plan = _plan(run, base, forms.groups_of(base, data), data)
        made = usecases.take_over(run_id=run.pk, plan=plan, actor=actor, at=timezone.now())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        with without_writing():
            context = {**_context(run, base, data, wrong), "refusal": refusal}
            context["refusals"] = {"draft": library_policies.create.reason(actor)}
            context["versions"] = library.versions_for(actor).filter(template_id=run.version.template_id)
            return render(request, "ledger/scores/sandbox.html", context, status=refusal.status)
    messages.success(
        request, _("已转为草稿 %(version)s，可以继续修改，发布前不影响现行版本。") % {"version": made.label}
    )
    return redirect(made)
