"""勾稽关系: the checks of a version between figures of one report, edited in a draft."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appraisal.library import crosschecks, policies, schemes, selectors, usecases
from appraisal.library.forms.crosschecks import SEVERITIES, CheckForm
from appraisal.library.forms.versions import LockForm
from appraisal.library.models import TemplateVersion
from appraisal.library.views.dialogs import ask
from appraisal.rules import crosschecks as rules
from core.errors import NotFound, Refusal
from core.http import reads

TONES = {"BLOCK": "bad", "REASON": "warn", "HINT": "info"}


@reads
def checks(request: HttpRequest, version_id: int) -> HttpResponse:
    """All checks of a version, and the names that they may use."""
    version = selectors.get_version(request.actor, version_id)  # type: ignore[attr-defined]
    return render(request, "library/checks.html", _context(request, version))


def _context(request: HttpRequest, version: TemplateVersion, refusal: Refusal | None = None) -> dict[str, Any]:
    rows = selectors.rows_of(version)
    severities = dict(SEVERITIES)
    wrong = {row["code"]: row["message"] for row in crosschecks.problems_of(version, rows)}
    return {
        "version": version,
        "refusal": refusal,
        "edit_refusal": policies.edit.reason(request.actor, version),  # type: ignore[attr-defined]
        "rows": [
            {
                "check": check, "sentence": check.said(schemes.language()),
                "severity": severities[check.severity.value], "tone": TONES[check.severity],
                "wrong": wrong.get(check.code, ""),
            }
            for check in crosschecks.checks_of(version)
        ],
        "names": crosschecks.all_names(rows),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def save(request: HttpRequest, version_id: int, code: str = "") -> HttpResponse:
    """Add a check to a draft, or (with its code) change it."""
    actor = request.actor  # type: ignore[attr-defined]
    version = selectors.get_version(actor, version_id)
    policies.edit(actor, version)
    known = _row(version, code) if code else {}

    def act(data: dict[str, Any]) -> str:
        fields = {name: data[name] for name in rules.FIELDS if name != "code"}
        usecases.save_check(
            version_id=version.pk, code=code or data["code"], fields=fields, new=not code,
            lock_version=data["lock_version"], actor=actor, at=timezone.now(),
        )  # fmt: skip
        return reverse("library:checks", args=[version.pk])

    form = CheckForm(request.POST or None, initial={**known, "lock_version": version.lock_version})
    if code:
        form.fields["code"].required = False
        form.fields["code"].disabled = True
    title = _("修改勾稽关系 %(code)s") % {"code": code} if code else _("新增勾稽关系")
    return ask(
        request, form, act, title=title,
        lead=_("同一份月报里的数放在一起核对；任何一个数还没有填，就不核对。"),
        confirm=_("保存"), url=request.path, cancel_url=reverse("library:checks", args=[version.pk]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, version_id: int, code: str) -> HttpResponse:
    """Take a check out of a draft."""
    actor = request.actor  # type: ignore[attr-defined]
    version = selectors.get_version(actor, version_id)
    policies.edit(actor, version)
    row = _row(version, code)

    def act(data: dict[str, Any]) -> str:
        usecases.remove_check(version_id=version.pk, code=code, actor=actor, at=timezone.now(), **data)
        return reverse("library:checks", args=[version.pk])

    form = LockForm(request.POST or None, initial={"lock_version": version.lock_version})
    return ask(
        request, form, act, title=_("移除勾稽关系 %(code)s") % {"code": code}, lead=row["sentence"],
        confirm=_("移除"), url=request.path, cancel_url=reverse("library:checks", args=[version.pk]), danger=True,
        tone="bad",
    )  # fmt: skip


@require_POST
def suggest(request: HttpRequest, version_id: int) -> HttpResponse:
    """Take over what the platform suggests for these indicators."""
    actor = request.actor  # type: ignore[attr-defined]
    version = selectors.get_version(actor, version_id)
    lock = request.POST.get("lock_version", "")
    try:
        usecases.suggest_checks(
            version_id=version.pk, lock_version=int(lock) if lock.isdecimal() and len(lock) < 10 else -1, actor=actor,
            at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.status != 409:
            raise
        return render(request, "library/checks.html", _context(request, version, refusal), status=409)
    messages.success(request, _("已取用平台建议的勾稽关系。"))
    return redirect("library:checks", version.pk)


def _row(version: TemplateVersion, code: str) -> dict[str, str]:
    found = next((row for row in version.checks if row["code"] == code), None)
    if found is None:
        raise NotFound(_("这个版本中没有编号为 %(code)s 的勾稽关系。") % {"code": code[:10]})
    return found
