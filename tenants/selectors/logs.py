"""The audit rows an audit administrator may read, with what changed in each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import codes
from core.audit import faults
from core.errors import NotFound
from core.models import AuditAnchor, AuditCheck, AuditEntry, AuditHead, AuditLink
from tenants.actors import Actor
from tenants.models import PersonalNumbers, User
from tenants.selectors import offices, people

ACTIONS = {"INSERT": gettext_lazy("新增"), "UPDATE": gettext_lazy("修改"), "DELETE": gettext_lazy("删除")}
TABLES = {
    "tenants_office": gettext_lazy("机构"),
    "tenants_officearchive": gettext_lazy("机构档案"),
    "tenants_shadow": gettext_lazy("历史副本"),
    "tenants_officename": gettext_lazy("机构名称"),
    "tenants_division": gettext_lazy("处室"),
    "tenants_region": gettext_lazy("行政区划"),
    "tenants_user": gettext_lazy("账号"),
    "tenants_personalnumbers": gettext_lazy("电话和证件号"),
    "tenants_membership": gettext_lazy("角色授予"),
    "tenants_changerequest": gettext_lazy("管理员变更申请"),
    "tenants_emergencyaccount": gettext_lazy("应急账号"),
    "tenants_emergencyopening": gettext_lazy("应急使用"),
    "tenants_identityprovider": gettext_lazy("身份认证服务"),
    "tenants_identitylink": gettext_lazy("身份关联"),
    "tenants_notice": gettext_lazy("待办提醒"),
    "tenants_dispatch": gettext_lazy("发出的消息"),
    "tenants_noticehook": gettext_lazy("群机器人"),
    "tenants_standin": gettext_lazy("代理授权"),
    "core_calendarday": gettext_lazy("工作日历"),
    "core_storedfile": gettext_lazy("附件"),
    "core_sensitiveread": gettext_lazy("敏感信息查阅"),
    "core_schedule": gettext_lazy("定时任务"),
    "api_token": gettext_lazy("接口令牌"),
    "library_indicatortemplate": gettext_lazy("指标体系"),
    "library_templateversion": gettext_lazy("指标体系版本"),
    "library_indicator": gettext_lazy("指标"),
    "library_ownrule": gettext_lazy("本省规则"),
    "ledger_cycle": gettext_lazy("考核年度"),
    "ledger_period": gettext_lazy("考核月份"),
    "ledger_amendment": gettext_lazy("年中修订"),
    "ledger_reopening": gettext_lazy("重开填报"),
    "ledger_targetletter": gettext_lazy("目标责任书"),
    "ledger_target": gettext_lazy("责任书目标"),
    "ledger_targetmilestone": gettext_lazy("里程碑"),
    "ledger_letterversion": gettext_lazy("责任书版本"),
    "ledger_letterscan": gettext_lazy("责任书扫描件"),
    "ledger_letterchange": gettext_lazy("责任书调整"),
    "ledger_consultation": gettext_lazy("目标商定"),
    "ledger_consultedfigure": gettext_lazy("商定的目标"),
    "ledger_documentseries": gettext_lazy("文号序列"),
    "ledger_report": gettext_lazy("月报"),
    "ledger_reportedvalue": gettext_lazy("上报数据"),
    "ledger_currentvalue": gettext_lazy("在用数据"),
    "ledger_scoreadjustment": gettext_lazy("加扣分"),
    "ledger_deductionstatement": gettext_lazy("扣分告知书"),
    "ledger_statementreceipt": gettext_lazy("告知书签收"),
    "ledger_factclaim": gettext_lazy("另报数"),
    "ledger_earlywarning": gettext_lazy("进度预警"),
    "ledger_objection": gettext_lazy("申诉"),
    "ledger_furtherappeal": gettext_lazy("再申诉"),
    "ledger_decisiondocument": gettext_lazy("决定书"),
    "ledger_panelseat": gettext_lazy("复核小组成员"),
    "ledger_panelvote": gettext_lazy("复核小组表决"),
    "ledger_tie": gettext_lazy("回避关系"),
    "inspections_draw": gettext_lazy("随机抽查"),
    "inspections_contribution": gettext_lazy("抽查种子"),
    "inspections_task": gettext_lazy("检查任务"),
    "inspections_taskitem": gettext_lazy("检查清单"),
    "inspections_finding": gettext_lazy("检查发现"),
    "inspections_siterecord": gettext_lazy("现场核查确认书"),
    "inspections_sitestep": gettext_lazy("现场核查会签"),
    "inspections_falseclaim": gettext_lazy("虚假填报认定"),
    "inspections_matter": gettext_lazy("督办事项"),
    "inspections_matterstep": gettext_lazy("督办经过"),
    "inspections_rectification": gettext_lazy("整改事项"),
    "inspections_rectificationstep": gettext_lazy("整改经过"),
    "ledger_participant": gettext_lazy("参评单位"),
    "ledger_verification": gettext_lazy("核验决定"),
    "ledger_scorerun": gettext_lazy("得分计算"),
    "ledger_peerchange": gettext_lazy("同组变动"),
    "ledger_scorecard": gettext_lazy("得分卡"),
    "results_selfappraisal": gettext_lazy("自评"),
    "results_selfscore": gettext_lazy("自评得分"),
    "results_yearrun": gettext_lazy("年度计算"),
    "results_yearcard": gettext_lazy("年度得分单"),
    "results_yearresult": gettext_lazy("年度结果"),
    "results_resultline": gettext_lazy("年度等次"),
    "results_resultuse": gettext_lazy("结果运用"),
    "results_noticeobjection": gettext_lazy("公示异议"),
    "results_paperform": gettext_lazy("公文样式"),
    "reporting_monthlydraft": gettext_lazy("月报草稿"),
    "reporting_draftvalue": gettext_lazy("草稿数据"),
    "reporting_countyline": gettext_lazy("草稿分县数据"),
    "reporting_draftevidence": gettext_lazy("草稿附件"),
    "ledger_monthplan": gettext_lazy("分月计划"),
    "ledger_decomposition": gettext_lazy("任务分解情况"),
    "duties_responsibilitylist": gettext_lazy("责任清单"),
    "duties_breakdown": gettext_lazy("分解的目标"),
    "duties_duty": gettext_lazy("清单任务"),
    "duties_delivery": gettext_lazy("任务成果"),
    "duties_deliveryevidence": gettext_lazy("成果附件"),
    "reporting_book": gettext_lazy("上传的月报表格"),
    "tenants_domain": gettext_lazy("机构域名"),
}
DAYS_SHOWN = 30
NUMBERS = PersonalNumbers._meta
SEALED = frozenset((NUMBERS.db_table, field.column) for field in NUMBERS.concrete_fields if not field.primary_key)
FORMERLY_CLEAR = ("tenants_user", "phone")


def label_of(table: str) -> str:
    """A table's name in words; its own name where nobody gave it one."""
    return str(TABLES.get(table, table))


