"""Results, their lines and objections, asked with the actor first; what the notice shows, and whether it may."""

import hashlib
import json
from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle
from appraisal.ledger.selectors import adjustments
from appraisal.ledger.selectors.explanations import word
from appraisal.results.models import NoticeObjection, ResultLine, YearCard, YearResult
from appraisal.results.models.outcome import YearResultQuerySet
from appraisal.results.policies import outcome as policies
from appraisal.results.policies import years as years_policies
from appraisal.results.selectors import inputs
from appraisal.rules import grades
from appraisal.rules.parameters import in_force
from core import codes, months
from core.errors import Conflict, Invalid, NotFound
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor
from tenants.models import Office

KINDS = {
    "resident_id": lambda: _("身份证号"),
    "phone": lambda: _("手机号"),
    "card": lambda: _("银行卡号"),
}


def results_for(actor: Actor) -> YearResultQuerySet:
    """The bureau sees every result of its province; its prefectures those that were put to notice."""
    rows = YearResult.objects.filter(cycle__province_id=actor.province_id).select_related(
        "cycle__province", "cycle__version", "run__cycle"
    )
    if actor.office.level == Office.Level.PROVINCE:
        years_policies.see(actor)
        return rows
    return rows.public()


def get_result(actor: Actor, result_id: int, *, lock: bool = False) -> YearResult:
    """One result with its lines in order. lock: the year and the result stand still. Raises NotFound, Denied."""
    rows = results_for(actor).filter(pk=result_id)
    if lock:
        years = rows.order_by().values("cycle_id")
        list(Cycle.objects.filter(pk__in=years).locked().values_list("pk"))
        list(YearResult.objects.filter(pk=result_id).locked().values_list("pk"))
    found = rows.prefetch_related(Prefetch("lines", queryset=_lines())).first()
    if found is None:
        raise NotFound(_("没有这份年度结果。"))
    return found


def _lines() -> QuerySet[ResultLine]:
    return ResultLine.objects.select_related("office", "result").order_by("rank", "office__position", "office_id")


def newest_result(actor: Actor, cycle: Cycle) -> YearResult | None:
    """The last result of a year that the actor may know of."""
    found = results_for(actor).filter(cycle=cycle).order_by("-number").first()
    return get_result(actor, found.pk) if found else None


def get_line(actor: Actor, result: YearResult, slug: str) -> ResultLine:
    """One office's line. Raises NotFound."""
    found = next((line for line in result.lines.all() if line.office.schema_name == slug), None)
    if found is None:
        raise NotFound(_("这份结果里没有这个单位。"))
    found.result = result
    return found


def ceiling_of(line: ResultLine) -> str | None:
    """The best grade that vetoes leave an office; None without a veto."""
    order = grades.grades(inputs.last_day(line.result.cycle))
    card = YearCard.objects.filter(run_id=line.result.run_id, office_id=line.office_id).only("trace").first()
    ceilings = [veto["ceiling"] for veto in card.trace["vetoes"]] if card else []
    return max(ceilings, key=order.index, default=None)


def check_quota(result: YearResult) -> None:
    """Raises Conflict when people gave more best grades in a pool than it has seats."""
    best = grades.grades(inputs.last_day(result.cycle))[0]
    given = Counter(str(line.peer_group) for line in result.lines.all() if line.grade == best)
    for pool in result.run.seats["pools"]:
        taken = sum(given[group] for group in pool["groups"])
        if taken > pool["seats"]:
            raise Conflict(
                _("名额组 %(pool)s 只有 %(seats)s 个“%(grade)s”名额，现在给了 %(taken)s 家，请先调整其他单位。")
                % {"pool": pool["name"], "seats": pool["seats"], "grade": word(f"grade.{best}"), "taken": taken},
                field="grade",
            )


