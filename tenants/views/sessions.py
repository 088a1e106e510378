"""One's own sessions, ended from the account page; why one was ended, told where the browser comes to."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.http import portal_url
from tenants.middleware import to_sign_in
from tenants.models import OpenSession, User
from tenants.models.sessions import EndReason
from tenants.rules import agents
from tenants.selectors import sessions as selectors
from tenants.usecases import sessions as usecases
from tenants.views.confirm import confirmed, to_confirm


def listed(user: User, current: str | None, now: datetime) -> list[dict[str, Any]]:
    """The rows of the account page; the one that asks is marked."""
    return [
        {"row": row, "agent": agents.described(row.agent) or _("未知浏览器"), "current": row.key == current}
        for row in selectors.sessions_of(user, now=now)
    ]


def why_ended(number: int) -> str:
    """The sentence for the person whose browser still had the key of an ended session; "" when none is needed."""
    row = OpenSession.objects.filter(number=number, ended_at__isnull=False).first()
    if row is None or row.ended_at is None:
        return ""
    at = f"{timezone.localtime(row.ended_at):%m-%d %H:%M}"
    said = {
        EndReason.IDLE: _("您长时间没有操作，会话已结束，请重新登录。"),
        EndReason.REVOKED: _("您在另一个会话中结束了这里的会话（%(at)s）。若不是您本人操作，请立即修改密码。"),
        EndReason.REPLACED: _(
            "您的账号已在 %(address)s 登录（%(at)s），一个账号只能有一个会话，这里的会话已结束。"
            "若不是您本人操作，请立即联系安全管理员。"
        ),
        EndReason.PASSWORD: _("密码已更换（%(at)s），原来的会话已结束，请用新密码登录。"),
        EndReason.PROVIDER: _("您已在统一身份认证退出（%(at)s），这里的会话随之结束。"),
        EndReason.EMERGENCY: _("应急账号的使用已经结束（%(at)s），两半密码作废。请用本人的账号登录。"),
        EndReason.ADMINISTRATOR: _("安全管理员结束了您的会话（%(at)s）：%(note)s"),
    }
    text = said.get(EndReason(row.end_reason), "")
    return text % {"at": at, "address": row.ended_from, "note": row.note} if text else ""


@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End one of one's own sessions."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if not confirmed(request, timezone.now()):
        return to_confirm(request, portal_url("account"))
    current = request.session.session_key
    usecases.end_own(user=request.user, number=number, current=current, at=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("会话已结束。"))
    return redirect(portal_url("account"))


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if not confirmed(request, timezone.now()):
        return to_confirm(request, portal_url("account"))
    ended = usecases.end_others(user=request.user, current=request.session.session_key, at=timezone.now())  # type: ignore[arg-type]
    messages.success(
        request, ngettext("已结束别处的 %(n)s 个会话。", "已结束别处的 %(n)s 个会话。", ended) % {"n": ended}
    )
    return redirect(portal_url("account"))
