"""An appraisal year from its opening to its start: version, participants in peer groups, monthly periods."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events import cycles as events
from appraisal.ledger.models import Cycle, Participant, Period, TargetLetter
from appraisal.ledger.policies import cycles as policies
from appraisal.ledger.rules import periods as rules
from appraisal.ledger.selectors import cycles as selectors
from appraisal.ledger.states import CycleState, LetterState
from appraisal.ledger.usecases import difficulty
from appraisal.library import selectors as library
from appraisal.library.states import VersionState
from core import cells, wording, workdays
from core import office as office_core
from core.errors import Conflict, Invalid
from tenants.actors import Actor, system
from tenants.models import Office

LARGEST_GROUP = 99
DAYS = ("opens_on", *rules.DUE_FIELDS, "closes_on")


@dataclass(frozen=True)
class Peer:
    """An office's place in the cycle: its peer group (1, 2, 3 …) and why."""

    office_id: int
    peer_group: int
    reason: str = ""


@transaction.atomic
def open_cycle(*, year: int, version_id: int, name: str, actor: Actor, at: datetime) -> Cycle:
    """Open the province's appraisal of one year on a published version of its indicators.

    Raises Denied, NotFound (version), Conflict (version not published or of another year; the year is open
    already), Invalid (name).
    """
    policies.manage(actor)
    name = _text(name, "name", 80, _("请填写考核年度的名称。"))
    version = library.get_version(actor, version_id)
    if version.state != VersionState.PUBLISHED:
        raise Conflict(_("%(version)s 还没有发布，不能用于考核。") % {"version": version.label}, field="version_id")
    if version.year != year:
        raise Conflict(
            _("%(version)s 适用于 %(year)s 年，不能用于 %(asked)s 年。")
            % {"version": version.label, "year": version.year, "asked": year},
            field="version_id",
        )
    try:
        with transaction.atomic():
            cycle = Cycle.objects.create(
                province_id=actor.home.pk, year=year, name=name, version=version, created_at=at
            )
    except IntegrityError:
        raise Conflict(_("%(year)s 年的考核已经建立。") % {"year": year}, field="year") from None
    event = events.CycleOpened(subject=selectors.subject_of(cycle.pk), year=year, version=version.label)
    events.record(event, actor=actor, at=at)
    return cycle


def _text(value: str, field: str, longest: int, sentence: str) -> str:
    value = value.strip()
    if not value or "\x00" in value:
        raise Invalid(sentence, field=field)
    if len(value) > longest:
        raise Invalid(_("最多 %(longest)s 个字。") % {"longest": longest}, field=field)
    return value


@transaction.atomic
def set_peer_groups(*, cycle_id: int, groups: Iterable[Peer], actor: Actor, at: datetime) -> list[Participant]:
    """Lay down who takes part and in which peer group; replaces what was laid down before.

    All active prefectures of the province take part, each once; the groups are numbered 1 … n without a gap.
    Source: domain reference 2.5. Raises NotFound, Denied, Conflict (the year has started), Invalid with `rows`
    {code: schema name or id, field, message}.
    """
    cycle = selectors.get_cycle(actor, cycle_id, lock=True)
    policies.prepare(actor, cycle)
    given = list(groups)
    offices = {office.pk: office for office in selectors.prefectures(cycle.province)}
    rows = _wrong_peers(given, offices)
    if rows:
        raise Invalid(_("；").join(row["message"] for row in rows), rows=rows)
    Participant.objects.filter(cycle=cycle).exclude(office_id__in=offices).delete()
    for peer in given:
        Participant.objects.update_or_create(
            cycle=cycle,
            office_id=peer.office_id,
            defaults={"peer_group": peer.peer_group, "reason": peer.reason.strip()},
        )
    difficulty.withdraw(cycle)
    event = events.PeerGroupsSet(
        subject=selectors.subject_of(cycle.pk),
        groups={offices[peer.office_id].schema_name: peer.peer_group for peer in given},
    )
    events.record(event, actor=actor, at=at)
    return selectors.participants(cycle)


