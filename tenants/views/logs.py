"""Sign-ins and locks, for the security administrator."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.http import reads
from tenants.actors import Actor
from tenants.policies import people as policies
from tenants.selectors import sign_in as attempts
from tenants.usecases import sign_in as usecases

PAGE = 50
# reason → (word, tone)
RESULTS = {
    "": (gettext_lazy("成功"), "ok"),
    "wrong-password": (gettext_lazy("密码不正确"), "warn"),
    "second-step": (gettext_lazy("密码正确，待二次验证"), "info"),
    "wrong-code": (gettext_lazy("验证码不正确"), "warn"),
    "unknown-account": (gettext_lazy("账号不存在"), "warn"),
    "inactive": (gettext_lazy("账号已停用"), "warn"),
    "locked": (gettext_lazy("锁定期间尝试"), "bad"),
    "account-locked": (gettext_lazy("账号被锁定"), "bad"),
    "address-locked": (gettext_lazy("地址被锁定"), "bad"),
    "provider-state": (gettext_lazy("身份认证：不是从这里发起的"), "warn"),
    "provider-late": (gettext_lazy("身份认证：超过时限"), "warn"),
    "provider-off": (gettext_lazy("身份认证：服务已停用"), "warn"),
    "provider-fault": (gettext_lazy("身份认证：应答没有通过核验"), "bad"),
    "unknown-subject": (gettext_lazy("身份认证：没有关联的账号"), "warn"),
    "initial-expired": (gettext_lazy("初始密码已失效"), "warn"),
    "unlocked": (gettext_lazy("已解锁"), "info"),
}


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


@reads
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Attempts, and what is locked now."""
    actor, now = _actor(request), timezone.now()
    policies.see_sign_in_log(actor)
    query, result = request.GET.get("q", "").strip(), request.GET.get("result", "")
    rows = attempts.attempts_seen_by(actor)
    if query:
        rows = rows.filter(username__icontains=query) | rows.filter(address__icontains=query)
    if result == "ok":
        rows = rows.filter(succeeded=True)
    elif result == "failed":
        rows = rows.filter(succeeded=False)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    accounts, addresses = attempts.locked_now(actor, now=now)
    known = {name: attempts.user_named(name) for name, _until in accounts}
    context = {
        "page_obj": page,
        "rows": [{"row": row, "result": RESULTS.get(row.reason, (row.reason, "mute"))} for row in page],
        "accounts": [{"name": name, "until": until, "user": known[name]} for name, until in accounts],
        "addresses": [{"address": address, "until": until} for address, until in addresses],
        "q": query,
        "result": result,
    }
    return render(request, "tenants/logs/sign_ins.html", context)


@require_POST
def unlock_address(request: HttpRequest) -> HttpResponse:
    """Open a locked address before its time."""
    address = request.POST.get("address", "")
    usecases.unlock_address(address=address, actor=_actor(request), at=timezone.now())
    messages.success(request, _("地址 %(address)s 已解锁。") % {"address": address})
    return redirect("sign-in-log")
