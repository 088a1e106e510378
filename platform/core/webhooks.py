"""Posting to a robot of a group chat: WeCom and DingTalk, over https, to hosts that the installation has named.

No redirect is followed, no host but those of the list is asked, at its own port, and an answer is read up to a bound:
who may write an address on a page must not be able to ask this server for others (server-side request forgery).
Source: the robots' own documentation (text messages; DingTalk signs with HMAC-SHA-256 over time and secret).
"""

import base64
import hashlib
import hmac
import json
import time
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Invalid
from core.jobs.registry import Unanswered

CONNECT, SILENCE, WHOLE = 5, 10, 20  # seconds
MOST = 64 * 1024  # bytes of an answer
LONGEST = 2000  # bytes of a message: WeCom takes 2048 (a Chinese character is three), and refuses more


class HookFault(Unanswered):
    """It was not delivered. Its text has no address and no secret."""


def checked(url: str) -> str:
    """The host of an address that may be posted to. Raises Invalid (field `url`)."""
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, (parts.hostname or "").lower()
    except ValueError:
        raise Invalid(_("地址不完整，应以 https:// 开头。"), field="url") from None
    if parts.scheme != "https" or not host or parts.username or parts.password or port not in (None, 443):
        raise Invalid(_("地址只能是 https:// 开头，不带端口、用户名和密码。"), field="url")
    if host not in settings.NOTICE_HOSTS:
        listed = _("、").join(settings.NOTICE_HOSTS) or _("无")
        raise Invalid(
            _("不能发往 %(host)s：系统运维人员允许的地址是 %(listed)s。") % {"host": host, "listed": listed},
            field="url",
        )
    return host


def signed(url: str, secret: str, at: datetime) -> str:
    """DingTalk's address with timestamp (ms) and signature; unchanged without a secret."""
    if not secret:
        return url
    moment = str(int(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256).digest()
    sign = quote_plus(base64.b64encode(digest))
    return f"{url}{'&' if urlsplit(url).query else '?'}timestamp={moment}&sign={sign}"


def body(text: str) -> dict[str, Any]:
    """A text message; both robots take the same. One that is too long ends after a whole line, and says so."""
    if len(text.encode()) > LONGEST:
        more = _("……其余请到系统的“待办”页查看。")
        kept = text.encode()[: LONGEST - len(more.encode()) - 1].decode(errors="ignore")
        text = f"{kept.rpartition(chr(10))[0] or kept}\n{more}"
    return {"msgtype": "text", "text": {"content": text}}


def post(url: str, text: str, *, secret: str = "", at: datetime) -> None:
    """Deliver a text. Raises HookFault: not allowed any more, unreachable, redirected, or refused by the robot."""
    try:
        checked(url)
    except Invalid as refusal:
        raise HookFault(refusal.message) from None
    ends = time.monotonic() + WHOLE
    try:
        with requests.post(
            signed(url, secret, at), json=body(text), timeout=(CONNECT, SILENCE), allow_redirects=False, stream=True
        ) as answer:
            content = b""
            for chunk in answer.iter_content(8192):
                content += chunk
                if len(content) > MOST or time.monotonic() > ends:
                    raise HookFault(_("对方的答复过长或过慢。"))
            status = answer.status_code
    except (requests.RequestException, OSError) as error:
        raise HookFault(_("连接不上（%(error)s）。") % {"error": type(error).__name__}) from None
    if status != 200:
        raise HookFault(_("对方答复 %(status)s。") % {"status": status})
    code = _code(content)
    if code != 0:
        raise HookFault(_("机器人拒收，错误码 %(code)s。") % {"code": code})


def _code(content: bytes) -> Any:
    """errcode of the answer; None where there is none."""
    try:
        told = json.loads(content)
    except ValueError:
        return None
    return told.get("errcode") if isinstance(told, dict) else None
