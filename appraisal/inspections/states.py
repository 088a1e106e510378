"""The lives of a round of the draw, a task on site and its record, a thing to rectify, a false claim and a matter."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DrawState(models.TextChoices):
    DRAFT = "DRAFT", _("编制名单")
    FROZEN = "FROZEN", _("名单已冻结")
    DRAWN = "DRAWN", _("已抽取")
    VOID = "VOID", _("已作废")


class TaskState(models.TextChoices):
    PLANNED = "PLANNED", _("待检查")
    UNDERWAY = "UNDERWAY", _("检查中")
    DONE = "DONE", _("已办结")
    CANCELLED = "CANCELLED", _("已取消")


class RectificationState(models.TextChoices):
    OPEN = "OPEN", _("待整改")
    ANSWERED = "ANSWERED", _("待销号")
    CLOSED = "CLOSED", _("已销号")


class SiteRecordState(models.TextChoices):
    WAITING = "WAITING", _("待会签")
    AGREED = "AGREED", _("已会签")
    OBJECTED = "OBJECTED", _("有异议")
    ANSWERED = "ANSWERED", _("异议已答复")
    LAPSED = "LAPSED", _("逾期未签")


class ClaimState(models.TextChoices):
    HEARING = "HEARING", _("听取陈述")
    CONFIRMED = "CONFIRMED", _("已认定")
    DROPPED = "DROPPED", _("不予认定")


class MatterState(models.TextChoices):
    OPEN = "OPEN", _("待回复")
    ANSWERED = "ANSWERED", _("待办结")
    CLOSED = "CLOSED", _("已办结")
    WITHDRAWN = "WITHDRAWN", _("已撤回")


TRANSITIONS: dict[type[models.TextChoices], dict[str, frozenset[str]]] = {
    DrawState: {
        DrawState.DRAFT: frozenset({DrawState.FROZEN, DrawState.VOID}),
        # Void only while nobody can know the seed (policies.draws.void): what was drawn stands.
        DrawState.FROZEN: frozenset({DrawState.DRAWN, DrawState.VOID}),
        DrawState.DRAWN: frozenset(),
        DrawState.VOID: frozenset(),
    },
    TaskState: {
        TaskState.PLANNED: frozenset({TaskState.UNDERWAY, TaskState.CANCELLED}),
        TaskState.UNDERWAY: frozenset({TaskState.DONE}),
        TaskState.DONE: frozenset(),
        TaskState.CANCELLED: frozenset(),
    },
    RectificationState: {
        RectificationState.OPEN: frozenset({RectificationState.ANSWERED}),
        # back: what was answered does not do
        RectificationState.ANSWERED: frozenset({RectificationState.CLOSED, RectificationState.OPEN}),
        RectificationState.CLOSED: frozenset(),
    },
    SiteRecordState: {
        # to lapsed only after the last day, by the bureau; until then a late signature is taken, too
        SiteRecordState.WAITING: frozenset({SiteRecordState.AGREED, SiteRecordState.OBJECTED, SiteRecordState.LAPSED}),
        SiteRecordState.AGREED: frozenset(),
        SiteRecordState.OBJECTED: frozenset({SiteRecordState.ANSWERED}),
        SiteRecordState.ANSWERED: frozenset(),
        SiteRecordState.LAPSED: frozenset(),
    },
    ClaimState: {
        ClaimState.HEARING: frozenset({ClaimState.CONFIRMED, ClaimState.DROPPED}),
        ClaimState.CONFIRMED: frozenset(),
        ClaimState.DROPPED: frozenset(),
    },
    MatterState: {
        MatterState.OPEN: frozenset({MatterState.ANSWERED, MatterState.WITHDRAWN}),
        # back: what was replied does not do, and there is a new day
        MatterState.ANSWERED: frozenset({MatterState.CLOSED, MatterState.OPEN}),
        MatterState.CLOSED: frozenset(),
        MatterState.WITHDRAWN: frozenset(),
    },
}
