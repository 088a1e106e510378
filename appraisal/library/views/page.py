"""What the page of a version shows: the points bar, the tree, and the panel of the chosen indicator."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal.library import crosschecks, owners, policies, schemes, selectors
from appraisal.library.forms import rules, trials, versions
from appraisal.library.models import Indicator, Method, TemplateVersion
from appraisal.library.states import VersionState
from appraisal.library.views import curves, present

FULL = Decimal(100)
TABS = ("source", "rule", "evidence", "history")
# How each method's line runs, in a box of 40 × 18.
MARKS = {
    Method.RATIO: "M3 15h7L26 4h11",
    Method.INVERSE_RATIO: "M3 4h9l15 11h10",
    Method.STEP: "M3 15h10v-5h10V4h14",
    Method.LINEAR: "M3 15L37 3",
    Method.THRESHOLD: "M3 15h17V4h17",
    Method.DEDUCT: "M3 4h10v5h10v6h14",
    Method.ADD: "M3 15h8v-4h8V7h8V3h10",
    Method.MILESTONE: "M3 4h12m0 0v11h22M15 4v0",
    Method.RANK: "M8 15V9m8 6V3m8 12V7m8 8v-3",
    Method.PANEL: "M7 15V8m7 7V4m6 11V9m7 6V5m6 10v-7",
    Method.FORMULA: "M5 4h9L8 9l6 6H5m14-8l10 8m0-8L19 15",
    Method.MANUAL: "M12 14l2-5 9-6 3 3-9 7z",
}


def address(version: TemplateVersion, indicator_id: int | None = None, tab: str = "", **more: str) -> str:
    """The page of a version with an indicator and a tab chosen."""
    query = {"i": indicator_id or "", "tab": tab, **more}
    text = urlencode({key: value for key, value in query.items() if value})
    return reverse("library:version", args=[version.pk]) + (f"?{text}" if text else "")


def version_page(request: HttpRequest, version: TemplateVersion, panel: dict[str, Any] | None = None) -> dict[str, Any]:
    """The whole context. `panel`: forms to show instead of fresh ones (after a refusal)."""
    actor = request.actor  # type: ignore[attr-defined]
    branches = selectors.tree(version)
    rows = [row for branch in branches for row in (branch.group, *branch.indicators)]
    differences = selectors.differences(version, version.copied_from) if version.copied_from else []
    by_code = {difference.code: difference for difference in differences}
    refusals = selectors.refusals(actor, version)
    only_changed = bool(request.GET.get("changed")) and bool(differences)
    chosen = _chosen(request, rows)
    return {
        "version": version,
        "refusals": refusals,
        "editable": refusals["edit"] is None,
        "branches": _branches(branches, by_code, only_changed),
        "bar": bar(branches),
        "counts": _counts(branches, differences),
        "only_changed": only_changed,
        "removed": [difference for difference in differences if difference.removed],
        "problems": schemes.problems_of(version, rows)
        + owners.problems_of(version, rows)
        + crosschecks.problems_of(version, rows)
        if version.state == version.State.DRAFT
        else [],
        "hints": schemes.hints_of(rows),
        "versions": _versions(actor, version),
        "na_choices": version.NaTreatment.choices,
        "chosen": chosen,
        **(_panel(request, version, chosen, by_code, bool(refusals["edit"] is None)) if chosen else {}),
        **(panel or {}),
    }


def _chosen(request: HttpRequest, rows: list[Indicator]) -> Indicator | None:
    """The indicator asked for, else the first one."""
    asked = request.GET.get("i", "")
    by_id = {str(row.pk): row for row in rows}
    return by_id.get(asked) or next((row for row in rows if row.method), rows[0] if rows else None)


def bar(branches: list[selectors.Branch]) -> dict[str, Any]:
    """The points of each group side by side, and how far the total is from 100."""
    parts, start = [], Decimal(0)
    for place, branch in enumerate(branches):
        parts.append(
            {
                "code": branch.group.code,
                "label": branch.group.label,
                "points": present.plain(branch.points),
                "colour": place % present.COLOURS + 1,
                "x": present.plain(start),
            }
        )
        start += branch.points
    gap = FULL - start
    sentences = {
        "exact": _("合计正好 100，可以发布"),
        "short": _("还差 {n} 分，不能发布"),
        "over": _("超出 {n} 分，不能发布"),
    }
    now = "exact" if gap == 0 else "short" if gap > 0 else "over"
    message = sentences[now].replace("{n}", present.plain(abs(gap)))
    return {"parts": parts, "total": present.plain(start), "full": gap == 0, "message": message, **sentences}


def _branches(
    branches: list[selectors.Branch], by_code: dict[str, selectors.Difference], only_changed: bool
) -> list[dict[str, Any]]:
    shown = []
    for place, branch in enumerate(branches):
        rows = []
        for number, row in enumerate(branch.indicators):
            difference = by_code.get(row.code)
            if only_changed and difference is None:
                continue
            word, tone = present.difference_words(difference) if difference else ("", "")
            rows.append(
                {
                    "row": row, "points": present.plain(row.points), "word": word, "tone": tone,
                    "edited": bool(difference and (difference.points or difference.added)),
                    "first": number == 0, "last": number == len(branch.indicators) - 1,
                }
            )  # fmt: skip
        if rows or not only_changed:
            shown.append(
                {
                    "group": branch.group, "points": present.plain(branch.points), "rows": rows,
                    "count": len(branch.indicators), "first": place == 0, "last": place == len(branches) - 1,
                }
            )  # fmt: skip
    return shown


def _counts(branches: list[selectors.Branch], differences: list[selectors.Difference]) -> str:
    text = _("%(groups)s 个一级 · %(indicators)s 个二级") % {
        "groups": len(branches),
        "indicators": sum(len(branch.indicators) for branch in branches),
    }
    added = sum(difference.added for difference in differences)
    removed = sum(difference.removed for difference in differences)
    changed = len(differences) - added - removed
    parts = [
        (changed, _("改 %(n)s")), (added, _("增 %(n)s")), (removed, _("停 %(n)s")),
    ]  # fmt: skip
    told = _("、").join(sentence % {"n": count} for count, sentence in parts if count)
    return f"{text} · {told}" if told else text


def _versions(actor: Any, version: TemplateVersion) -> list[TemplateVersion]:
    """The template's versions that this person may see, newest first."""
    return list(selectors.versions_for(actor).filter(template_id=version.template_id))


