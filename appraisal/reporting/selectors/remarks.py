"""What the system remarks on the drafted values of a month, before anybody else sees them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from appraisal.ledger.rules.remarks import Remark
from appraisal.ledger.selectors import outliers
from appraisal.library import crosschecks
from appraisal.library.crosschecks import Figures, Severity
from appraisal.library.models import Indicator
from appraisal.reporting.rules import changes, facts
from appraisal.reporting.rules.facts import Wrong

if TYPE_CHECKING:
    from appraisal.reporting.selectors.sheet import Sheet

Remarks = dict[int, list[tuple[Remark, bool]]]  # indicator id → (remark, whether it is answered or mended here)


def checks_of(sheet: "Sheet") -> Remarks:
    """The scheme's checks that the drafted figures do not keep, at every indicator that takes part.

    One of them has to answer: the first in the check that is still to be handed over.
    """
    found: Remarks = defaultdict(list)
    if not sheet.period.cycle.version.checks:
        return found
    owners: dict[str, Indicator] = {}
    figures: Figures = {}
    for row in sheet.asked:
        mine = _figures(sheet, row)
        figures |= mine
        owners |= dict.fromkeys(mine, row)
    for broken in crosschecks.broken_of(sheet.period.cycle.version, figures):
        check = broken.check
        values = {
            "code": check.code, "sentence": check.sentence, "sentence_en": check.sentence_en, "figures": broken.figures,
        }  # fmt: skip
        remark = Remark("CHECK", check.severity.value, values)
        involved = list({owners[name].pk: owners[name] for name in check.names if name in owners}.values())
        answering = next((row for row in involved if sheet.to_hand_over(row)), None)
        for row in involved:
            found[row.pk].append((remark, row is answering))
    return found


def counties_of(sheet: "Sheet") -> Remarks:
    """Where the counties do not make up the prefecture's figure: by how much, who is missing, who changed since; and
    where a line is not what the county itself reports, or that is not final."""
    found: Remarks = defaultdict(list)
    for row in sheet.asked:
        if (wrong := sheet.counties_mismatch(row)) is not None:
            found[row.pk].append((Remark("COUNTIES", "REASON", wrong.values() | {"unit": row.unit}), True))
        if (apart := sheet.counties_apart(row)) is not None:
            severity = "REASON" if apart.differing else "HINT"
            found[row.pk].append((Remark("OWN", severity, apart.values() | {"unit": row.unit}), bool(apart.differing)))
    return found


def outliers_of(sheet: "Sheet") -> Remarks:
    """What is out of proportion to the office's own months, or to how its group moved in the month before."""
    found: Remarks = defaultdict(list)
    for row in sheet.asked:
        now = sheet.number(row, sheet.values.get(row.pk))
        if now is None or row.method not in facts.SINGLE_VALUE or facts.categories_of(row):
            continue
        month, past = sheet.period.month, sheet.history.get(row.pk, {})
        figures = {
            each: number for each, value in past.items()
            if each < month and (number := facts.main_number(row, value.final_fact)) is not None
        } | {month: now}  # fmt: skip
        peers = sheet.peers.get(row.pk)
        hints = (
            outliers.leap_remark(figures, month, row.unit, sheet.on),
            outliers.peers_remark(now, figures.get(month - 1), peers.spread if peers else None, month - 1, sheet.on),
        )
        found[row.pk] += [(hint, False) for hint in hints if hint]
    return found


def _figures(sheet: "Sheet", row: Indicator) -> Figures:
    value, last, target = sheet.values.get(row.pk), sheet.last(row), sheet.demands.targets.get(row.pk)
    published = sheet.from_ledger(row)
    fact = published.final_fact if published else value.fact if value else None
    return crosschecks.figures_of(
        row,
        fact,
        nothing=bool(value and value.nothing_to_report),
        last=last.final_fact if last else None,
        had_last=last is not None,
        target=facts.denominator(row, fact, target, sheet.period.month) if row.method in facts.QUANTITIES else None,
        year=target.year_target if target else None,
    )


def wrongs_of(sheet: "Sheet", row: Indicator) -> Iterator[Wrong]:
    """What of an indicator's remarks keeps it from being handed over: what blocks, and what nobody has explained."""
    value = sheet.values.get(row.pk)
    for remark, here in sheet.remarks.get(row.pk, []):
        if not here or value is None or remark.severity == Severity.HINT:
            continue
        if remark.severity == Severity.BLOCK:
            yield Wrong("value", remark.sentence, missing=True)
        elif not changes.explained(sheet.explanation(row), sheet.on):
            asked = _("%(reason)s请说明原因（至少 %(least)s 个字）。") % {
                "reason": remark.sentence, "least": changes.characters(sheet.on),
            }  # fmt: skip
            yield Wrong("nothing_reason" if value.nothing_to_report else "narrative", asked, missing=True)