def _wrong_peers(given: list[Peer], offices: dict[int, Any]) -> list[dict[str, str]]:
    rows = []
    seen: set[int] = set()
    for peer in given:
        office = offices.get(peer.office_id)
        name = office.label if office else str(peer.office_id)
        code = office.schema_name if office else str(peer.office_id)
        problem = ""
        if office is None:
            problem, field = _("%(office)s 不是本省在用的州市机构。"), "office_id"
        elif peer.office_id in seen:
            problem, field = _("%(office)s 写了两次。"), "office_id"
        elif not 1 <= peer.peer_group <= LARGEST_GROUP:
            problem, field = _("%(office)s 的组号应从 1 起。"), "peer_group"
        elif not peer.reason.strip():
            problem, field = _("请写明 %(office)s 的分组理由。"), "reason"
        elif len(peer.reason.strip()) > 200 or "\x00" in peer.reason:
            problem, field = _("%(office)s 的分组理由最多 200 个字。"), "reason"
        seen.add(peer.office_id)
        if problem:
            rows.append({"code": code, "field": field, "message": problem % {"office": name}})
    for pk, office in offices.items():
        if pk not in seen:
            message = _("缺少 %(office)s：本省在用的州市都要参加。") % {"office": office.label}
            rows.append({"code": office.schema_name, "field": "peer_group", "message": message})
    numbers = {peer.peer_group for peer in given}
    if not rows and numbers != set(range(1, len(numbers) + 1)):
        message = _("组号应从 1 起连续编号，现有 %(groups)s。") % {"groups": _("、").join(map(str, sorted(numbers)))}
        rows.append({"code": "", "field": "peer_group", "message": message})
    return rows


@transaction.atomic
def make_periods(*, cycle_id: int, actor: Actor, at: datetime) -> list[Period]:
    """The twelve monthly periods, their due days by the province's working-day calendar, each with its derivation.

    December falls due in January. Source: domain reference 2.2 step 6; days in rules/params. Raises NotFound,
    Denied, Conflict (made already, or the year is closed).
    """
    cycle = selectors.get_cycle(actor, cycle_id, lock=True)
    policies.schedule(actor, cycle)
    if cycle.periods.exists():
        raise Conflict(_("填报期已经生成。日历有变时请使用“按日历重算”。"))
    calendar = _calendar(cycle)
    made = Period.objects.bulk_create(
        Period(cycle=cycle, month=month, **_days(cycle.year, month, calendar)) for month in range(1, 13)
    )
    events.record(events.PeriodsMade(subject=selectors.subject_of(cycle.pk), months=len(made)), actor=actor, at=at)
    return made


def _calendar(cycle: Cycle) -> workdays.Calendar:
    return workdays.Calendar(cycle.province.region_code).read(cycle.year, cycle.year + 1)


def _days(year: int, month: int, calendar: workdays.Calendar) -> dict[str, Any]:
    """All days of one period, with the derivations of those that depend on the calendar."""
    opens_on = date(year, month, 1)
    next_year, next_month = rules.following_month(year, month)
    days: dict[str, Any] = {"opens_on": opens_on, "derivations": {}}
    for field, n in rules.due_working_days(opens_on).items():
        days[field], derivation = workdays.nth_working_day(next_year, next_month, n, calendar)
        days["derivations"][field] = derivation.as_json()
    days["closes_on"] = days["verify_due_on"]
    days["derivations"]["closes_on"] = days["derivations"]["verify_due_on"]
    return days


@transaction.atomic
def recompute_periods(*, cycle_id: int, actor: Actor, at: datetime) -> list[Period]:
    """Derive the due days of all periods that are not closed yet anew, after the calendar changed.

    Returns the periods whose days moved. A closed month keeps its days. Raises NotFound, Denied, Conflict (no
    periods yet, or the year is closed).
    """
    cycle = selectors.get_cycle(actor, cycle_id, lock=True)
    policies.schedule(actor, cycle)
    periods = selectors.periods(cycle)
    if not periods:
        raise Conflict(_("还没有填报期，请先生成。"))
    return _recompute(cycle, [row for row in periods if row.closes_on >= timezone.localdate(at)], actor, at)


