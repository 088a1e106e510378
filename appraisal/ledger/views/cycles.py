"""The year's set-up: version, peer groups, letters, periods, start (任务下达)."""

from collections.abc import Callable
from typing import Any

from django import forms as plain_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appraisal.ledger.forms import cycles as forms
from appraisal.ledger.models import Cycle, TargetLetter
from appraisal.ledger.policies import amendments as amendment_policies
from appraisal.ledger.policies import cycles as policies
from appraisal.ledger.selectors import amendments
from appraisal.ledger.selectors import changes as change_selectors
from appraisal.ledger.selectors import cycles as selectors
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.states import LetterState
from appraisal.ledger.usecases import cycles as usecases
from appraisal.ledger.usecases import letters as letter_usecases
from appraisal.ledger.views import letter_words
from appraisal.library import selectors as library
from appraisal.library.models import TemplateVersion
from core import asking, events
from core.errors import Refusal
from core.http import reads
from core.workdays import Derivation


@reads
def index(request: HttpRequest, cycle_id: int | None = None) -> HttpResponse:
    """A year's set-up, the newest unless one is asked for."""
    return _page(request, cycle_id)


def _page(request: HttpRequest, cycle_id: int | None, refusal: Refusal | None = None) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    cycles = list(selectors.cycles_for(actor))
    cycle = selectors.get_cycle(actor, cycle_id) if cycle_id else (cycles[0] if cycles else None)
    context: dict[str, Any] = {"cycles": cycles, "cycle": cycle, "open_refusal": policies.manage.reason(actor)}
    if cycle is not None:
        context |= _of(request, cycle)
    context["refusal"] = refusal
    return render(request, "ledger/letters/cycle.html", context, status=refusal.status if refusal else 200)


def _of(request: HttpRequest, cycle: Cycle) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    participants = selectors.participants(cycle)
    letters = letter_selectors.with_progress(letter_selectors.letters_for(actor).filter(cycle=cycle))
    by_office = {letter.office_id: letter for letter in letters}
    periods = selectors.periods(cycle)
    rows = [
        {"participant": participant, "office": participant.office, "letter": by_office.get(participant.office_id)}
        for participant in participants
    ]
    today = timezone.localdate()
    stages = _stages(cycle, rows, periods)
    return {
        "rows": rows,
        "undrafted": sum(row["letter"] is None for row in rows),
        "stages": stages,
        "ready": all(stage["state"] == "done" for stage in stages[:-1]),
        "periods": [
            {
                "period": period,
                "why": [(name, str(Derivation.of(stored))) for name, stored in _derivations(period.derivations)],
                "now": period.opens_on <= today <= period.closes_on,
            }
            for period in periods
        ],
        "refusals": {
            **selectors.refusals(actor, cycle),
            "propose_amendment": amendment_policies.propose.reason(actor, cycle),
        },
        "amendments": amendments.amendments_for(actor).filter(cycle=cycle),
        "waiting": list(change_selectors.changes_for(actor).filter(letter__cycle=cycle, state="APPLIED")),
        "timeline": letter_words.timeline(events.timeline(selectors.subject_of(cycle.pk), limit=20)),
    }


def _derivations(stored: dict[str, dict]) -> list[tuple[str, dict]]:
    words = {"county_due_on": _("县级报送"), "due_on": _("州市报送"), "verify_due_on": _("省级核验")}
    return [(words[name], stored[name]) for name in words if name in stored]


def _stages(cycle: Cycle, rows: list[dict[str, Any]], periods: list[Any]) -> list[dict[str, str]]:
    """How far the set-up is: the first stage that is not done is now."""
    letters: list[TargetLetter] = [row["letter"] for row in rows if row["letter"]]
    total = len(rows)
    issued = sum(letter.state != LetterState.DRAFT for letter in letters)
    signed = sum(letter.state == LetterState.SIGNED for letter in letters)
    stages: list[tuple[str, str, bool]] = [
        (_("建立年度"), cycle.version.label, True),
        (_("确定分组"), _("共 %(n)s 个单位") % {"n": total}, bool(rows)),
        (_("填报期"), _("%(n)s 个月") % {"n": len(periods)}, bool(periods)),
        (_("起草责任书"), f"{len(letters)} / {total}", bool(rows) and len(letters) == total),
        (_("省级签署"), f"{issued} / {total}", bool(rows) and issued == total),
        (_("州市签署"), f"{signed} / {total}", bool(rows) and signed == total),
        (_("启动"), str(cycle.get_state_display()), cycle.state != Cycle.State.PREPARING),
    ]
    found, shown = False, []
    for label, sub, done in stages:
        state = "done" if done else "todo" if found else "now"
        found = found or not done
        shown.append({"label": label, "sub": sub, "state": state})
    return shown