def check_current(result: YearResult, *, on: date) -> None:
    """Raises Conflict when what the run was calculated from has changed since, or is to be published anew."""
    run = result.run
    late = adjustments.uncounted(result.cycle).count()
    if late:
        raise Conflict(
            _("有 %(count)s 项加扣分或否决在 %(month)s 月核定以后登记或撤销，还没有计入。请先重新计算并核定该月。")
            % {"count": late, "month": months.named(run.until_month)}
        )
    if inputs.inputs_of(result.cycle, run.until_month, on=on).sha256() != run.inputs_sha256:
        raise Conflict(
            _("算出 %(code)s 以后，得分、自评或否决又有变化，这份结果是旧数。请重新计算后再办理。") % {"code": run.code}
        )


def content_of(result: YearResult) -> str:
    """SHA-256 of the canonical lines: what the lock holds fast."""
    rows = [
        [line.office.schema_name, line.peer_group, str(line.total), line.rank, line.computed, line.grade, line.reason]
        for line in result.lines.all()
    ]
    text = json.dumps([result.cycle.year, result.number, rows], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- The public notice ------------------------------------------------------------------------------------------------


def notice_days(cycle: Cycle, start: date) -> tuple[date, Derivation]:
    """Last day, inclusive, of a notice that begins on `start`; by the province's calendar."""
    return add_working_days(start, in_force("result_notice", start)["notice"], Calendar(cycle.province.region_code))


def answer_due(cycle: Cycle, start: date) -> tuple[date, Derivation]:
    """Last day, inclusive, to answer an objection of that day."""
    return add_working_days(start, in_force("result_notice", start)["answer"], Calendar(cycle.province.region_code))


def published_text(result: YearResult, words: str, contact: str) -> list[str]:
    """Everything that people wrote and the notice shows."""
    return [result.cycle.name, words, contact, *(line.office.full_label for line in result.lines.all())]


def check_masked(texts: list[str]) -> None:
    """Raises Invalid, naming what was found (masked), when a text holds an identity, phone or bank card number."""
    found = [each for text in texts for each in codes.scan_for_personal_numbers(text)]
    if found:
        said = _("、").join(f"{KINDS[each.kind]()} {each.masked}" for each in found[:5])
        raise Invalid(
            _("公示内容里有个人信息：%(found)s。请删去或改为单位固定电话，再公示。") % {"found": said}, field="words"
        )


def objections_for(actor: Actor, result: YearResult) -> QuerySet[NoticeObjection]:
    """The bureau sees all of them; an office its own."""
    rows = NoticeObjection.objects.filter(result=result).select_related("office", "about", "result__cycle")
    mine = rows if actor.office.level == Office.Level.PROVINCE else rows.filter(office=actor.office)
    return mine.order_by("answer_due_on", "pk")


def get_objection(actor: Actor, objection_id: int, *, lock: bool = False) -> NoticeObjection:
    """One objection the actor may know of. Raises NotFound."""
    rows = NoticeObjection.objects.filter(result__cycle__province_id=actor.province_id)
    if actor.office.level != Office.Level.PROVINCE:
        rows = rows.filter(office=actor.office)
    if lock:
        list(rows.filter(pk=objection_id).select_for_update(of=("self",), no_key=True).values_list("pk"))
    found = rows.filter(pk=objection_id).select_related("office", "about", "result__cycle__province").first()
    if found is None:
        raise NotFound(_("没有这件公示异议。"))
    return found


def refusals(actor: Actor, result: YearResult, *, on: date) -> dict[str, str | None]:
    """For each action the reason why not, or None."""
    return {
        "change": policies.change.reason(actor, result),
        "decide": policies.decide.reason(actor, result),
        "withdraw": policies.withdraw.reason(actor, result),
        "notice": policies.notice.reason(actor, result),
        "lock": policies.lock.reason(actor, result, on=on) if result.notice_until else _("还没有公示。"),
        "reopen": policies.reopen.reason(actor, result),
        "issue_circular": policies.issue_circular.reason(actor, result),
    }


def seats_of(result: YearResult) -> list[dict[str, Any]]:
    """Each pool with its seats and how many are taken."""
    best = grades.grades(inputs.last_day(result.cycle))[0]
    given = Counter(str(line.peer_group) for line in result.lines.all() if line.grade == best)
    return [{**pool, "taken": sum(given[group] for group in pool["groups"])} for pool in result.run.seats["pools"]]
