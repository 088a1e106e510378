"""Questions before an act: in the page's dialog where htmx runs, on a page of their own without."""

from collections.abc import Callable
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.library import owners, policies, selectors, usecases
from appraisal.library.forms import versions as forms
from appraisal.library.models import Method, TemplateVersion
from appraisal.library.views.page import address
from core import asking


def ask(request: HttpRequest, form: BaseForm, act: Callable[[dict[str, Any]], str], **shown: Any) -> HttpResponse:
    """core.asking.ask below the list of templates."""
    return asking.ask(request, form, act, crumbs=[(_("指标体系"), reverse("library:index"))], **shown)


@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, version_id: int) -> HttpResponse:
    """A new draft from this version."""
    actor = request.actor  # type: ignore[attr-defined]
    version = selectors.get_version(actor, version_id)
    policies.create(actor)

    def act(data: dict[str, Any]) -> str:
        made = usecases.copy_version(version_id=version.pk, actor=actor, at=timezone.now(), **data)
        return made.get_absolute_url()

    form = forms.CopyForm(request.POST or None, initial={"year": version.year})
    return ask(
        request, form, act,
        title=_("复制 %(version)s 为新草稿") % {"version": version.label},
        lead=_("新草稿含全部指标和计分规则，修改它不影响已发布的版本。"),
        confirm=_("复制"), url=request.path, cancel_url=version.get_absolute_url(),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, version_id: int) -> HttpResponse:
    """Publish a draft by the minutes of the party group's meeting."""
    actor = request.actor  # type: ignore[attr-defined]
    version = selectors.get_version(actor, version_id)
    policies.publish(actor, version)

    def act(data: dict[str, Any]) -> str:
        usecases.publish_version(version_id=version.pk, actor=actor, at=timezone.now(), **data)
        return version.get_absolute_url()

    form = forms.PublishForm(
        request.POST or None,
        initial={"lock_version": version.lock_version, "effective_on": f"{version.year}-01-01"},
    )
    return ask(
        request, form, act,
        title=_("发布 %(version)s") % {"version": version.label},
        lead=_("发布后这个版本锁定，任何人都不能再改；要调整须复制为新草稿。"),
        confirm=_("发布"), url=request.path, cancel_url=version.get_absolute_url(), tone="warn",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, version_id: int) -> HttpResponse:
    """A new group, or (with ?group=) a new indicator in a group, scored by hand until its rule is chosen."""
    actor = request.actor  # type: ignore[attr-defined]
    version = selectors.get_version(actor, version_id)
    policies.edit(actor, version)
    asked = request.GET.get("group", "")
    group = selectors.get_indicator(version, int(asked)) if asked.isdecimal() and len(asked) < 19 else None

    def act(data: dict[str, Any]) -> str:
        common = {"version_id": version.pk, "lock_version": data["lock_version"], "actor": actor, "at": timezone.now()}
        if group is None:
            row = usecases.add_group(code=data["code"], name=data["name"], name_en=data["name_en"], **common)
        else:
            fields = {"name": data["name"], "name_en": data["name_en"], "points": data["points"]}
            origin = data.get("origin")
            row = usecases.add_indicator(
                group_id=group.pk, code=data["code"], fields={**fields, **_like(version, origin)},
                origins=[origin] if origin else [], **common,
            )  # fmt: skip
        return f"{address(version, row.pk)}#row-{row.pk}"

    initial = {"lock_version": version.lock_version}
    form = (
        forms.AddIndicatorForm(request.POST or None, initial=initial, origins=usecases.origins_of(version))
        if group
        else forms.AddForm(request.POST or None, initial=initial)
    )
    title = _("在“%(group)s”下新增指标") % {"group": group.label} if group else _("新增一级指标")
    lead = _("先按“人工评定”计分，新增后再选择计分规则。") if group else _("一级指标的分值是所属指标之和。")
    return ask(
        request, form, act, title=title, lead=lead, confirm=_("新增"), url=request.get_full_path(),
        cancel_url=version.get_absolute_url(),
    )  # fmt: skip


def _like(version: TemplateVersion, origin: str | None) -> dict[str, Any]:
    """What is split off begins with the rule and the source of what it was; else it is marked by hand."""
    if not origin or version.copied_from is None:
        return {"method": Method.MANUAL}
    row = version.copied_from.indicators.get(code=origin)
    names = (*selectors.RULE, "unit", "data_source", "entered_by", "evidence", "legal_basis", "owner_division")
    return {name: getattr(row, name) for name in names}


