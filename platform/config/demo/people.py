"""Who works in the demo: per office a list of (account suffix, name, roles). Names are invented."""

from dataclasses import dataclass

from tenants.models import Role

# One password for all demo accounts; `make demo` prints it. A real installation has no shared passwords.
PASSWORD = "Anlan-2026-demo"

FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = [
    "文斌",
    "玉兰",
    "志强",
    "晓燕",
    "建国",
    "丽萍",
    "云川",
    "思源",
    "海涛",
    "春梅",
    "永宁",
    "佳慧",
    "德昌",
    "红霞",
    "绍华",
    "雅琴",
]


@dataclass(frozen=True)
class Seat:
    """A place in an office. key completes the account name: <office>-<key>."""

    key: str
    roles: tuple[str, ...]
    division: str = ""


ADMINISTRATORS = (
    Seat("sys", (Role.SYS_ADMIN,)),
    Seat("sec", (Role.SEC_ADMIN,)),
    Seat("audit", (Role.AUDIT_ADMIN,)),
)
PROVINCE_SEATS = (
    Seat("leader", (Role.PRINCIPAL_LEADER,)),
    Seat("deputy", (Role.LEADER_IN_CHARGE,)),
    Seat("admin", (Role.APPRAISAL_ADMIN,), "考核督查处"),
    Seat("verify1", (Role.VERIFIER,), "搬迁安置处"),
    Seat("verify2", (Role.VERIFIER,), "后期扶持处"),
    Seat("fund", (Role.FUND_SUPERVISOR,), "资金监管处"),
    Seat("chief", (Role.DIVISION_CHIEF,), "后期扶持处"),
)
PREFECTURE_SEATS = (
    Seat("leader", (Role.PRINCIPAL_LEADER, Role.ISSUER)),
    Seat("report", (Role.REPORTER,), "后期扶持科"),
    Seat("report2", (Role.REPORTER,), "搬迁安置科"),
    Seat("review", (Role.REVIEWER,), "综合科"),
    Seat("sys", (Role.SYS_ADMIN,)),
    Seat("sec", (Role.SEC_ADMIN,)),
)
DIVISIONS = {
    "PROVINCE": (
        ("考核督查处", "Appraisal and Supervision"),
        ("搬迁安置处", "Relocation and Resettlement"),
        ("后期扶持处", "Later-stage Support"),
        ("资金监管处", "Fund Supervision"),
        ("办公室", "General Office"),
    ),
    "PREFECTURE": (
        ("综合科", "General Affairs"),
        ("搬迁安置科", "Relocation and Resettlement"),
        ("后期扶持科", "Later-stage Support"),
        ("财务科", "Finance"),
    ),
    "PLATFORM": (("运行保障处", "Operations"),),
}
# Shown by `make demo`: account, what it is for, what to try first.
TO_TRY = (
    ("yunnan-admin", "省级考核管理员", "考核总览；计算、核定得分；指标体系；录入省级指标"),
    ("yunnan-leader", "省级主要领导", "考核总览与下钻；签发目标责任书"),
    ("yunnan-verify1", "省级核验人", "填报审核：通过、退回、更正、扣分"),
    ("puer-report", "普洱市填报人", "11 月工作台：待填、草稿、被退回的指标"),
    ("kunming-leader", "昆明市领导（签发人）", "签发 11 月月报"),
    ("honghe-report", "红河州填报人", "得分说明：90 分以上，因一票否决降等"),
    ("yunnan-sys", "省级系统管理员", "机构、人员、工作日历"),
    ("yunnan-sec", "省级安全管理员", "角色授权、解锁、登录记录"),
    ("yunnan-audit", "省级审计管理员", "操作日志"),
    ("diqing_house-admin", "迪庆州对县考核管理员", "同一套考核，考核本州三个县市"),
    ("deqin-report", "德钦县填报人", "向州里报送的县级月报"),
    ("shifan-admin", "示范省考核管理员", "另一个省：互不可见"),
)


def _number_of(office: str, key: str) -> int:
    return sum((place + 1) * ord(letter) for place, letter in enumerate(f"{office}/{key}"))


def name_of(office: str, key: str) -> str:
    """A name that stays the same for an account."""
    number = _number_of(office, key)
    return FAMILY[number % len(FAMILY)] + GIVEN[(number // 7) % len(GIVEN)]


def phone_of(office: str, key: str) -> str:
    """A number that rings nowhere: none begins with 0 behind the area code."""
    return f"0871-0{_number_of(office, key):07d}"
