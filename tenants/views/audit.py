"""The audit administrator's pages: search the log, see one row and its place in the chain, take the log away.

Reading is noted too (core.audit.reading), so these views write that one row and are not marked @reads.
"""

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.audit import verifying
from core.audit.reading import read
from core.errors import Invalid
from tenants.actors import Actor
from tenants.policies import people as policies
from tenants.selectors import audit_export as exports
from tenants.selectors import logs, offices

PAGE = 50
FIELDS = ("office", "table", "row", "action", "person")


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _search(request: HttpRequest) -> dict[str, Any]:
    """What is looked for: the days of the last month unless others are given; what nobody offers is left out."""
    given, today = request.GET, timezone.localdate()
    filters: dict[str, Any] = {name: given.get(name, "").replace("\x00", "").strip() for name in FIELDS}
    if filters["action"] not in logs.ACTIONS:
        filters["action"] = ""
    since = _day(given.get("since"), today - timedelta(days=logs.DAYS_SHOWN))
    return {**filters, "since": since, "until": _day(given.get("until"), today)}


def _day(given: str | None, otherwise: date) -> date:
    try:
        return parse_date(given or "") or otherwise
    except ValueError:
        return otherwise


@require_safe
def audit_log(request: HttpRequest) -> HttpResponse:
    """Changed rows of a span of days, by office, table, row, action and person; and how the office's chain stands."""
    actor = _actor(request)
    policies.see_audit_log(actor)
    filters = _search(request)
    read("audit-log", detail=_plain(filters), actor=actor, at=timezone.now())
    page = Paginator(logs.audit_entries(actor, **filters), PAGE).get_page(request.GET.get("page"))
    names = logs.names_by_id(entry.actor_id for entry in page)
    rows = [
        {
            "entry": entry,
            "link": logs.link_of(entry),
            "who": names.get(entry.actor_id, ""),  # type: ignore[arg-type]
            "table": logs.label_of(entry.table_name),
            "action": logs.ACTIONS[entry.action],
            "changed": ", ".join(column for column, _before, _after in logs.differences(entry)[:6]),
        }
        for entry in page
    ]
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        "tenants/logs/audit.html",
        {
            "rows": rows, "page_obj": page, "filters": filters, "since": filters["since"], "until": filters["until"],
            "tables": sorted(logs.TABLES.items(), key=lambda item: str(item[1])), "actions": logs.ACTIONS.items(),
            "offices": offices.offices_for(actor).order_by("position", "id"), "query": query.urlencode(),
            "state": logs.chain_state(actor.office.schema_name),
        },
    )  # fmt: skip


def _plain(filters: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in filters.items() if value}


@require_safe
def audit_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One changed row: before and after, column by column, and whether its hash holds."""
    actor = _actor(request)
    policies.see_audit_log(actor)
    entry = logs.get_audit_entry(actor, entry_id)
    read("audit-entry", subject=f"core.auditentry:{entry.pk}", actor=actor, at=timezone.now())
    link = logs.link_of(entry)
    return render(
        request,
        "tenants/logs/entry.html",
        {
            "entry": entry,
            "link": link,
            "prev": bytes(link.prev).hex() if link else "",
            "hash": bytes(link.hash).hex() if link else "",
            "holds": verifying.holds(entry.pk),
            "state": logs.chain_state(entry.chain),
            "table": logs.label_of(entry.table_name),
            "action": logs.ACTIONS[entry.action],
            "who": logs.names_by_id([entry.actor_id]).get(entry.actor_id or 0, ""),
            "differences": logs.differences(entry),
        },
    )


@require_safe
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """What the search shows, all pages of it, as CSV for people or JSON lines for the verifier."""
    actor, now = _actor(request), timezone.now()
    policies.see_audit_log(actor)
    form = request.GET.get("form", "csv")
    if form not in exports.FORMATS:
        raise Invalid(_("导出格式只有 csv 和 jsonl 两种，请从操作日志页面导出。"))
    filters = _search(request)
    read("audit-export", detail={**_plain(filters), "form": form}, actor=actor, at=now)
    pieces = exports.pieces(logs.audit_entries(actor, **filters), form, at=now)
    answer = StreamingHttpResponse(pieces, content_type=exports.FORMATS[form])
    name = f"audit-{actor.office.schema_name}-{filters['since']:%Y%m%d}-{filters['until']:%Y%m%d}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
