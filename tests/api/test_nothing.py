"""Addresses that the API does not have."""

import pytest

from tenants.models import Role


@pytest.mark.parametrize("path", ["nothing/", "values/x/", "values/1%0A2/", "runs/9999999999999999999999/"])
def test_is_a_problem_and_no_page(path: str, signed_in) -> None:
    answer = signed_in("kunming", Role.REPORTER).get(f"/kunming/api/v1/{path}")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_asks_nobody_to_sign_in_first(client, offices) -> None:
    assert client.get("/kunming/api/v1/nothing/").status_code == 401


def test_a_kind_of_answer_that_the_api_does_not_have_is_said_as_a_problem(signed_in) -> None:
    answer = signed_in("kunming", Role.REPORTER).get("/kunming/api/v1/session/", headers={"Accept": "image/png"})

    assert (answer.status_code, answer["Content-Type"]) == (406, "application/problem+json")
