"""Rows of a shadow put back by two administrators of the office: all that were chosen, or none.

What may be put back is what an app has a guard for (`@guard(table, …)`): tables of the office's own schema, whose
rows nobody else's rest on. The public record is never rewritten; `other_way` says how it is corrected. Rows are written
as the office's own role, so the triggers put each into its chain, with the reason and where it came from.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.errors import Conflict, Denied, Invalid
from core.postgres.base import quoted
from tenants import events
from tenants.actors import Actor
from tenants.models import ChangeRequest, DifferenceKind, Shadow, ShadowDifference
from tenants.policies import shadows as policies
from tenants.selectors import shadows as selectors
from tenants.shadowing.own import columns_in
from tenants.usecases import second_person, shadows
from tenants.usecases.offices import checked_reason
from tenants.usecases.second_person import About, Given, grave

MOST = 500  # rows in one request: two people are to have looked at them
KEY = "id"  # of every table that has a guard
VERSION = "lock_version"  # grows on: who has read the row before must not save over it unasked
Guard = Callable[[Actor, list[ShadowDifference], date], None]
_guards: dict[str, Guard] = {}
# What is corrected in another way: beginning of a table's name → how.
WAYS: dict[str, str | Promise] = {
    "ledger_": gettext_lazy("上报、核验和得分是公开记录，不能改写：数据由省级退回后更正，得分经申诉复核。"),
    "library_": gettext_lazy("指标体系不能改写：请在指标体系中起草新版本。"),
    "tenants_": gettext_lazy("机构、人员和角色不能这样恢复：请在机构管理、人员与权限中办理。"),
    "api_": gettext_lazy("接口令牌不能恢复：请重新建立。"),
    "core_": gettext_lazy("附件的登记不能这样恢复：请重新上传。"),
}


def guard(*tables: str) -> Callable[[Guard], Guard]:
    """Decorator: the function (actor, rows, on) raises Conflict unless rows of these tables may be put back then."""

    def register(function: Guard) -> Guard:
        _guards.update(dict.fromkeys(tables, function))
        return function

    return register


def other_way(table: str) -> str | None:
    """Why rows of a table are not put back, and how they are corrected; None where they are."""
    if table in _guards:
        return None
    way = next((each for start, each in WAYS.items() if table.startswith(start)), None)
    return str(way or _("这张表的数据不能恢复。"))


def chosen(shadow: Shadow, *, table: str = "", numbers: Sequence[int] = ()) -> list[ShadowDifference]:
    """The differences by number, or all of a table. Raises Invalid (none, too many, one of another shadow)."""
    rows = selectors.differences(shadow)
    rows = rows.filter(number__in=numbers) if numbers else rows.filter(table_name=table)
    found = list(rows[: MOST + 1])
    if not found or (numbers and len(found) != len(set(numbers))):
        raise Invalid(_("请选择要恢复的行；重新比较之后要重新选择。"), field="numbers")
    if len(found) > MOST:
        raise Invalid(_("一次最多恢复 %(most)s 行，请分次办理。") % {"most": MOST}, field="numbers")
    return found


def check(actor: Actor, shadow: Shadow, rows: list[ShadowDifference], on: date) -> None:
    """Whether they may be put back now. Raises Denied, Conflict (another way; the month is closed; changed since)."""
    policies.put_back(actor, shadow)
    tables = {row.table_name for row in rows}
    for table in sorted(tables):
        if way := other_way(table):
            raise Conflict(f"{selectors.table_word(table)}：{way}")
    for function in dict.fromkeys(_guards[table] for table in sorted(tables)):
        function(actor, [row for row in rows if _guards[row.table_name] is function], on)
    if late := changed_since(rows):
        words = "、".join(f"{selectors.table_word(row.table_name)} #{row.row_id}" for row in rows if row.number in late)
        raise Conflict(
            _("%(rows)s 在比较之后又有变化，不能覆盖。请重新比较，看过新的差异后再选择。") % {"rows": words[:200]}
        )


def reason_not(actor: Actor, shadow: Shadow, rows: list[ShadowDifference], on: date) -> str | None:
    """Why they cannot be put back now, in a sentence; None when they can."""
    try:
        with transaction.atomic():
            check(actor, shadow, rows, on)
    except (Conflict, Denied) as refusal:
        return refusal.message
    return None


def now_of(actor: Actor, shadow: Shadow, rows: Iterable[ShadowDifference]) -> dict[int, dict[str, Any] | None]:
    """`changed_since`, for who is in the office whose rows they are; of tables that are put back at all."""
    if actor.office.pk != shadow.office_id:
        return {}
    return changed_since(row for row in rows if not other_way(row.table_name))


def changed_since(rows: Iterable[ShadowDifference]) -> dict[int, dict[str, Any] | None]:
    """Number → the row as it is now, of those that are no longer what the comparison saw. In the office's mount."""
    found: dict[int, dict[str, Any] | None] = {}
    for table, numbers in _by_table(rows).items():
        place = quoted(table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT d.number, to_jsonb(l)::text FROM public.tenants_shadowdifference d LEFT JOIN {place} l "
                f"ON l.{KEY}::text = d.row_id WHERE d.number = ANY (%s) AND l IS DISTINCT FROM "
                f"(CASE WHEN d.after IS NOT NULL THEN jsonb_populate_record(NULL::{place}, d.after) END)",
                [numbers],
            )
            found |= {number: selectors.parsed(text) for number, text in cursor.fetchall()}
    return found


