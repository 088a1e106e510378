"""Changes of signed letters: applied for, looked at before and after, decided."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms import changes as forms
from appraisal.ledger.models import LetterChange
from appraisal.ledger.policies import changes as policies
from appraisal.ledger.selectors import changes as selectors
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.usecases import changes as usecases
from core import asking
from core.http import Told, reads
from tenants.views.signing import signed


@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The office asks for other targets."""
    actor = request.actor  # type: ignore[attr-defined]
    letter = letter_selectors.get_letter(actor, letter_id)
    today = timezone.localdate()
    rows = letter_selectors.targets(letter)
    form = forms.GroundsForm(letter.cycle.year, today.month + 1, policies.ORDINARY, request.POST or None)
    with Told(request) as told:
        policies.apply(actor, letter, today)
        if request.method == "POST" and form.is_valid():
            change = usecases.apply_for_change(
                letter_id=letter.pk, rows=forms.typed_rows(request.POST, rows), actor=actor, at=timezone.now(),
                grounds=usecases.Grounds(**form.cleaned_data),
            )  # fmt: skip
            messages.success(request, _("调整申请已送出，等待省级批准。"))
            return redirect("ledger:change", change.pk)
    context = {
        "letter": letter, "form": form, "refusal": told.refusal,
        "grid": forms.grid(rows, request.POST or None, told.rows),
        "days": forms.days(rows, request.POST or None, told.rows),
    }  # fmt: skip
    return render(request, "ledger/letters/change_apply.html", context, status=told.status(form))


@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The bureau moves targets from this office to another: a county moved, or the office was merged."""
    actor = request.actor  # type: ignore[attr-defined]
    letter = letter_selectors.get_letter(actor, letter_id)
    others = list(letter_selectors.letters_for(actor).filter(cycle_id=letter.cycle_id).exclude(pk=letter.pk))
    rows = letter_selectors.targets(letter)
    form = forms.TransferForm(letter, others, timezone.localdate().month + 1, request.POST or None)
    with Told(request) as told:
        policies.transfer(actor, letter)
        if request.method == "POST" and form.is_valid():
            given = dict(form.cleaned_data)
            typed = {row.indicator.code: request.POST.get(f"{row.indicator.code}-amount", "") for row in rows}
            out, _into = usecases.transfer_targets(
                from_letter_id=letter.pk, to_letter_id=given.pop("to_letter_id"), actor=actor, at=timezone.now(),
                amounts={code: text for code, text in typed.items() if text.strip()},
                milestones=forms.moving(request.POST, rows), grounds=usecases.Grounds(**given),
            )  # fmt: skip
            messages.success(request, _("划转已提出，等待省级领导批准。"))
            return redirect("ledger:change", out.pk)
    movable = [
        {"row": row, "code": row.indicator.code, "typed": request.POST.get(f"{row.indicator.code}-amount", "")}
        for row in forms.of_letter(rows)
        if row.year_target
    ]
    context = {"letter": letter, "form": form, "refusal": told.refusal, "movable": movable,
               "stones": forms.with_days(rows), "marked": request.POST.getlist("stones")}  # fmt: skip
    return render(request, "ledger/letters/change_transfer.html", context, status=told.status(form))


@reads
def detail(request: HttpRequest, letter_change_id: int) -> HttpResponse:
    """Before and after, why, resting on what, and what may be done."""
    actor = request.actor  # type: ignore[attr-defined]
    change = selectors.get_change(actor, letter_change_id)
    # Only the bureau sees the other side of a move: the row is hidden from a prefecture's role.
    pair = selectors.changes_for(actor).filter(Q(pk=change.pair_id or 0) | Q(pair_id=change.pk)).first()
    context = {
        "change": change, "figures": selectors.figures(change), "refusals": selectors.refusals(actor, change),
        "pair": pair, "above": actor.at_province,
    }  # fmt: skip
    return render(request, "ledger/letters/change.html", context)


def _ask(request: HttpRequest, change: LetterChange, form: Any, act: Any, **shown: Any) -> HttpResponse:
    back = reverse("ledger:change", args=[change.pk])

    def done(data: dict[str, Any]) -> str:
        act(data)
        return back

    return asking.ask(
        request, form, signed(request, done), url=request.path, cancel_url=back,
        crumbs=[(change.letter.office.label, reverse("ledger:letter", args=[change.letter_id])), (_("目标调整"), back)],
        **shown,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, letter_change_id: int) -> HttpResponse:
    """A leader of the province signs."""
    actor = request.actor  # type: ignore[attr-defined]
    change = selectors.get_change(actor, letter_change_id)
    policies.decide(actor, change)
    return _ask(
        request, change, forms.ApproveForm(request.POST or None),
        lambda data: usecases.approve_change(change_id=change.pk, actor=actor, at=timezone.now(), **data),
        title=_("批准目标调整"), confirm=_("批准"),
        tone="warn", lead=_("批准后形成责任书的新版本，生效月起按新目标计分；区划调整和机构合并的双方同时生效。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, letter_change_id: int) -> HttpResponse:
    """A leader of the province leaves the targets as they are."""
    actor = request.actor  # type: ignore[attr-defined]
    change = selectors.get_change(actor, letter_change_id)
    policies.decide(actor, change)
    return _ask(
        request, change, forms.ReasonForm(request.POST or None),
        lambda data: usecases.refuse_change(change_id=change.pk, actor=actor, at=timezone.now(), **data),
        title=_("不批准目标调整"), confirm=_("不批准"), danger=True, lead=_("目标保持不变，理由告知申请单位。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, letter_change_id: int) -> HttpResponse:
    """Taken back by the side that applied."""
    actor = request.actor  # type: ignore[attr-defined]
    change = selectors.get_change(actor, letter_change_id)
    policies.withdraw(actor, change)
    return _ask(
        request, change, forms.ReasonForm(request.POST or None),
        lambda data: usecases.withdraw_change(change_id=change.pk, actor=actor, at=timezone.now(), **data),
        title=_("撤回调整申请"), confirm=_("撤回"), danger=True, lead=_("撤回后可以另行申请。"),
    )  # fmt: skip
