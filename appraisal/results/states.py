"""The lives of a self-appraisal, a year's calculation, its result, an objection to it, a use, and a form of paper."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SelfState(models.TextChoices):
    DRAFT = "DRAFT", _("填写中")
    SUBMITTED = "SUBMITTED", _("已报送")


class YearRunState(models.TextChoices):
    RUNNING = "RUNNING", _("计算中")
    DONE = "DONE", _("已算出")
    FAILED = "FAILED", _("失败")


class ResultState(models.TextChoices):
    PROPOSED = "PROPOSED", _("拟定等次")
    DECIDED = "DECIDED", _("已审定")
    NOTICED = "NOTICED", _("公示中")
    LOCKED = "LOCKED", _("已锁定")
    REOPENED = "REOPENED", _("已重新启动")
    WITHDRAWN = "WITHDRAWN", _("已撤回")


class NoticeObjectionState(models.TextChoices):
    OPEN = "OPEN", _("核查中")
    UPHELD = "UPHELD", _("异议成立")
    REJECTED = "REJECTED", _("异议不成立")


class UseState(models.TextChoices):
    OPEN = "OPEN", _("办理中")
    HANDED_IN = "HANDED_IN", _("方案已报")
    DONE = "DONE", _("已办结")
    CANCELLED = "CANCELLED", _("已撤销")


class PaperFormState(models.TextChoices):
    IN_FORCE = "IN_FORCE", _("使用中")
    ENDED = "ENDED", _("已停用")


TRANSITIONS: dict[type[models.TextChoices], dict[str, frozenset[str]]] = {
    SelfState: {
        SelfState.DRAFT: frozenset({SelfState.SUBMITTED}),
        SelfState.SUBMITTED: frozenset(),
    },
    YearRunState: {
        YearRunState.RUNNING: frozenset({YearRunState.DONE, YearRunState.FAILED}),
        YearRunState.DONE: frozenset(),
        YearRunState.FAILED: frozenset(),
    },
    ResultState: {
        ResultState.PROPOSED: frozenset({ResultState.DECIDED, ResultState.WITHDRAWN}),
        ResultState.DECIDED: frozenset({ResultState.NOTICED, ResultState.WITHDRAWN}),
        # what the public saw is never withdrawn: it is locked, or opened again with a reason and kept
        ResultState.NOTICED: frozenset({ResultState.LOCKED, ResultState.REOPENED}),
        ResultState.LOCKED: frozenset({ResultState.REOPENED}),
        ResultState.REOPENED: frozenset(),
        ResultState.WITHDRAWN: frozenset(),
    },
    NoticeObjectionState: {
        NoticeObjectionState.OPEN: frozenset({NoticeObjectionState.UPHELD, NoticeObjectionState.REJECTED}),
        NoticeObjectionState.UPHELD: frozenset(),
        NoticeObjectionState.REJECTED: frozenset(),
    },
    UseState: {
        UseState.OPEN: frozenset({UseState.HANDED_IN, UseState.DONE, UseState.CANCELLED}),
        UseState.HANDED_IN: frozenset({UseState.DONE, UseState.CANCELLED}),
        UseState.DONE: frozenset(),
        UseState.CANCELLED: frozenset(),
    },
    PaperFormState: {
        PaperFormState.IN_FORCE: frozenset({PaperFormState.ENDED}),
        PaperFormState.ENDED: frozenset(),
    },
}
