"""扣分告知书: issued for all offices of a run, read and acknowledged by each."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.models import DeductionStatement
from appraisal.ledger.policies import statements as policies
from appraisal.ledger.selectors import scores, statement_papers
from appraisal.ledger.selectors import statements as selectors
from appraisal.ledger.selectors.explanations import sentence
from appraisal.ledger.usecases import statements as usecases
from appraisal.ledger.views import listed_items
from core import asking, serving
from core.documents import Kind
from core.http import reads
from core.workdays import Derivation

RUNS_SHOWN = 24
STATE_TONES = {"NONE": "mute", "WAITING": "info", "OVERDUE": "bad", "RECEIVED": "ok"}


def state_words() -> dict[str, str]:
    """How the states of a statement read."""
    return {"NONE": _("未发出"), "WAITING": _("待签收"), "OVERDUE": _("逾期未签收"), "RECEIVED": _("已签收")}


def _state(state: str) -> dict[str, str]:
    return {"state": state, "state_label": state_words()[state], "state_tone": STATE_TONES[state]}


@reads
def index(request: HttpRequest) -> HttpResponse:
    """Of the bureau: a run's offices and how far each is; of an office: its own statements."""
    actor, on = request.actor, timezone.localdate()
    policies.see(actor)
    if not actor.at_province:
        rows = [{"row": row, **_state(selectors.state_of(row, on))} for row in selectors.statements_for(actor)]
        return render(request, "ledger/statements/own.html", {"rows": rows})
    asked = request.GET.get("run", "")
    runs = list(selectors.runs_of(actor)[:RUNS_SHOWN])
    run = next((each for each in runs if str(each.pk) == asked), None)
    if run is None and asked.isdecimal() and len(asked) < 19:
        run = scores.get_run(actor, int(asked))  # one that a later run has replaced
    run = run or next(iter(runs), None)
    context: dict[str, Any] = {"runs": runs, "run": run}
    if run is not None:
        rows = [{"row": row, **_state(row.state)} for row in selectors.standings(run, on)]
        counts = {key: sum(each["state"] == key for each in rows) for key in STATE_TONES}
        context |= {"rows": rows, "refusal": selectors.issue_refusal(actor, run)}
        context["counts"] = [(state_words()[key], n) for key, n in counts.items() if n]
    return render(request, "ledger/statements/province.html", context)


@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, run_id: int) -> HttpResponse:
    """Issue the statements of all offices of a run."""
    actor = request.actor
    run = scores.get_run(actor, run_id)
    back = f"{reverse('ledger:statements')}?run={run.pk}"
    if request.method == "GET":
        selectors.check_issue(actor, run)

    def act(_data: dict[str, Any]) -> str:
        made = usecases.issue_statements(run_id=run.pk, actor=actor, at=timezone.now())
        messages.success(request, _("已发出 %(n)s 份扣分告知书。") % {"n": len(made)})
        return back

    return asking.ask(
        request, _confirm(request), act, title=_("发出 %(run)s 的扣分告知书") % {"run": run.code}, confirm=_("发出"),
        lead=_("一次发给这一批的全部单位，依次编号；内容随告知书保存，发出后不能改。"), url=request.path,
        cancel_url=back, crumbs=[(_("扣分告知书"), back)],
    )  # fmt: skip


def _confirm(request: HttpRequest) -> forms.Form:
    return forms.Form(request.POST if request.method == "POST" else None)


@reads
def detail(request: HttpRequest, statement_id: int) -> HttpResponse:
    """One statement as it was issued, and whether it was received."""
    statement = selectors.get_statement(request.actor, statement_id)
    return render(request, "ledger/statements/statement.html", _context(request, statement))


def _context(request: HttpRequest, statement: DeductionStatement) -> dict[str, Any]:
    said = statement.content
    return {
        "statement": statement, "said": said, "lines": [_line(line) for line in said["lines"]],
        "items": listed_items.of_statement(said),
        "receipt": statement.received, "derivation": str(Derivation.of(statement.derivation)),
        "objection_until": date.fromisoformat(said["objection"]["until"]),
        "objection_derivation": str(Derivation.of(said["objection"]["derivation"])),
        "refusal": selectors.receive_refusal(request.actor, statement),
        "total_steps": _sentences(said, "total_steps"),
        **_state(selectors.state_of(statement, timezone.localdate())),
    }  # fmt: skip


def _sentences(told: dict[str, Any], name: str) -> list[str]:
    """As they were kept; for a reader of another language made again from the same steps."""
    chinese = (get_language() or "zh").startswith("zh")
    return told[name] if chinese else [sentence(step) for step in told[f"{name}_of"]]


def _line(line: dict[str, Any]) -> dict[str, Any]:
    english = (get_language() or "").startswith("en")
    opinions = {
        "VERIFIED": _("核验通过"),
        "RETURNED": _("退回"),
        "CORRECTED": _("核验更正"),
        "REOPENED": _("重新打开"),
    }
    objection = listed_items.objection_words()[line["objection"]]
    return {
        **line, "label": (line["name_en"] if english else "") or line["name"], "sentences": _sentences(line, "reasons"),
        "objection_label": objection,
        "shown": line["shown_en"] if english else line["shown"],
        "opinions": [{**each, "word": opinions[each["decision"]]} for each in line["opinions"]],
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, statement_id: int) -> HttpResponse:
    """The office acknowledges receipt."""
    actor = request.actor
    statement = selectors.get_statement(actor, statement_id)
    back = reverse("ledger:statement", args=[statement.pk])
    if request.method == "GET":
        policies.receive(actor, statement, receipt=statement.received)

    def act(_data: dict[str, Any]) -> str:
        usecases.receive_statement(statement_id=statement.pk, actor=actor, at=timezone.now())
        messages.success(request, _("已签收。"))
        return back

    return asking.ask(
        request, _confirm(request), act, title=_("签收 %(number)s") % {"number": statement.number}, confirm=_("签收"),
        lead=_("您代表%(office)s签收。签收不表示同意，不影响申诉。") % {"office": statement.office.full_label},
        url=request.path, cancel_url=back, crumbs=[(_("扣分告知书"), reverse("ledger:statements"))],
    )  # fmt: skip


@reads
def document(request: HttpRequest, statement_id: int, kind: Kind) -> HttpResponse:
    """The statement as an official document."""
    statement = selectors.get_statement(request.actor, statement_id)
    paper = statement_papers.paper_of(statement)
    return serving.document_response(paper, kind, statement_papers.name_of(statement))
