"""Figures claimed beside a ledger's: asked with the actor first, and the published figure said in a sentence."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, FactClaim, Period, ReportedValue
from appraisal.ledger.policies import claims as policies
from appraisal.ledger.policies import verification
from appraisal.ledger.policies.reports import of_ledger
from appraisal.ledger.rules import facts
from appraisal.ledger.selectors import owning
from appraisal.ledger.selectors.fact_text import describe
from appraisal.ledger.selectors.values import PUBLISHED, with_context
from appraisal.ledger.states import ClaimState
from appraisal.library.models import Indicator
from appraisal.library.models.words import source_label
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import Office


def source_sentence(indicator: Indicator, value: ReportedValue) -> str:
    """Which ledger, as of when, what was counted: of a published value, in the reader's language."""
    what = value.narrative or " ÷ ".join(
        str(name) for name in (indicator.parameters.get("numerator"), indicator.parameters.get("denominator")) if name
    )
    at = timezone.localtime(value.entered_at)
    values = {
        "ledger": source_label(value.source), "time": f"{at:%Y-%m-%d %H:%M}", "version": value.version,
        "day": value.as_of, "what": (what or indicator.label).rstrip("。."),
    }  # fmt: skip
    if value.as_of is None:
        return _("取自%(ledger)s，系统于 %(time)s 发布第 %(version)s 版；统计的是：%(what)s。") % values
    return _("取自%(ledger)s，统计到 %(day)s，系统于 %(time)s 发布第 %(version)s 版；统计的是：%(what)s。") % values


def claims_for(actor: Actor) -> QuerySet[FactClaim]:
    """The bureau sees those of its province (a visitor those of the office visited), an office its own."""
    if actor.home.level == Office.Level.PROVINCE:
        rows = FactClaim.objects.filter(period__cycle__province_id=actor.home.pk)
        rows = rows.filter(office=actor.office) if actor.visiting else rows
    else:
        rows = FactClaim.objects.filter(office=actor.office)
    return rows.select_related("period__cycle", "office", "indicator__parent", "value", "report")


def get_claim(actor: Actor, claim_id: int, *, lock: bool = False) -> FactClaim:
    """Raises NotFound."""
    rows = claims_for(actor).filter(pk=claim_id)
    found = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()
    if found is None:
        raise NotFound(_("没有这项另报数。"))
    return found


def of_month(office: Office, period: Period) -> dict[int, FactClaim]:
    """Indicator id → the newest claim that the office has handed over for it. One query."""
    rows = FactClaim.objects.filter(office=office, period=period).select_related("value")
    return {row.indicator_id: row for row in rows.order_by("pk")}


def awaited(actor: Actor) -> QuerySet[FactClaim]:
    """What waits for a decision that can still be made: of months whose scores are not published."""
    return claims_for(actor).filter(~PUBLISHED, owning.mine(actor), state=ClaimState.OPEN)


@dataclass(frozen=True)
class Line:
    """A claim side by side with what the ledger says. fact: the version claimed against; now: today's.

    moved: the ledger has published another figure since; refusals: act → why not, None when the actor may.
    """

    claim: FactClaim
    current: CurrentValue
    sentence: str
    fact: str
    now: str
    claimed: str
    moved: bool
    agrees: bool
    refusals: dict[str, str | None]

    @property
    def undecided(self) -> bool:
        """Whether the month's scores were published before anybody decided."""
        return self.claim.state == ClaimState.OPEN and self.current.published


def lines_of(actor: Actor, claims: list[FactClaim]) -> list[Line]:
    """Side by side, in the order given. Two queries, whatever the number."""
    rows = with_context(
        CurrentValue.objects.filter(
            period__in={row.period_id for row in claims}, office__in={row.office_id for row in claims},
            indicator__in={row.indicator_id for row in claims},
        )
    )  # fmt: skip
    current = {(row.period_id, row.office_id, row.indicator_id): row for row in rows}
    bars = owning.bars(actor, on=timezone.localdate()) if actor.at_province else verification.Bars()
    return [_line(actor, row, current[row.period_id, row.office_id, row.indicator_id], bars) for row in claims]


def _line(actor: Actor, claim: FactClaim, current: CurrentValue, bars: verification.Bars) -> Line:
    indicator, published = claim.indicator, current.published
    return Line(
        claim=claim,
        current=current,
        sentence=source_sentence(indicator, current.value),
        fact=describe(indicator, claim.value.fact),
        now=describe(indicator, current.value.fact),
        claimed=describe(indicator, claim.fact),
        moved=current.value_id != claim.value_id,
        agrees=facts.same(claim.fact, current.value.fact),
        refusals={
            "accept": policies.accept.reason(actor, claim, current, published=published, bars=bars),
            "uphold": policies.uphold.reason(actor, claim, current, published=published, bars=bars),
        },
    )


def of_value(actor: Actor, current: CurrentValue) -> list[Line]:
    """The claims beside one value, newest first; none for a figure that people wrote. At most three queries."""
    if not of_ledger(current.value):
        return []
    rows = claims_for(actor).filter(period=current.period, office=current.office, indicator=current.indicator)
    claims = list(rows.order_by("-pk"))
    return lines_of(actor, claims) if claims else []


def listed(actor: Actor) -> QuerySet[FactClaim]:
    """Those of the list: a verifier finds what their division confirms."""
    return claims_for(actor).filter(owning.mine(actor))


def counts(actor: Actor) -> dict[str, int]:
    """State → how many. One query."""
    found = dict.fromkeys(ClaimState.values, 0)
    for state in listed(actor).order_by().values_list("state", flat=True):
        found[state] += 1
    return found