def _panel(
    request: HttpRequest,
    version: TemplateVersion,
    row: Indicator,
    by_code: dict[str, selectors.Difference],
    editable: bool,
) -> dict[str, Any]:
    """The right column for the chosen indicator, by tab."""
    tabs = TABS if row.method else ("source", "history")
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else ("rule" if row.method else "source")
    events = selectors.history(version, row.code)
    words = {
        "source": _("口径与数据来源"), "rule": _("计分规则"), "evidence": _("证据与核验"), "history": _("改动记录"),
    }  # fmt: skip
    difference = by_code.get(row.code)
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": [
            {
                "id": name, "label": words[name], "url": address(version, row.pk, name),
                "count": len(events) if name == "history" and events else None,
            }
            for name in tabs
        ],
        "difference": difference,
        "published": version.state != VersionState.DRAFT,
        "may_reassign": policies.reassign.allows(request.actor, version),
        "difference_word": present.difference_words(difference) if difference else None,
        "timeline": present.timeline(events),
        "parameter_lines": present.parameter_lines(row),
        "source_label": dict(versions.DATA_SOURCES).get(row.data_source, row.data_source),
    }  # fmt: skip
    if tab == "source":
        kind = versions.SourceForm if row.method else versions.GroupForm
        context["form"] = versions.fields_form(
            kind, row, version.lock_version, divisions=owners.divisions(version.template.province_id)
        )
    elif tab == "evidence":
        context["form"] = versions.fields_form(versions.EvidenceForm, row, version.lock_version)
    elif tab == "rule":
        asked = request.GET.get("method", "")
        method = asked if editable and asked in Method.values else row.method
        given = row.parameters if method == row.method else {}
        form = rules.RuleForm(method, given=given)
        typed = request.GET if any(name.startswith("x-") for name in request.GET) else None
        context |= rule_panel(version, row, form, method, given, difference, typed)
    return context


def rule_panel(
    version: TemplateVersion,
    row: Indicator,
    form: rules.RuleForm,
    method: str,
    parameters: dict[str, Any],
    difference: selectors.Difference | None,
    typed: Any = None,
) -> dict[str, Any]:
    """The rule tab: the methods, the parameter form, the curve, and what a typed value would earn."""
    base = difference.before if difference else None
    tried = Indicator(points=row.points, method=method, parameters=parameters)
    fact = trials.fact_of(method, parameters, typed) if typed is not None else None
    curve, old = curves.preview(row, method, parameters, base, fact), None
    if fact is not None and base is not None and base.method == method:
        old = schemes.trial(base, fact)
    return {
        "rule_form": form,
        "method": method,
        "method_label": Method(method).label,
        "methods": [
            {
                "value": value, "label": label, "mark": MARKS[Method(value)],
                "url": address(version, row.pk, "rule", method=value),
            }
            for value, label in Method.choices
        ],
        "curve": json.dumps(curve, ensure_ascii=False) if curve else "",
        "entries": _entries(trials.entries(method, parameters, row.unit), typed),
        "trial": schemes.trial(tried, fact) if fact is not None else None,
        "old_trial": old,
    }  # fmt: skip


def _entries(entries: list[trials.Entry], typed: Any) -> list[dict[str, Any]]:
    """The inputs of the trial with what was typed into them; the counts share one name, in order."""
    counts = iter(typed.getlist("x-count") if typed is not None else [])
    shown = []
    for place, entry in enumerate(entries):
        value = next(counts, "") if entry.name == "x-count" else typed.get(entry.name, "") if typed is not None else ""
        shown.append({"entry": entry, "value": value, "id": f"try-{place}"})
    return shown
