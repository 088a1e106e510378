"""Handing out bytes so that no browser runs them."""

from collections.abc import Iterator

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from core import files
from core.documents import MEDIA, Document, Kind, render
from core.models import StoredFile


def file_response(file: StoredFile, *, inline: bool = False) -> FileResponse:
    """The file's bytes. inline: show pictures and PDF in the browser; any other kind is saved whatever is asked.

    The caller has checked who asks (core.files.read_file). Raises DamagedFile.
    """
    shown = inline and file.media_type in files.SHOWN_INLINE
    response = FileResponse(
        files.open_content(file),
        as_attachment=not shown,
        filename=file.name,
        content_type=content_type(file.media_type),
    )
    response["X-Content-Type-Options"] = "nosniff"
    # Its own policy instead of the site's (django-csp keeps a header that is set): nothing in the file may act.
    # Browsers refuse to show a PDF in a sandbox; their viewer is one already.
    sandbox = "" if shown and file.media_type == "application/pdf" else "sandbox; "
    response["Content-Security-Policy"] = f"{sandbox}default-src 'none'; frame-ancestors 'self'"
    response["Cache-Control"] = "private, no-store"
    response["ETag"] = f'"{file.sha256}"'
    return response


def content_type(media_type: str) -> str:
    """Text is handed out as plain bytes: its encoding is not known, and it is saved anyway."""
    return "application/octet-stream" if media_type.startswith("text/") else media_type


def document_response(document: Document, kind: Kind, name: str) -> HttpResponse:
    """An official document as a file to be saved, called `name` and its ending. Raises as core.documents.render."""
    response = HttpResponse(render(document, kind), content_type=MEDIA[kind])
    response["Content-Disposition"] = str(content_disposition_header(True, f"{name}.{kind}"))
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'self'"
    response["Cache-Control"] = "private, no-store"
    return response


def archive_response(content: Iterator[bytes], name: str) -> StreamingHttpResponse:
    """An archive as it is made, saved as `name`.zip; its length is not known before."""
    response = StreamingHttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = str(content_disposition_header(True, f"{name}.zip"))
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'self'"
    response["Cache-Control"] = "private, no-store"
    return response
