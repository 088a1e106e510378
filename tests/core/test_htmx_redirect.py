"""A form sent by htmx never swaps a whole page into a part of one."""

import pytest
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxMiddleware

from core.middleware import HtmxRedirectMiddleware

HTMX = {"HX-Request": "true"}


def answer(response: HttpResponse, method: str = "post", **headers: str) -> HttpResponse:
    request = getattr(RequestFactory(), method)("/go", headers=headers)
    return HtmxMiddleware(HtmxRedirectMiddleware(lambda _request: response))(request)


def test_a_redirect_after_a_post_by_htmx_moves_the_page():
    redirect = HttpResponseRedirect("/there")
    redirect.set_cookie("kept", "yes")

    response = answer(redirect, **HTMX)

    assert response.status_code == 200
    assert response["HX-Redirect"] == "/there"
    assert response.cookies["kept"].value == "yes"


@pytest.mark.parametrize(("here", "refreshed"), [("/there#old", True), ("/there", True), ("/there?month=9", False)])
def test_a_place_in_the_same_page_loads_it_anew(here, refreshed):
    """A browser that is told another #place alone scrolls, and goes on showing what was before."""
    for response in (HttpResponseRedirect("/there#row"), HttpResponseClientRedirect("/there#row")):
        moved = answer(response, **HTMX, **{"HX-Current-URL": f"http://testserver{here}"})

        assert (moved.headers.get("HX-Refresh") == "true") is refreshed
        assert ("HX-Redirect" in moved.headers) is not refreshed


@pytest.mark.parametrize(("method", "headers"), [("post", {}), ("get", HTMX), ("post", {**HTMX, "HX-Boosted": "true"})])
def test_other_redirects_stay(method, headers):
    assert answer(HttpResponseRedirect("/there"), method, **headers).status_code == 302


def test_other_answers_stay():
    assert answer(HttpResponse("x", status=422), **HTMX).status_code == 422
