"""The API's contract: as an OpenAPI document for machines, every operation on one page for people."""

from collections import defaultdict
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from core.http import reads

METHODS = ("get", "post", "put", "patch", "delete")


@lru_cache
def contract(language: str) -> dict[str, Any]:
    """The OpenAPI document of an office's API in a language that is active. One process makes it once for each."""
    return SchemaGenerator(urlconf="config.urls.office").get_schema(public=True)


@lru_cache
def _written(language: str, media_type: str) -> str | bytes:
    """The document as its renderer writes it. Writing it takes longer than making it: a second and more as YAML."""
    [writer] = [writer for writer in Schema.renderer_classes if writer.media_type == media_type]
    return writer().render(contract(language))


class Schema(SpectacularAPIView):
    """The document in the language of the request: YAML, or JSON by `Accept` or `?format=json`."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        writer = request.accepted_renderer
        body = _written(get_language() or settings.LANGUAGE_CODE, writer.media_type)
        name = f"anlan.{'json' if 'json' in writer.format else 'yaml'}"
        return HttpResponse(
            body, content_type=writer.media_type, headers={"Content-Disposition": f'inline; filename="{name}"'}
        )


def operations(document: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(tag, operations) in order of the paths; each with method, path, summary, fields asked for and answers."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    schemas = document.get("components", {}).get("schemas", {})
    for path, item in document["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                tag = next(iter(operation.get("tags", [])), "api")
                found[tag].append(_shown(method, path, operation, schemas))
    return sorted(found.items())


def _shown(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": f"/{{office}}{path}",
        "text": operation.get("description", "") or operation.get("summary", ""),
        "parameters": [each for each in operation.get("parameters", []) if "name" in each],
        "body": _fields(operation.get("requestBody", {}), schemas),
        "answers": [(code, answer.get("description", "")) for code, answer in sorted(operation["responses"].items())],
    }


def _fields(body: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """Name, type and meaning of each field of a request body."""
    for content in body.get("content", {}).values():
        schema = content.get("schema", {})
        if "$ref" in schema:
            schema = schemas.get(schema["$ref"].rsplit("/", 1)[-1], {})
        required = set(schema.get("required", ()))
        return [
            {"name": name, "type": _type(field), "text": field.get("description", ""), "required": name in required}
            for name, field in schema.get("properties", {}).items()
        ]
    return []


def _type(field: dict[str, Any]) -> str:
    kind = field.get("type") or field.get("$ref", "").rsplit("/", 1)[-1] or "any"
    if isinstance(kind, list):
        kind = " | ".join(kind)
    return f"{_type(field['items'])}[]" if kind == "array" and "items" in field else str(kind)


@reads
def docs(request: HttpRequest) -> HttpResponse:
    """The readable page of the contract."""
    document = contract(get_language() or settings.LANGUAGE_CODE)
    return render(request, "api/docs.html", {"info": document["info"], "tags": operations(document)})
