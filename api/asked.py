"""What every resource asks of a request: who acts, what was given, which page of the answer."""

from collections.abc import Mapping
from typing import Any, TypeVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from api.pagination import Pages
from tenants.actors import Actor

Shape = TypeVar("Shape", bound=Serializer)


def actor_of(request: Request) -> Actor:
    """Who acts, in which office: put there by the middleware, or by the token."""
    return request._request.actor  # type: ignore[attr-defined]


def given(shape: type[Shape], data: Any) -> Shape:
    """The body or query, checked. Raises DRF's ValidationError, which becomes a 422 problem."""
    body = shape(data=data)
    body.is_valid(raise_exception=True)
    return body


def validated(shape: type[Serializer], data: Any) -> dict[str, Any]:
    """Its data. Raises as `given`."""
    return given(shape, data).validated_data


def listed(
    request: Request, view: APIView, rows: Any, shape: type[BaseSerializer], *,
    context: Mapping[str, Any] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    """One page of the rows; the view names Pages as its pagination_class, for the contract."""
    pages = Pages()
    page: Any = pages.paginate_queryset(rows, request, view=view)
    answer = pages.get_paginated_response(shape(page, many=True, context=dict(context or {})).data)
    answer.status_code = status
    return answer
