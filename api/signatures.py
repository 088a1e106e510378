"""The signer's password, asked once more before what is signed for."""

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import answered
from core.errors import Refusal
from core.http import client_address
from tenants.usecases.sign_in import confirm_password


class SignatureIn(serializers.Serializer):
    """A body that is signed."""

    password = serializers.CharField(max_length=200, trim_whitespace=False, help_text="the signer's own, once more")


def refused(request: Request, password: str) -> Response | None:
    """None for the right password, else the problem. Answered, not raised: the failed attempt must stay on record."""
    plain = request._request
    try:
        confirm_password(
            actor=plain.actor, password=password, address=client_address(plain), at=timezone.now()  # type: ignore[attr-defined]
        )  # fmt: skip
    except Refusal as refusal:
        return answered(refusal)
    return None
