"""The one way to change a state of this app."""

from typing import ClassVar

from appraisal.ledger.models.moving import Moving as LedgerMoving
from appraisal.results.states import TRANSITIONS


class Moving(LedgerMoving):
    """A model with a `state` whose life is drawn in results.states.TRANSITIONS."""

    lives = TRANSITIONS
    fixed: ClassVar[tuple[str, ...]] = ("id",)

    class Meta:
        abstract = True

    def keep(self) -> None:
        """Save what may change; the wall lets no office write the `fixed` fields of a row that is there."""
        self.save(update_fields=[field.name for field in self._meta.concrete_fields if field.name not in self.fixed])
