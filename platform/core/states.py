"""The life of a background job."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    QUEUED = "QUEUED", _("排队中")
    RUNNING = "RUNNING", _("运行中")
    DONE = "DONE", _("已完成")
    FAILED = "FAILED", _("失败")
    CANCELLED = "CANCELLED", _("已取消")
    GIVEN_UP = "GIVEN_UP", _("已放弃")


TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    # back to the queue: broken off by a bug, to be tried again; to itself: taken over from a silent worker
    JobState.RUNNING: frozenset(
        {JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.QUEUED, JobState.RUNNING}
    ),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset({JobState.QUEUED, JobState.GIVEN_UP}),
    JobState.CANCELLED: frozenset({JobState.QUEUED}),
    JobState.GIVEN_UP: frozenset(),
}
