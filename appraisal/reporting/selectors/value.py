"""One indicator of the month for its form: the fact, what is wrong with it, its past, its trial score, its trail."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, FactClaim, ReportedValue, ScoreLine, ScoreRun, Verification
from appraisal.ledger.rules.remarks import Remark
from appraisal.ledger.selectors import reports as ledger
from appraisal.ledger.selectors.claims import source_sentence
from appraisal.ledger.selectors.facts import last_day
from appraisal.ledger.states import RunState
from appraisal.library.models import Indicator
from appraisal.library.models.words import source_label
from appraisal.reporting import policies
from appraisal.reporting.models import DraftValue
from appraisal.reporting.rules import facts
from appraisal.reporting.rules.changes import Change
from appraisal.reporting.rules.facts import Wrong
from appraisal.reporting.rules.trial import Trial, curve, trial
from appraisal.reporting.selectors import workbench
from appraisal.reporting.selectors.sheet import Sheet, sheet
from appraisal.rules.sentences import render
from core.errors import Conflict, Denied
from core.postgres.compiled import compiled
from tenants.actors import Actor

DECISIONS = {
    Verification.Decision.VERIFIED: ("shield-check", "ok", gettext_lazy("省级核验通过")),
    Verification.Decision.RETURNED: ("arrow-back-up", "bad", gettext_lazy("省级退回")),
    Verification.Decision.CORRECTED: ("edit", "warn", gettext_lazy("省级更正")),
    Verification.Decision.REOPENED: ("refresh", "info", gettext_lazy("省级重新打开")),
}


@dataclass(frozen=True)
class Published:
    """A ledger's figure of this month, and what the office claims beside it.

    sentence: which ledger, as of when, what was counted; claim: as drafted, handed: the newest in the record; moved:
    what the ledger said when the office claimed, '' where it says the same today; refusal: why nothing can be claimed.
    """

    current: CurrentValue
    text: str
    sentence: str
    claim: DraftValue | None
    claim_text: str
    moved: str
    handed: FactClaim | None
    handed_text: str
    refusal: str | None

    @property
    def lock_version(self) -> int:
        return self.claim.lock_version if self.claim else 0


@dataclass(frozen=True)
class ValueForm:
    """What the report form shows of one indicator."""

    sheet: Sheet
    indicator: Indicator
    value: DraftValue | None
    status: str
    current: CurrentValue | None
    refusal: str | None
    warnings: list[Wrong]
    lacking: list[Wrong]
    remarks: list[Remark]
    change: Change | None
    trial: Trial
    sentences: list[str]
    curve: dict[str, Any] | None
    past: list[tuple[int, str]]
    trend: list[Decimal | None]
    last: CurrentValue | None
    last_text: str
    trail: list[dict[str, Any]]
    before: Indicator | None
    after: Indicator | None
    place: tuple[int, int]
    score: Decimal | None = None
    published: Published | None = None

    @property
    def unit(self) -> str:
        """The unit of the indicator's figure in lists and curves."""
        return facts.short(self.indicator, facts.zero_fact(self.indicator), [])[1] or self.indicator.unit_label

    @property
    def source(self) -> str:
        """Where the figure is from, in the reader's language."""
        return source_label(self.indicator.data_source)

    @property
    def lock_version(self) -> int:
        return self.value.lock_version if self.value else 0

    @property
    def rate(self) -> Decimal | None:
        """Value against target in percent, for a ratio; None while one of the two is missing."""
        number = self.sheet.number(self.indicator, self.value)
        if self.indicator.method not in facts.QUANTITIES or number is None or not self.trial.target:
            return None
        return number * 100 / self.trial.target

    @property
    def target_text(self) -> str:
        """What the value is measured against, for people; "—" where there is nothing."""
        return (
            "—"
            if self.trial.target is None
            else facts.grouped(self.trial.target.quantize(Decimal("0.01"), ROUND_HALF_UP))
        )

    @property
    def takes_own(self) -> bool:
        """Whether counties report this indicator themselves."""
        return bool(self.sheet.own_of(self.indicator))

    @property
    def county_total(self) -> str:
        """The sum of the county lines for people, "—" while there is none."""
        quantities = self.value.counties.values() if self.value else ()
        return facts.grouped(sum(quantities, Decimal(0))) if quantities else "—"


