"""随机抽查: the rounds, one round with its list, seed and proof, and the files with which anybody redoes it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BaseForm, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from appraisal.inspections.forms.draws import (
    CommitForm,
    FigureForm,
    LeaveOutForm,
    PrepareForm,
    ReasonForm,
    RevealForm,
)
from appraisal.inspections.models import Draw
from appraisal.inspections.policies import draws as policies
from appraisal.inspections.policies.tasks import plan
from appraisal.inspections.rules import drawing
from appraisal.inspections.selectors import draws as selectors
from appraisal.inspections.selectors import risk
from appraisal.inspections.usecases import draws as usecases
from appraisal.inspections.views.asking import ask
from appraisal.ledger.views import years
from core import events
from core.errors import NotFound
from core.http import reads, refusals_on, status_of

PAGE_SIZE = 50
SCRIPT = Path(__file__).resolve().parents[1] / "proof" / "redo_draw.py"


@reads
def index(request: HttpRequest) -> HttpResponse:
    """Every round of the province, newest first."""
    policies.see(request.actor)
    page = Paginator(selectors.listed(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    cycle, year = years.chosen(request)
    context = {
        **year, "page_obj": page,
        "why_not": policies.prepare.reason(request.actor, cycle) if cycle else _("还没有进行中的考核年度。"),
    }  # fmt: skip
    return render(request, "inspections/draws.html", context)


@require_http_methods(["GET", "POST"])
def prepare(request: HttpRequest) -> HttpResponse:
    """Begin a round."""
    actor, at = request.actor, timezone.now()
    cycle, year = years.chosen(request)
    if cycle is None:
        policies.see(actor)
        raise NotFound(_("还没有进行中的考核年度。"))
    policies.prepare(actor, cycle)
    periods = risk.months_with_values(cycle, on=timezone.localdate(at))
    form = PrepareForm(request.POST or None, periods=periods)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            draw = usecases.prepare_draw(cycle_id=cycle.pk, actor=actor, at=at, **form.cleaned_data)
            messages.success(request, _("名单已编好，核对后冻结。"))
            return redirect("inspections:draw", draw.pk)
    return render(request, "inspections/prepare.html", {"form": form, **year}, status=status_of(form))


@reads
def detail(request: HttpRequest, draw_id: int) -> HttpResponse:
    """One round: its list with the parts of every weight, its seed, its result, how to redo it, what happened."""
    policies.see(request.actor)
    draw = selectors.get_draw(request.actor, draw_id)
    return render(request, "inspections/draw.html", _context(request, draw))


def _context(request: HttpRequest, draw: Draw) -> dict[str, Any]:
    actor, on = request.actor, timezone.localdate()
    draft = not draw.frozen_text
    objects = draw.material["objects"] if draft else _ordered(draw.frozen)
    page = Paginator(objects, PAGE_SIZE).get_page(request.GET.get("page"))
    total = sum(row["weight"] for row in objects if not row["left_out"])
    drawn = {pair["object"] for pair in draw.result or []}
    given = selectors.contributions(draw) if draw.seed_kind == Draw.SeedKind.CONTRIBUTIONS else []
    inspectors = draw.material["inspectors"] if draft else draw.frozen["inspectors"]
    return {
        "draw": draw, "code": selectors.code_of(draw), "draft": draft, "page_obj": page, "total": total,
        "rows": [
            {
                **row, "why": selectors.risk_sentences(row["risk"]),
                "chance": Decimal(row["weight"] * 100) / total if total and not row["left_out"] else None,
                "drawn": row["key"] in drawn,
            }
            for row in page
        ],
        "inspectors": inspectors, "chosen": sum(row.get("chosen", True) for row in inspectors),
        "excluded": selectors.excluded_rows(draw), "result": selectors.drawn_rows(draw), "given": given,
        "missing": range(len(given) + 1, (draw.seed_people or 0) + 1),
        "stale": draft and draw.as_of != on, "objects": len(objects),
        "left_out": sum(bool(row["left_out"]) for row in objects),
        "refusals": selectors.refusals(actor, draw, on=on), "algorithm": draw.frozen.get("algorithm", ""),
        "events": timeline(draw),
        "may_plan": bool(draw.result) and plan.allows(actor, draw.cycle) and not draw.tasks.exists(),
    }  # fmt: skip


def _ordered(frozen: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of a frozen list heaviest first, what was left out at the end."""
    objects = sorted(frozen["objects"], key=lambda row: (-row["weight"], row["key"]))
    return [
        *({**row, "left_out": ""} for row in objects),
        *({**row, "left_out": row["reason"], "weight": 0, "risk": []} for row in frozen["left_out"]),
    ]