@require_http_methods(["GET", "POST"])
def regroup(request: HttpRequest, version_id: int, indicator_id: int) -> HttpResponse:
    """Move an indicator into another group of a draft."""
    actor = request.actor  # type: ignore[attr-defined]
    version = selectors.get_version(actor, version_id)
    policies.edit(actor, version)
    row = selectors.get_indicator(version, indicator_id)

    def act(data: dict[str, Any]) -> str:
        usecases.regroup_indicator(version_id=version.pk, indicator_id=row.pk, actor=actor, at=timezone.now(), **data)
        return f"{address(version, row.pk)}#row-{row.pk}"

    groups = [branch.group for branch in selectors.tree(version) if branch.group.pk != row.parent_id]
    form = forms.RegroupForm(request.POST or None, initial={"lock_version": version.lock_version}, groups=groups)
    return ask(
        request, form, act,
        title=_("把 %(code)s %(name)s 移到另一个一级指标") % {"code": row.code, "name": row.label},
        lead=_("编码、分值和规则不变，两个一级指标的分值随之增减。"),
        confirm=_("移动"), url=request.path, cancel_url=address(version, row.pk),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def owner(request: HttpRequest, version_id: int, indicator_id: int) -> HttpResponse:
    """Give a published indicator, or a group with what went with it, to another division."""
    actor = request.actor  # type: ignore[attr-defined]
    version = selectors.get_version(actor, version_id)
    policies.reassign(actor, version)
    row = selectors.get_indicator(version, indicator_id)

    def act(data: dict[str, Any]) -> str:
        usecases.reassign_owner(version_id=version.pk, indicator_id=row.pk, actor=actor, at=timezone.now(), **data)
        return address(version, row.pk)

    now = row.owner.name if row.owner else ""
    form = forms.OwnerForm(
        request.POST or None, initial={"seen": now, "owner_division": now},
        divisions=owners.divisions(version.template.province_id),
    )  # fmt: skip
    return ask(
        request, form, act, title=_("改派 %(code)s %(name)s 的责任处室") % {"code": row.code, "name": row.label},
        lead=_("从现在起由这个处室的核验人审核；已经办理的不变。一级指标连同原属同一处室的指标一起改派。"),
        confirm=_("改派"), url=request.path, cancel_url=address(version, row.pk),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, version_id: int, indicator_id: int) -> HttpResponse:
    """Take an indicator, or an empty group, out of a draft."""
    actor = request.actor  # type: ignore[attr-defined]
    version = selectors.get_version(actor, version_id)
    policies.edit(actor, version)
    row = selectors.get_indicator(version, indicator_id)

    def act(data: dict[str, Any]) -> str:
        usecases.remove_indicator(version_id=version.pk, indicator_id=row.pk, actor=actor, at=timezone.now(), **data)
        return version.get_absolute_url()

    initial = {"lock_version": version.lock_version}
    heirs = [each for branch in selectors.tree(version) for each in branch.indicators if each.pk != row.pk]
    form = (
        forms.RemoveForm(request.POST or None, initial=initial, heirs=heirs)
        if row.method
        else forms.LockForm(request.POST or None, initial=initial)
    )
    return ask(
        request, form, act,
        title=_("移除 %(code)s %(name)s") % {"code": row.code, "name": row.label},
        lead=_("只从这份草稿中移除，已发布的版本和已有得分不受影响。"),
        confirm=_("移除"), url=request.path, cancel_url=address(version, row.pk), danger=True, tone="bad",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def import_(request: HttpRequest) -> HttpResponse:
    """A new template from a CSV file, or from the scheme that is shipped."""
    actor = request.actor  # type: ignore[attr-defined]
    policies.create(actor)

    def act(data: dict[str, Any]) -> str:
        try:
            text = form.csv_text(usecases.shipped_csv())
        except UnicodeDecodeError:
            text = ""
        given = {name: data[name] for name in ("code", "name", "name_en", "year")}
        version = usecases.import_template(csv_text=text, actor=actor, at=timezone.now(), **given)
        return version.get_absolute_url()

    initial = {"year": timezone.localdate().year}
    form = forms.ImportForm(request.POST or None, request.FILES or None, initial=initial)
    return ask(
        request, form, act, title=_("导入指标体系"),
        lead=_("由 CSV 文件建立一套指标体系的第 1 版草稿：有一处不对就整份不导入，并逐行说明。"),
        confirm=_("导入"), url=request.path, cancel_url=reverse("library:index"), upload=True,
    )  # fmt: skip
