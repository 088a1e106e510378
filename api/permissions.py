"""Who may call at all: a signed-in person with business in this office. What they may do is in policies."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import NotFound
from rest_framework.permissions import BasePermission

from tenants.policies import business

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class MemberOfOffice(BasePermission):
    """401 for anonymous; 404 for people who have no business in the office, as if it were not there.

    403 with the policy's sentence where one of the three administrators asks for business data.
    """

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        actor = getattr(request._request, "actor", None)
        if actor is None:
            raise NotFound
        business.enter(actor, type(view).__module__)
        return True