@transaction.atomic
def follow_calendar(*, region_code: str, at: datetime) -> None:
    """After the calendar of a region ('' is the whole country) changed: derive the open periods of every year that
    is not closed in the provinces it concerns anew. The system acts, each year records what moved.

    Each province, and each prefecture's house, follows in a transaction of its own, by its own login, once this one is
    committed: who keeps the calendar reaches none of the others. A day laid down for a county moves nothing, and one
    of a prefecture only its house: periods follow the calendar of who assesses.
    """
    transaction.on_commit(partial(_follow_all, region_code, at))


@transaction.atomic
def follow_rules(*, province: Office, at: datetime) -> None:
    """After the province laid down other due days: derive its open periods anew, as after a change of the calendar."""
    transaction.on_commit(partial(_follow, province, at))


def _follow_all(region_code: str, at: datetime) -> None:
    # Who is there is the portal's to know: a province's login sees no house, and none which schemas stand.
    portal = office_core.Mount(office_core.PUBLIC_SCHEMA, cell=cells.PORTAL)
    with office_core.mounted(portal), transaction.atomic():
        provinces = list(Office.objects.with_schema().filter(level=Office.Level.PROVINCE).order_by("pk"))
    for province in provinces:
        if region_code in workdays.region_chain(province.region_code):
            _follow(province, at)


def _follow(province: Office, at: datetime) -> None:
    cell = None if connection.in_atomic_block else cells.cell_of(province.schema_name)
    down = wording.speaking(down=province.down)
    with office_core.mounted(province.mount(cell=cell)), transaction.atomic(), down:
        cycles = Cycle.objects.of_province(province.pk).exclude(state=CycleState.CLOSED)
        for cycle in cycles.select_related("province", "version__template").locked().order_by("pk"):
            periods = [row for row in selectors.periods(cycle) if row.closes_on >= timezone.localdate(at)]
            _recompute(cycle, periods, system(province), at)


def _recompute(cycle: Cycle, periods: list[Period], actor: Actor, at: datetime) -> list[Period]:
    calendar = _calendar(cycle)
    moved, changes = [], {}
    for period in periods:
        days = _days(cycle.year, period.month, calendar)
        changed = {
            name: [getattr(period, name).isoformat(), days[name].isoformat()]
            for name in DAYS
            if getattr(period, name) != days[name]
        }
        if not changed and period.derivations == days["derivations"]:
            continue
        for name, value in days.items():
            setattr(period, name, value)
        period.save(update_fields=list(days))
        if changed:
            moved.append(period)
            changes[str(period.month)] = changed
    if changes:
        event = events.PeriodsRecomputed(subject=selectors.subject_of(cycle.pk), changes=changes)
        events.record(event, actor=actor, at=at)
    return moved


@transaction.atomic
def start_cycle(*, cycle_id: int, actor: Actor, at: datetime) -> Cycle:
    """Start the year: from now on reports are taken and groups are fixed.

    Raises NotFound, Denied, Conflict (already started; no participants or periods; a coefficient unpublished; or `rows`
    {code: schema name,
    message} for every participant whose letter is not signed on both sides).
    """
    cycle = selectors.get_cycle(actor, cycle_id, lock=True)
    policies.prepare(actor, cycle)
    participants = selectors.participants(cycle)
    if not participants:
        raise Conflict(_("还没有确定参加单位和分组。"))
    if not cycle.periods.exists():
        raise Conflict(_("还没有生成填报期。"))
    difficulty.check_published(cycle, participants)
    states = dict(TargetLetter.objects.filter(cycle=cycle).values_list("office_id", "state"))
    rows = []
    for participant in participants:
        state = states.get(participant.office_id)
        if state != LetterState.SIGNED:
            said = LetterState(state).label if state else _("未起草")
            rows.append(
                {
                    "code": participant.office.schema_name,
                    "message": _("%(name)s（%(more)s）") % {"name": participant.office.label, "more": said},
                }
            )
    if rows:
        raise Conflict(
            _("还有 %(count)s 份责任书没有双方签署：%(offices)s。")
            % {"count": len(rows), "offices": _("、").join(row["message"] for row in rows)},
            rows=rows,
        )
    cycle.move(CycleState.RUNNING)
    cycle.save(update_fields=["state"])
    event = events.CycleStarted(subject=selectors.subject_of(cycle.pk), participants=len(participants))
    events.record(event, actor=actor, at=at)
    return cycle
