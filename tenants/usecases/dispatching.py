"""Messages that leave the house: an e-mail, a text to a group's robot. Each is a row, and a job that sends it.

The job ends in the transaction that marks the row as sent, so one that was sent is never sent again. A worker that is
killed after the other side took the message and before that transaction ends sends it once more: an e-mail then bears
the same Message-ID, by which mail servers and readers know it. See adr/0028.
"""

from collections.abc import Callable
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs, secrets, webhooks, wording
from core.errors import Conflict
from core.models import Job
from tenants.actors import Actor
from tenants.models import Channel, Dispatch
from tenants.models.notices import hook_secret_about, hook_url_about
from tenants.states import DispatchState

SEND = "tenants.send_message"


def want(row: Dispatch, *, actor: Actor, at: datetime) -> Job:
    """Have a message sent, in the caller's transaction."""
    return jobs.want(SEND, arguments={"dispatch_id": row.pk}, key=str(row.pk), actor=actor, at=at)


def send(*, dispatch_id: int, at: datetime) -> Dispatch:
    """Send a message that waits, in its office. Repeatable: one that was sent stays sent.

    Raises Conflict (nothing to send it by any more), jobs.Unanswered (the other side did not take it, for the job to be
    tried again).
    """
    row = Dispatch.objects.select_for_update(of=("self",)).select_related("office", "user", "hook").get(pk=dispatch_id)
    if row.state == DispatchState.SENT:
        return row
    if row.channel == Channel.MAIL:
        _mail(row)
    else:
        _robot(row, at)
    row.move(DispatchState.SENT)
    row.sent_at, row.error = at, ""
    row.save(update_fields=["state", "sent_at", "error"])
    return row


def _mail(row: Dispatch) -> None:
    assert row.user is not None
    address = row.user.numbers.mail.reveal()
    if not settings.NOTICE_MAIL:
        raise Conflict(_("本系统没有配置邮件服务器，邮件没有发出。"))
    if not address:
        raise Conflict(_("%(name)s没有登记通知邮箱，邮件没有发出。") % {"name": row.user.name})
    with wording.speaking(down=row.office.down, language=row.user.language or settings.LANGUAGE_CODE):
        body = text_of(row, _("本邮件由系统自动发出，请勿回复。不想再收到邮件，可在“待办”页的“提醒设置”里删去邮箱。"))
    host = settings.EMAIL_MESSAGE_HOST
    message = EmailMessage(
        subject=f"{settings.EMAIL_SUBJECT_PREFIX}{row.subject}",
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        headers={"Message-ID": f"<anlan-{row.office.schema_name}-{row.pk}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=settings.EMAIL_TIMEOUT),
    )
    try:
        message.send()
    except (SMTPException, OSError) as error:
        raise jobs.Unanswered(_("邮件服务器没有收下（%(error)s）。") % {"error": type(error).__name__}) from error


def _robot(row: Dispatch, at: datetime) -> None:
    hook = row.hook
    assert hook is not None
    if not hook.is_active:
        raise Conflict(_("群机器人“%(name)s”已停用，消息没有发出。") % {"name": hook.name})
    url = secrets.unseal(hook.url, about=hook_url_about(hook.pk))
    secret = secrets.unseal(hook.secret, about=hook_secret_about(hook.pk)) if hook.secret else ""
    webhooks.post(url, text_of(row), secret=secret, at=at)


def text_of(row: Dispatch, ending: str = "") -> str:
    """The message as plain text; addresses of pages where the installation has said its own (NOTICE_BASE_URL)."""
    base = settings.NOTICE_BASE_URL.rstrip("/")
    parts = [row.subject]
    for number, line in enumerate(row.lines, start=1):
        said = [f"{number}. {line['title']}"]
        if line.get("due_on"):
            said.append(_("期限 %(day)s") % {"day": line["due_on"]})
        if base and line.get("url"):
            said.append(f"{base}{line['url']}")
        parts.append("\n".join(said))
    return "\n\n".join([*parts, ending] if ending else parts)


def _failed(job: Job, dispatch_id: int) -> None:
    """It was tried as often as a job is, or cannot be sent at all: the row says why."""
    row = Dispatch.objects.select_for_update(of=("self",)).filter(pk=dispatch_id).first()
    if row is not None and row.state == DispatchState.WAITING:
        row.move(DispatchState.FAILED)
        row.error = job.error[:300]
        row.save(update_fields=["state", "error"])


@jobs.job(SEND, label=gettext_lazy("发送提醒消息"), ended=_failed)
def _send(job: Job, progress: Callable[..., None], dispatch_id: int) -> dict[str, Any]:
    row = send(dispatch_id=dispatch_id, at=timezone.now())
    return {"channel": row.channel}
