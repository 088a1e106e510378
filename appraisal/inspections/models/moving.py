"""The one way to change a state: through the table of transitions."""

from django.db import models
from django.utils.translation import gettext as _

from appraisal.inspections.states import TRANSITIONS
from core.errors import Conflict


class Moving(models.Model):
    """A model with a `state` whose life is drawn in states.TRANSITIONS."""

    state: str

    class Meta:
        abstract = True

    def move(self, to: models.TextChoices) -> None:
        """Step to `to` if that life has the step. Does not save. Raises Conflict."""
        now = type(to)(self.state)
        if to not in TRANSITIONS[type(to)][now]:
            raise Conflict(
                _("现在是“%(now)s”，不能变为“%(to)s”。请刷新后按最新状态办理。") % {"now": now.label, "to": to.label}
            )
        self.state = to
