"""Target letters: the grid, milestones, the paper, the signatures."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms import letters as forms
from appraisal.ledger.models import TargetLetter
from appraisal.ledger.policies import letters as policies
from appraisal.ledger.selectors import changes, consultations, letter_papers, letter_scans
from appraisal.ledger.selectors import letters as selectors
from appraisal.ledger.usecases import letters as usecases
from appraisal.ledger.views import letter_words
from core import asking, serving
from core.documents import Kind
from core.errors import Invalid
from core.http import Told, reads
from tenants.views.signing import signed

SAVED = "ledger:edit-letter"


def _paper(request: HttpRequest, letter: TargetLetter) -> dict[str, Any]:
    """What the paper shows: targets by group, signatures, what may be done."""
    rows, editions = selectors.targets(letter), letter_papers.editions(letter)
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.indicator.parent.label, []).append(row)  # type: ignore[union-attr]
    return {
        "letter": letter,
        "groups": groups.items(),
        "milestones": [row for row in rows if row.milestone_list],  # type: ignore[attr-defined]
        "refusals": selectors.refusals_of_one(request.actor, letter, timezone.localdate()),  # type: ignore[attr-defined]
        "versions": editions,
        "cabinet": letter_scans.cabinet(letter, [each["version"] for each in editions]),
        "changes": changes.of_letter(request.actor, letter),  # type: ignore[attr-defined]
        "lacking": selectors.lacking(rows) if letter.state == letter.State.DRAFT else [],
        "timeline": letter_words.timeline(selectors.history(request.actor, letter)),  # type: ignore[attr-defined]
    }


@reads
def detail(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The letter as a paper, with its history and what may be done."""
    letter = selectors.get_letter(request.actor, letter_id)  # type: ignore[attr-defined]
    return render(request, "ledger/letters/letter.html", _paper(request, letter))


