"""The OpenAPI document as it is served."""

import json

import pytest
import yaml
from django.test import Client

from api import views
from tenants.models import Office


@pytest.fixture(autouse=True)
def a_database(offices: dict[str, Office]) -> None:
    """The request's transaction wants one."""


def test_is_yaml_unless_json_is_asked_for(client: Client) -> None:
    as_yaml = client.get("/api/schema")
    by_query = client.get("/api/schema?format=json")
    by_header = client.get("/api/schema", headers={"Accept": "application/vnd.oai.openapi+json"})

    assert as_yaml.headers["Content-Type"] == "application/vnd.oai.openapi"
    assert yaml.safe_load(as_yaml.content) == json.loads(by_query.content) == json.loads(by_header.content)
    assert json.loads(by_query.content)["openapi"].startswith("3.1")


def test_comes_in_the_language_of_the_request(client: Client) -> None:
    chinese = client.get("/api/schema?format=json").json()
    english = client.get("/api/schema?format=json", headers={"Accept-Language": "en"}).json()

    assert chinese["paths"].keys() == english["paths"].keys()
    assert chinese != english


def test_is_made_and_written_once_for_everybody(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get("/api/schema").content
    monkeypatch.setattr(views, "contract", None)  # who called it would fail

    assert client.get("/api/schema").content == first