def timeline(draw: Draw) -> list[dict[str, Any]]:
    """What happened to a round, for {% timeline %}."""
    words: dict[str, tuple[str, str, str]] = {
        "DrawPrepared": ("list-check", "", _("编制名单")),
        "ListFrozen": ("lock", "brand", _("冻结名单并公布")),
        "SeedHashCommitted": ("fingerprint", "info", _("提交种子的哈希")),
        "SeedPhraseRevealed": ("eye", "info", _("公开种子原文")),
        "Drawn": ("arrows-shuffle", "ok", _("录入种子并抽取")),
        "DrawVoided": ("ban", "bad", _("作废")),
    }
    told = []
    for record in events.timeline(draw.subject):
        icon, tone, text = words.get(record.name, ("point", "", record.name))
        told.append({
            "icon": icon, "tone": tone, "text": text, "actor": record.actor_name, "at": record.at,
            "quote": record.data.get("reason", ""),
        })  # fmt: skip
    return told


@require_http_methods(["GET", "POST"])
def leave_out(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Take an object of the draft out, with a reason; or put it back, without."""
    actor, draw = request.actor, selectors.get_draw(request.actor, draw_id)
    policies.edit(actor, draw)
    if request.method == "POST" and request.POST.get("back"):
        usecases.leave_out(draw_id=draw.pk, key=request.POST.get("key", ""), reason="", actor=actor, at=timezone.now())
        return redirect("inspections:draw", draw.pk)
    key = request.GET.get("key", "")
    form = LeaveOutForm(request.POST or None, initial={"key": key})
    label = next((row["label"] for row in draw.material["objects"] if row["key"] in (key, form["key"].value())), "")
    words = {
        "title": _("剔除 %(what)s") % {"what": label}, "confirm": _("剔除"), "tone": "warn", "url": request.path,
        "consequence": _("剔除的对象和理由写入名单，冻结后随名单公布。"), "done": _("已剔除。"),
    }  # fmt: skip
    return _dialog(
        request, draw, form, words,
        lambda data: usecases.leave_out(draw_id=draw.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_POST
def inspectors(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Say who can be sent."""
    usecases.choose_inspectors(
        draw_id=draw_id, keys=request.POST.getlist("key"), actor=request.actor, at=timezone.now()
    )
    messages.success(request, _("检查人员名单已保存。"))
    return redirect("inspections:draw", draw_id)


@require_POST
def recount(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Count the risk anew."""
    usecases.recount(draw_id=draw_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("风险权重已按今天的数据重新计算。"))
    return redirect("inspections:draw", draw_id)


@require_http_methods(["GET", "POST"])
def freeze(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Freeze the list and publish it with its hash."""
    actor, draw = request.actor, selectors.get_draw(request.actor, draw_id)
    ask(request, lambda: policies.freeze(actor, draw))
    words = {
        "title": _("冻结名单"), "confirm": _("冻结并公布"), "tone": "warn", "url": request.path,
        "consequence": _("冻结后任何人都不能再改，名单和它的 SHA-256 向全省公布；种子须由另一个人提供。"),
        "done": _("名单已冻结并公布。"),
    }  # fmt: skip
    return _dialog(
        request, draw, _asked(request), words,
        lambda data: usecases.freeze(draw_id=draw.pk, actor=actor, at=timezone.now()),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Give the round up."""
    actor, draw = request.actor, selectors.get_draw(request.actor, draw_id)
    form = ReasonForm(request.POST or None)
    revealed = sum(bool(row.phrase) for row in selectors.contributions(draw))
    ask(request, lambda: policies.void(actor, draw, on=timezone.localdate(), revealed=revealed))
    words = {
        "title": _("作废这一轮"), "confirm": _("作废"), "tone": "bad", "url": request.path,
        "consequence": _("编号不再使用，名单和作废理由留在记录里。"), "done": _("已作废。"),
    }  # fmt: skip
    return _dialog(
        request, draw, form, words,
        lambda data: usecases.void(draw_id=draw.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def commit(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Hand in the hash of one's phrase."""
    actor, draw = request.actor, selectors.get_draw(request.actor, draw_id)
    given = selectors.contributions(draw)
    ask(
        request,
        lambda: policies.commit(
            actor, draw, taken=len(given), mine=any(row.person_id == actor.user_id for row in given)
        ),
    )
    words = {
        "title": _("提交种子的哈希"), "confirm": _("提交哈希"), "tone": "info", "url": request.path, "phrase": True,
        "consequence": _("自拟一段别人猜不到的话并自己记好。现在只交它的 SHA-256，哈希交齐后再公开原文。"),
        "done": _("哈希已提交，请记好原文。"),
    }  # fmt: skip
    return _dialog(
        request, draw, CommitForm(request.POST or None), words,
        lambda data: usecases.commit_hash(draw_id=draw.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Make one's phrase public."""
    actor, draw = request.actor, selectors.get_draw(request.actor, draw_id)
    given = selectors.contributions(draw)
    mine = next((row for row in given if row.person_id == actor.user_id), None)
    ask(
        request,
        lambda: policies.reveal(
            actor, draw, taken=len(given), mine=mine is not None, revealed=bool(mine and mine.phrase)
        ),
    )
    words = {
        "title": _("公开种子原文"), "confirm": _("公开"), "tone": "info", "url": request.path,
        "consequence": _("全部公开后，各段按交哈希的次序相连，其 SHA-256 就是种子。"), "done": _("原文已公开。"),
    }  # fmt: skip
    return _dialog(
        request, draw, RevealForm(request.POST or None), words,
        lambda data: usecases.reveal(draw_id=draw.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def draw_now(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Enter the seed, where it is a figure, and draw."""
    actor, draw = request.actor, selectors.get_draw(request.actor, draw_id)
    revealed = sum(bool(row.phrase) for row in selectors.contributions(draw))
    ask(
        request,
        lambda: policies.draw_now(actor, draw, on=timezone.localdate(), lacking=(draw.seed_people or 0) - revealed),
    )
    by_figure = draw.seed_kind == Draw.SeedKind.FIGURE
    words = {
        "title": _("抽取"), "confirm": _("录入并抽取") if by_figure else _("抽取"), "tone": "warn", "url": request.path,
        "consequence": _("每一轮只抽一次，结果由名单和种子决定，不能更改。"), "done": _("已抽取。"),
    }  # fmt: skip
    form = FigureForm(request.POST or None) if by_figure else _asked(request)
    return _dialog(
        request, draw, form, words,
        lambda data: usecases.draw_now(draw_id=draw.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


def _asked(request: HttpRequest) -> Form:
    """Nothing but yes or no."""
    return Form(request.POST if request.method == "POST" else None)


def _dialog(
    request: HttpRequest, draw: Draw, form: BaseForm, words: dict[str, Any], act: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """GET asks, POST does it and goes back to the round; a refusal stays in the dialog."""
    back = reverse("inspections:draw", args=[draw.pk])
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            act(form.cleaned_data)
            messages.success(request, words["done"])
            return HttpResponseClientRedirect(back) if request.htmx else redirect(back)
    template = "inspections/decide.html" + ("#dialog" if request.htmx else "")
    response = render(request, template, {"form": form, "draw": draw, "back": back, **words}, status=status_of(form))
    response["Vary"] = "HX-Request"
    return response


@reads
def frozen_list(request: HttpRequest, draw_id: int) -> HttpResponse:
    """The frozen list, byte by byte as it was hashed."""
    draw = _published(request, draw_id)
    return _file(draw.frozen_text, f"{selectors.code_of(draw)}-list.json", "application/json")


@reads
def result(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Seed and result, as the script compares them."""
    draw = _published(request, draw_id)
    if draw.result is None:
        raise NotFound(_("这一轮还没有抽取。"))
    text = drawing.canonical(selectors.result_of(draw))
    return _file(text, f"{selectors.code_of(draw)}-result.json", "application/json")


@reads
def script(request: HttpRequest, draw_id: int) -> HttpResponse:
    """The script that redoes a draw."""
    _published(request, draw_id)
    return _file(SCRIPT.read_text("utf-8"), SCRIPT.name, "text/x-python")


def _published(request: HttpRequest, draw_id: int) -> Draw:
    policies.see(request.actor)
    draw = selectors.get_draw(request.actor, draw_id)
    if not draw.frozen_text:
        raise NotFound(_("名单还没有冻结。"))
    return draw


def _file(text: str, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(text.encode(), content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
