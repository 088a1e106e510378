"""Shadows of offices and their differences, in words."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.models import Field, Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import NotFound
from tenants import release
from tenants.actors import Actor
from tenants.models import Office, Shadow, ShadowDifference
from tenants.selectors import logs, offices

# What columns are called by people, whichever table they are in.
WORDS = {
    "fact": gettext_lazy("数据"),
    "final_fact": gettext_lazy("核定数据"),
    "narrative": gettext_lazy("情况说明"),
    "nothing_to_report": gettext_lazy("本月无此项"),
    "nothing_reason": gettext_lazy("无此项的原因"),
    "quantity": gettext_lazy("数量"),
    "region_code": gettext_lazy("区划代码"),
    "state": gettext_lazy("状态"),
    "lock_version": gettext_lazy("修改次数"),
    "changed_since_return": gettext_lazy("退回后已修改"),
    "updated_by_id": gettext_lazy("修改人编号"),
    "updated_by_name": gettext_lazy("修改人"),
    "updated_at": gettext_lazy("修改时间"),
    "submitted_by_id": gettext_lazy("提交人编号"),
    "submitted_by_name": gettext_lazy("提交人"),
    "submitted_at": gettext_lazy("提交时间"),
    "send_back_reason": gettext_lazy("退回原因"),
    "added_by_id": gettext_lazy("添加人编号"),
    "added_at": gettext_lazy("添加时间"),
    "draft_id": gettext_lazy("月报草稿编号"),
    "value_id": gettext_lazy("数据编号"),
    "indicator_id": gettext_lazy("指标编号"),
    "period_id": gettext_lazy("月份编号"),
    "office_id": gettext_lazy("机构编号"),
    "user_id": gettext_lazy("账号编号"),
    "file_id": gettext_lazy("附件编号"),
    "version": gettext_lazy("版本"),
    "points": gettext_lazy("分值"),
    "reason": gettext_lazy("原因"),
    "name": gettext_lazy("名称"),
    "name_en": gettext_lazy("英文名称"),
    "short_name": gettext_lazy("简称"),
    "valid_from": gettext_lazy("起"),
    "valid_to": gettext_lazy("止"),
    "is_active": gettext_lazy("启用"),
    "role": gettext_lazy("角色"),
    "username": gettext_lazy("账号"),
    "email": gettext_lazy("邮箱"),
    "phone": gettext_lazy("电话"),
    "resident_id": gettext_lazy("证件号"),
    "id": gettext_lazy("编号"),
}


def shadows_for(actor: Actor) -> QuerySet[Shadow]:
    """Of the offices one may know of, newest first."""
    known = offices.offices_for(actor).values("pk").order_by()
    return Shadow.objects.filter(office__in=known).select_related("office__parent").order_by("-id")


def get_shadow(actor: Actor, shadow_id: int, *, lock: bool = False) -> Shadow:
    """One of them. Raises NotFound."""
    rows = shadows_for(actor)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    shadow = rows.filter(pk=shadow_id).first()
    if shadow is None:
        raise NotFound(_("没有这份历史副本，或者您无权知道。"))
    return shadow


def differences(
    shadow: Shadow, *, table: str = "", kind: str = "", row: str = ""
) -> QuerySet[ShadowDifference]:  # fmt: skip
    """Rows that differ, table by table in the order they were compared. row: its id."""
    rows = ShadowDifference.objects.filter(shadow=shadow)
    for name, value in (("table_name", table), ("kind", kind), ("row_id", row.strip())):
        if value:
            rows = rows.filter(**{name: value})
    return rows.order_by("number")


@dataclass(frozen=True)
class FieldShown:
    """One column of a row: its word, what it was and what it is; None where the row was not there."""

    column: str
    word: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class RowShown:
    """A difference as people read it; about: what the row belongs to, as an indicator or an account, in words."""

    difference: ShadowDifference
    table: str
    about: str
    who: str
    fields: list[FieldShown]


def shown(rows: Iterable[ShadowDifference]) -> list[RowShown]:
    """In words, with the names of who changed them; sealed numbers are not opened."""
    found = list(rows)
    names = logs.names_by_id(row.changed_by_id for row in found)
    linked = _linked(found)
    return [
        RowShown(
            row, table_word(row.table_name), _about(row, linked), names.get(row.changed_by_id or 0, ""), _fields(row)
        )
        for row in found
    ]


def _links_of(table: str) -> dict[str, type[Model]]:
    """Column → the model that it points to, of shared tables alone: an office's own are in another schema than ours."""
    return {
        column: field.related_model
        for column, field in _fields_of(table).items()
        if isinstance(field.related_model, type) and field.related_model._meta.app_label not in release.labels()
    }


def _linked(rows: list[ShadowDifference]) -> dict[tuple[type[Model], str], str]:
    """What the rows of a page point to, by name, as far as one may see it; a query per kind of thing."""
    wanted: dict[type[Model], set[Any]] = {}
    for row in rows:
        for column, model in _links_of(row.table_name).items():
            value = (row.before or row.after or {}).get(column)
            if value is not None and model is not Office:
                wanted.setdefault(model, set()).add(value)
    return {
        (model, str(thing.pk)): str(thing)
        for model, ids in wanted.items()
        for thing in model._default_manager.filter(pk__in=ids)
    }


def _about(row: ShadowDifference, linked: dict[tuple[type[Model], str], str]) -> str:
    values = row.before or row.after or {}
    names = (linked.get((model, str(values.get(column)))) for column, model in _links_of(row.table_name).items())
    return " · ".join(name for name in names if name)


def parsed(text: str | None) -> dict[str, Any] | None:
    """A row that PostgreSQL wrote as JSON."""
    return None if text is None else dict(json.loads(text))


def table_word(table: str) -> str:
    return logs.label_of(table)


def _fields(row: ShadowDifference) -> list[FieldShown]:
    before, after = row.before, row.after
    columns = row.fields or [
        name for name in (before or after or {}) if (before or after or {})[name] not in (None, "")
    ]
    return [
        FieldShown(
            name, word_of(row.table_name, name),
            None if before is None else _legible(row.table_name, name, before.get(name)),
            None if after is None else _legible(row.table_name, name, after.get(name)),
        )
        for name in columns
    ]  # fmt: skip


def word_of(table: str, column: str) -> str:
    """What people call a column: our word for it, else what its model says."""
    if column in WORDS:
        return str(WORDS[column])
    field = _fields_of(table).get(column)
    return str(field.verbose_name) if field is not None else column


@lru_cache(maxsize=256)
def _fields_of(table: str) -> dict[str, "Field[Any, Any]"]:
    model: type[Model] | None = next((each for each in apps.get_models() if each._meta.db_table == table), None)
    return {str(field.column): field for field in model._meta.concrete_fields} if model is not None else {}


def _legible(table: str, column: str, value: Any) -> str:
    """A value as text: choices by their label, yes and no, sealed ones not at all."""
    if value is None or value == "":
        return ""
    if (table, column) in logs.SEALED:
        return _("（已加密）")
    if isinstance(value, dict | list):
        plain = value.get("value") if isinstance(value, dict) and set(value) == {"value"} else None
        return str(plain) if plain is not None else json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    field = _fields_of(table).get(column)
    labels = dict(field.flatchoices) if field is not None else {}
    if isinstance(value, str) and value in labels:
        return str(labels[value])
    return str(value)
