"""Checks between figures of one report: kept with the draft, published and frozen with the version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.library import crosschecks, events, schemes, selectors
from appraisal.library.models import TemplateVersion
from appraisal.library.usecases import checks
from appraisal.library.usecases.editing import locked_draft
from appraisal.rules import crosschecks as rules
from core.errors import Conflict, Invalid, NotFound
from tenants.actors import Actor

MOST = 100  # a month's page holds them all against its figures
LENGTHS = {"left": 500, "right": 500, "sentence": 200, "sentence_en": 300, "basis": 200}


@transaction.atomic
def save_check(
    *, version_id: int, code: str, fields: Mapping[str, Any], new: bool, lock_version: int, actor: Actor, at: datetime
) -> TemplateVersion:
    """Add a check to a draft (new), or replace the one with that code. fields: rules.crosschecks.FIELDS but the code.

    Source: domain reference 7.1 (reports are checked before they are handed over).
    Raises NotFound, Denied, Conflict (published; changed meanwhile; the code is taken; too many), Invalid (`field`).
    """
    version = locked_draft(actor, version_id, lock_version)
    code = checks.code(code)
    known = {row["code"]: row for row in version.checks}
    if new and code in known:
        raise Conflict(_("编码 %(code)s 已被使用。") % {"code": code}, field="code")
    if not new and code not in known:
        raise NotFound(_("这个版本中没有编号为 %(code)s 的勾稽关系。") % {"code": code})
    if new and len(known) >= MOST:
        raise Conflict(_("一套指标体系最多 %(most)s 条勾稽关系。") % {"most": MOST})
    row = _checked(set(crosschecks.all_names(version.indicators.select_related("parent"))), code, fields)
    if row == known.get(code):
        return version
    version.checks = [row if each["code"] == code else each for each in version.checks] + ([row] if new else [])
    event = events.CheckSaved(
        subject=selectors.subject_of(version.pk), code=code, before=known.get(code, {}), after=row
    )
    return _done(version, event, actor, at)


@transaction.atomic
def remove_check(*, version_id: int, code: str, lock_version: int, actor: Actor, at: datetime) -> TemplateVersion:
    """Take a check out of a draft. Raises as save_check."""
    version = locked_draft(actor, version_id, lock_version)
    found = next((row for row in version.checks if row["code"] == code), None)
    if found is None:
        raise NotFound(_("这个版本中没有编号为 %(code)s 的勾稽关系。") % {"code": code[:10]})
    version.checks = [row for row in version.checks if row["code"] != code]
    event = events.CheckRemoved(subject=selectors.subject_of(version.pk), code=code, before=found)
    return _done(version, event, actor, at)


@transaction.atomic
def suggest_checks(*, version_id: int, lock_version: int, actor: Actor, at: datetime) -> TemplateVersion:
    """Add the platform's own checks that fit the draft and are not in it. Raises as save_check; Conflict: none left."""
    version = locked_draft(actor, version_id, lock_version)
    known = {row["code"] for row in version.checks}
    fitting = crosschecks.suggested(version.indicators.all(), timezone.localdate(at))
    missing = [row for row in fitting if row["code"] not in known]
    if not missing:
        raise Conflict(_("平台建议的勾稽关系中，适用于这套指标的都已在内。"))
    for row in missing:
        version.checks = [*version.checks, row]
        event = events.CheckSaved(subject=selectors.subject_of(version.pk), code=row["code"], before={}, after=row)
        events.record(event, actor=actor, at=at)
    version.lock_version += 1
    version.save(update_fields=["checks", "lock_version"])
    return version


def whole_of(version: TemplateVersion, given: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """All checks of a version, as they come with a whole scheme. version: its indicators are stored.

    Raises Invalid (`rows`: {check, code, field, message} for everything wrong, check from 1).
    """
    made: list[dict[str, str]] = []
    wrong: list[dict[str, Any]] = []
    if len(given) > MOST:
        raise Invalid(_("一套指标体系最多 %(most)s 条勾稽关系。") % {"most": MOST}, field="file")
    names = set(crosschecks.all_names(version.indicators.select_related("parent")))
    for place, row in enumerate(given, start=1):
        code = str(row.get("code") or "")
        try:
            code = checks.code(code)
            if any(each["code"] == code for each in made):
                raise Conflict(_("编码 %(code)s 已被使用。") % {"code": code}, field="code")
            made.append(_checked(names, code, row))
        except (Invalid, Conflict) as refusal:
            field = refusal.field or "code"
            wrong.append({"check": place, "code": code[:10], "field": field, "message": refusal.message})
    if wrong:
        raise Invalid(_("文件中有 %(count)s 处需要改正。") % {"count": len(wrong)}, field="file", rows=wrong)
    return made


def _done(version: TemplateVersion, event: events.Event, actor: Actor, at: datetime) -> TemplateVersion:
    version.lock_version += 1
    version.save(update_fields=["checks", "lock_version"])
    events.record(event, actor=actor, at=at)
    return version


def _checked(names: set[str], code: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """names: of the figures that it may use."""
    labels = {
        "left": _("左边"), "right": _("右边"), "sentence": _("不成立时的提示"), "sentence_en": _("英文提示"),
        "basis": _("依据"),
    }  # fmt: skip
    row = {"code": code}
    for name, longest in LENGTHS.items():
        text = str(fields.get(name) or "")
        required = name not in ("sentence_en", "basis")
        row[name] = checks.text(text, name, longest=longest, label=labels[name], required=required)
    for name, kind in (("relation", rules.Relation), ("severity", rules.Severity)):
        given = str(fields.get(name) or "")
        if given not in kind.__members__:
            raise Invalid(_("请选择关系和处理方式。"), field=name)
        row[name] = given
    for side in ("left", "right"):
        one = rules.read({**row, "left": row[side], "right": row[side]})
        found = [problem for problem in rules.problems(one, names) if problem.code != "check.no_figure"]
        if found:
            raise Invalid(schemes.sentence(found[0]), field=side)
    whole = rules.problems(rules.read(row), names)
    if whole:
        raise Invalid(schemes.sentence(whole[0]), field="left")
    return {name: row[name] for name in rules.FIELDS}