def _by_table(rows: Iterable[ShadowDifference]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.table_name, []).append(row.number)
    return found


def _about(actor: Actor, given: Given) -> About:
    shadow = selectors.get_shadow(actor, given["shadow_id"])
    policies.put_back(actor, shadow)
    rows = chosen(shadow, table=given["table"], numbers=given["numbers"])
    name = _("%(at)s 的数据 %(count)s 行") % {
        "at": f"{timezone.localtime(shadow.as_of):%Y-%m-%d %H:%M}", "count": len(rows)
    }  # fmt: skip
    return About(f"tenants.shadow:{shadow.pk}", name)


@grave("put-back", label=gettext_lazy("恢复历史数据"), about=_about, always=True)
@transaction.atomic
def put_back(
    *, shadow_id: int, table: str, numbers: list[int], drop: bool, reason: str, actor: Actor, at: datetime
) -> int:  # fmt: skip
    """Put the chosen rows, or all of a table, back as they were in the shadow; answers how many. Always by two.

    drop: whether the shadow is removed afterwards; else it is compared anew. Raises NotFound, Denied (not the office's
    own system administrator), Invalid (numbers, reason), Conflict (the public record; the month takes no reports;
    changed since the comparison; what a row rests on is missing): then nothing was written.
    """
    shadow = selectors.get_shadow(actor, shadow_id, lock=True)
    policies.put_back(actor, shadow)
    rows = chosen(shadow, table=table, numbers=numbers)
    reason = checked_reason(reason)
    for name, each in _by_table(rows).items():
        _lock(name, each)
    check(actor, shadow, rows, timezone.localdate(at))
    events.record(
        events.ShadowPutBack(
            subject=events.office_subject(shadow.office_id), schema_name=shadow.schema_name, rows=len(rows),
            reason=_("%(reason)s（从历史副本 %(name)s 恢复）") % {"reason": reason, "name": shadow.schema_name},
        ),
        actor=actor, at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            _write(actor.office.schema_name, rows)
    except IntegrityError as error:
        raise Conflict(_why(error)) from error
    kind = shadows.DROP if drop else shadows.COMPARE
    jobs.want(kind, arguments={"shadow_id": shadow.pk}, key=str(shadow.pk), actor=actor, at=at)
    return len(rows)


def ask_back(
    *, shadow_id: int, actor: Actor, at: datetime, reason: str, table: str = "", numbers: Sequence[int] = (),
    drop: bool = False,
) -> ChangeRequest:  # fmt: skip
    """Ask that rows be put back, when that could be done now; the security administrator confirms.

    Raises as `put_back`, and as second_person.do.
    """
    shadow = selectors.get_shadow(actor, shadow_id)
    policies.put_back(actor, shadow)
    check(actor, shadow, chosen(shadow, table=table, numbers=numbers), timezone.localdate(at))
    change = second_person.do(
        "put-back",
        shadow_id=shadow_id,
        table=table,
        numbers=list(numbers),
        drop=drop,
        reason=reason,
        actor=actor,
        at=at,
    )
    assert isinstance(change, ChangeRequest)  # always by two
    return change


def _lock(table: str, numbers: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {quoted(table)} l WHERE l.{KEY}::text IN "
            "(SELECT d.row_id FROM public.tenants_shadowdifference d WHERE d.number = ANY (%s)) FOR UPDATE",
            [numbers],
        )


def _write(schema: str, rows: list[ShadowDifference]) -> None:
    """What was added goes first, so that what takes its place finds it free; references are asked about at the end."""
    columns = columns_in(schema)
    for kind, statement in (
        (DifferenceKind.ADDED, _delete), (DifferenceKind.CHANGED, _update), (DifferenceKind.GONE, _insert)
    ):  # fmt: skip
        for table, numbers in _by_table(row for row in rows if row.kind == kind).items():
            with connection.cursor() as cursor:
                cursor.execute(statement(table, columns[table]), [numbers])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(format('%%I.%%I', %s::text, conname), ', ') FROM pg_constraint "
            "WHERE contype = 'f' AND condeferrable AND connamespace = to_regnamespace(%s)",
            [schema, schema],
        )
        (names,) = cursor.fetchone()
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")


