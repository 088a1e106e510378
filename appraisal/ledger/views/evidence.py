"""Evidence on pages: stored entries as links, uploads of a form taken in."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from core import files
from core.errors import Refusal
from tenants.actors import Actor


def file_items(evidence: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Entries of a ReportedValue (or adjustment, objection) for {% files %}: each opens through the policy check."""
    return [
        {
            "name": entry["name"], "kind": str(entry["name"]).rsplit(".", 1)[-1], "size": entry.get("size"),
            "checksum": entry.get("sha256", ""), "url": reverse("file", args=[entry["id"]]),
        }
        for entry in evidence
    ]  # fmt: skip


def taken_in(uploads: Iterable[Any], *, actor: Actor, at: datetime) -> list[str]:
    """Store the uploads for the actor's office; their ids. Raises as core.files.upload_file, on field `evidence`."""
    ids = []
    for upload in uploads:
        try:
            ids.append(str(files.upload_file(upload=upload, actor=actor, at=at).pk))
        except Refusal as refusal:
            raise type(refusal)(refusal.message, field="evidence") from refusal
    return ids
