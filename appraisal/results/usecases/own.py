"""A prefecture writes its self-appraisal and hands it over, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle, Participant
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.library.models import Indicator
from appraisal.results.events.years import SelfAppraisalSubmitted
from appraisal.results.models import SelfAppraisal, SelfScore
from appraisal.results.policies import own as policies
from appraisal.results.selectors import own as selectors
from appraisal.results.states import SelfState
from core import events
from core.errors import Conflict, Invalid, NotFound
from tenants.actors import Actor

LONGEST = 1000
MOST_FILES = 20


@dataclass(frozen=True)
class Given:
    """What was given for one indicator. score: None leaves it open; evidence: ids of files, None as it is."""

    score: Decimal | None
    statement: str
    evidence: Sequence[str] | None = None


@transaction.atomic
def save_self_appraisal(
    *, cycle: Cycle, scores: Mapping[str, Given], lock_version: int, actor: Actor, at: datetime
) -> SelfAppraisal:
    """Keep what is filled in so far. scores: indicator code → what is given; those not named stay as they are.

    lock_version: as it was read, 0 before the first save. Source: domain reference 2.2 step 11 ("cannot exceed
    points"). Raises Denied, NotFound (does not take part, no such file of the office), Conflict (not open, handed
    over, saved by somebody else meanwhile), Invalid (`rows` name the indicators whose score, statement or files
    cannot be taken).
    """
    if not Participant.objects.filter(cycle=cycle, office=actor.office, left_on=None).exists():
        raise NotFound(_("本州市不在 %(cycle)s 的参评单位里。") % {"cycle": cycle.name})
    appraisal = selectors.appraisal_of(cycle, actor.office, lock=True)
    window = selectors.window(cycle)
    policies.write(actor, cycle, appraisal, on=timezone.localdate(at), opens=window.opens, due=window.due)
    if lock_version != (appraisal.lock_version if appraisal else 0):
        raise Conflict(
            _("自评刚由 %(name)s 改过，请刷新后再填。") % {"name": appraisal.edited_by_name if appraisal else ""}
        )
    if appraisal is None:
        appraisal = SelfAppraisal.objects.create(
            cycle=cycle, office=actor.office, edited_by_name=actor.name, edited_at=at
        )
    known = {item.indicator.code: item.indicator for item in selectors.items(cycle, actor.office, None)}
    _check(scores, {code: indicator.points for code, indicator in known.items()})
    appraisal.lock_version += 1
    appraisal.edited_by_name, appraisal.edited_at = actor.name, at
    appraisal.keep()
    _write(appraisal, {known[code]: given for code, given in scores.items()}, actor)
    return appraisal


def _write(appraisal: SelfAppraisal, given: Mapping[Indicator, Given], actor: Actor) -> None:
    """Lines as they are given, in a constant number of queries; one with nothing in it goes."""
    files = evidence_of(actor, list(dict.fromkeys(key for each in given.values() for key in each.evidence or ())))
    before = {row.indicator_id: row for row in appraisal.scores.all()}
    kept, empty = [], []
    for indicator, each in given.items():
        row = SelfScore(appraisal=appraisal, indicator=indicator, score=each.score, statement=each.statement.strip())
        if each.evidence is not None:
            row.evidence = [files[key] for key in dict.fromkeys(each.evidence)]
        elif indicator.pk in before:
            row.evidence = before[indicator.pk].evidence
        if row.score is None and not row.statement and not row.evidence:
            empty.append(indicator.pk)
        else:
            kept.append(row)
    SelfScore.objects.filter(appraisal=appraisal, indicator_id__in=empty).delete()
    SelfScore.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["appraisal", "indicator"],
        update_fields=["score", "statement", "evidence"],
    )  # fmt: skip


def _check(scores: Mapping[str, Given], points: Mapping[str, Decimal]) -> None:
    rows = []
    for code, given in scores.items():
        full = points.get(code)
        if full is None:
            rows.append({"field": code, "message": _("%(code)s 不是本州市适用的指标。") % {"code": code[:20]}})
        elif given.score is not None and not (given.score.is_finite() and 0 <= given.score <= full):
            values = {"code": code, "full": f"{full.normalize():f}"}
            rows.append({"field": code, "message": _("%(code)s 的自评得分须在 0 到 %(full)s 分之间。") % values})
        elif given.score is not None and given.score != round(given.score, 2):
            rows.append({"field": code, "message": _("%(code)s 的自评得分最多两位小数。") % {"code": code}})
        elif len(given.statement) > LONGEST:
            values = {"code": code, "longest": str(LONGEST)}
            rows.append({"field": code, "message": _("%(code)s 的说明最多 %(longest)s 个字。") % values})
        elif len(given.evidence or ()) > MOST_FILES:
            values = {"code": code, "most": str(MOST_FILES)}
            rows.append({"field": code, "message": _("%(code)s 最多附 %(most)s 个文件。") % values})
    if rows:
        raise Invalid(_("；").join(row["message"].rstrip("。") for row in rows[:5]) + _("。"), rows=rows)


@transaction.atomic
def submit_self_appraisal(*, cycle: Cycle, actor: Actor, at: datetime) -> SelfAppraisal:
    """Hand the self-appraisal over: the bureau sees it, and nobody can change it any more.

    Raises Denied, NotFound, Conflict (not open, handed over already, nothing filled in), Invalid (indicators without
    score, statement or, where the scheme asks for it as in the monthly reports, evidence, in `rows`).
    """
    appraisal = selectors.appraisal_of(cycle, actor.office, lock=True)
    window, on = selectors.window(cycle), timezone.localdate(at)
    policies.submit(actor, cycle, appraisal, on=on, opens=window.opens, due=window.due)
    assert appraisal is not None
    rows = selectors.items(cycle, actor.office, appraisal)
    if open_ones := selectors.missing(rows):
        raise Invalid(
            _("还有 %(count)s 项没有填自评得分或说明：%(codes)s。") % _told(open_ones),
            rows=[{"field": item.indicator.code, "message": _("请填自评得分和说明。")} for item in open_ones],
        )
    if bare := selectors.without_evidence(rows):
        raise Invalid(
            _("还有 %(count)s 项没有附佐证材料：%(codes)s。请在自评表上传指标要求的材料；月报附过材料的指标不必再附。")
            % _told(bare),
            rows=[
                {
                    "field": item.indicator.code,
                    "message": _("缺少证据：%(evidence)s。") % {"evidence": item.indicator.evidence},
                }
                for item in bare
            ],
        )
    appraisal.move(SelfState.SUBMITTED)
    appraisal.submitted_by_id, appraisal.submitted_by_name, appraisal.submitted_at = actor.user_id, actor.name, at
    appraisal.keep()
    total = sum((item.score for item in rows if item.score is not None), Decimal(0))
    events.record(
        SelfAppraisalSubmitted(
            subject=f"results.self:{appraisal.pk}", year=cycle.year, total=str(total), on_time=on <= window.due
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return appraisal


def _told(items: list[selectors.Item]) -> dict[str, object]:
    codes = [item.indicator.code for item in items]
    return {"count": len(codes), "codes": _("、").join(codes[:12]) + ("…" if len(codes) > 12 else "")}
