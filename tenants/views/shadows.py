"""What an office had at a moment beside what it has: asked for, looked through, taken away as a file.

Looking through the rows is noted (core.audit.reading), so these views write that one row and are not marked @reads.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import jobs
from core.audit.reading import read
from core.http import reads, refusals_on, status_of
from core.models import Job
from tenants.actors import Actor
from tenants.forms.offices import ReasonForm
from tenants.forms.shadows import PutBackForm, ShadowForm
from tenants.models import DifferenceKind, Role, Shadow
from tenants.policies import shadows as policies
from tenants.selectors import offices, shadow_export
from tenants.selectors import shadows as selectors
from tenants.states import ShadowState
from tenants.usecases import archives, putting_back
from tenants.usecases import shadows as usecases
from tenants.views.changes import told
from tenants.views.dialogs import ask, done

PAGE = 50
BADGES = {
    ShadowState.TAKING: ("info", "loader"),
    ShadowState.READY: ("ok", "circle-check"),
    ShadowState.FAILED: ("bad", "circle-x"),
    ShadowState.DROPPED: ("mute", "trash"),
}
KINDS = {DifferenceKind.CHANGED: "warn", DifferenceKind.GONE: "bad", DifferenceKind.ADDED: "ok"}


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _badge(shadow: Shadow) -> tuple[Any, ...]:
    state = ShadowState(shadow.state)
    return (state.label, *BADGES[state])


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The shadows there are and were, and the form that asks for one."""
    actor = _actor(request)
    policies.see_shadows(actor)
    open_to = [
        each for each in offices.offices_for(actor).order_by("position", "id") if not policies.take.reason(actor, each)
    ]
    form = ShadowForm(request.POST or None, offices=open_to)
    if request.method == "POST":
        if not open_to:
            policies.take(actor, actor.office)
        if form.is_valid():
            with refusals_on(form):
                shadow, _job = usecases.take_shadow(actor=actor, at=timezone.now(), **form.cleaned_data)
                messages.success(request, _("已开始还原，完成后在本页查看。"))
                return redirect("admin-shadow", shadow.pk)
    page = Paginator(selectors.shadows_for(actor), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [{"row": row, "badge": _badge(row)} for row in page], "page_obj": page, "form": form,
        "open_to": open_to, "backed_up": bool(settings.BACKUP_DIR),
    }  # fmt: skip
    return render(request, "tenants/shadows/index.html", context, status=status_of(form))


def _filters(request: HttpRequest) -> dict[str, str]:
    given = {name: request.GET.get(name, "").replace("\x00", "").strip() for name in ("table", "kind", "row")}
    if given["kind"] not in DifferenceKind.values:
        given["kind"] = ""
    return given


@require_safe
def detail(request: HttpRequest, shadow_id: int) -> HttpResponse:
    """How many rows differ, table by table; and which, for who may see them."""
    actor = _actor(request)
    policies.see_shadows(actor)
    shadow = selectors.get_shadow(actor, shadow_id)
    hidden = policies.see_rows.reason(actor, shadow.office)
    filters = _filters(request)
    context: dict[str, Any] = {
        "shadow": shadow, "badge": _badge(shadow), "hidden": hidden, "filters": filters,
        "kinds": DifferenceKind.choices,
        "tables": [
            {
                **each,
                "label": selectors.table_word(each["table"]),
                "restorable": not putting_back.other_way(each["table"]),
            }
            for each in shadow.tables
        ],
        "differing": [each for each in shadow.tables if each["added"] or each["gone"] or each["changed"]],
        "refusals": {
            "compare": policies.compare.reason(actor, shadow), "drop": policies.drop.reason(actor, shadow),
            "put_back": policies.put_back.reason(actor, shadow),
        },
        "sees_log": actor.has(Role.AUDIT_ADMIN),
    }  # fmt: skip
    if shadow.state == ShadowState.TAKING:
        context["job"] = _job_of(shadow)
    if shadow.state == ShadowState.READY and not hidden:
        read("shadow", subject=f"tenants.shadow:{shadow.pk}", detail=_plain(filters), actor=actor, at=timezone.now())
        page = Paginator(selectors.differences(shadow, **filters), PAGE).get_page(request.GET.get("page"))
        context["page_obj"] = page
        context["rows"] = [
            {
                "row": row,
                "other_way": putting_back.other_way(row.difference.table_name),
                "kind": DifferenceKind(row.difference.kind).label,
                "tone": KINDS[DifferenceKind(row.difference.kind)],
            }
            for row in selectors.shown(page)
        ]
    query = request.GET.copy()
    query.pop("page", None)
    return render(request, "tenants/shadows/detail.html", {**context, "query": query.urlencode()})


