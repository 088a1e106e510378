"""One target: its lines as a table of fields, the sums while one types, sharing out."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appraisal.duties import policies, usecases
from appraisal.duties.forms import grid
from appraisal.duties.forms.acts import FillForm
from appraisal.duties.models import Duty, ResponsibilityList
from appraisal.duties.rules.sums import Rule
from appraisal.duties.selectors import checking
from appraisal.duties.selectors import lists as selectors
from appraisal.duties.selectors.lists import Demand, Loaded
from appraisal.duties.selectors.parties import Parties, parties
from appraisal.duties.usecases.breaking import read_parts
from appraisal.duties.views.lists import _sum, rule_said
from core import asking
from core.errors import NotFound, Refusal
from core.http import without_writing


def _found(request: HttpRequest, list_id: int, code: str) -> tuple[Loaded, Demand, Parties]:
    row = selectors.get_list(request.actor, list_id)
    policies.edit(request.actor, row)
    found = selectors.loaded(row)
    if code not in found.demands:
        raise NotFound(_("责任书中没有适用的指标 %(code)s。") % {"code": code[:10]})
    return found, found.demands[code], parties(request.actor, on=timezone.localdate())


@require_http_methods(["GET", "POST"])
def target(request: HttpRequest, list_id: int, code: str) -> HttpResponse:
    """Fill in the lines of one target."""
    found, demand, known = _found(request, list_id, code)
    rows, refusal = grid.stored(found.duties.get(code, [])), None
    breakdown = found.breakdowns.get(code)
    lock_version = breakdown.lock_version if breakdown else 0
    if request.method == "POST":
        rows = grid.typed(request.POST)
        try:
            usecases.save_target(
                list_id=list_id, code=code, parts=grid.parts(rows), lock_version=_lock(request), actor=request.actor,
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as caught:
            if caught.status == 404:
                raise
            refusal, lock_version = caught, _lock(request)
        else:
            messages.success(request, _("%(code)s 的分解已保存。") % {"code": code})
            return redirect(_next(request, found, code))
    codes = list(found.demands)
    context: dict[str, Any] = {
        "row": found.row, "demand": demand, "rule": rule_said(demand.rule, demand.lower), "rows": rows,
        "known": _choices(known), "people": known.people.items(), "lock_version": lock_version, "refusal": refusal,
        "task": demand.rule == Rule.TASK, "last": codes[-1] == code,
        **_checked(demand, rows, known),
    }  # fmt: skip
    return render(request, "duties/target.html", context, status=refusal.status if refusal else 200)


def _next(request: HttpRequest, found: Loaded, code: str) -> str:
    """The list, at this target; or the next target."""
    codes = list(found.demands)
    place = codes.index(code) + 1
    if "next" in request.POST and place < len(codes):
        return reverse("duties:target", args=[found.row.pk, codes[place]])
    return reverse("duties:list", args=[found.row.pk]) + f"#t-{code}"


def _lock(request: HttpRequest) -> int:
    text = request.POST.get("lock_version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _choices(known: Parties) -> list[tuple[str, list[tuple[str, str]]]]:
    """(kind in words, [(party, name)]) for a select with groups."""
    return [
        (str(Duty.Kind(kind).label), [(f"{kind}:{ref}", name) for ref, name in names.items()])
        for kind, names in known.names.items()
    ]


def _checked(demand: Demand, rows: list[dict[str, str]], known: Parties) -> dict[str, Any]:
    """Sums and problems of the lines as they are typed."""
    try:
        tops, wrong = read_parts(demand, grid.parts(rows), known)
    except Refusal as refusal:
        return {"sums": [], "problems": [], "wrong": [refusal.message]}
    return {
        "sums": [_sum(each) for each in checking.sums_of(demand, tops)],
        "problems": checking.problems_of(demand, tops, known.people),
        "wrong": [each["message"] for each in wrong],
    }


@require_POST
def check(request: HttpRequest, list_id: int, code: str) -> HttpResponse:
    """The sums of what is typed; nothing is saved."""
    with without_writing():
        _row, demand, known = _found(request, list_id, code)
        context = _checked(demand, grid.typed(request.POST), known)
        return render(request, "duties/target_check.html", {"demand": demand, **context})


@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, list_id: int, code: str) -> HttpResponse:
    """Share the target out."""
    found, _demand, _known = _found(request, list_id, code)
    row: ResponsibilityList = found.row
    breakdown = found.breakdowns.get(code)
    back = reverse("duties:target", args=[row.pk, code])

    def act(data: dict[str, Any]) -> str:
        usecases.fill_target(list_id=row.pk, code=code, actor=request.actor, at=timezone.now(), **data)
        messages.success(request, _("%(code)s 已分摊，请补齐责任人、时限和成果。") % {"code": code})
        return back

    form = FillForm(
        request.POST or None, kinds=list(Duty.Kind.choices),
        initial={"kind": Duty.Kind.COUNTY, "lock_version": breakdown.lock_version if breakdown else 0},
    )  # fmt: skip
    return asking.ask(
        request, form, act, title=_("分摊 %(code)s") % {"code": code}, confirm=_("分摊"), url=request.path,
        cancel_url=back,
        lead=_("按所选办法把目标分到各县，或已列出的科室、人员，合计正好等于目标；已有各行的文字不变，数字重填。"),
        crumbs=[(_("任务分解"), reverse("duties:list", args=[row.pk])), (code, back)],
    )  # fmt: skip
