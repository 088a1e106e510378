"""Changing a draft: indicators, groups, points, order. Every change raises the draft's lock_version by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appraisal.library import events, owners, policies, schemes, selectors
from appraisal.library.models import Indicator, TemplateVersion
from appraisal.library.usecases import checks
from core.errors import Conflict, Invalid
from core.fresh import check_fresh
from tenants.actors import Actor

GROUP_FIELDS = frozenset({"name", "name_en", "legal_basis", "owner_division"})


def locked_draft(actor: Actor, version_id: int, lock_version: int) -> TemplateVersion:
    """The draft, locked, as the editor saw it. Raises NotFound, Denied, Conflict (published; changed meanwhile)."""
    version = selectors.get_version(actor, version_id, lock=True)
    policies.edit(actor, version)
    check_fresh(version.lock_version, lock_version, selectors.subject_of(version.pk))
    return version


def _done(version: TemplateVersion, event: events.Event, actor: Actor, at: datetime) -> None:
    version.lock_version += 1
    version.save(update_fields=["lock_version"])
    events.record(event, actor=actor, at=at)


def _resum(version: TemplateVersion) -> None:
    """A group's points are the sum of its indicators'."""
    for branch in selectors.tree(version):
        if branch.group.points != branch.points:
            branch.group.points = branch.points
            branch.group.save(update_fields=["points"])


def _renumber(version: TemplateVersion, branches: list[selectors.Branch]) -> None:
    """Positions in tree order, so that ordering by position is always the order of the tree."""
    rows = [row for branch in branches for row in (branch.group, *branch.indicators)]
    moved = []
    for place, row in enumerate(rows, start=1):
        if row.position != place:
            row.position = place
            moved.append(row)
    Indicator.objects.bulk_update(moved, ["position"])


def _shown(value: Any) -> Any:
    return str(value.normalize() if value else value) if isinstance(value, Decimal) else value


@transaction.atomic
def save_indicator(
    *, version_id: int, indicator_id: int, changes: Mapping[str, Any], lock_version: int, actor: Actor, at: datetime
) -> Indicator:
    """Change the given fields of an indicator (or name and basis of a group) in a draft.

    changes: any of name, name_en, points, method, parameters, unit, direction, cumulative, target_basis,
    entered_by, data_source, evidence, legal_basis, owner_division. A new method needs its parameters.
    Raises NotFound, Denied, Conflict (published, or changed by someone else meanwhile), Invalid (`field`, or `rows`
    with what is wrong with the parameters).
    """
    version = locked_draft(actor, version_id, lock_version)
    indicator = selectors.get_indicator(version, indicator_id)
    checked = _checked(version, changes)
    if indicator.parent_id is None and not GROUP_FIELDS.issuperset(checked):
        raise Invalid(_("一级指标只有名称和依据，分值是所属指标之和。"), field="points")
    before = {name: getattr(indicator, name) for name in checked}
    for name, value in checked.items():
        setattr(indicator, name, value)
    _check_rule(indicator, checked)
    changed = {name: [_shown(before[name]), _shown(checked[name])] for name in checked if before[name] != checked[name]}
    if not changed:
        return indicator
    indicator.save(update_fields=list(checked))
    if "points" in changed:
        _resum(version)
    subject = selectors.subject_of(version.pk)
    _done(version, events.IndicatorsChanged(subject=subject, changes={indicator.code: changed}), actor, at)
    return indicator


def _checked(version: TemplateVersion, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are kept. Raises Invalid; `owner_division` for one that the bureau has not."""
    checked = checks.fields(given)
    if name := checked.get("owner_division"):
        owners.check(name, owners.divisions(version.template.province_id))
    return checked


def _check_rule(indicator: Indicator, checked: Mapping[str, Any]) -> None:
    """Parameters that make scoring impossible are not kept; lesser doubts wait for the publication."""
    if not indicator.method:
        if indicator.parent_id is not None:
            raise Invalid(_("二级指标必须有计分方法。"), field="method")
        return
    rows = [schemes.said(problem) for problem in schemes.rule_problems(indicator) if problem.blocking]
    if rows:
        sentence = _("；").join(row["message"] for row in rows)
        raise Invalid(_("计分参数有误：%(what)s。") % {"what": sentence}, field="parameters", rows=rows)
    basis_fields = {"method", "target_basis", "cumulative", "entered_by", "parameters"}
    if basis_fields.intersection(checked) and (message := schemes.basis_problem(indicator)):
        raise Invalid(message, field="target_basis")


