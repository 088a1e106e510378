"""A template from a CSV file."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.library import crosschecks, events, policies, schemes, selectors
from appraisal.library.models import EnteredBy, Indicator, IndicatorTemplate, TemplateVersion
from appraisal.library.usecases import checks
from appraisal.rules import scheme as rules_scheme
from appraisal.rules.problems import SchemeError
from core.errors import Conflict, Invalid
from tenants.actors import Actor

SHIPPED = Path(__file__).parents[1] / "data" / "prefecture_indicators.csv"
BY_PROVINCE = frozenset({"manual", "verification", "panel", "survey"})
# Points that do not total 100 yet are for the editor to put right; everything else must be right in the file.
MAY_BE_UNFINISHED = frozenset({"scheme.total"})


def shipped_csv() -> str:
    """The text of the 100-point scheme that comes with the platform. Source: domain reference 2.3."""
    return SHIPPED.read_text("utf-8-sig")


@transaction.atomic
def import_template(
    *, code: str, name: str, name_en: str = "", csv_text: str, year: int, actor: Actor, at: datetime
) -> TemplateVersion:
    """Make a template with version 1 (a draft) from the text of a CSV file.

    Columns: appraisal.rules.scheme.COLUMNS and its optional ones. Who enters a value follows from data_source.
    Raises Denied (not the bureau's administrator), Conflict (the code is taken), Invalid (`rows`: {code, message}
    for everything wrong in the file; field `csv_text`).
    """
    policies.create(actor)
    code = checks.text(code, "code", longest=30, label=_("编号"))
    name = checks.text(name, "name", longest=80, label=_("名称"))
    name_en = checks.text(name_en, "name_en", longest=120, label=_("英文名称"), required=False)
    checks.year(year, timezone.localdate(at))
    scheme = _read(csv_text)
    if IndicatorTemplate.objects.filter(province_id=actor.province_id, code=code).exists():
        raise Conflict(_("编号“%(code)s”已被另一套指标体系使用。") % {"code": code}, field="code")
    template = IndicatorTemplate.objects.create(
        province_id=actor.province_id, code=code, name=name, name_en=name_en, created_at=at
    )
    version = TemplateVersion.objects.create(
        template=template, number=1, year=year, created_by_id=actor.user_id, created_at=at
    )
    rows = _store(version, scheme)
    basis = [{"code": row.code, "message": message} for row in rows if (message := schemes.basis_problem(row))]
    if basis:
        raise Invalid(_("文件中有 %(count)s 处需要改正。") % {"count": len(basis)}, field="csv_text", rows=basis)
    version.checks = crosschecks.suggested(rows, timezone.localdate(at))
    version.save(update_fields=["checks"])
    events.record(
        events.TemplateImported(subject=selectors.subject_of(version.pk), code=code, indicators=len(scheme.scored)),
        actor=actor,
        at=at,
    )
    return version


def _read(csv_text: str) -> rules_scheme.Scheme:
    try:
        if "\n" not in csv_text:
            raise Invalid(_("文件没有内容。请选择含表头和指标行的 CSV 文件。"), field="csv_text")
        checks.no_control_characters(csv_text, "csv_text")
        scheme = rules_scheme.read_scheme(csv_text)
        problems = rules_scheme.check_scheme(scheme)
    except SchemeError as error:
        problems = list(error.problems)
    rows = [schemes.said(problem) for problem in problems if problem.code not in MAY_BE_UNFINISHED]
    if rows:
        raise Invalid(_("文件中有 %(count)s 处需要改正。") % {"count": len(rows)}, field="csv_text", rows=rows)
    rows = [row for entry in scheme.indicators for row in checks.too_long(entry)]
    if rows:
        raise Invalid(_("文件中有 %(count)s 处过长。") % {"count": len(rows)}, field="csv_text", rows=rows)
    return scheme


def _store(version: TemplateVersion, scheme: rules_scheme.Scheme) -> list[Indicator]:
    """Groups and indicators in tree order. Two inserts."""
    place, groups, indicators = 0, {}, []
    for group in scheme.groups:
        place += 1
        groups[group.code] = _row(version, group, place)
        for entry in scheme.children(group.code):
            place += 1
            indicators.append((group.code, _row(version, entry, place)))
    Indicator.objects.bulk_create(groups.values())
    for code, row in indicators:
        row.parent = groups[code]
    return Indicator.objects.bulk_create([row for _code, row in indicators])


def _row(version: TemplateVersion, entry: rules_scheme.Indicator, position: int) -> Indicator:
    return Indicator(
        version=version,
        code=entry.code,
        name=entry.name,
        name_en=entry.name_en,
        points=Decimal(entry.points),
        position=position,
        method=entry.method,
        parameters=dict(entry.parameters),
        unit=entry.unit,
        direction=entry.direction or "HIGHER",
        cumulative=entry.cumulative,
        target_basis=entry.target_basis,
        entered_by=entered_by(entry.data_source),
        data_source=entry.data_source,
        evidence=entry.evidence,
    )


def entered_by(data_source: str) -> str:
    """Who brings the fact, by where it comes from."""
    if data_source == "system":
        return EnteredBy.SYSTEM
    return EnteredBy.PROVINCE if data_source in BY_PROVINCE else EnteredBy.PREFECTURE
