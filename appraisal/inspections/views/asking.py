"""Asking the policy before a dialog is shown or its form is read."""

from collections.abc import Callable

from django.http import HttpRequest

from core.errors import Conflict


def ask(request: HttpRequest, policy: Callable[[], object]) -> None:
    """Who may not do it hears so before anything they sent is read or kept, and never sees the dialog.

    That it can no longer be done is a page of its own for who opens the dialog, and a line in it for who had it open.
    """
    try:
        policy()
    except Conflict:
        if request.method != "POST":
            raise
