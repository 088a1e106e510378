"""Self-appraisals: the window, what is to be filled in, what was handed over."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle, Participant, ReportedValue, Target
from appraisal.library.models import EnteredBy, Indicator
from appraisal.results.models import SelfAppraisal, SelfScore
from appraisal.results.policies import years as years_policies
from appraisal.results.states import SelfState
from appraisal.rules.parameters import in_force
from core.errors import NotFound
from core.models import StoredFile
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor
from tenants.models import Office


@dataclass(frozen=True)
class Window:
    """First and last day, both included, and how the last one came about."""

    opens: date
    due: date
    derivation: Derivation


@dataclass(frozen=True)
class Item:
    """One indicator of the form; score and statement are None and '' before they are given.

    evidence: files as the record keeps them; reported: whether a report of the year was handed over with some.
    """

    indicator: Indicator
    score: Decimal | None
    statement: str
    evidence: list[dict[str, Any]]
    reported: bool

    @property
    def needs_evidence(self) -> bool:
        """Where the scheme asks for it, as the monthly reports do: unless nothing is claimed or a report brought it."""
        asked = bool(self.indicator.evidence) and self.indicator.entered_by == EnteredBy.PREFECTURE
        return asked and bool(self.score) and not self.reported and not self.evidence


def window(cycle: Cycle) -> Window:
    """When a year's self-appraisal is written: in the following year, by the province's calendar."""
    rules: dict[str, Any] = in_force("self_appraisal", date(cycle.year, 12, 31))
    opens, due = (date.fromisoformat(f"{cycle.year + 1}-{rules[name]}") for name in ("opens", "due"))
    last, derivation = add_working_days(due, 0, Calendar(cycle.province.region_code))
    return Window(opens, last, derivation)


def months_open(on: date) -> range:
    """The months in which a window can be open, by the rule in force on a day; a holiday may move its end on by one."""
    rules: dict[str, Any] = in_force("self_appraisal", on)
    return range(int(rules["opens"][:2]), int(rules["due"][:2]) + 2)


def appraisal_of(cycle: Cycle, office: Office, *, lock: bool = False) -> SelfAppraisal | None:
    """The office's own, whatever its state; None before the first save."""
    rows = SelfAppraisal.objects.filter(cycle=cycle, office=office)
    return (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()


def appraisals_for(actor: Actor, cycle: Cycle) -> list[tuple[Office, SelfAppraisal | None]]:
    """Who is still in the year, with what they handed over (None: nothing yet), for the bureau."""
    found = {row.office_id: row for row in SelfAppraisal.objects.filter(cycle=cycle, state=SelfState.SUBMITTED)}
    participants = Participant.objects.filter(cycle=cycle, left_on=None).select_related("office")
    participants = participants.order_by("office__position", "pk")
    return [(row.office, found.get(row.office_id)) for row in participants]


def get_submitted(actor: Actor, cycle: Cycle, slug: str) -> SelfAppraisal:
    """What a prefecture handed over, for the bureau and for itself. Raises NotFound."""
    rows = SelfAppraisal.objects.filter(cycle=cycle, office__schema_name=slug).select_related("office", "cycle")
    if actor.home.level == Office.Level.PROVINCE:
        rows = rows.filter(state=SelfState.SUBMITTED, cycle__province_id=actor.home.pk)
    if actor.office.level == Office.Level.PROVINCE:
        years_policies.see(actor)
    else:
        rows = rows.filter(office=actor.office)
    found = rows.first()
    if found is None:
        raise NotFound(no_appraisal())
    return found


def no_appraisal() -> str:
    return _("没有这份自评，或者还没有报送。")


def items(cycle: Cycle, office: Office, appraisal: SelfAppraisal | None) -> list[Item]:
    """Every indicator that applies to the office by its letter, in the scheme's order, with what was given so far."""
    not_mine = Target.objects.filter(letter__cycle=cycle, letter__office=office, applicable=False)
    rows = Indicator.objects.filter(version_id=cycle.version_id).exclude(method="")
    rows = rows.exclude(pk__in=not_mine.values("indicator_id")).select_related("parent")
    given = {row.indicator_id: row for row in SelfScore.objects.filter(appraisal=appraisal)} if appraisal else {}
    handed = ReportedValue.objects.filter(period__cycle=cycle, office=office).exclude(evidence=[])
    reported = set(handed.values_list("indicator_id", flat=True))
    made = []
    for indicator in rows.order_by("parent__position", "position", "pk"):
        row, told = given.get(indicator.pk), indicator.pk in reported
        made.append(
            Item(indicator, row.score, row.statement, row.evidence, told)
            if row
            else Item(indicator, None, "", [], told)
        )
    return made


def missing(rows: list[Item]) -> list[Item]:
    """Those without a score or without a statement."""
    return [row for row in rows if row.score is None or not row.statement.strip()]


def without_evidence(rows: list[Item]) -> list[Item]:
    """Those whose scheme asks for evidence that is not there."""
    return [row for row in rows if row.needs_evidence]


def names_of(actor: Actor, file_ids: Iterable[str]) -> dict[str, str]:
    """Names of the office's own files by id; what is no file of the office is left out."""
    keys = set()
    for each in file_ids:
        with suppress(ValueError):
            keys.add(UUID(each))
    rows = StoredFile.objects.filter(office=actor.office.schema_name, pk__in=keys)
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}
