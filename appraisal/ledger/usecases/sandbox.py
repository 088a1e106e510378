"""What comes of a trial: a draft of the template with the changes. The trial itself writes nothing."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appraisal.ledger.models import ScoreRun
from appraisal.ledger.policies import sandbox as policies
from appraisal.ledger.selectors import sandbox as selectors
from appraisal.ledger.selectors import scores
from appraisal.library import policies as library_policies
from appraisal.library import selectors as library_selectors
from appraisal.library import usecases as library
from appraisal.library.models import Indicator, Method, TemplateVersion
from appraisal.library.usecases import checks
from appraisal.rules.whatif import Wish
from core.errors import Conflict, Invalid
from tenants.actors import Actor

HIGHEST_CAP = Decimal(100)


def plan_of(
    *,
    run: ScoreRun,
    changes: Iterable[Mapping[str, Any]] = (),
    version: TemplateVersion | None = None,
    na_treatment: str | None = None,
    spread: bool = True,
    bonus_cap: object = None,
    deduction_cap: object = None,
) -> selectors.Plan:
    """A plan out of what somebody typed; entries that change nothing are left out.

    version: another one that the changes are made on, instead of the run's. changes: {code, points, cap, method,
    parameters, off}, all but the code optional; cap goes into the parameters. Raises Invalid (`rows`: {code, message}
    for every wrong entry; or the field of a cap).
    """
    if version is not None and version.pk == run.version_id:
        version = None
    base = version or run.version
    rows = {row.code: row for row in base.indicators.exclude(method="")}
    wishes, wrong = [], []
    for given in changes:
        code = str(given.get("code", ""))
        try:
            if code not in rows:
                raise Invalid(_("指标体系中没有 %(code)s。") % {"code": code[:20]}, field="changes")
            wish = _wish(rows[code], given)
        except Invalid as refusal:
            wrong.append({"code": code[:10], "message": refusal.message})
            continue
        if wish is not None:
            wishes.append(wish)
    if len({wish.code for wish in wishes}) != len(wishes):
        raise Invalid(_("同一指标写了两次改动，请合并为一条。"), field="changes")
    if wrong:
        said = _("；").join(f"{row['code']} {row['message']}" for row in wrong)
        raise Invalid(_("%(count)s 项改动有误：%(what)s") % {"count": len(wrong), "what": said}, rows=wrong)
    if na_treatment is not None and na_treatment not in TemplateVersion.NaTreatment.values:
        raise Invalid(_("请选择不适用指标的处理方式。"), field="na_treatment")
    return selectors.Plan(
        version=version,
        wishes=tuple(wishes),
        na_treatment=None if na_treatment == base.na_treatment else na_treatment,
        spread=spread,
        bonus_cap=_cap(bonus_cap, "bonus_cap"),
        deduction_cap=_cap(deduction_cap, "deduction_cap"),
        origins={} if version is None else library_selectors.lineage(version, run.version),
    )


def _wish(row: Indicator, given: Mapping[str, Any]) -> Wish | None:
    if given.get("off"):
        return Wish(row.code, off=True)
    points = None if given.get("points") in (None, "") else checks.points(given["points"])
    points = None if points == row.points else points
    method = given.get("method") or None
    if method is not None and method not in Method.values:
        raise Invalid(_("“%(value)s”不在可选范围内。") % {"value": str(method)[:20]}, field="method")
    parameters = given.get("parameters")
    if parameters is not None:
        parameters = checks.parameters(parameters)
    elif method is not None and method != row.method:
        raise Invalid(_("换计分方法要同时给出新方法的参数。"), field="parameters")
    if given.get("cap") not in (None, ""):
        parameters = {**(row.parameters if parameters is None else parameters), "cap": _number(given["cap"], "cap")}
    method = None if method == row.method else method
    parameters = None if method is None and parameters == row.parameters else parameters
    if points is None and method is None and parameters is None:
        return None
    return Wish(row.code, points, method, parameters)


def _number(value: object, field: str) -> str:
    """A number from 0 to 100 as it was written."""
    text = str(value).strip()
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount <= HIGHEST_CAP or len(text) > 12:
        raise Invalid(_("上限应为 0 至 100 的数，现为“%(value)s”。") % {"value": text[:20]}, field=field)
    return text


def _cap(value: object, field: str) -> Fraction | None:
    return None if value in (None, "") else Fraction(_number(value, field))


@transaction.atomic
def take_over(*, run_id: int, plan: selectors.Plan, note: str = "", actor: Actor, at: datetime) -> TemplateVersion:
    """A new draft of the template with the plan's changes, made by the library's own use cases, each recorded.

    Caps of bonus and deduction items are dated parameters, no part of a version: the draft's note names them. Raises
    NotFound, Denied (may not make drafts), Conflict (the plan changes nothing), Invalid (the changed rules do not
    hold; `rows`).
    """
    run = scores.get_run(actor, run_id)
    policies.use(actor, run)
    library_policies.create(actor)
    if plan.empty:
        raise Conflict(_("还没有改动，没有可以转为草稿的内容。请先改分值或规则，推演后再转。"))
    selectors.trial_of(run, plan)  # what cannot be scored makes no draft
    source = plan.version or run.version
    said = [note.strip(), *_caps_said(plan), _("由 %(run)s 的沙盘推演转来") % {"run": run.code}]
    draft = library.copy_version(
        version_id=source.pk, note=_("；").join(part for part in said if part), actor=actor, at=at
    )
    copy = selectors.copied(run, plan)[1]
    by_code = {row.code: row for row in draft.indicators.all()}
    for wish in plan.wishes:
        if wish.off:
            _remove(draft, by_code[wish.code].pk, actor, at)
    kept = {row.code for row in copy.scheme.groups}
    for row in [row for row in by_code.values() if row.parent_id is None and row.code not in kept]:
        if not row.children.exists():
            _remove(draft, row.pk, actor, at)
    points = {row.code: row.points for row in copy.scheme.scored if row.points != by_code[row.code].points}
    if points:
        draft = library.set_points(version_id=draft.pk, points=points, lock_version=_lock(draft), actor=actor, at=at)
    for wish in plan.wishes:
        if wish.parameters is not None and not wish.off:
            changes: dict[str, Any] = {"parameters": dict(wish.parameters)}
            if wish.method is not None:
                changes |= _new_method(by_code[wish.code], wish.method)
            library.save_indicator(
                version_id=draft.pk, indicator_id=by_code[wish.code].pk, changes=changes, lock_version=_lock(draft),
                actor=actor, at=at,
            )  # fmt: skip
    if plan.na_treatment is not None:
        library.set_na_treatment(
            version_id=draft.pk, na_treatment=plan.na_treatment, lock_version=_lock(draft), actor=actor, at=at
        )
    return library_selectors.get_version(actor, draft.pk)


def _new_method(row: Indicator, method: str) -> dict[str, Any]:
    """What goes with another method: only ratios have a target, and only they can be cumulative."""
    ratios = (Method.RATIO, Method.INVERSE_RATIO)
    if method in ratios:
        return {"method": method} if row.method in ratios else {"method": method, "target_basis": "FIXED"}
    return {"method": method, "target_basis": "", "cumulative": False}


def _caps_said(plan: selectors.Plan) -> list[str]:
    said = []
    if plan.bonus_cap is not None:
        said.append(_("试算时加分上限 %(cap)s 分") % {"cap": f"{float(plan.bonus_cap):g}"})
    if plan.deduction_cap is not None:
        said.append(_("试算时扣分上限 %(cap)s 分") % {"cap": f"{float(plan.deduction_cap):g}"})
    return said


def _lock(draft: TemplateVersion) -> int:
    """The draft is this transaction's own: nobody else knows of it yet."""
    return TemplateVersion.objects.values_list("lock_version", flat=True).get(pk=draft.pk)


def _remove(draft: TemplateVersion, indicator_id: int, actor: Actor, at: datetime) -> None:
    library.remove_indicator(
        version_id=draft.pk, indicator_id=indicator_id, lock_version=_lock(draft), actor=actor, at=at
    )
