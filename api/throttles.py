"""How often a person may call the API; who comes to sign in is counted there (tenants.usecases.knocking)."""

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.throttling import BaseThrottle

from core import rates
from tenants.rules import rates as rules

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class PersonRate(BaseThrottle):
    """By session or token, in whatever office. Source: parameter api_calls_per_minute."""

    def allow_request(self, request: "Request", view: "APIView") -> bool:
        at = timezone.now()
        if request.user.is_authenticated:
            rates.spend("api", request.user.pk, most=rules.most("api_calls", on=timezone.localdate(at)), at=at)
        return True