@transaction.atomic
def add_group(
    *, version_id: int, code: str, name: str, name_en: str = "", lock_version: int, actor: Actor, at: datetime
) -> Indicator:
    """Add an empty first-level group at the end of a draft. Raises as save_indicator; Conflict: the code is taken."""
    version = locked_draft(actor, version_id, lock_version)
    code = _free_code(version, code)
    fields = checks.fields({"name": name, "name_en": name_en})
    branches = selectors.tree(version)
    group = Indicator.objects.create(version=version, code=code, points=Decimal(0), position=9999, **fields)
    _renumber(version, [*branches, selectors.Branch(group)])
    subject = selectors.subject_of(version.pk)
    _done(version, events.IndicatorAdded(subject=subject, code=code, name=group.name), actor, at)
    return group


@transaction.atomic
def add_indicator(
    *,
    version_id: int,
    group_id: int,
    code: str,
    fields: Mapping[str, Any],
    origins: Sequence[str] = (),
    lock_version: int,
    actor: Actor,
    at: datetime,
) -> Indicator:
    """Add an indicator at the end of a group of a draft. fields: as `changes` of save_indicator; name, points and
    method must be among them. origins: codes in the version the draft was copied from that it is split off (or made
    of). Raises as save_indicator; Conflict: the code is taken; NotFound: no such group; Invalid: no such origin."""
    version = locked_draft(actor, version_id, lock_version)
    group = selectors.get_indicator(version, group_id)
    if group.parent_id is not None:
        raise Invalid(_("二级指标下不能再加指标，请选择一级指标。"), field="group_id")
    code = _free_code(version, code)
    for name in ("name", "points", "method"):
        if not fields.get(name):
            raise Invalid(_("新增指标要有名称、分值和计分方法。"), field=name)
    checked = _checked(version, fields)
    origins = _known_origins(version, origins)
    indicator = Indicator(version=version, parent=group, code=code, position=9999, origins=origins, **checked)
    _check_rule(indicator, checked)
    indicator.save()
    _renumber(version, selectors.tree(version))
    _resum(version)
    subject = selectors.subject_of(version.pk)
    _done(version, events.IndicatorAdded(subject=subject, code=code, name=indicator.name, origins=origins), actor, at)
    return indicator


def origins_of(version: TemplateVersion) -> dict[str, str]:
    """What an indicator of the draft may come from: code → name in the version it was copied from. One query."""
    if version.copied_from is None:
        return {}
    rows = version.copied_from.indicators.exclude(method="").order_by("position")
    return dict(rows.values_list("code", "name"))


def _known_origins(version: TemplateVersion, origins: Sequence[str]) -> list[str]:
    known = origins_of(version) if origins else {}
    for code in origins:
        if code not in known:
            raise Invalid(_("复制来源中没有指标 %(code)s，不能由它拆分。") % {"code": str(code)[:10]}, field="origins")
    return list(dict.fromkeys(origins))


def _free_code(version: TemplateVersion, code: str) -> str:
    code = checks.code(code)
    if version.indicators.filter(code=code).exists():
        raise Conflict(_("编码 %(code)s 已被使用。") % {"code": code}, field="code")
    return code


@transaction.atomic
def remove_indicator(
    *, version_id: int, indicator_id: int, into: str = "", lock_version: int, actor: Actor, at: datetime
) -> TemplateVersion:
    """Take an indicator, or an empty group, out of a draft. into: code of the indicator of the draft that it is merged
    into, '' for none. Raises as save_indicator; Conflict: group not empty; Invalid (`into`): no such indicator."""
    version = locked_draft(actor, version_id, lock_version)
    indicator = selectors.get_indicator(version, indicator_id)
    if indicator.parent_id is None and indicator.children.exists():
        raise Conflict(_("%(group)s 下还有指标，请先移除它们。") % {"group": indicator.name})
    if into:
        _merge(version, indicator, into)
    event = events.IndicatorRemoved(
        subject=selectors.subject_of(version.pk), code=indicator.code, name=indicator.name, into=into
    )
    # Not .delete(): the cascade would look into the drafts of whichever office is mounted; the foreign keys guard.
    Indicator.objects.filter(pk=indicator.pk)._raw_delete(Indicator.objects.db)
    _renumber(version, selectors.tree(version))
    _resum(version)
    _done(version, event, actor, at)
    return version


def _merge(version: TemplateVersion, indicator: Indicator, into: str) -> None:
    """The heir comes from what it came from and from what the removed one came from."""
    heir = version.indicators.exclude(method="").filter(code=into).exclude(pk=indicator.pk).first()
    if heir is None or not indicator.method:
        raise Invalid(_("草稿中没有指标 %(code)s，不能并入。") % {"code": into[:10]}, field="into")
    known = origins_of(version)
    codes = [*(heir.origins or [heir.code]), *(indicator.origins or [indicator.code])]
    heir.origins = [code for code in dict.fromkeys(codes) if code in known]
    heir.save(update_fields=["origins"])


