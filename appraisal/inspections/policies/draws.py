"""Who may prepare, freeze, seed and redo a draw. Source: features M15; domain reference 2.2 step 10."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.inspections.models import Draw
from appraisal.inspections.states import DrawState
from appraisal.ledger.models import Cycle
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.states import CycleState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

INSPECTORS = (Role.INSPECTOR, Role.VERIFIER, Role.FUND_SUPERVISOR)  # among whom the inspectors are drawn
BUREAU = (*INSPECTORS, Role.APPRAISAL_ADMIN, Role.DIVISION_CHIEF, *LEADERS)
BELOW = (*LEADERS, Role.DIVISION_CHIEF, Role.REPORTER, Role.REVIEWER, Role.ISSUER, Role.PROJECT_MANAGER)
# The figure of a day is entered by somebody else than who froze the list: two would have to conspire.
SECONDS = (Role.APPRAISAL_ADMIN, *INSPECTORS, *LEADERS)


@policy
def see(actor: Actor) -> None:
    """The bureau, and everybody who reports in its prefectures: what is published can be redone by them."""
    if not (actor.visiting or actor.has(*(BUREAU if actor.at_province else BELOW))):
        raise Denied(_("抽查名单和结果由省局和各州市考核工作人员查看。"))


@policy
def prepare(actor: Actor, cycle: Cycle) -> None:
    """The appraisal administrator of the province, in a running year."""
    if not actor.at_province or actor.province_id != cycle.province_id or not actor.has(Role.APPRAISAL_ADMIN):
        raise Denied(_("抽查名单由本省的考核管理员编制。"))
    if cycle.state != CycleState.RUNNING:
        raise Conflict(_("“%(cycle)s”不在进行中，不能再抽查。") % {"cycle": cycle.name})


@policy
def edit(actor: Actor, draw: Draw) -> None:
    """While it is a draft; afterwards the database refuses, too."""
    prepare(actor, draw.cycle)
    if draw.state != DrawState.DRAFT:
        raise Conflict(
            _("名单已于 %(at)s 冻结，任何人都不能再改。") % {"at": _at(draw)} if draw.frozen_at else _voided()
        )


@policy
def freeze(actor: Actor, draw: Draw) -> None:
    """The same people."""
    edit(actor, draw)


@policy
def commit(actor: Actor, draw: Draw, *, taken: int, mine: bool) -> None:
    """Anybody who sees the list, once each, but who froze it; until there are as many as were announced."""
    _contributions(actor, draw)
    if mine:
        raise Conflict(_("您已经提交过种子的哈希，每人一段。"))
    if draw.seed_people is not None and taken >= draw.seed_people:
        raise Conflict(_("%(people)s 人的哈希已经交齐，不再接收。") % {"people": draw.seed_people})


@policy
def reveal(actor: Actor, draw: Draw, *, taken: int, mine: bool, revealed: bool) -> None:
    """Who committed, once all hashes are there: nobody chooses a phrase knowing another's."""
    _contributions(actor, draw)
    if not mine:
        raise Denied(_("只有提交过哈希的人可以公开自己的一段。"))
    if revealed:
        raise Conflict(_("您的一段已经公开。"))
    if draw.seed_people is not None and taken < draw.seed_people:
        raise Conflict(
            _("还差 %(missing)s 人的哈希。交齐以前公开，后面的人就能挑选自己的一段。")
            % {"missing": draw.seed_people - taken}
        )


def _contributions(actor: Actor, draw: Draw) -> None:
    see(actor)
    if actor.visiting:
        raise Denied(_("查看其他机构时不能提交种子，请回到本机构办理。"))
    if draw.seed_kind != Draw.SeedKind.CONTRIBUTIONS:
        raise Conflict(_("这一轮的种子是约定日期的公开数字，不由个人提交。"))
    frozen(draw)
    if actor.user_id == draw.frozen_by_id:
        raise Denied(_("名单由您冻结，种子须由其他人提供。"))


@policy
def draw_now(actor: Actor, draw: Draw, *, on: date, lacking: int) -> None:
    """Once, by another person than who froze the list, when the seed can be known. lacking: phrases not revealed."""
    if not actor.at_province or actor.province_id != draw.province_id or not actor.has(*SECONDS):
        raise Denied(_("抽取由本省的考核管理员、核验检查人员或领导执行。"))
    frozen(draw)
    if actor.user_id == draw.frozen_by_id:
        raise Denied(_("名单由您冻结，种子须由另一个人录入并抽取。"))
    if draw.seed_kind == Draw.SeedKind.FIGURE:
        if draw.seed_on is not None and on < draw.seed_on:
            raise Conflict(_("约定的数字 %(day)s 才产生，到时再录入。") % {"day": draw.seed_on.isoformat()})
    elif lacking:
        raise Conflict(_("还有 %(n)s 人没有公开自己的一段，交齐后才能抽取。") % {"n": lacking})


@policy
def void(actor: Actor, draw: Draw, *, on: date, revealed: int) -> None:
    """Only while nobody can know the seed: whoever could would discard what they do not like."""
    prepare(actor, draw.cycle)
    if draw.state == DrawState.DRAFT:
        return
    frozen(draw)
    if revealed or (draw.seed_on is not None and on >= draw.seed_on):
        raise Conflict(_("种子已经可知，名单不能再作废，只能按种子抽取。"))


@policy
def frozen(draw: Draw) -> None:
    """A list is frozen and not drawn from yet."""
    if draw.state == DrawState.DRAFT:
        raise Conflict(_("名单还没有冻结。"))
    if draw.state == DrawState.VOID:
        raise Conflict(_voided())
    if draw.state == DrawState.DRAWN:
        raise Conflict(
            _("这一轮已由%(name)s抽取，每一轮只抽一次；需要再抽请另开一轮，用新的种子。") % {"name": draw.drawn_by_name}
        )


def _at(draw: Draw) -> str:
    assert draw.frozen_at is not None  # the database keeps state and moment in step
    return timezone.localtime(draw.frozen_at).strftime("%Y-%m-%d %H:%M")


def _voided() -> str:
    return _("这一轮已经作废，请另开一轮。")