def value_form(actor: Actor, period_id: int, indicator_id: int, *, on: date) -> ValueForm:
    """Raises Denied, NotFound. The number of queries does not depend on the number of indicators or counties."""
    policies.see(actor)
    return form_of(actor, sheet(actor, period_id, on=on), indicator_id)


def form_of(actor: Actor, loaded: Sheet, indicator_id: int) -> ValueForm:
    """The form of an indicator of a sheet that the caller has. Raises NotFound."""
    indicator = loaded.indicator(indicator_id)
    value, current = loaded.values.get(indicator.pk), loaded.current(indicator)
    milestones, target = loaded.milestones(indicator), loaded.demands.targets.get(indicator.pk)
    published = loaded.from_ledger(indicator)
    fact = published.final_fact if published else _fact(loaded, indicator, value)
    tried = trial(
        indicator, fact, target=target, milestones=milestones, month=loaded.period.month,
        as_of=last_day(loaded.period), on=loaded.on,
    )  # fmt: skip
    last = loaded.last(indicator)
    place, before, after = _neighbours(loaded, indicator)
    language = get_language() or "zh"
    return ValueForm(
        sheet=loaded,
        indicator=indicator,
        value=value,
        status=workbench.status_of(loaded, indicator),
        current=current,
        refusal=edit_refusal(actor, loaded, indicator),
        warnings=loaded.warnings(indicator),
        lacking=loaded.lacking(indicator) if loaded.to_hand_over(indicator) else [],
        remarks=[remark for remark, _here in loaded.remarks.get(indicator.pk, [])],
        change=loaded.change(indicator),
        trial=tried,
        sentences=[render(step["key"], step["values"], language) for step in tried.sentences],
        curve=curve(indicator, loaded.number(indicator, value), tried.target),
        past=_past(loaded, indicator),
        trend=workbench.trend(loaded, indicator),
        last=last,
        last_text=_text(indicator, last.final_fact, milestones) if last else "",
        trail=trail(ledger.versions_of(actor, loaded.period, indicator), value),
        before=before,
        after=after,
        place=place,
        published=published_of(actor, loaded, indicator),
        score=_last_score.first(loaded.period.cycle_id, loaded.period.month, actor.office.pk, indicator.code),
    )


@compiled
def _last_score(cycle_id: int, month: int, office_id: int, code: str) -> QuerySet[ScoreLine, Decimal]:
    """What it got in the newest published run up to the month; by code, since an amended year scores by another
    version."""
    runs = ScoreRun.objects.filter(cycle_id=cycle_id, period__month__lte=month, state=RunState.PUBLISHED)
    newest = runs.order_by("-period__month", "-number").values("pk")[:1]
    rows = ScoreLine.objects.filter(card__run_id__in=newest, card__office_id=office_id, indicator__code=code)
    return rows.values_list("score", flat=True)


def published_of(actor: Actor, loaded: Sheet, indicator: Indicator) -> Published | None:
    """Where a ledger has published this month's figure; None where people write it. At most one query."""
    current = loaded.from_ledger(indicator)
    if current is None:
        return None
    handed = loaded.claimed.get(indicator.pk)
    claim = None if loaded.claim_handed(indicator) else loaded.claims.get(indicator.pk)
    milestones = loaded.milestones(indicator)
    against = claim.claims_against if claim else handed.value if handed else None
    return Published(
        current=current,
        text=_text(indicator, current.value.fact, milestones),
        sentence=source_sentence(indicator, current.value),
        claim=claim,
        claim_text=_text(indicator, claim.fact, milestones) if claim else "",
        moved=_text(indicator, against.fact, milestones) if against and against.pk != current.value_id else "",
        handed=handed,
        handed_text=_text(indicator, handed.fact, milestones) if handed else "",
        refusal=claim_refusal(actor, loaded, indicator),
    )


