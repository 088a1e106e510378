"""消息机器人: the group chats that an office's reminders go to."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict
from core.http import refusals_on, status_of
from tenants.forms.notices import HookForm
from tenants.selectors import notices as selectors
from tenants.usecases import hooks as usecases


@sensitive_post_parameters("url", "secret")
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The robots, and a form for another one."""
    rows = usecases.hooks_for(request.actor)
    form = HookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            row = usecases.add_hook(actor=request.actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("已登记“%(name)s”，请发一条测试消息。") % {"name": row.name})
            return redirect("admin-robots")
    last = selectors.last_of_robots(rows)
    context = {"rows": [(row, last.get(row.pk)) for row in rows], "form": form, "hosts": settings.NOTICE_HOSTS}
    return render(request, "tenants/robots.html", context, status=status_of(form))


@require_POST
def test(request: HttpRequest, hook_id: int) -> HttpResponse:
    """Post a word now."""
    try:
        usecases.try_hook(hook_id=hook_id, actor=request.actor, at=timezone.now())
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已发出，请到群里查看。"))
    return redirect("admin-robots")


@require_POST
def remove(request: HttpRequest, hook_id: int) -> HttpResponse:
    """Nothing goes there any more."""
    usecases.remove_hook(hook_id=hook_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("已移除，提醒不再发往该群。"))
    return redirect("admin-robots")