@transaction.atomic
def regroup_indicator(
    *, version_id: int, indicator_id: int, group_id: int, lock_version: int, actor: Actor, at: datetime
) -> TemplateVersion:
    """Move an indicator of a draft to the end of another group; both groups' points follow.

    Raises as save_indicator; NotFound: no such group; Invalid (`group_id`): a group cannot be moved, an indicator is no
    group.
    """
    version = locked_draft(actor, version_id, lock_version)
    indicator, group = (selectors.get_indicator(version, each) for each in (indicator_id, group_id))
    if indicator.parent is None or group.parent_id is not None:
        raise Invalid(_("只能把二级指标移到另一个一级指标下。"), field="group_id")
    if group.pk == indicator.parent_id:
        return version
    event = events.IndicatorRegrouped(
        subject=selectors.subject_of(version.pk), code=indicator.code, before=indicator.parent.code, after=group.code
    )
    indicator.parent, indicator.position = group, 9999
    indicator.save(update_fields=["parent", "position"])
    _renumber(version, selectors.tree(version))
    _resum(version)
    _done(version, event, actor, at)
    return version


@transaction.atomic
def move_indicator(
    *, version_id: int, indicator_id: int, direction: str, lock_version: int, actor: Actor, at: datetime
) -> TemplateVersion:
    """Move an indicator among its siblings, or a group among groups: direction "up" or "down".

    Raises as save_indicator; Conflict: already first or last.
    """
    version = locked_draft(actor, version_id, lock_version)
    indicator = selectors.get_indicator(version, indicator_id)
    if direction not in ("up", "down"):
        raise Invalid(_("方向只能是上移或下移。"), field="direction")
    branches = selectors.tree(version)
    siblings: list[Any] = (
        branches
        if indicator.parent_id is None
        else next(branch.indicators for branch in branches if branch.group.pk == indicator.parent_id)
    )
    ids = [getattr(row, "group", row).pk for row in siblings]
    here = ids.index(indicator.pk)
    there = here + (1 if direction == "down" else -1)
    if not 0 <= there < len(siblings):
        raise Conflict(_("%(name)s 已在最前或最后，不能再移。") % {"name": indicator.name})
    siblings[here], siblings[there] = siblings[there], siblings[here]
    _renumber(version, branches)
    event = events.IndicatorMoved(subject=selectors.subject_of(version.pk), code=indicator.code, direction=direction)
    _done(version, event, actor, at)
    return version


@transaction.atomic
def set_points(
    *, version_id: int, points: Mapping[str, Any], lock_version: int, actor: Actor, at: datetime
) -> TemplateVersion:
    """Set the points of several indicators of a draft at once. points: indicator code → points (two decimals).

    All or nothing. Raises as save_indicator; Invalid with `rows` {code, message} for every wrong figure.
    """
    version = locked_draft(actor, version_id, lock_version)
    by_code = {row.code: row for row in version.indicators.exclude(method="")}
    changed: events.Changes = {}
    rows = []
    for code, value in points.items():
        row = by_code.get(code)
        if row is None:
            rows.append({"code": str(code)[:10], "message": _("这个版本中没有该指标。")})
            continue
        try:
            new = checks.points(value)
        except Invalid as refusal:
            rows.append({"code": code, "message": refusal.message})
            continue
        if new != row.points:
            changed[code] = {"points": [_shown(row.points), _shown(new)]}
            row.points = new
    if rows:
        sentence = _("；").join(f"{row['code']} {row['message']}" for row in rows)
        raise Invalid(_("%(count)s 项分值有误：%(what)s") % {"count": len(rows), "what": sentence}, rows=rows)
    if changed:
        Indicator.objects.bulk_update([by_code[code] for code in changed], ["points"])
        _resum(version)
        subject = selectors.subject_of(version.pk)
        _done(version, events.IndicatorsChanged(subject=subject, changes=changed), actor, at)
    return version


@transaction.atomic
def set_na_treatment(
    *, version_id: int, na_treatment: str, lock_version: int, actor: Actor, at: datetime
) -> TemplateVersion:
    """Choose what happens to points that do not apply: REDISTRIBUTE or FULL. Source: domain reference 2.4."""
    version = locked_draft(actor, version_id, lock_version)
    if na_treatment not in TemplateVersion.NaTreatment.values:
        raise Invalid(_("请选择不适用指标的处理方式。"), field="na_treatment")
    if na_treatment != version.na_treatment:
        before, version.na_treatment = version.na_treatment, na_treatment
        version.save(update_fields=["na_treatment"])
        subject = selectors.subject_of(version.pk)
        _done(version, events.NaTreatmentSet(subject=subject, before=before, after=na_treatment), actor, at)
    return version
