"""待办: what waits for this person, by when, and why then; what they were reminded of, and where that goes."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core import todos
from core.http import reads, refusals_on, status_of
from tenants.forms.notices import MailForm
from tenants.policies import notices as policies
from tenants.selectors import notices as selectors
from tenants.usecases import notices as usecases


@reads
def index(request: HttpRequest) -> HttpResponse:
    """The inbox of one person in this office."""
    at = timezone.now()
    on = timezone.localdate(at)
    lines = todos.todos_for(request.actor, at) if policies.own.allows(request.actor) else []
    context: dict[str, Any] = {
        "rows": [{"todo": line, "over": line.days_over(on), "late": line.overdue(on)} for line in lines],
        "count": sum(line.count for line in lines),
        "late": sum(1 for line in lines if line.overdue(on)),
        "today": on,
        "notices": selectors.told_to(request.actor),
    }
    return render(request, "tenants/todo.html", context)


@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    """Where one's own reminders go."""
    policies.own(request.actor)
    form = MailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            usecases.set_mail(actor=request.actor, at=timezone.now(), **form.cleaned_data)
            kept = bool(form.cleaned_data["address"].strip())
            messages.success(request, _("已保存通知邮箱。") if kept else _("已删去通知邮箱，不再发邮件。"))
            return redirect("reminders")
    context = {
        "form": form,
        "mail": selectors.own_numbers(request.actor).mail,
        "configured": settings.NOTICE_MAIL,
        "sent": selectors.mails_of(request.actor),
        "rules": selectors.rules_on(timezone.localdate()),
    }
    return render(request, "tenants/reminders.html", context, status=status_of(form))