def _delete(table: str, columns: list[str]) -> str:
    return (
        f"DELETE FROM {quoted(table)} l USING public.tenants_shadowdifference d "
        f"WHERE d.number = ANY (%s) AND l.{KEY}::text = d.row_id"
    )


def _update(table: str, columns: list[str]) -> str:
    names = [name for name in columns if name != KEY]
    values = [f"greatest(l.{VERSION}, p.{VERSION}) + 1" if name == VERSION else f"p.{quoted(name)}" for name in names]
    return (
        f"UPDATE {quoted(table)} l SET ({', '.join(map(quoted, names))}) = (SELECT {', '.join(values)} "
        f"FROM jsonb_populate_record(NULL::{quoted(table)}, d.before) p) FROM public.tenants_shadowdifference d "
        f"WHERE d.number = ANY (%s) AND l.{KEY}::text = d.row_id"
    )


def _insert(table: str, columns: list[str]) -> str:
    names = ", ".join(map(quoted, columns))
    return (
        f"INSERT INTO {quoted(table)} ({names}) SELECT {', '.join(f'p.{quoted(name)}' for name in columns)} "
        f"FROM public.tenants_shadowdifference d, jsonb_populate_record(NULL::{quoted(table)}, d.before) p "
        "WHERE d.number = ANY (%s)"
    )


def _why(error: DatabaseError) -> str:
    """What stands in the way, from what PostgreSQL says of it."""
    detail = getattr(getattr(error.__cause__, "diag", None), "message_detail", "") or ""
    table = getattr(getattr(error.__cause__, "diag", None), "table_name", "") or ""
    values = {"table": selectors.table_word(table), "detail": detail[:200]}
    if type(error.__cause__).__name__ == "ForeignKeyViolation":
        return (
            _(
                "%(table)s与其他数据的关联不完整，没有恢复任何一行：请把它所属的行，或者属于它的行一起选上（%(detail)s）。"
            )
            % values
        )
    return _("%(table)s与现有数据冲突，没有恢复任何一行：请把与它冲突的行一起选上（%(detail)s）。") % values
