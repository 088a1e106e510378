"""Who proposes, confirms, decides, puts to notice, locks and opens again. Source: domain reference 2.2 steps 18–21."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.states import CycleState
from appraisal.results.models import NoticeObjection, ResultLine, YearResult, YearRun
from appraisal.results.policies import years
from appraisal.results.states import NoticeObjectionState, ResultState, YearRunState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role

COMMITTEE = (Role.APPRAISAL_ADMIN, *LEADERS)
FILERS = (Role.REPORTER, Role.ISSUER, *LEADERS)
IN_FORCE = (ResultState.PROPOSED, ResultState.DECIDED, ResultState.NOTICED, ResultState.LOCKED)


@policy
def propose(actor: Actor, run: YearRun, *, year_end: bool) -> None:
    """The administrator for the committee: from the newest calculation of the whole year, once."""
    _administrator(actor, _("只有省级考核管理员可以提出拟定等次。"))
    if run.state != YearRunState.DONE:
        raise Conflict(
            _("这一批现在是“%(state)s”，只有已算出的批次可以拟定等次。") % {"state": run.get_state_display()}
        )
    if not year_end:
        raise Conflict(
            _("这一批只算到 %(month)s 月，是试算；年终得分核定后才能拟定等次。") % {"month": run.until_month}
        )
    _newest(run)
    standing = YearResult.objects.filter(cycle=run.cycle, state__in=IN_FORCE).first()
    if standing is not None:
        raise Conflict(
            _("本年度已有结果（%(state)s）。要重新拟定，请先撤回或重新启动。") % {"state": standing.get_state_display()}
        )


@policy
def change(actor: Actor, result: YearResult) -> None:
    """The committee, while it is proposed."""
    _committee(actor)
    _is(result, ResultState.PROPOSED, _("等次只能在拟定阶段调整；现在是“%(state)s”。"))


@policy
def confirm(actor: Actor, line: ResultLine) -> None:
    """Another one of the committee than who changed it."""
    change(actor, line.result)
    if not line.departs:
        raise Conflict(_("这个等次与计算结果一致，不需要复核。"))
    if line.confirmed_by_id is not None:
        raise Conflict(_("这项调整已由 %(name)s 复核。") % {"name": line.confirmed_by_name})
    if line.changed_by_id == actor.user_id:
        raise Denied(_("调整等次须由另一人复核，不能复核自己的调整。"))


@policy
def decide(actor: Actor, result: YearResult) -> None:
    """A leader, with every departure confirmed, from the newest calculation."""
    _leader(actor, _("年度结果由省级领导审定。"))
    _is(result, ResultState.PROPOSED, _("只有拟定阶段的结果可以审定；现在是“%(state)s”。"))
    _newest(result.run)
    waiting = sum(1 for line in result.lines.all() if line.departs and line.confirmed_by_id is None)
    if waiting:
        raise Conflict(_("还有 %(count)s 项等次调整没有经另一人复核，复核后才能审定。") % {"count": waiting})


@policy
def withdraw(actor: Actor, result: YearResult) -> None:
    """The committee, before the public saw it."""
    _committee(actor)
    if result.state not in (ResultState.PROPOSED, ResultState.DECIDED):
        raise Conflict(
            _("只有未公示的结果可以撤回；现在是“%(state)s”，请用“重新启动”。") % {"state": result.get_state_display()}
        )


@policy
def notice(actor: Actor, result: YearResult) -> None:
    """The administrator, once it is decided."""
    _administrator(actor, _("只有省级考核管理员可以发布公示。"))
    _is(result, ResultState.DECIDED, _("审定以后才能公示；现在是“%(state)s”。"))
    _newest(result.run)


@policy
def lock(actor: Actor, result: YearResult, *, on: date) -> None:
    """A leader, after the last day of the notice, without an objection that is open or upheld."""
    _leader(actor, _("年度结果由省级领导锁定。"))
    _is(result, ResultState.NOTICED, _("公示期满的结果才能锁定；现在是“%(state)s”。"))
    assert result.notice_until is not None
    if on <= result.notice_until:
        raise Conflict(_("公示到 %(day)s 为止，期满后才能锁定。") % {"day": result.notice_until.isoformat()})
    states = set(result.objections.values_list("state", flat=True))
    if NoticeObjectionState.OPEN in states:
        raise Conflict(_("还有公示异议没有答复，答复后才能锁定。"))
    if NoticeObjectionState.UPHELD in states:
        raise Conflict(_("有公示异议成立，请重新启动并重新拟定等次。"))


@policy
def reopen(actor: Actor, result: YearResult) -> None:
    """A leader, once the public saw it, until the year is closed. Source: domain reference 2.7 case 7."""
    _leader(actor, _("公示后的结果由省级领导重新启动。"))
    if result.cycle.state == CycleState.CLOSED:  # nothing could be calculated anew
        raise Conflict(_("%(cycle)s 已归档，结果不能再重新启动。") % {"cycle": result.cycle.name})
    if result.state not in (ResultState.NOTICED, ResultState.LOCKED):
        raise Conflict(
            _("只有公示中或已锁定的结果可以重新启动；现在是“%(state)s”。") % {"state": result.get_state_display()}
        )


@policy
def object_(actor: Actor, result: YearResult, about: Office, *, on: date) -> None:
    """A prefecture that takes part, once about each office, up to the last day of the notice."""
    if actor.visiting or actor.home.level != Office.Level.PREFECTURE or not actor.has(*FILERS):
        raise Denied(_("公示异议由参评州市的填报人、签发人或领导提出。"))
    _is(result, ResultState.NOTICED, _("公示期内才能提出异议；现在是“%(state)s”。"))
    assert result.notice_until is not None
    if on > result.notice_until:
        raise Conflict(_("公示期已于 %(day)s 结束，不再受理异议。") % {"day": result.notice_until.isoformat()})
    if NoticeObjection.objects.filter(result=result, office=actor.office, about=about).exists():
        raise Conflict(_("本州市已对 %(office)s 的结果提出过异议，请等候答复。") % {"office": about.label})


@policy
def answer(actor: Actor, objection: NoticeObjection) -> None:
    """The committee, once."""
    _committee(actor)
    if objection.state != NoticeObjectionState.OPEN:
        raise Conflict(
            _("%(name)s 已答复：%(state)s。")
            % {"name": objection.decided_by_name, "state": objection.get_state_display()}
        )


@policy
def circular(actor: Actor, result: YearResult) -> None:
    """The bureau once it is decided (a draft without head until the issue), its prefectures once it is issued."""
    if actor.office.level == Office.Level.PROVINCE:
        if result.state == ResultState.PROPOSED:
            raise Conflict(_("审定以后才能生成通报；现在是“%(state)s”。") % {"state": result.get_state_display()})
    elif result.state != ResultState.LOCKED:
        raise Conflict(_("结果锁定后才能下载通报；现在是“%(state)s”。") % {"state": result.get_state_display()})
    elif result.circular_issued_at is None:
        raise Conflict(_("通报还没有印发，印发后才能下载。"))


@policy
def issue_circular(actor: Actor, result: YearResult) -> None:
    """The administrator or a leader, once per locked result. Source: domain reference 2.2 step 21."""
    if not actor.at_province or not actor.has(*COMMITTEE):
        raise Denied(_("通报由省级考核管理员或领导印发。"))
    if result.circular_issued_at is not None:
        raise Conflict(
            _("通报已由%(name)s于 %(day)s 以 %(number)s 印发，不能重发。")
            % {
                "name": result.circular_issued_by_name, "number": result.circular_number,
                "day": timezone.localdate(result.circular_issued_at).isoformat(),
            }
        )  # fmt: skip
    _is(result, ResultState.LOCKED, _("结果锁定后才能印发通报；现在是“%(state)s”。"))


@policy
def summary(actor: Actor, result: YearResult) -> None:
    """The bureau's own table."""
    years.see(actor)


def _committee(actor: Actor) -> None:
    if not actor.at_province or not actor.has(*COMMITTEE):
        raise Denied(_("只有省级考核管理员和领导可以办理年度结果。"))


def _administrator(actor: Actor, sentence: str) -> None:
    if not actor.at_province or not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(sentence)


def _leader(actor: Actor, sentence: str) -> None:
    if not actor.at_province or not actor.has(*LEADERS):
        raise Denied(sentence)


def _is(result: YearResult, state: ResultState, sentence: str) -> None:
    if result.state != state:
        raise Conflict(sentence % {"state": result.get_state_display()})


def _newest(run: YearRun) -> None:
    later = YearRun.objects.filter(cycle=run.cycle, number__gt=run.number).exclude(state=YearRunState.FAILED).first()
    if later is not None:
        raise Conflict(_("已有更新的年度计算 %(code)s，请用最新的一批。") % {"code": later.code})
