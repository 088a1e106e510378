"""我的任务: what a person answers for, one duty with what became of it, handing in, asking for it again."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.duties import policies, usecases
from appraisal.duties.forms.acts import DeliverForm, ReasonForm
from appraisal.duties.models import Delivery, Duty
from appraisal.duties.selectors import lists, progress
from appraisal.ledger.views.evidence import file_items, taken_in
from core import asking
from core.http import reads


@reads
def mine(request: HttpRequest) -> HttpResponse:
    """One's own duties in the list in force, by their days."""
    actor, on = request.actor, timezone.localdate()
    policies.see(actor)
    rows: list[dict[str, Any]] = [
        {"mine": each, "duty": each.duty, "overdue": each.overdue(on), "refusals": progress.refusals(actor, each)}
        for each in progress.mine(actor)
    ]
    totals = {"open": sum(not row["mine"].done for row in rows), "overdue": sum(bool(row["overdue"]) for row in rows)}
    return render(request, "duties/mine.html", {"rows": rows, "totals": totals})


@reads
def detail(request: HttpRequest, duty_id: int) -> HttpResponse:
    """One duty: what was promised, what became of it."""
    actor, duty = request.actor, progress.get_duty(request.actor, duty_id)
    each = progress.standing([duty])[0]
    demand = lists.demands_of(duty.breakdown.list.letter, duty.breakdown.list.letter_version).get(duty.breakdown.code)
    context = {
        "duty": duty, "row": duty.breakdown.list, "mine": each, "overdue": each.overdue(timezone.localdate()),
        "demand": demand, "refusals": progress.refusals(actor, each),
        "timeline": [_step(step) for step in progress.steps_of(duty)],
        "files": [_file for step in progress.steps_of(duty)[:1] for _file in _files(step)],
    }  # fmt: skip
    return render(request, "duties/duty.html", context)


def _step(step: Delivery) -> dict[str, Any]:
    done = step.kind == Delivery.Kind.DONE
    text = step.get_kind_display() + (_("，逾期") if step.late else "")
    icon, tone = ("check", "warn" if step.late else "ok") if done else ("arrow-back-up", "bad")
    return {"icon": icon, "tone": tone, "text": text, "actor": step.by_name, "at": step.at, "quote": step.text}


def _files(step: Delivery) -> list[dict[str, Any]]:
    return file_items(
        {"id": str(each.file_id), "name": each.file.name, "size": each.file.size, "sha256": each.file.sha256}
        for each in step.evidence.all()
    )


def _ask(request: HttpRequest, duty: Duty, form: Any, act: Any, done: str, **shown: Any) -> HttpResponse:
    back = reverse("duties:duty", args=[duty.pk])

    def acted(data: dict[str, Any]) -> str:
        with transaction.atomic():  # what was uploaded goes with a refusal
            act(data)
        messages.success(request, done)
        return back

    return asking.ask(
        request,
        form,
        acted,
        url=request.path,
        cancel_url=back,
        crumbs=[(_("我的任务"), reverse("duties:mine"))],
        **shown,
    )


@require_http_methods(["GET", "POST"])
def deliver(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Hand in the deliverable."""
    actor, at = request.actor, timezone.now()
    duty = progress.get_duty(actor, duty_id)
    policies.deliver(actor, duty, progress.is_done(duty.key))

    def act(data: dict[str, Any]) -> None:
        files = taken_in(data["evidence"], actor=actor, at=at)
        usecases.deliver_duty(duty_id=duty.pk, text=data["text"], evidence=files, actor=actor, at=at)

    return _ask(
        request, duty, DeliverForm(request.POST or None, request.FILES or None), act, _("成果已报送。"), upload=True,
        title=_("报送成果"), confirm=_("报送"), lead=f"{duty.breakdown.code} {duty.deliverable or duty.task}",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def return_(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Ask for it again."""
    duty = progress.get_duty(request.actor, duty_id)
    policies.return_(request.actor, duty, progress.is_done(duty.key))
    return _ask(
        request, duty, ReasonForm(request.POST or None),
        lambda data: usecases.return_delivery(duty_id=duty.pk, actor=request.actor, at=timezone.now(), **data),
        _("已退回，请责任人重新报送。"), title=_("退回成果"), confirm=_("退回"), tone="warn",
        lead=_("退回后责任人重新报送，两次都留在记录里。"),
    )  # fmt: skip