def _plain(filters: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in filters.items() if value}


def _job_of(shadow: Shadow) -> Job | None:
    """The work that is under way, when it is one of this office's."""
    return Job.objects.filter(kind=usecases.TAKE, key=str(shadow.pk), state__in=jobs.OPEN).first()


@reads
def progress(request: HttpRequest, shadow_id: int) -> HttpResponse:
    """How far the work is, asked every two seconds; then the page anew."""
    actor = _actor(request)
    policies.see_shadows(actor)
    shadow = selectors.get_shadow(actor, shadow_id)
    if shadow.state != ShadowState.TAKING:
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "tenants/shadows/progress.html", {"shadow": shadow, "job": _job_of(shadow)})


@require_safe
def export(request: HttpRequest, shadow_id: int) -> HttpResponseBase:
    """What the page shows, all pages of it, as CSV."""
    actor, now = _actor(request), timezone.now()
    policies.see_shadows(actor)
    shadow = selectors.get_shadow(actor, shadow_id)
    policies.see_rows(actor, shadow.office)
    filters = _filters(request)
    read("shadow-export", subject=f"tenants.shadow:{shadow.pk}", detail=_plain(filters), actor=actor, at=now)
    answer = StreamingHttpResponse(
        shadow_export.pieces(selectors.differences(shadow, **filters)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{shadow.schema_name}.csv"'
    return answer


@require_http_methods(["GET", "POST"])
def put_back(request: HttpRequest, shadow_id: int) -> HttpResponse:
    """The chosen rows once more, as they were, as they were compared and as they are; then asked for, with a reason."""
    actor, at = _actor(request), timezone.now()
    policies.see_shadows(actor)
    shadow = selectors.get_shadow(actor, shadow_id)
    policies.see_rows(actor, shadow.office)
    if request.method == "POST":
        policies.put_back(actor, shadow)
    given = request.POST if request.method == "POST" else request.GET
    table, numbers = given.get("table", ""), [int(each) for each in given.getlist("n") if each.isdigit()][:1000]
    if request.method == "GET" and not numbers and not table:
        messages.warning(request, _("请先选择要恢复的行。"))
        return redirect("admin-shadow", shadow.pk)
    rows = putting_back.chosen(shadow, table=table, numbers=numbers)
    form = PutBackForm(request.POST or None, initial={"drop": True})
    if form.is_valid():
        with refusals_on(form):
            change = putting_back.ask_back(
                shadow_id=shadow.pk, table=table, numbers=numbers, actor=actor, at=at, **form.cleaned_data
            )
            told(request, change, "")
            return redirect("change", change.pk)
    refusal = putting_back.reason_not(actor, shadow, rows, timezone.localdate(at))
    read("shadow", subject=f"tenants.shadow:{shadow.pk}", detail={"rows": len(rows)}, actor=actor, at=at)
    page = Paginator(rows, PAGE).get_page(given.get("page"))
    context = {
        "shadow": shadow, "form": form, "rows": selectors.shown(page), "page_obj": page, "refusal": refusal,
        "now": putting_back.now_of(actor, shadow, page), "numbers": numbers, "table": table, "count": len(rows),
        "kinds": dict(DifferenceKind.choices),
    }  # fmt: skip
    return render(request, "tenants/shadows/put_back.html", context, status=status_of(form))


@require_POST
def compare(request: HttpRequest, shadow_id: int) -> HttpResponse:
    """Compare anew."""
    usecases.compare_again(shadow_id=shadow_id, actor=_actor(request), at=timezone.now())
    messages.success(request, _("正在重新比较，稍后刷新本页。"))
    return redirect("admin-shadow", shadow_id)


@require_POST
def drop(request: HttpRequest, shadow_id: int) -> HttpResponse:
    """Remove the rows before their day."""
    usecases.drop_shadow(shadow_id=shadow_id, actor=_actor(request), at=timezone.now())
    messages.success(request, _("正在清除历史副本。"))
    return redirect("admin-shadows")


@require_http_methods(["GET", "POST"])
def from_archive(request: HttpRequest, archive_id: int) -> HttpResponse:
    """Ask why, then have the rows of an archive taken to look at."""
    actor = _actor(request)
    row, _path = archives.path_of(actor, archive_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            shadow, _job = usecases.take_archive(archive_id=row.pk, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("已开始还原，完成后在本页查看。"))
            return done(request, "admin-shadow", shadow.pk)
    return ask(request, "tenants/shadows/from_archive.html", {"row": row, "form": form}, status=status_of(form))