@reads
def paper(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The letter for the printer: A4, nothing else."""
    letter = selectors.get_letter(request.actor, letter_id)  # type: ignore[attr-defined]
    return render(request, "ledger/letters/print.html", _paper(request, letter))


@reads
def document(request: HttpRequest, letter_id: int, kind: Kind) -> HttpResponse:
    """The letter as an official document; ?edition=1 for what it said before a change."""
    letter = selectors.get_letter(request.actor, letter_id)  # type: ignore[attr-defined]
    asked = request.GET.get("edition", "")
    version = selectors.get_version(letter, int(asked) if asked.isdecimal() and len(asked) < 5 else None)
    paper = letter_papers.paper_of(letter, version, at=timezone.now())
    return serving.document_response(paper, kind, letter_papers.name_of(letter, version))


@reads
def my_letter(request: HttpRequest) -> HttpResponse:
    """The letter of the office one is in; ?year= for an earlier one."""
    actor = request.actor  # type: ignore[attr-defined]
    asked = request.GET.get("year", "")
    letter = selectors.my_letter(actor, int(asked) if asked.isdecimal() and len(asked) == 4 else None)
    years = selectors.letters_for(actor).filter(office_id=actor.office.pk).values_list("cycle__year", flat=True)
    context = {"mine": True, "years": list(years), "consultation": consultations.mine(actor)}
    if letter is None:
        return render(request, "ledger/letters/letter.html", {**context, "letter": None})
    return render(request, "ledger/letters/letter.html", {**context, **_paper(request, letter)})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The grid: every indicator's figures; a spreadsheet's rows can be pasted."""
    actor = request.actor  # type: ignore[attr-defined]
    letter = selectors.get_letter(actor, letter_id)
    rows = selectors.targets(letter)
    typed: list[usecases.TargetRow] = []
    with Told(request) as told:
        if request.method == "POST":
            pasting = "take" in request.POST
            typed = (
                forms.pasted_rows(request.POST.get("paste", "")) if pasting else forms.typed_rows(request.POST, rows)
            )
        policies.edit(actor, letter)
        if request.method == "POST":
            usecases.save_targets(
                letter_id=letter.pk, rows=typed, lock_version=_lock(request), actor=actor, at=timezone.now()
            )
            messages.success(request, _("目标已保存。"))
            return redirect(SAVED, letter.pk)
    lacking = selectors.lacking(rows)
    context = {
        "letter": letter,
        "grid": forms.grid(rows, typed, told.rows),
        "lacking": lacking,
        "pasted": request.POST.get("paste", ""),
        "refusal": told.refusal,
        "refusals": selectors.refusals(actor, letter),
        "figure_labels": forms.FIGURE_LABELS.values(),
        "timeline": letter_words.timeline(selectors.history(actor, letter, limit=8)),
        "neighbours": _neighbours(request, letter),
    }
    return render(request, "ledger/letters/edit.html", context, status=told.status())


def _neighbours(request: HttpRequest, letter: TargetLetter) -> list[TargetLetter]:
    """The letters of the same year, to go from one to the next."""
    return list(selectors.letters_for(request.actor).filter(cycle_id=letter.cycle_id))  # type: ignore[attr-defined]


def _lock(request: HttpRequest) -> int:
    text = request.POST.get("lock_version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


@require_http_methods(["GET", "POST"])
def milestones(request: HttpRequest, letter_id: int, code: str) -> HttpResponse:
    """The milestones of one indicator."""
    actor = request.actor  # type: ignore[attr-defined]
    letter = selectors.get_letter(actor, letter_id)
    policies.edit(actor, letter)
    target = next((row for row in selectors.targets(letter) if row.indicator.code == code), None)
    if target is None:
        raise Invalid(_("责任书中没有这个指标。"))
    shown = [
        (milestone.name, milestone.due_on.isoformat())
        for milestone in target.milestone_list  # type: ignore[attr-defined]
    ]
    if request.method == "POST":
        shown = list(zip(request.POST.getlist("m-name"), request.POST.getlist("m-due_on"), strict=False))

    def act(data: dict[str, Any]) -> str:
        usecases.set_milestones(
            letter_id=letter.pk, indicator_code=code, milestones=forms.typed_milestones(request.POST, code),
            lock_version=data["lock_version"], actor=actor, at=timezone.now(),
        )  # fmt: skip
        return reverse(SAVED, args=[letter.pk]) + f"#t-{code}"

    form = forms.LockForm(request.POST or None, initial={"lock_version": letter.lock_version})
    return asking.ask(
        request, form, act, template="ledger/letters/milestones.html", rows=[*shown, ("", "")], letter=letter,
        title=_("%(code)s 的节点") % {"code": f"{code} {target.indicator.label}"}, confirm=_("保存"), url=request.path,
        lead=_("各节点权重相同，时限在 %(year)s 年内；清空一行即删除。") % {"year": letter.cycle.year},
        cancel_url=reverse(SAVED, args=[letter.pk]), crumbs=crumbs(letter),
    )  # fmt: skip


def crumbs(letter: TargetLetter) -> list[tuple[str, str]]:
    """The way to a letter, for the pages below it."""
    return [
        (_("任务下达"), reverse("ledger:cycle")),
        (letter.office.label, reverse("ledger:letter", args=[letter.pk])),
    ]


def _signature(
    request: HttpRequest, letter: TargetLetter, form: forms.LockForm, act: Callable[[dict[str, Any]], object],
    **shown: Any,
) -> HttpResponse:  # fmt: skip
    """Ask, act, and go back to the letter."""
    back = reverse("ledger:letter", args=[letter.pk])

    def done(data: dict[str, Any]) -> str:
        act(data)
        return back

    return asking.ask(
        request, form, signed(request, done), url=request.path, cancel_url=back, crumbs=crumbs(letter), tone="warn",
        **shown,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The province signs."""
    actor = request.actor  # type: ignore[attr-defined]
    letter = selectors.get_letter(actor, letter_id)
    policies.issue(actor, letter)
    initial = {"lock_version": letter.lock_version, "number": usecases.suggest_number(letter)}
    return _signature(
        request, letter, forms.IssueForm(request.POST or None, initial=initial),
        lambda data: usecases.issue_letter(letter_id=letter.pk, actor=actor, at=timezone.now(), **data),
        title=_("签署%(office)s的责任书") % {"office": letter.office.label}, confirm=_("签署"),
        lead=_("签署后内容封闭，送州市签署；州市签署前可由签署领导撤回。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The province takes its signature back."""
    actor = request.actor  # type: ignore[attr-defined]
    letter = selectors.get_letter(actor, letter_id)
    policies.withdraw(actor, letter)
    form = forms.WithdrawForm(request.POST or None, initial={"lock_version": letter.lock_version})
    return _signature(
        request, letter, form,
        lambda data: usecases.withdraw_letter(letter_id=letter.pk, actor=actor, at=timezone.now(), **data),
        title=_("撤回%(office)s的责任书") % {"office": letter.office.label}, confirm=_("撤回"), danger=True,
        lead=_("撤回后责任书恢复为草稿，可以修改后重新签署；文号保留。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The office signs."""
    actor = request.actor  # type: ignore[attr-defined]
    letter = selectors.get_letter(actor, letter_id)
    policies.sign(actor, letter)
    form = forms.SignForm(request.POST or None, initial={"lock_version": letter.lock_version})
    return _signature(
        request, letter, form,
        lambda data: usecases.sign_letter(letter_id=letter.pk, actor=actor, at=timezone.now(), **data),
        title=_("签署 %(number)s") % {"number": letter.number}, confirm=_("签署"),
        lead=_("双方签署后责任书生效，内容不能再改。您代表%(office)s签署。") % {"office": letter.office.full_label},
    )  # fmt: skip