def claim_refusal(actor: Actor, loaded: Sheet, indicator: Indicator) -> str | None:
    """Why this person cannot claim another figure beside the ledger's now; None when they can."""
    try:
        policies.fill(actor, loaded.period, loaded.demands.letter, loaded.on)
        policies.claim(
            loaded.draft, indicator, loaded.demands.applies(indicator), loaded.current(indicator),
            loaded.claimed.get(indicator.pk),
        )  # fmt: skip
    except (Denied, Conflict) as refusal:
        return refusal.message
    return None


def edit_refusal(actor: Actor, loaded: Sheet, indicator: Indicator) -> str | None:
    """Why this person cannot change this indicator now; None when they can."""
    try:
        policies.fill(actor, loaded.period, loaded.demands.letter, loaded.on)
        policies.edit(loaded.draft, indicator, loaded.demands.applies(indicator), loaded.current(indicator))
    except (Denied, Conflict) as refusal:
        return refusal.message
    return None


def _fact(loaded: Sheet, indicator: Indicator, value: DraftValue | None) -> dict[str, Any] | None:
    if value is None:
        return None
    if value.nothing_to_report:
        return facts.zero_fact(indicator, loaded.milestones(indicator))
    return value.fact


def _text(indicator: Indicator, fact: dict | None, milestones: list) -> str:
    if fact is None:
        return _("无发生")
    text, unit = facts.short(indicator, fact, milestones)
    return f"{text} {unit}".strip()


def _past(loaded: Sheet, indicator: Indicator) -> list[tuple[int, str]]:
    """Month and figure of the last ten months, this month's as drafted."""
    last = loaded.period.month
    known = loaded.history.get(indicator.pk, {})
    milestones, shown = loaded.milestones(indicator), []
    for each in range(max(1, last - workbench.MONTHS_SHOWN + 1), last + 1):
        value = known.get(each)
        text = "—" if value is None else _("无") if value.final_fact is None else facts.short(
            indicator, value.final_fact, milestones
        )[0]  # fmt: skip
        shown.append((each, text))
    drafted = loaded.values.get(indicator.pk)
    if drafted is not None:
        text = _("无") if drafted.nothing_to_report else facts.short(indicator, drafted.fact, milestones)[0]
        shown[-1] = (last, text)
    return shown


def _neighbours(loaded: Sheet, indicator: Indicator) -> tuple[tuple[int, int], Indicator | None, Indicator | None]:
    """Place in the list of what is asked, and the indicators before and after."""
    rows = loaded.asked
    place = next((number for number, row in enumerate(rows) if row.pk == indicator.pk), 0)
    before = rows[place - 1] if place > 0 else None
    after = rows[place + 1] if place + 1 < len(rows) else None
    return (place + 1, len(rows)), before, after


def trail(versions: list[ReportedValue], value: DraftValue | None) -> list[dict[str, Any]]:
    """What happened to the value, newest first, for the component timeline."""
    events = []
    for version in versions:
        for decision in version.verifications.all():
            icon, tone, text = DECISIONS[Verification.Decision(decision.decision)]
            events.append(
                {"icon": icon, "tone": tone, "text": text, "actor": decision.by_name, "at": decision.at,
                 "quote": decision.reason, "quote_tone": "bad" if tone == "bad" else ""}
            )  # fmt: skip
        report = version.report
        if report is not None:
            handed = _("报送省级（第 %(version)s 版）") % {"version": version.version}
            events.append(
                {
                    "icon": "send",
                    "tone": "info",
                    "text": handed,
                    "actor": report.signer_name,
                    "at": report.handed_over_at,
                }
            )
        events.append(
            {
                "icon": "pencil",
                "tone": "",
                "text": _("填报"),
                "actor": version.entered_by_name,
                "at": version.entered_at,
            }
        )
    if value is not None and all(value.updated_at > version.entered_at for version in versions):
        events.append(
            {"icon": "pencil", "tone": "brand", "text": _("保存草稿"), "actor": value.updated_by_name,
             "at": value.updated_at}
        )  # fmt: skip
    return sorted(events, key=lambda event: event["at"], reverse=True)
