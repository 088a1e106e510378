"""The list of versions, the editor of one, and the changes made in it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal.library import owners, policies, selectors, usecases
from appraisal.library.forms import rules, versions
from appraisal.library.models import Indicator, Method, TemplateVersion
from appraisal.library.views import present
from appraisal.library.views.page import address, bar, rule_panel, version_page
from core.errors import Refusal
from core.http import reads, refusals_on, status_of


@reads
def index(request: HttpRequest) -> HttpResponse:
    """Every template with its versions."""
    actor = request.actor  # type: ignore[attr-defined]
    found = list(selectors.versions_for(actor))
    counted = selectors.sizes(found)
    templates: dict[int, dict[str, Any]] = {}
    for version in found:
        entry = templates.setdefault(version.template_id, {"template": version.template, "rows": []})
        count, points = counted.get(version.pk, (0, 0))
        entry["rows"].append({"version": version, "count": count, "points": points, "full": points == 100})
    context = {"templates": templates.values(), "refusal": policies.create.reason(actor)}
    return render(request, "library/index.html", context)


@reads
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """The editor; read-only for a published version and for everyone but the administrator."""
    found = selectors.get_version(request.actor, version_id)  # type: ignore[attr-defined]
    return render(request, "library/version.html", version_page(request, found))


@reads
def compare(request: HttpRequest, version_id: int) -> HttpResponse:
    """Field by field against the version it was copied from, or another one (?with=)."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_version(actor, version_id)
    others = [row for row in selectors.versions_for(actor).filter(template_id=found.template_id) if row.pk != found.pk]
    asked = request.GET.get("with", "")
    base = (
        selectors.get_version(actor, int(asked))
        if asked.isdecimal() and len(asked) < 19
        else found.copied_from or next(iter(others), None)
    )
    differences = selectors.differences(found, base) if base else []
    context = {
        "version": found,
        "base": base,
        "others": others,
        "rows": present.difference_rows(differences),
        "counts": present.kind_counts(differences),
        "weights": present.weight_rows(differences),
        "groups": selectors.group_differences(found, base) if base else [],
        "checks": present.check_rows(selectors.check_differences(found, base)) if base else [],
    }
    return render(request, "library/compare.html", context)


def _lock(request: HttpRequest) -> int:
    text = request.POST.get("lock_version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _change(
    request: HttpRequest, version_id: int, act: Callable[[TemplateVersion], str | None], said: str = ""
) -> HttpResponse:
    """Run a change; go back to the page, or show it with why it was refused."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_version(actor, version_id)
    try:
        url = act(found)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        context = version_page(request, found, {"refusal": refusal})
        return render(request, "library/version.html", context, status=refusal.status)
    if said:
        messages.success(request, said)
    return redirect(url or found)


@require_POST
def points(request: HttpRequest, version_id: int) -> HttpResponse:
    """Save the points of the tree; by htmx after each change, or with the button."""
    actor = request.actor  # type: ignore[attr-defined]
    given = {name.removeprefix("points."): value for name, value in request.POST.items() if name.startswith("points.")}

    def act(found: TemplateVersion) -> None:
        usecases.set_points(
            version_id=found.pk, points=given, lock_version=_lock(request), actor=actor, at=timezone.now()
        )

    if not request.htmx:  # type: ignore[attr-defined]
        return _change(request, version_id, act, _("分值已保存。"))
    found = selectors.get_version(actor, version_id)
    refusal: Refusal | None = None
    try:
        act(found)
        found.refresh_from_db()
    except Refusal as caught:
        if caught.status != 422:
            raise
        refusal = caught
    differences = selectors.differences(found, found.copied_from) if found.copied_from else []
    context = {
        "version": found,
        "saved_at": timezone.now(),
        "refusal": refusal,
        "bar": bar(selectors.tree(found)),
        "words": [(row.code, present.difference_words(row)) for row in differences if not row.removed],
    }
    return render(request, "library/points_saved.html", context, status=422 if refusal else 200)


@require_POST
def na_treatment(request: HttpRequest, version_id: int) -> HttpResponse:
    """Choose what happens to points that do not apply."""

    def act(found: TemplateVersion) -> None:
        usecases.set_na_treatment(
            version_id=found.pk, na_treatment=request.POST.get("na_treatment", ""), lock_version=_lock(request),
            actor=request.actor, at=timezone.now(),  # type: ignore[attr-defined]
        )  # fmt: skip

    return _change(request, version_id, act, _("已保存。"))


@require_POST
def move(request: HttpRequest, version_id: int, indicator_id: int) -> HttpResponse:
    """One place up or down."""

    def act(found: TemplateVersion) -> str:
        usecases.move_indicator(
            version_id=found.pk, indicator_id=indicator_id, direction=request.POST.get("direction", ""),
            lock_version=_lock(request), actor=request.actor, at=timezone.now(),  # type: ignore[attr-defined]
        )  # fmt: skip
        return f"{address(found, indicator_id)}#row-{indicator_id}"

    return _change(request, version_id, act)


@require_POST
def restore(request: HttpRequest, version_id: int, indicator_id: int) -> HttpResponse:
    """Take an indicator's fields back to those of the version that this draft was copied from."""

    def act(found: TemplateVersion) -> str:
        row = selectors.get_indicator(found, indicator_id)
        usecases.save_indicator(
            version_id=found.pk, indicator_id=row.pk, changes=selectors.fields_before(found, row.code),
            lock_version=_lock(request), actor=request.actor, at=timezone.now(),  # type: ignore[attr-defined]
        )  # fmt: skip
        return address(found, row.pk)

    return _change(request, version_id, act, _("已恢复为复制时的内容。"))


