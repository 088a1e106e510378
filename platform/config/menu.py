"""The side bar: one table, filtered by role. A person sees only what they may open; nothing is greyed.

Each item: (url name in the office's URL configuration, icon, label, roles; () means everyone in the office,
levels it exists at, name of the counter or ""). Counters are registered by tenants.menu.counter.
"""

from django.utils.translation import gettext_lazy as _

from tenants.models import Role
from tenants.models.office import Level
from tenants.models.people import ADMINISTRATORS

LEADERS = (Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE)
BUREAU = (*LEADERS, Role.APPRAISAL_ADMIN, Role.VERIFIER, Role.FUND_SUPERVISOR)
PREFECTURE = (*LEADERS, Role.DIVISION_CHIEF, Role.REPORTER, Role.REVIEWER, Role.ISSUER, Role.PROJECT_MANAGER)
INSPECTING = (*BUREAU, Role.INSPECTOR, Role.DIVISION_CHIEF)
EVERYBODY = tuple(role for role in Role if role not in ADMINISTRATORS)  # with business in the office
APPRAISERS = tuple(role for role in EVERYBODY if role != Role.CIVIL_SERVANT)
PROVINCE = (Level.PROVINCE,)
BELOW = (Level.PREFECTURE,)
ALL = (Level.PLATFORM, Level.PROVINCE, Level.PREFECTURE)

