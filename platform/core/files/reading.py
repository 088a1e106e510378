"""Who may read a file: people of the office that owns it, and whoever an app above has a reason to let."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from core import events
from core.errors import Denied, NotFound
from core.files.storing import Upload, store
from core.models import StoredFile
from core.policy import policy

Reader = Callable[[Any, StoredFile], bool]


class Readers:
    """The reasons to let somebody read. An app registers its own: `readers.register(fn(actor, file) -> bool)`."""

    def __init__(self) -> None:
        self._readers: list[Reader] = []

    def register(self, reader: Reader) -> Reader:
        if reader not in self._readers:
            self._readers.append(reader)
        return reader

    def let(self, actor: Any, file: StoredFile) -> bool:
        return any(reader(actor, file) for reader in self._readers)


readers = Readers()


@readers.register
def people_of_the_owner(actor: Any, file: StoredFile) -> bool:
    """Members of the office that owns it, and visitors from its province."""
    return file.office in (actor.home.schema_name, actor.office.schema_name)


@dataclass(frozen=True, kw_only=True)
class FileRead(events.Event):
    """A file was read by somebody from outside the office that owns it."""

    file_name: str
    owner: str
    reader_office: str


@policy
def may_upload(actor: Any) -> None:
    """A visitor is a guest and leaves nothing behind."""
    if actor.visiting:
        raise Denied(_("您正在查看其他机构，不能在这里上传文件。"))


def files_for(actor: Any) -> "models.QuerySet[StoredFile]":
    """The files of the office one acts in, newest first."""
    return StoredFile.objects.filter(office=actor.office.schema_name).order_by("-uploaded_at", "id")


def get_file(actor: Any, file_id: Any) -> StoredFile:
    """A file this person may read. Raises NotFound, whether it is missing or not for them."""
    file = StoredFile.objects.filter(pk=file_id).first()
    if file is None or not readers.let(actor, file):
        raise NotFound(_("没有这个文件，或者您无权知道它是否存在。"))
    return file


@transaction.atomic
def upload_file(*, upload: Upload, actor: Any, at: datetime) -> StoredFile:
    """Take in a file for the office one acts in. Raises Denied (a visitor), Invalid (field `file`, see store)."""
    may_upload(actor)
    return store(
        upload, office_schema=actor.office.schema_name, uploader_id=actor.user_id, uploader_name=actor.name, at=at
    )


@transaction.atomic
def read_file(*, file_id: Any, actor: Any, at: datetime) -> StoredFile:
    """The file, for its bytes to be handed out; reading from outside its office is recorded. Raises NotFound."""
    file = get_file(actor, file_id)
    if actor.home.schema_name != file.office:
        events.record(
            FileRead(
                subject=f"core.file:{file.pk}",
                file_name=file.name,
                owner=file.office,
                reader_office=actor.home.schema_name,
            ),
            actor=actor,
            at=at,
        )
    return file
