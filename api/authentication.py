"""Sign-in by session (with CSRF) or by token of one office."""

import hashlib

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from api.models import Token
from core import office as office_core
from core.errors import Denied
from tenants import selectors
from tenants.selectors import second_factor


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session; answers 401 with a challenge rather than 403 when nobody is signed in."""

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token <secret>`; valid in the one office it was made for."""

    keyword = "token"

    def authenticate(self, request: Request):
        parts = authentication.get_authorization_header(request).split()
        if len(parts) != 2 or parts[0].lower() != self.keyword.encode():
            return None
        office = getattr(request._request, "office", None)
        if office is None:
            raise AuthenticationFailed
        now = timezone.now()
        with office_core.mounted(office_core.beside()):  # who somebody is may rest on another office: a visitor's does
            token = (
                Token.objects.select_related("user")
                .filter(digest=digest(parts[1].decode("latin-1")), revoked_at__isnull=True, expires_at__gt=now)
                .filter(office=office, user__is_active=True, user__must_change_password=False)
                .first()
            )
            if token is None:
                raise AuthenticationFailed
            if second_factor.lacks_factor(token.user, on=timezone.localdate(now)):
                raise Denied(_("请先在网页上启用二次验证，再使用接口。"))
            actor = selectors.actor_for(token.user, office, on=timezone.localdate(now))
        office_core.identify(token.user_id)
        request._request.actor = actor
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Token"
