"""The life of a month's draft inside the office."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DraftState(models.TextChoices):
    FILLING = "FILLING", _("填报中")
    AWAITING_SIGN_OFF = "AWAITING_SIGN_OFF", _("待签发")
    HANDED_OVER = "HANDED_OVER", _("已报送")


TRANSITIONS: dict[DraftState, frozenset[DraftState]] = {
    DraftState.FILLING: frozenset({DraftState.AWAITING_SIGN_OFF}),
    # the leader signs (handed over) or sends it back to the reporter
    DraftState.AWAITING_SIGN_OFF: frozenset({DraftState.HANDED_OVER, DraftState.FILLING}),
    # the province returned an indicator: the office works on it again
    DraftState.HANDED_OVER: frozenset({DraftState.FILLING}),
}
