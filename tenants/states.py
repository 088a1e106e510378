"""The lives of what administrators do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChangeState(models.TextChoices):
    """A grave change that a second administrator decides about."""

    WAITING = "WAITING", _("待批准")
    DONE = "DONE", _("已批准并办理")
    REFUSED = "REFUSED", _("未批准")
    WITHDRAWN = "WITHDRAWN", _("已撤回")
    EXPIRED = "EXPIRED", _("已过期")


class ProviderState(models.TextChoices):
    """A provider of identity: changed while it is off, offered while it is on."""

    OFF = "OFF", _("未启用")
    ON = "ON", _("使用中")


class EmergencyState(models.TextChoices):
    """The emergency account: two halves of a password, sealed, opened, accounted for, void until made anew."""

    DRAWN = "DRAWN", _("待取走")
    SEALED = "SEALED", _("已封存")
    OPEN = "OPEN", _("使用中")
    CLOSED = "CLOSED", _("待说明")
    VOID = "VOID", _("已作废")


class OfficeState(models.TextChoices):
    """An office, from above: its people may work, may not enter, or are gone and its record is closed."""

    ACTIVE = "ACTIVE", _("使用中")
    SUSPENDED = "SUSPENDED", _("已停用")
    ARCHIVED = "ARCHIVED", _("已归档")


class ShadowState(models.TextChoices):
    """A shadow of an office: taken from a backup or an archive, compared, and removed after a while."""

    TAKING = "TAKING", _("正在还原")
    READY = "READY", _("可以查看")
    FAILED = "FAILED", _("未能还原")
    DROPPED = "DROPPED", _("已清除")


class DispatchState(models.TextChoices):
    """A message that goes out of the house, by e-mail or to a group's robot."""

    WAITING = "WAITING", _("待发送")
    SENT = "SENT", _("已发送")
    FAILED = "FAILED", _("发送失败")


TRANSITIONS: dict[type[models.TextChoices], dict[str, frozenset[str]]] = {
    ChangeState: {
        ChangeState.WAITING: frozenset(
            {ChangeState.DONE, ChangeState.REFUSED, ChangeState.WITHDRAWN, ChangeState.EXPIRED}
        ),
        ChangeState.DONE: frozenset(),
        ChangeState.REFUSED: frozenset(),
        ChangeState.WITHDRAWN: frozenset(),
        ChangeState.EXPIRED: frozenset(),
    },
    ProviderState: {
        ProviderState.OFF: frozenset({ProviderState.ON}),
        ProviderState.ON: frozenset({ProviderState.OFF}),
    },
    EmergencyState: {
        EmergencyState.DRAWN: frozenset({EmergencyState.DRAWN, EmergencyState.SEALED}),
        EmergencyState.SEALED: frozenset({EmergencyState.OPEN, EmergencyState.DRAWN}),
        EmergencyState.OPEN: frozenset({EmergencyState.CLOSED}),
        EmergencyState.CLOSED: frozenset({EmergencyState.VOID}),
        EmergencyState.VOID: frozenset({EmergencyState.DRAWN}),
    },
    OfficeState: {
        OfficeState.ACTIVE: frozenset({OfficeState.SUSPENDED}),
        OfficeState.SUSPENDED: frozenset({OfficeState.ACTIVE, OfficeState.ARCHIVED}),
        OfficeState.ARCHIVED: frozenset({OfficeState.SUSPENDED}),
    },
    ShadowState: {
        ShadowState.TAKING: frozenset({ShadowState.READY, ShadowState.FAILED}),
        ShadowState.READY: frozenset({ShadowState.DROPPED}),
        ShadowState.FAILED: frozenset({ShadowState.TAKING, ShadowState.DROPPED}),
        ShadowState.DROPPED: frozenset({ShadowState.TAKING}),
    },
    DispatchState: {
        DispatchState.WAITING: frozenset({DispatchState.SENT, DispatchState.FAILED}),
        DispatchState.SENT: frozenset(),
        DispatchState.FAILED: frozenset({DispatchState.SENT}),  # its job is tried again
    },
}
