"""Robots of group chats that an office's reminders go to: the security administrator adds, tries and removes them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import events as core_events
from core import secrets, webhooks
from core.errors import Conflict, Invalid, NotFound
from tenants import events
from tenants.actors import Actor
from tenants.models import NoticeHook
from tenants.models.notices import hook_secret_about, hook_url_about
from tenants.policies import notices as policies

MOST = 5


def hooks_for(actor: Actor) -> list[NoticeHook]:
    """The office's robots. Raises Denied."""
    policies.manage(actor)
    return list(NoticeHook.objects.filter(office=actor.office).order_by("pk"))


def get_hook(actor: Actor, hook_id: int) -> NoticeHook:
    """One of them. Raises Denied, NotFound."""
    policies.manage(actor)
    found = NoticeHook.objects.filter(office=actor.office, pk=hook_id).first()
    if found is None:
        raise NotFound(_("没有这个群机器人。"))
    return found


@transaction.atomic
def add_hook(*, kind: str, name: str, url: str, secret: str, actor: Actor, at: datetime) -> NoticeHook:
    """Have the office's reminders go to a group, too. Address and secret are sealed and shown to nobody.

    Raises Denied (no security administrator of the office), Invalid (kind, name, address not allowed), Conflict (the
    name is taken, too many).
    """
    policies.manage(actor)
    if kind not in NoticeHook.Kind.values:
        raise Invalid(_("请选择企业微信或钉钉。"), field="kind")
    name, url = name.strip(), url.strip()
    if not name or len(name) > 40:
        raise Invalid(_("请填写群的名称，不超过 40 个字。"), field="name")
    if len(url) > 400 or len(secret) > 120:
        raise Invalid(_("地址或密钥过长，请核对。"), field="url")
    host = webhooks.checked(url)
    known = NoticeHook.objects.filter(office=actor.office)
    if known.filter(name=name).exists():
        raise Conflict(_("已有名为“%(name)s”的群机器人。") % {"name": name})
    if known.count() >= MOST:
        raise Conflict(_("一个机构最多登记 %(most)s 个群机器人。") % {"most": MOST})
    row = NoticeHook.objects.create(
        office=actor.office, kind=kind, name=name, host=host, created_by_name=actor.name, created_at=at
    )
    row.url = secrets.seal(url, about=hook_url_about(row.pk))
    row.secret = secrets.seal(secret.strip(), about=hook_secret_about(row.pk)) if secret.strip() else ""
    row.save(update_fields=["url", "secret"])
    subject = events.office_subject(actor.office.pk)
    core_events.record(events.HookAdded(subject=subject, name=name, host=host), actor=actor, at=at)
    return row


@transaction.atomic
def remove_hook(*, hook_id: int, actor: Actor, at: datetime) -> None:
    """Nothing goes there any more. Raises Denied, NotFound."""
    row = get_hook(actor, hook_id)
    name, host = row.name, row.host
    row.delete()
    subject = events.office_subject(actor.office.pk)
    core_events.record(events.HookRemoved(subject=subject, name=name, host=host), actor=actor, at=at)


def try_hook(*, hook_id: int, actor: Actor, at: datetime) -> None:
    """Post a word now, so that whoever set it up sees whether it works. Raises Denied, NotFound, Conflict (why not)."""
    row = get_hook(actor, hook_id)
    text = _("%(office)s的待办提醒将发到本群（测试消息）。") % {"office": actor.office.label}
    try:
        webhooks.post(
            secrets.unseal(row.url, about=hook_url_about(row.pk)),
            text,
            secret=secrets.unseal(row.secret, about=hook_secret_about(row.pk)) if row.secret else "",
            at=at,
        )
    except webhooks.HookFault as fault:
        raise Conflict(_("没有发出：%(why)s") % {"why": fault}) from None