def audit_entries(
    actor: Actor, *, since: date, until: date, office: str = "", table: str = "", row: str = "", action: str = "",
    person: str = "",
) -> QuerySet[AuditEntry]:  # fmt: skip
    """Rows of the days since … until (both included), newest first, each with its link.

    office: the schema whose chain they are in, or public; row: the changed row's own id; person: account or part of a
    name. Reach: the chains of the actor's office and those below it, and shared rows written by their people.
    """
    zone = timezone.get_default_timezone()
    first = datetime.combine(since, time.min, zone)
    after = datetime.combine(until + timedelta(days=1), time.min, zone)
    rows = _reach(actor).filter(at__gte=first, at__lt=after)
    if office:
        rows = rows.filter(chain=office)
    if table:
        rows = rows.filter(table_name=table)
    if row := row.strip():
        rows = rows.filter(row_id=row)
    if action:
        rows = rows.filter(action=action)
    if person := person.strip():
        named = people.people_in_reach(actor).filter(Q(username__iexact=person) | Q(name__icontains=person))
        rows = rows.filter(actor_id__in=named.values("pk"))
    return rows.select_related("link").order_by("-at", "-id")


def _reach(actor: Actor) -> QuerySet[AuditEntry]:
    schemas = offices.offices_for(actor).values("schema_name").order_by()
    shared = Q(schema_name="public", actor_id__in=people.people_in_reach(actor).values("pk"))
    return AuditEntry.objects.filter(Q(chain__in=schemas) | shared)


def get_audit_entry(actor: Actor, entry_id: int) -> AuditEntry:
    """One row in reach. Raises NotFound."""
    entry = _reach(actor).select_related("link").filter(pk=entry_id).first()
    if entry is None:
        raise NotFound(_("没有这条日志，或者您无权知道。"))
    return entry


def differences(entry: AuditEntry) -> list[tuple[str, Any, Any]]:
    """(column, before, after) of every column that differs; None where the row was not there.

    Of sealed columns it is said that they are; phones that were logged before they were sealed are masked.
    """
    before, after = entry.before or {}, entry.after or {}
    return [
        (column, _legible(entry, column, before.get(column)), _legible(entry, column, after.get(column)))
        for column in sorted({*before, *after})
        if before.get(column) != after.get(column) or entry.action != "UPDATE"
    ]


def masked_rows(entry: AuditEntry) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The row before and after, legible as `differences` has it."""
    before, after = (
        row and {column: _legible(entry, column, value) for column, value in row.items()}
        for row in (entry.before, entry.after)
    )
    return before, after


def _legible(entry: AuditEntry, column: str, value: Any) -> Any:
    if value and (entry.table_name, column) in SEALED:
        return _("（已加密）")
    return codes.mask_phone(value) if value and (entry.table_name, column) == FORMERLY_CLEAR else value


def names_by_id(ids: Iterable[int | None]) -> dict[int, str]:
    """Person id → "name (account)"."""
    rows = User.objects.filter(pk__in={one for one in ids if one is not None})
    return {row.pk: row.account_label for row in rows}


def link_of(entry: AuditEntry) -> AuditLink | None:
    """Its place in the chain; None only inside the transaction that wrote it."""
    return getattr(entry, "link", None)


@dataclass(frozen=True)
class ChainState:
    """How a chain stands: its head, where it was last anchored, when it was last verified and what was found."""

    head: AuditHead | None
    anchor: AuditAnchor | None
    check: AuditCheck | None

    @property
    def sentences(self) -> list[str]:
        """What the last verification found broken, in this chain or in the anchors' file."""
        if self.check is None:
            return []
        chains = ("", self.head.chain if self.head else "")
        return [faults.sentence(fault) for fault in self.check.faults if fault["chain"] in chains]


def chain_state(chain: str) -> ChainState:
    """Of one office's chain."""
    return ChainState(
        head=AuditHead.objects.filter(pk=chain).first(),
        anchor=AuditAnchor.objects.filter(pk=chain).first(),
        check=AuditCheck.objects.filter(chain__in=("", chain)).order_by("-number").first(),
    )
