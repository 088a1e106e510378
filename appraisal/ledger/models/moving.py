"""The one way to change a state: through the table of transitions."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _

from appraisal.ledger.states import TRANSITIONS
from core.errors import Conflict


class Moving(models.Model):
    """A model with a `state` whose life is drawn in states.TRANSITIONS, or in the table of another app."""

    state: str
    lives: ClassVar[dict[type[models.TextChoices], dict[str, frozenset[str]]]] = TRANSITIONS

    class Meta:
        abstract = True

    def move(self, to: models.TextChoices) -> None:
        """Step to `to` if that life has the step. Does not save. Raises Conflict."""
        if to not in self.lives[type(to)][self.state]:
            now = type(to)(self.state)
            raise Conflict(
                _("现在是“%(now)s”，不能变为“%(to)s”。请刷新后按最新状态办理。") % {"now": now.label, "to": to.label}
            )
        self.state = to