def _do(request: HttpRequest, cycle_id: int, act: Callable[[], object], said: str) -> HttpResponse:
    """Run a use case and go back to the page, or show it with why not."""
    try:
        act()
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _page(request, cycle_id, refusal)
    messages.success(request, said)
    return redirect("ledger:cycle-of", cycle_id)


@require_http_methods(["GET", "POST"])
def open_(request: HttpRequest) -> HttpResponse:
    """Open a year on a published version."""
    actor = request.actor  # type: ignore[attr-defined]
    policies.manage(actor)
    years = set(selectors.cycles_for(actor).values_list("year", flat=True))
    published = library.versions_for(actor).filter(state=TemplateVersion.State.PUBLISHED).order_by("-year", "-number")
    form = forms.OpenForm([row for row in published if row.year not in years], request.POST or None)

    def act(data: dict[str, Any]) -> str:
        version = library.get_version(actor, data["version_id"])
        cycle = usecases.open_cycle(
            year=version.year, version_id=version.pk, name=data["name"], actor=actor, at=timezone.now()
        )
        return reverse("ledger:cycle-of", args=[cycle.pk])

    return asking.ask(
        request, form, act, title=_("建立考核年度"), confirm=_("建立"), url=request.path,
        lead=_("年度由指标体系版本决定；每个年度只能建立一次。没有可选的版本时，请先发布一个版本。"),
        cancel_url=reverse("ledger:cycle"), crumbs=[(_("任务下达"), reverse("ledger:cycle"))],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def groups(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Who takes part, in which peer group, and why."""
    actor = request.actor  # type: ignore[attr-defined]
    cycle = selectors.get_cycle(actor, cycle_id)
    policies.prepare(actor, cycle)
    offices = selectors.prefectures(cycle.province)
    refusal: Refusal | None = None
    peers: list[usecases.Peer] = []
    if request.method == "POST":
        peers = forms.peers_of(request.POST, offices)
        try:
            usecases.set_peer_groups(cycle_id=cycle.pk, groups=peers, actor=actor, at=timezone.now())
        except Refusal as caught:
            refusal = caught
        else:
            messages.success(request, _("分组已保存。"))
            return redirect("ledger:cycle-of", cycle.pk)
    rows = forms.peer_rows(offices, selectors.participants(cycle), peers, refusal.rows if refusal else [])
    context = {"cycle": cycle, "rows": rows, "refusal": refusal}
    return render(request, "ledger/letters/groups.html", context, status=refusal.status if refusal else 200)


@require_POST
def draft_letters(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """A letter for every participant that has none."""
    actor = request.actor  # type: ignore[attr-defined]
    return _do(
        request, cycle_id,
        lambda: letter_usecases.draft_letters(cycle_id=cycle_id, actor=actor, at=timezone.now()),
        _("责任书已起草。"),
    )  # fmt: skip


@require_POST
def make_periods(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """The twelve months."""
    actor = request.actor  # type: ignore[attr-defined]
    return _do(
        request, cycle_id, lambda: usecases.make_periods(cycle_id=cycle_id, actor=actor, at=timezone.now()),
        _("填报期已生成。"),
    )  # fmt: skip


@require_POST
def recompute_periods(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Follow the calendar."""
    actor = request.actor  # type: ignore[attr-defined]
    return _do(
        request, cycle_id, lambda: usecases.recompute_periods(cycle_id=cycle_id, actor=actor, at=timezone.now()),
        _("未截止的填报期已按工作日历重算。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Start the year when everyone has signed."""
    actor = request.actor  # type: ignore[attr-defined]
    cycle = selectors.get_cycle(actor, cycle_id)
    policies.prepare(actor, cycle)

    def act(data: dict[str, Any]) -> str:
        usecases.start_cycle(cycle_id=cycle.pk, actor=actor, at=timezone.now())
        return reverse("ledger:cycle-of", args=[cycle.pk])

    return asking.ask(
        request, plain_forms.Form(request.POST if request.method == "POST" else None), act,
        title=_("启动 %(cycle)s") % {"cycle": cycle.name}, confirm=_("启动"), url=request.path, tone="warn",
        lead=_("启动后分组和参加单位不能再改，州市开始按月填报。"),
        cancel_url=reverse("ledger:cycle-of", args=[cycle.pk]),
        crumbs=[(_("任务下达"), reverse("ledger:cycle"))],
    )  # fmt: skip
