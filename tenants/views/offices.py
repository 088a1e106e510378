"""The office tree, one office with its names and divisions, and the regions."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.audit.reading import read
from core.http import making_schemas, reads, refusals_on, status_of
from core.models import Job
from tenants import events
from tenants.actors import Actor
from tenants.forms import offices as forms
from tenants.models import Office
from tenants.policies import offices as policies
from tenants.selectors import offices as selectors
from tenants.selectors import regions as region_selectors
from tenants.usecases import archives, divisions, second_person
from tenants.usecases import offices as usecases
from tenants.usecases import regions as regions_usecases
from tenants.views.changes import told
from tenants.views.dialogs import ask, done
from tenants.views.timelines import shown

PAGE = 50


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


@reads
def index(request: HttpRequest) -> HttpResponse:
    """The tree from the actor's office down."""
    actor = _actor(request)
    policies.see_offices(actor)
    tree = selectors.tree(actor, on=timezone.localdate())
    return render(
        request, "tenants/offices/index.html", {"tree": tree, "refusals": {"onboard": policies.onboard.reason(actor)}}
    )


@making_schemas
@require_http_methods(["GET", "POST"])
def onboard(request: HttpRequest) -> HttpResponse:
    """Take an office in below one's own."""
    actor = _actor(request)
    policies.onboard(actor)
    prefectures = selectors.without_house(actor)
    asked = next((each for each in prefectures if str(each.pk) == request.GET.get("acts_for")), None)
    known = {"acts_for": asked.pk, "region_code": asked.region_code} if asked else {}
    form = forms.OnboardForm(
        request.POST or None, initial={"valid_from": timezone.localdate(), **known}, prefectures=prefectures
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = usecases.take_in(actor=actor, at=timezone.now(), **form.cleaned_data)
            if isinstance(made, Job):
                text = _("正在建立%(name)s。完成后出现在机构列表中，请再建账号，由安全管理员授予角色。")
                messages.success(request, text % {"name": form.cleaned_data["name"]})
                return redirect("job", made.pk)
            messages.success(request, _("%(name)s 已建立，请先建账号，再由安全管理员授予角色。") % {"name": made.name})
            return redirect("admin-office", made.pk)
    return render(request, "tenants/offices/onboard.html", {"form": form}, status=status_of(form))


@reads
def detail(request: HttpRequest, office_id: int) -> HttpResponse:
    """One office: particulars, names with dates, divisions, what happened."""
    actor = _actor(request)
    policies.see_offices(actor)
    return _page(request, selectors.get_office(actor, office_id))


def _page(request: HttpRequest, office: Office, *, division_form: Any = None) -> HttpResponse:
    actor = _actor(request)
    form = division_form or forms.DivisionForm(initial={"valid_from": timezone.localdate()})
    rows = [
        {"division": division, "refusal": policies.edit_division.reason(actor, division)}
        for division in selectors.divisions_of(office)
    ]
    return render(
        request,
        "tenants/offices/detail.html",
        {
            "office": office,
            "names": selectors.names_of(office),
            "house": selectors.house_of(actor, office),
            "may_have_house": office in selectors.without_house(actor) and not policies.open_house.reason(actor),
            "divisions": rows,
            "division_form": form,
            "archives": archives.archives_of(actor, office),
            "archiving": archives.under_way(actor, office),
            "timeline": shown(events.timeline(events.office_subject(office.pk), 20)),
            "refusals": {
                "rename": policies.rename.reason(actor, office),
                "suspend": policies.suspend.reason(actor, office),
                "reactivate": policies.reactivate.reason(actor, office),
                "archive": policies.archive.reason(actor, office),
                "reopen": policies.reopen.reason(actor, office),
                "divisions": policies.edit_divisions.reason(actor, office),
            },
        },
        status=status_of(form),
    )


@require_http_methods(["GET", "POST"])
def rename(request: HttpRequest, office_id: int) -> HttpResponse:
    """A new name from a day on."""
    actor = _actor(request)
    policies.see_offices(actor)
    office = selectors.get_office(actor, office_id)
    policies.rename(actor, office)
    known = {"name": office.name, "short_name": office.short_name, "name_en": office.name_en}
    form = forms.RenameForm(request.POST or None, initial={**known, "valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            usecases.rename_office(office_id=office.pk, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("机构已更名。"))
            return redirect("admin-office", office.pk)
    return render(request, "tenants/offices/rename.html", {"office": office, "form": form}, status=status_of(form))


class _Act(NamedTuple):
    """A change of an office's state, as its dialog asks for it."""

    policy: Callable[[Actor, Office], None]
    use_case: str  # as usecases.second_person knows it
    said: Any
    title: Any
    text: Any
    confirm: Any
    danger: bool = True


ACTS = {
    "suspend": _Act(
        policies.suspend, "suspend-office", gettext_lazy("机构已停用，其人员不能再进入。"), gettext_lazy("停用机构"),
        gettext_lazy(
            "停用后，这个机构的人员不能再进入，进入时会看到这里填写的原因；它的后台任务和定时任务暂停。"
            "已有的数据和上报记录保留，上级照常查看，可以恢复。"
        ),
        gettext_lazy("停用"),
    ),
    "reactivate": _Act(
        policies.reactivate, "reactivate-office", gettext_lazy("机构已恢复使用。"), gettext_lazy("恢复使用机构"),
        gettext_lazy("恢复后，这个机构的人员可以照常进入，停用期间等待的后台任务接着办理。"),
        gettext_lazy("恢复使用"),
        False,
    ),
    "archive": _Act(
        policies.archive, "archive-office", gettext_lazy("已开始归档，完成后在本页下载档案。"),
        gettext_lazy("归档机构"),
        gettext_lazy(
            "后台任务把这个机构的全部数据、附件和审计账链打包成一个档案文件，随后这个机构就此关闭。"
            "数据不会删除，可以恢复档案。"
        ),
        gettext_lazy("归档"),
    ),
    "reopen": _Act(
        policies.reopen, "reopen-office", gettext_lazy("机构档案已恢复，机构现在是停用状态。"),
        gettext_lazy("恢复机构档案"),
        gettext_lazy("恢复后，这个机构回到停用状态；要让人员进入，再恢复使用。档案文件保留。"),
        gettext_lazy("恢复档案"),
        False,
    ),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
def change_state(request: HttpRequest, office_id: int, act: str) -> HttpResponse:
    """Ask for the reason, then suspend, reactivate, archive or reopen the office."""
    actor, asked = _actor(request), ACTS[act]
    policies.see_offices(actor)
    office = selectors.get_office(actor, office_id)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "GET":
        asked.policy(actor, office)
    elif form.is_valid():
        with refusals_on(form):
            outcome = second_person.do(
                asked.use_case, office_id=office.pk, actor=actor, at=timezone.now(), **form.cleaned_data
            )
            told(request, outcome, str(asked.said))
            return done(request, "admin-office", office.pk)
    context = {"office": office, "form": form, "act": asked, "url": f"admin-office-{act}"}
    return ask(request, "tenants/offices/act.html", context, status=status_of(form))


@require_safe
def archive_file(request: HttpRequest, archive_id: int) -> HttpResponseBase:
    """The file of an archived office; that it was taken is noted."""
    actor = _actor(request)
    row, path = archives.path_of(actor, archive_id)
    read("office-archive", subject=events.office_subject(row.office_id), actor=actor, at=timezone.now())
    return FileResponse(path.open("rb"), as_attachment=True, filename=row.file, content_type="application/x-tar")


@require_POST
def add_division(request: HttpRequest, office_id: int) -> HttpResponse:
    """Set up a division."""
    actor = _actor(request)
    policies.see_offices(actor)
    office = selectors.get_office(actor, office_id)
    form = forms.DivisionForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            divisions.add_division(office_id=office.pk, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("处室已设立。"))
            return redirect("admin-office", office.pk)
    return _page(request, office, division_form=form)


@require_http_methods(["GET", "POST"])
def division(request: HttpRequest, division_id: int) -> HttpResponse:
    """Rename a division, or close it: which one the button says."""
    actor = _actor(request)
    policies.see_offices(actor)
    row = selectors.get_division(actor, division_id)
    closing = request.POST.get("act") == "close"
    name_form = forms.DivisionNameForm(
        request.POST if request.method == "POST" and not closing else None,
        initial={"name": row.name, "name_en": row.name_en},
    )
    close_form = forms.DivisionCloseForm(request.POST if closing else None, initial={"valid_to": timezone.localdate()})
    form = close_form if closing else name_form
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            act = divisions.close_division if closing else divisions.rename_division
            act(division_id=row.pk, actor=actor, at=timezone.now(), **form.cleaned_data)  # type: ignore[operator]
            messages.success(request, _("处室已撤销。") if closing else _("处室已更名。"))
            return redirect("admin-office", row.office_id)
    refusal = policies.edit_division.reason(actor, row)
    return render(
        request,
        "tenants/offices/division.html",
        {"division": row, "name_form": name_form, "close_form": close_form, "refusal": refusal},
        status=status_of(form),
    )


@reads
def regions(request: HttpRequest) -> HttpResponse:
    """Codes and names of the territory, with the dates they hold."""
    actor = _actor(request)
    policies.see_offices(actor)
    query = request.GET.get("q", "")
    page = Paginator(selectors.regions_for(actor, query=query), PAGE).get_page(request.GET.get("page"))
    refusal = policies.change_map.reason(actor)
    return render(request, "tenants/offices/regions.html", {"page_obj": page, "q": query, "refusal": refusal})


@require_http_methods(["GET", "POST"])
def county(request: HttpRequest, code: str) -> HttpResponse:
    """One county: to whom it belonged when; it goes to another prefecture, or is abolished."""
    actor = _actor(request)
    policies.see_offices(actor)
    history = region_selectors.history_of(actor, code)
    today = timezone.localdate()
    now = history[0] if history[0].valid_to is None else None
    others = [row for row in region_selectors.prefectures_for(actor, on=today) if now and row.code != now.parent_code]
    counties = [row for row in region_selectors.counties_for(actor, on=today) if row.code != code]
    abolishing = request.POST.get("act") == "abolish"
    posted = request.POST if request.method == "POST" else None
    move_form = forms.CountyMoveForm(others, None if abolishing else posted)
    abolish_form = forms.CountyAbolishForm(counties, posted if abolishing else None)
    form: Any = abolish_form if abolishing else move_form
    if posted is not None and form.is_valid():
        with refusals_on(form):
            act: Any = regions_usecases.abolish_county if abolishing else regions_usecases.move_county
            act(code=code, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("撤并已登记。") if abolishing else _("划归已登记。"))
            return redirect("admin-county", code)
    context = {
        "history": history, "county": history[0], "now": now, "move_form": move_form, "abolish_form": abolish_form,
        "refusal": policies.change_map.reason(actor),
    }  # fmt: skip
    return render(request, "tenants/offices/county.html", context, status=status_of(form))
