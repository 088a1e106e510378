"""Files over the API and on their page: only what the API and the page add."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import StoredFile

PDF = b"%PDF-1.7\n%%EOF\n"
SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def evidence(tmp_path: Path, settings) -> None:
    settings.EVIDENCE_DIR = tmp_path


def upload(client: Client, name: str = "凭证.pdf", content: bytes = PDF, office: str = "kunming", **headers: str):
    body = {"file": SimpleUploadedFile(name, content)}
    return client.post(f"/{office}/api/v1/files/", body, headers=headers)


def bytes_of(response) -> bytes:
    return b"".join(response.streaming_content)


class TestFilesOverTheApi:
    def test_an_upload_comes_back_the_same(self, signed_in: SignIn) -> None:
        client = signed_in("kunming", "REPORTER")

        answer = upload(client)

        assert answer.status_code == 201, answer.content
        kept = answer.json()
        assert (kept["name"], kept["size"], kept["seen_before"]) == ("凭证.pdf", len(PDF), [])
        assert client.get("/kunming/api/v1/files/").json()["count"] == 1
        assert client.get(f"/kunming/api/v1/files/{kept['id']}/").json()["sha256"] == kept["sha256"]
        assert bytes_of(client.get(f"/kunming/api/v1/files/{kept['id']}/content/")) == PDF
        assert bytes_of(client.get(f"/kunming/files/{kept['id']}/?inline=1")) == PDF

    def test_the_same_content_is_reported(self, signed_in: SignIn) -> None:
        client = signed_in("kunming", "REPORTER")
        first = upload(client).json()
        upload(signed_in("puer", "REPORTER"), office="puer")

        second = upload(client, "另一个名字.pdf").json()

        assert [use["id"] for use in second["seen_before"]] == [first["id"]]
        assert second["seen_elsewhere"] == 1

    def test_a_repeat_with_the_same_key_keeps_one(self, signed_in: SignIn) -> None:
        client = signed_in("kunming", "REPORTER")
        first = upload(client, **{"Idempotency-Key": "k1"})
        second = upload(client, **{"Idempotency-Key": "k1"})
        third = upload(client, content=PDF + b"2", **{"Idempotency-Key": "k1"})

        assert first.json() == second.json()
        assert (second["Idempotency-Replayed"], third.status_code) == ("true", 409)
        assert StoredFile.objects.count() == 1

    def test_a_wrong_content_is_a_problem_at_its_field(self, signed_in: SignIn) -> None:
        answer = upload(signed_in("kunming", "REPORTER"), content=b"MZ\x90\0")

        assert (answer.status_code, answer.json()["field"]) == (422, "file")
        assert answer["Content-Type"] == "application/problem+json"

    def test_another_office_does_not_find_it(self, signed_in: SignIn) -> None:
        kept = upload(signed_in("kunming", "REPORTER")).json()
        stranger = signed_in("puer", "REPORTER")

        for address in (f"/puer/files/{kept['id']}/", f"/puer/api/v1/files/{kept['id']}/content/"):
            assert stranger.get(address).status_code == 404
        assert stranger.get(f"/kunming/api/v1/files/{kept['id']}/").status_code == 404
        assert stranger.get("/puer/api/v1/files/").json()["count"] == 0

    def test_a_visitor_from_the_province_reads_and_uploads_nothing(self, signed_in: SignIn) -> None:
        kept = upload(signed_in("kunming", "REPORTER")).json()
        visitor = signed_in("yunnan", "VERIFIER")

        assert bytes_of(visitor.get(f"/kunming/files/{kept['id']}/")) == PDF
        assert upload(visitor).status_code == 403

    def test_a_broken_body_is_a_problem(self, signed_in: SignIn) -> None:
        client = signed_in("kunming", "REPORTER")
        address, headers = "/kunming/api/v1/files/", {"Idempotency-Key": "k"}
        for content_type in ("multipart/form-data", "multipart/form-data; boundary=x"):
            answer = client.post(address, b"no parts", content_type=content_type, headers=headers)
            assert answer.status_code in (400, 422)
            assert answer["Content-Type"] == "application/problem+json"

    def test_a_keyed_body_of_more_than_5_mb_is_a_problem(self, signed_in: SignIn) -> None:
        client = signed_in("kunming", "REPORTER")
        answer = client.post(
            "/kunming/api/v1/files/",
            b" " * 6_000_000,
            content_type="application/json",
            headers={"Idempotency-Key": "k"},
        )
        assert (answer.status_code, answer.json()["type"]) == (422, "invalid")
