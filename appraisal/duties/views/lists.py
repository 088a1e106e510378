"""任务分解: the year's list as a tree of the letter's targets, its papers, what differs from the version before."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.duties import policies
from appraisal.duties.models import ResponsibilityList
from appraisal.duties.rules.sums import Rule, Verdict
from appraisal.duties.selectors import checking, differing, papers, progress
from appraisal.duties.selectors import lists as selectors
from appraisal.duties.selectors.lists import Loaded
from appraisal.duties.selectors.parties import parties
from appraisal.duties.states import ListState
from appraisal.duties.views import words
from appraisal.ledger.models import TargetLetter
from appraisal.ledger.selectors import decompositions as ledger
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.views.years import asked_year
from core import serving
from core.documents import Kind
from core.http import reads

FOLDED = 3  # lines of a target from which on they are folded: a list of a whole prefecture has a hundred


@reads
def index(request: HttpRequest) -> HttpResponse:
    """The newest list of the year's letter; without one, how to begin."""
    actor = request.actor
    policies.see(actor)
    letter = selectors.letter_of(actor, asked_year(request.GET))
    found = selectors.of_letter(actor, letter) if letter else []
    if letter is not None and found:
        return _page(request, letter, found[0], found)
    working = selectors.working(letter) if letter else None
    context: dict[str, Any] = {
        "letter": letter, "begin": policies.begin.reason(actor, letter, working), "years": _years(request),
        "standing": ledger.standing(letter) if letter and letter.office_signed_at else None,
    }  # fmt: skip
    return render(request, "duties/list.html", context)


@reads
def detail(request: HttpRequest, list_id: int) -> HttpResponse:
    """One version of a list."""
    row = selectors.get_list(request.actor, list_id)
    return _page(request, row.letter, row, selectors.of_letter(request.actor, row.letter))


def _years(request: HttpRequest) -> list[int]:
    letters = letter_selectors.letters_for(request.actor).filter(office_id=request.actor.office.pk)
    return list(letters.values_list("cycle__year", flat=True))


def _page(
    request: HttpRequest, letter: TargetLetter, row: ResponsibilityList, versions: list[ResponsibilityList]
) -> HttpResponse:
    actor, on = request.actor, timezone.localdate()
    found = selectors.loaded(row)
    people = parties(actor, on=on).people
    standing = {each.duty.pk: each for each in progress.standing(found.lines())}
    problems = checking.all_problems(found, people) if row.state in selectors.WORKED_ON else []
    done, keys = checking.covered(found, people)
    follows = row.state == ListState.CONFIRMED
    groups = _groups(found, problems, standing, on)
    context: dict[str, Any] = {
        "letter": letter, "row": row, "versions": versions, "years": _years(request), "found": found,
        "standing": ledger.standing(letter), "groups": groups,
        "folds": any(each["folds"] for _name, targets in groups for each in targets),
        "opened": request.GET.get("open", ""),
        "follows": follows, "outdated": follows and found.version < _now(letter),
        "kpis": _kpis((done, keys), problems, _totals(standing.values(), on), follows=follows),
        "refusals": selectors.refusals(actor, row),
        "begin": policies.begin.reason(actor, letter, selectors.working(letter)),
        "timeline": words.timeline(selectors.history(actor, letter)), "older": differing.before(row),
    }  # fmt: skip
    return render(request, "duties/list.html", context)


def _kpis(
    covered: tuple[int, int], problems: list[checking.Problem], totals: dict[str, int], *, follows: bool
) -> list[dict[str, Any]]:
    """Of a list in force what was delivered, of one that is worked on what is lacking."""
    blocking = sum(each.blocks for each in problems)
    short = len(problems) - blocking
    items: list[dict[str, Any]] = [
        {"label": _("目标覆盖"), "value": covered[0], "unit": f"/ {covered[1]}"},
        {"label": _("清单任务"), "value": totals["all"]},
    ]
    if follows:
        late = totals["overdue"]
        return [
            *items, {"label": _("已报送成果"), "value": totals["done"]},
            {"label": _("逾期未报"), "value": late, "tone": "bad" if late else ""},
        ]  # fmt: skip
    return [
        *items, {"label": _("还需补齐"), "value": blocking, "tone": "bad" if blocking else "ok"},
        {"label": _("合计不足"), "value": short, "tone": "warn" if short else "ok"},
    ]  # fmt: skip


def _now(letter: TargetLetter) -> int:
    return ledger.version_in_force(letter)[0]


def _totals(standing: Any, on: Any) -> dict[str, int]:
    rows = list(standing)
    return {
        "all": len(rows),
        "done": sum(each.done for each in rows),
        "overdue": sum(each.overdue(on) for each in rows),
    }


def _groups(found: Loaded, problems: list[checking.Problem], standing: dict[int, Any], on: Any) -> list[Any]:
    """The letter's groups with their targets, each with its lines, sums and problems."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for code, demand in found.demands.items():
        tops = found.duties.get(code, [])
        sums = checking.sums_of(demand, tops)
        lines = [duty for top in tops for duty in (top, *top.below)]
        groups.setdefault(demand.group, []).append(
            {
                "demand": demand, "rule": rule_said(demand.rule, demand.lower), "sums": [_sum(each) for each in sums],
                "problems": [each for each in problems if each.code == code],
                "lines": [
                    {"duty": duty, "below": duty not in tops, "mine": standing[duty.pk],
                     "overdue": standing[duty.pk].overdue(on)}
                    for duty in lines
                ],
                "folds": len(lines) >= FOLDED,
                "done": sum(standing[duty.pk].done for duty in lines),
                "late": sum(standing[duty.pk].overdue(on) for duty in lines),
            }
        )  # fmt: skip
    return list(groups.items())


def _sum(each: checking.Sum) -> dict[str, Any]:
    tone, icon = {
        Verdict.FULL: ("ok", "circle-check"), Verdict.SHORT: ("warn", "alert-triangle"),
        Verdict.NONE: ("bad", "alert-circle"),
    }[each.check.verdict]  # fmt: skip
    return {"name": each.name, "said": each.said, "tone": tone, "icon": icon}


def rule_said(rule: Rule, lower: bool) -> str:
    """How parts make up the target, in words."""
    if rule == Rule.TASK:
        return _("没有目标数：明确任务、时限和成果")
    if rule == Rule.SUM:
        return _("各部分合计不得超过目标") if lower else _("各部分合计不低于目标")
    return _("比率不相加：每部分都不得超过目标") if lower else _("比率不相加：每部分都要达到目标")


@reads
def differences(request: HttpRequest, list_id: int) -> HttpResponse:
    """Line by line against the version before."""
    row = selectors.get_list(request.actor, list_id)
    context = {"row": row, "older": differing.before(row), "rows": differing.differences(row)}
    return render(request, "duties/differences.html", context)


@reads
def document(request: HttpRequest, list_id: int, kind: Kind) -> HttpResponse:
    """The list as an official paper."""
    row = selectors.get_list(request.actor, list_id)
    paper = papers.paper_of(selectors.loaded(row), differing.on_paper(row))
    return serving.document_response(paper, kind, papers.name_of(row))
