"""What one signs for: the password once more, before the act."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from core.http import client_address
from tenants.usecases.sign_in import confirm_password

Act = Callable[[dict[str, Any]], str]


def signed(request: HttpRequest, act: Act) -> Act:
    """`act` for core.asking.ask: a `password` among the data is confirmed first and not handed on.

    Raises as tenants.usecases.sign_in.confirm_password, then as `act`.
    """

    def acted(data: dict[str, Any]) -> str:
        data = dict(data)
        if "password" in data:
            confirm_password(
                actor=request.actor, password=data.pop("password"), address=client_address(request), at=timezone.now()
            )  # fmt: skip
        return act(data)

    return acted
