"""Refusals as RFC 9457 problems: the API's half of the one mapping in core.errors."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from core.errors import Refusal, Throttled

CONTENT_TYPE = "application/problem+json"


class ProblemOut(serializers.Serializer):
    """RFC 9457: why not, in a sentence for people; field and rows say where."""

    type = serializers.CharField(help_text="denied, not-found, conflict, invalid, unauthenticated, throttled …")
    title = serializers.CharField()
    status = serializers.IntegerField()
    field = serializers.CharField(allow_null=True, required=False)
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)
    rows = serializers.ListField(child=serializers.DictField(), required=False)


def problem(kind: str, title: str, status: int, **more: Any) -> Response:
    body = {"type": kind, "title": title, "status": status, **{k: v for k, v in more.items() if v}}
    return Response(body, status=status, content_type=CONTENT_TYPE)


def answered(refusal: Refusal) -> Response:
    """The problem as an answer instead of an exception, where what was written before it must stay."""
    answer = problem(refusal.code, refusal.message, refusal.status, field=refusal.field, rows=refusal.rows)
    if isinstance(refusal, Throttled):
        answer["Retry-After"] = str(refusal.retry_after)
    return answer


def handle(error: Exception, context: dict) -> Response | None:
    """DRF's exception handler. The view's writes are rolled back with every problem."""
    response = _problem_of(error)
    if response is not None and connection.in_atomic_block:
        connection.set_rollback(True)
    return response


def _problem_of(error: Exception) -> Response | None:
    if isinstance(error, Refusal):
        return answered(error)
    if isinstance(error, exceptions.ValidationError):
        return problem("invalid", _("请求内容有误，请按各字段的说明改正。"), 422, errors=_flat(error.detail))
    if isinstance(error, Http404 | exceptions.NotFound):
        return problem("not-found", _("没有这个对象，或者您无权知道它是否存在。"), 404)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        answer = problem("unauthenticated", _("请先登录，或在 Authorization 头中给出有效的令牌。"), 401)
        answer["WWW-Authenticate"] = "Token"
        return answer
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return problem("denied", _("您在本机构没有办理此事的权限。"), 403)
    if isinstance(error, exceptions.APIException):
        return problem(str(error.default_code), str(error.detail), error.status_code)
    return None


def _flat(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested validation errors as {"targets.0.q1": ["…"]}."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            found |= _flat(value, f"{path}.{key}" if path else str(key))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        found = {}
        for index, value in enumerate(detail):
            found |= _flat(value, f"{path}.{index}" if path else str(index))
        return found
    return {path or "non_field_errors": [str(item) for item in (detail if isinstance(detail, list) else [detail])]}