@require_POST
def save(request: HttpRequest, version_id: int, indicator_id: int) -> HttpResponse:
    """The plain fields of an indicator: the tab says which."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_version(actor, version_id)
    row = selectors.get_indicator(found, indicator_id)
    tab = "evidence" if request.GET.get("tab") == "evidence" and row.method else "source"
    kind = versions.EvidenceForm if tab == "evidence" else versions.SourceForm if row.method else versions.GroupForm
    names = owners.divisions(found.template.province_id)
    form = versions.fields_form(kind, row, found.lock_version, request.POST, divisions=names)
    if form.is_valid():
        data = dict(form.cleaned_data)
        with refusals_on(form):
            usecases.save_indicator(
                version_id=found.pk, indicator_id=row.pk, lock_version=data.pop("lock_version"), changes=data,
                actor=actor, at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("%(code)s 已保存。") % {"code": row.code})
            return redirect(address(found, row.pk, tab))
    return _page_of(request, found, row, tab, status_of(form), form=form)


def _page_of(
    request: HttpRequest, found: TemplateVersion, row: Indicator, tab: str, status: int, **panel: Any
) -> HttpResponse:
    request.GET = request.GET.copy()
    request.GET.update({"i": str(row.pk), "tab": tab})
    return render(request, "library/version.html", version_page(request, found, panel), status=status)


@require_POST
def rule(request: HttpRequest, version_id: int, indicator_id: int) -> HttpResponse:
    """Save the method and its parameters; or, by the button 试算 or by htmx, only show what they would do."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.get_version(actor, version_id)
    row = selectors.get_indicator(found, indicator_id)
    method = request.POST.get("method", "")
    method = method if method in Method.values else row.method or Method.MANUAL
    form = rules.RuleForm(method, request.POST)
    parameters = form.parameters() if form.is_valid() else {}
    trying = request.htmx or "try" in request.POST  # type: ignore[attr-defined]
    if form.is_valid() and not trying:
        with refusals_on(form):
            usecases.save_indicator(
                version_id=found.pk, indicator_id=row.pk, lock_version=_lock(request), actor=actor,
                at=timezone.now(), changes=_rule_changes(row, method, parameters),
            )  # fmt: skip
            messages.success(request, _("%(code)s 的计分规则已保存。") % {"code": row.code})
            return redirect(address(found, row.pk, "rule"))
    base = found.copied_from
    by_code = {one.code: one for one in selectors.differences(found, base)} if base else {}
    panel = rule_panel(found, row, form, method, parameters, by_code.get(row.code), request.POST)
    if request.htmx:  # type: ignore[attr-defined]
        context = {"version": found, "chosen": row, **panel}
        return render(request, "library/rule_preview.html", context)
    return _page_of(request, found, row, "rule", status_of(form), **panel)


def _rule_changes(row: Indicator, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """A ratio needs a denominator's source, other methods have none: changing the method moves it along."""
    changes: dict[str, Any] = {"method": method, "parameters": parameters}
    ratio = method in (Method.RATIO, Method.INVERSE_RATIO)
    if ratio and not row.target_basis:
        changes |= {"target_basis": "LETTER", "cumulative": True}
    elif not ratio and row.target_basis:
        changes |= {"target_basis": "", "cumulative": False}
    return changes
