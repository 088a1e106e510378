"""The life of a responsibility list."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ListState(models.TextChoices):
    DRAFT = "DRAFT", _("草拟中")
    SUBMITTED = "SUBMITTED", _("待确认")
    CONFIRMED = "CONFIRMED", _("已确认")
    REPLACED = "REPLACED", _("已更新")


TRANSITIONS: dict[type[models.TextChoices], dict[str, frozenset[str]]] = {
    ListState: {
        ListState.DRAFT: frozenset({ListState.SUBMITTED}),
        # the leader confirms, or sends it back
        ListState.SUBMITTED: frozenset({ListState.CONFIRMED, ListState.DRAFT}),
        # a newer list of the same letter was confirmed
        ListState.CONFIRMED: frozenset({ListState.REPLACED}),
        ListState.REPLACED: frozenset(),
    },
}
