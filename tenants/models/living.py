"""What has a life drawn in tenants.states."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from core.errors import Conflict
from tenants.states import TRANSITIONS


class Steps:
    """What steps only as the table says: for a model with a base of its own."""

    state: Any  # each heir has a field of its own

    def move(self, to: models.TextChoices) -> None:
        """Step to `to` if that life has the step. Does not save. Raises Conflict."""
        state = str(self.state)
        if to not in TRANSITIONS[type(to)][state]:
            raise Conflict(
                _("现在是“%(now)s”，不能变为“%(to)s”。请刷新后按最新状态办理。")
                % {"now": type(to)(state).label, "to": to.label}
            )
        self.state = to


class Living(Steps, models.Model):
    """A model whose `state` steps only as the table says."""

    class Meta:
        abstract = True