# Folders of an office's address that belong to an item and do not begin with its own.
BENEATH = {
    "ledger:cycle": ("appraisal/cycles/", "appraisal/letters/", "appraisal/amendments/"),
    "ledger:queue": (
        "appraisal/values/",
        "appraisal/verification-grid/",
        "appraisal/completeness/",
        "appraisal/province-facts/",
    ),
    "ledger:tracking": ("appraisal/warnings/",),
    "ledger:my-letter": ("appraisal/letters/",),
    "inspections:draws": ("appraisal/ties/",),
    "inspections:tasks": ("inspections/rectifications/",),
    "duties:mine": ("duties/lines/",),
    "ledger:ranking": ("appraisal/periods/", "appraisal/runs/", "appraisal/statements/"),
    "ledger:my-score": ("appraisal/runs/", "appraisal/statements/"),
}
# All that an open emergency account is offered (usecases.emergency).
EMERGENCY = frozenset({"emergency", "admin-people", "sign-in-log"})
MENU = [
    (
        "",
        [
            ("ledger:cockpit", "layout-dashboard", _("考核总览"), BUREAU, PROVINCE, ""),
            ("ledger:tracking", "trending-up", _("动态跟踪"), BUREAU, PROVINCE, "warnings"),
            ("reporting:workbench", "layout-dashboard", _("本月工作台"), PREFECTURE, BELOW, "workbench"),
            ("ledger:tracking", "trending-up", _("动态跟踪"), PREFECTURE, BELOW, "warnings"),
        ],
    ),
    (
        _("目标责任考核"),
        [
            (
                "library:index",
                "list-tree",
                _("指标体系"),
                (*LEADERS, Role.APPRAISAL_ADMIN, Role.VERIFIER),
                PROVINCE,
                "",
            ),
            ("library:own-rules", "adjustments", _("本省规则"), APPRAISERS, (*PROVINCE, *BELOW), ""),
            ("ledger:cycle", "send", _("任务下达"), (*LEADERS, Role.APPRAISAL_ADMIN), PROVINCE, "cycle"),
            (
                "ledger:queue",
                "clipboard-check",
                _("填报审核"),
                (*LEADERS, Role.APPRAISAL_ADMIN, Role.VERIFIER),
                PROVINCE,
                "queue",
            ),
            ("ledger:ledger-facts", "database", _("台账数据"), BUREAU, PROVINCE, ""),
            ("ledger:my-letter", "file-certificate", _("目标责任书"), PREFECTURE, BELOW, "letter"),
            ("duties:index", "list-check", _("任务分解"), (*PREFECTURE, Role.DIVISION_ADMIN), BELOW, "duties"),
            ("duties:mine", "checklist", _("我的任务"), EVERYBODY, BELOW, "my-duties"),
            (
                "reporting:sign-off",
                "writing-sign",
                _("月报签发"),
                (*LEADERS, Role.ISSUER, Role.REVIEWER),
                BELOW,
                "sign-off",
            ),
            ("ledger:ranking", "chart-bar", _("得分与排名"), BUREAU, PROVINCE, "statements"),
            ("ledger:my-score", "chart-bar", _("得分说明"), PREFECTURE, BELOW, "statements"),
            ("results:year", "certificate", _("年度考核"), BUREAU, PROVINCE, "results"),
            ("results:year", "certificate", _("年度考核"), PREFECTURE, BELOW, "results"),
            (
                "ledger:objections",
                "message-report",
                _("申诉复核"),
                (*LEADERS, Role.APPRAISAL_ADMIN, Role.VERIFIER, Role.DIVISION_CHIEF, Role.INSPECTOR),
                PROVINCE,
                "objections",
            ),
            ("ledger:objections", "message-report", _("申诉"), PREFECTURE, BELOW, "objections"),
            ("inspections:draws", "arrows-shuffle", _("随机抽查"), INSPECTING, PROVINCE, "draws"),
            ("inspections:draws", "arrows-shuffle", _("随机抽查"), PREFECTURE, BELOW, "draws"),
            ("inspections:tasks", "map-pin", _("现场检查"), INSPECTING, PROVINCE, "inspections"),
            ("inspections:tasks", "map-pin", _("检查整改"), PREFECTURE, BELOW, "inspections"),
            ("inspections:claims", "alert-triangle", _("虚假填报认定"), INSPECTING, PROVINCE, "claims"),
            ("inspections:claims", "alert-triangle", _("陈述申辩"), PREFECTURE, BELOW, "claims"),
            ("inspections:matters", "bell", _("督办事项"), INSPECTING, PROVINCE, "matters"),
            ("inspections:matters", "bell", _("督办事项"), PREFECTURE, BELOW, "matters"),
            ("ledger:adjustments", "plus-minus", _("加扣分与否决"), (*LEADERS, Role.APPRAISAL_ADMIN), PROVINCE, ""),
        ],
    ),
    (
        _("系统管理"),
        [
            ("admin-offices", "building-community", _("机构管理"), (Role.SYS_ADMIN,), ALL, ""),
            ("admin-people", "users", _("人员与权限"), (Role.SYS_ADMIN, Role.SEC_ADMIN), ALL, ""),
            ("stand-ins", "user-share", _("代理授权"), (*BUREAU, *PREFECTURE, Role.SEC_ADMIN), ALL, ""),
            ("calendar", "calendar", _("工作日历"), (Role.SYS_ADMIN, Role.APPRAISAL_ADMIN), ALL, ""),
            ("sign-in-log", "shield-lock", _("登录与锁定"), (Role.SEC_ADMIN,), ALL, ""),
            (
                "admin-providers",
                "id-badge-2",
                _("统一身份认证"),
                (Role.SEC_ADMIN,),
                (Level.PLATFORM, Level.PROVINCE),
                "",
            ),
            ("admin-robots", "robot", _("消息机器人"), (Role.SEC_ADMIN,), ALL, ""),
            ("audit-log", "history", _("操作日志"), (Role.AUDIT_ADMIN,), ALL, ""),
            (
                "changes",
                "user-check",
                _("待批变更"),
                (Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN),
                ALL,
                "changes",
            ),
            ("admin-shadows", "history", _("历史副本"), (Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN), ALL, ""),
            (
                "emergency",
                "lifebuoy",
                _("应急账号"),
                (Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN),
                (Level.PLATFORM, Level.PROVINCE),
                "emergency",
            ),
            ("limits", "list-check", _("参数与限值"), (Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN), ALL, ""),
            ("jobs", "loader", _("后台任务"), (Role.APPRAISAL_ADMIN, Role.SYS_ADMIN), ALL, ""),
        ],
    ),
]
