"""Columns of personal numbers: sealed in the database, masked wherever they are shown, opened by asking for it.

    phone = SealedField(kind="phone")
    phone_index = BlindIndexField(of="phone")      # where rows are looked for by the whole number

`row.phone = "138…"` seals at once; `row.phone` is a `Sealed`: its text is the mask, whatever prints it (a template, an
f-string, a log, an audit row), and only `reveal()` opens it. The sealed text names its row, so the primary key must be
known before: use a primary key that is another row's. `sealed_check` lets the database refuse a clear text.
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext as _

from core import codes, secrets
from core.secrets import SealedText

LENGTH = 200  # of the column: the sealed text of up to 100 bytes, with its key's name
log = logging.getLogger("anlan.sealed")


def plain_phone(number: str) -> str:
    """The digits of a phone number, without China's own prefix: equal for all the ways to write one."""
    return re.sub(r"^(?:00)?86(?=1\d{10}$)", "", re.sub(r"\D", "", codes.compact(number)))


def mask_mail(address: str) -> str:
    """z***@example.org: whose house it is stays, whose box does not."""
    name, _at, house = address.rpartition("@")
    return f"{name[:1]}***@{house}"


@dataclass(frozen=True)
class Kind:
    """A kind of personal number: how it is masked, and what of it is compared."""

    mask: Callable[[str], str]
    plain: Callable[[str], str]


KINDS = {
    "phone": Kind(lambda number: codes.mask_phone(codes.compact(number)), plain_phone),
    "resident_id": Kind(codes.mask_resident_id, codes.compact),
    "mail": Kind(mask_mail, str.lower),
}


class Sealed:
    """A stored number. False when there is none."""

    __slots__ = ("_about", "_kind", "_stored")

    def __init__(self, stored: str, kind: str, about: str) -> None:
        self._stored, self._kind, self._about = stored, kind, about

    def __bool__(self) -> bool:
        return bool(self._stored)

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"Sealed({self._kind})"

    @property
    def masked(self) -> str:
        """138****5678; a number that does not open says so instead of taking the page down, and the log says why."""
        try:
            return KINDS[self._kind].mask(self.reveal())
        except secrets.SecretsError as error:
            log.error("a sealed number does not open", extra={"why": str(error)})
            return _("（无法打开）")

    def reveal(self) -> str:
        """The number itself; whoever calls has asked the policy and noted the reading. Raises SecretsError."""
        return secrets.unseal(self._stored, about=self._about) if self._stored else ""

    @property
    def to_compare(self) -> str:
        """The number for a comparison that must go on without it: empty when it does not open."""
        try:
            return self.reveal()
        except secrets.SecretsError:
            return ""


class SealedAttribute(DeferredAttribute):
    """Assigning seals, reading gives a Sealed; what is stored lies in the row's __dict__."""

    field: "SealedField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        return Sealed(super().__get__(instance, cls), self.field.kind, self.field.about(instance.pk))

    def __set__(self, instance: Any, value: Any) -> None:
        if isinstance(value, Sealed):
            value = SealedText(value._stored)
        elif not isinstance(value, SealedText):
            value = self._sealed(instance, value)
        instance.__dict__[self.field.attname] = value

    def _sealed(self, instance: Any, clear: str) -> SealedText:
        if not clear:
            return SealedText("")
        if instance.pk is None:
            raise ValueError(f"{self.field}: a number is sealed for its row, whose primary key is not known yet")
        return secrets.seal(clear, about=self.field.about(instance.pk))


if TYPE_CHECKING:  # what is read is not what may be assigned
    _Text = models.CharField[str | Sealed, Sealed]
else:
    _Text = models.CharField


class SealedField(_Text):
    """A column of sealed texts. kind: one of KINDS."""

    descriptor_class = SealedAttribute
    about: Callable[[Any], str]

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **{"max_length": LENGTH, "blank": True, "default": "", **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "kind": self.kind}

    def contribute_to_class(self, cls: Any, name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        label = f"{cls._meta.app_label}.{cls._meta.object_name}"
        if cls.__module__ == "__fake__":  # a migration's picture of the model: its rows are about the same
            self.about = lambda pk: f"{label}.{name}:{pk}".lower()
        else:
            self.about = secrets.column(label, name, beside=self._beside)

    def _beside(self, clear: str) -> dict[str, str]:
        fields = self.model._meta.concrete_fields
        indexes = [each for each in fields if isinstance(each, BlindIndexField) and each.of == self.name]
        return {each.attname: each.made_of(clear) for each in indexes}

    def from_db_value(self, value: str | None, *_rest: Any) -> str | None:
        return value if value is None else SealedText(value)

    def get_prep_value(self, value: Any) -> Any:
        return value._stored if isinstance(value, Sealed) else super().get_prep_value(value)


class BlindIndexField(models.CharField):
    """What a sealed column is searched by. of: that column, declared before; written with it."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"max_length": 40, "blank": True, "default": "", "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def made_of(self, clear: str) -> str:
        return self._texts(clear)[0] if clear else ""

    def matching(self, clear: str) -> Q:
        """Rows whose number is this one, however it is written; none for an empty one."""
        return Q(**{f"{self.name}__in": self._texts(clear)})

    def pre_save(self, model_instance: Any, add: bool) -> str:
        known: Sealed = getattr(model_instance, self.of)
        if not known or known.to_compare:  # of a number that does not open now, what is there stays
            setattr(model_instance, self.attname, self.made_of(known.to_compare))
        return getattr(model_instance, self.attname)

    def _texts(self, clear: str) -> list[str]:
        sealed: Any = self.model._meta.get_field(self.of)
        plain = KINDS[sealed.kind].plain(clear)
        return secrets.blind(plain, about=f"{self.model._meta.label}.{self.of}".lower()) if plain else []


def sealed_check(field: str) -> models.CheckConstraint:
    """The database refuses anything in the column but an empty text or a sealed one (28 bytes at least, in base64)."""
    shape = Q(**{field: ""}) | Q(**{f"{field}__regex": r"^[^:]+:[A-Za-z0-9_-]{38,}=*$"})
    return models.CheckConstraint(condition=shape, name=f"{field}_is_sealed")


def seal_column(table: str, column: str, *, into: type[models.Model], field: str, batch: int = 500) -> Iterator[int]:
    """Seal a column of clear texts into `into.field`, whose primary key is the row's `id`; yields rows done so far.

    Each batch is a transaction of its own; rows that have a number there are done, so a second start goes on where the
    first stopped. The clear column stays as it is: emptying it would write its texts into the audit log.
    """
    done = 0
    while count := _seal_batch(table, column, into, field, batch):
        done += count
        yield done


@transaction.atomic
def _seal_batch(table: str, column: str, into: type[models.Model], field: str, batch: int) -> int:
    quoted = connection.ops.quote_name
    clear, target, sealed = f"t.{quoted(column)}", quoted(into._meta.db_table), f"s.{quoted(field)}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id, {clear} FROM {quoted(table)} t WHERE {clear} <> '' AND NOT EXISTS "
            f"(SELECT 1 FROM {target} s WHERE s.id = t.id AND {sealed} <> '') ORDER BY t.id LIMIT %s FOR UPDATE OF t",
            [batch],
        )
        rows = cursor.fetchall()
    for pk, clear in rows:
        row = into._default_manager.filter(pk=pk).first() or into(pk=pk)
        setattr(row, field, clear)
        row.save()
    return len(rows)
