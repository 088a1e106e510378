"""The life of a month's draft inside the office."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DraftState(models.TextChoices):
    FILLING = "FILLING", _("填报中")
    AWAITING_SIGN_OFF = "AWAITING_SIGN_OFF", _("待签发")
    HANDED_OVER = "HANDED_OVER", _("已报送")


class BookState(models.TextChoices):
    """An uploaded spreadsheet of a month."""

    READING = "READING", _("读取中")
    READY = "READY", _("待写入")
    WRITTEN = "WRITTEN", _("已写入")
    REFUSED = "REFUSED", _("未接收")
    DROPPED = "DROPPED", _("已放弃")


TRANSITIONS: dict[type[models.TextChoices], dict[str, frozenset[str]]] = {
    DraftState: {
        # back to handed over: a claim that was begun after the handing-over is withdrawn, nothing else is left
        DraftState.FILLING: frozenset({DraftState.AWAITING_SIGN_OFF, DraftState.HANDED_OVER}),
        # the leader signs (handed over) or sends it back to the reporter
        DraftState.AWAITING_SIGN_OFF: frozenset({DraftState.HANDED_OVER, DraftState.FILLING}),
        # the province returned an indicator, or the office claims against a ledger's figure: it works on it again
        DraftState.HANDED_OVER: frozenset({DraftState.FILLING}),
    },
    BookState: {
        BookState.READING: frozenset({BookState.READY, BookState.REFUSED, BookState.DROPPED}),
        BookState.READY: frozenset({BookState.WRITTEN, BookState.DROPPED}),
        BookState.WRITTEN: frozenset(),
        BookState.REFUSED: frozenset(),
        BookState.DROPPED: frozenset(),
    },
}
