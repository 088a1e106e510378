"""A whole scheme at once: a new template, or the next draft of one that is there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.library import crosschecks, events, owners, policies, schemes, selectors
from appraisal.library.models import Indicator, IndicatorTemplate, TemplateVersion
from appraisal.library.usecases import checks
from appraisal.library.usecases.crosschecks import whole_of
from appraisal.library.usecases.importing import MAY_BE_UNFINISHED
from appraisal.rules import scheme as rules_scheme
from core.errors import Conflict, Invalid
from tenants.actors import Actor

MOST_ROWS = 500
GROUP_FIELDS = ("name", "name_en", "legal_basis", "owner_division")
Problems = list[dict[str, Any]]


@transaction.atomic
def import_scheme(
    *,
    code: str,
    name: str = "",
    name_en: str = "",
    year: int,
    na_treatment: str = TemplateVersion.NaTreatment.REDISTRIBUTE,
    note: str = "",
    rows: Sequence[Mapping[str, Any]],
    given_checks: Sequence[Mapping[str, Any]] | None = None,
    next_version: bool = False,
    actor: Actor,
    at: datetime,
) -> TemplateVersion:
    """A draft with exactly these groups and indicators: version 1 of a new template, or (next_version) the next version
    of the template `code`, compared with its newest.

    rows, in the scheme's order: code, parent ('' for a group), and of an indicator the fields of save_indicator and
    `origins` (codes of the version before). A group's points are the sum of its indicators'.
    given_checks: the checks between figures, in order (rules.crosschecks.FIELDS); None keeps those of the version
    before, or takes the platform's own that fit.
    Raises Denied, Conflict (the code is taken; next_version without such a template), Invalid (`rows`: {place, code,
    field, message}, place from 1; of a check {check, code, field, message}).
    """
    policies.create(actor)
    code = checks.text(code, "code", longest=30, label=_("编号"))
    checks.year(year, timezone.localdate(at))
    note = checks.text(note, "note", longest=500, label=_("说明"), required=False)
    if na_treatment not in TemplateVersion.NaTreatment.values:
        raise Invalid(_("请选择不适用指标的处理方式。"), field="na_treatment")
    found = IndicatorTemplate.objects.select_for_update(no_key=True).filter(
        province_id=actor.province_id, code=code
    ).first()  # fmt: skip
    template, before = _template(found, code, name, name_en, next_version, actor, at)
    known = set(before.indicators.exclude(method="").values_list("code", flat=True)) if before else set()
    made = _checked(rows, known, owners.divisions(actor.province_id))
    last = template.versions.aggregate(last=Max("number"))["last"] or 0
    version = TemplateVersion.objects.create(
        template=template, number=last + 1, year=year, copied_from=before, na_treatment=na_treatment, note=note,
        checks=before.checks if before else crosschecks.suggested(made, timezone.localdate(at)),
        created_by_id=actor.user_id, created_at=at,
    )  # fmt: skip
    _store(version, made)
    if given_checks is not None:
        version.checks = whole_of(version, given_checks)
        version.save(update_fields=["checks"])
    event = events.TemplateImported(
        subject=selectors.subject_of(version.pk), code=code, indicators=sum(bool(row.method) for row in made)
    )
    events.record(event, actor=actor, at=at)
    return version


def _template(
    found: IndicatorTemplate | None, code: str, name: str, name_en: str, next_version: bool, actor: Actor, at: datetime
) -> tuple[IndicatorTemplate, TemplateVersion | None]:
    if next_version:
        if found is None:
            raise Conflict(_("还没有编号为“%(code)s”的指标体系，不能作为它的新版本。") % {"code": code}, field="code")
        return found, found.versions.order_by("-number").first()
    if found is not None:
        raise Conflict(_("编号“%(code)s”已被另一套指标体系使用。") % {"code": code}, field="code")
    name = checks.text(name, "name", longest=80, label=_("名称"))
    name_en = checks.text(name_en, "name_en", longest=120, label=_("英文名称"), required=False)
    template = IndicatorTemplate.objects.create(
        province_id=actor.province_id, code=code, name=name, name_en=name_en, created_at=at
    )
    return template, None


def _checked(rows: Sequence[Mapping[str, Any]], known: set[str], divisions: Mapping[str, int]) -> list[Indicator]:
    """Unsaved indicators in tree order, parents by code in `parent`. Raises Invalid with everything that is wrong."""
    if not rows:
        raise Invalid(_("表格里没有指标。"), field="file")
    if len(rows) > MOST_ROWS:
        raise Invalid(_("一套指标体系最多 %(most)s 行。") % {"most": MOST_ROWS}, field="file")
    problems: Problems = []
    made: list[Indicator] = []
    places: dict[str, int] = {}
    for place, given in enumerate(rows, start=1):
        row = _one(place, given, known, places, problems)
        try:
            owners.check(row.owner_division, divisions)
        except Invalid as refusal:
            problems.append({"place": place, "code": row.code, "field": "owner_division", "message": refusal.message})
        places.setdefault(row.code, place)
        made.append(row)
    groups = {row.code: row for row in made if not row.method}
    for row in made:
        parent = str(rows[places[row.code] - 1].get("parent", "")) if row.code in places else ""
        if row.method and parent in groups:
            row.parent = groups[parent]
    if not problems:
        problems = _of_the_whole(rows, made, places)
    if problems:
        raise Invalid(_("文件中有 %(count)s 处需要改正。") % {"count": len(problems)}, field="file", rows=problems)
    for group in groups.values():
        group.points = sum((row.points for row in made if row.parent is group), Decimal(0))
    return [each for group in groups.values() for each in (group, *(row for row in made if row.parent is group))]


def _one(
    place: int, given: Mapping[str, Any], known: set[str], places: dict[str, int], problems: Problems
) -> Indicator:
    def wrong(field: str, message: str) -> None:
        problems.append({"place": place, "code": str(given.get("code", ""))[:10], "field": field, "message": message})

    row = Indicator(code=str(given.get("code", ""))[:10], points=Decimal(0))
    try:
        row.code = checks.code(str(given.get("code", "")))
    except Invalid as refusal:
        wrong("code", refusal.message)
    if row.code in places:
        wrong("code", _("编码与第 %(place)s 个指标重复。") % {"place": places[row.code]})
    is_group = not given.get("parent") and not given.get("method")
    for name, value in given.items():
        if name in ("code", "parent", "origins") or (is_group and name not in GROUP_FIELDS):
            continue
        try:
            setattr(row, name, checks.fields({name: value})[name])
        except Invalid as refusal:
            wrong(name, refusal.message)
    if not row.name and not any(each["place"] == place and each["field"] == "name" for each in problems):
        wrong("name", _("请填写%(label)s。") % {"label": _("名称")})
    if not is_group and not row.method:
        wrong("method", _("二级指标必须有计分方法。"))
    row.origins = [str(each) for each in given.get("origins") or []]
    for each in row.origins:
        if each not in known:
            wrong("origins", _("上一版本中没有指标 %(code)s。") % {"code": each[:10]})
    return row


def _of_the_whole(rows: Sequence[Mapping[str, Any]], made: list[Indicator], places: dict[str, int]) -> Problems:
    """What only shows when all rows are read: parents, parameters, bases, groups without indicators."""
    scheme = rules_scheme.Scheme(
        tuple(schemes.rule_row(row, str(given.get("parent", ""))) for row, given in zip(made, rows, strict=True))
    )
    found: Problems = []
    for problem in rules_scheme.check_scheme(scheme):
        if problem.code not in (*MAY_BE_UNFINISHED, "scheme.group_sum"):
            said = schemes.said(problem)
            field = "parent" if problem.code.startswith("scheme.parent") else "parameters"
            found.append({"place": places.get(said["code"], 0), "field": field, **said})
    for row in made:
        if row.method and (message := schemes.basis_problem(row)):
            found.append({"place": places[row.code], "code": row.code, "field": "target_basis", "message": message})
    return found


def _store(version: TemplateVersion, made: list[Indicator]) -> None:
    """Groups, then indicators, in tree order. Two inserts."""
    for place, row in enumerate(made, start=1):
        row.version, row.position = version, place
    Indicator.objects.bulk_create([row for row in made if not row.method])
    children = [row for row in made if row.method]
    for row in children:
        row.parent_id = row.parent.pk if row.parent else None
    Indicator.objects.bulk_create(children)
