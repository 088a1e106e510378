"""The demo's prefectures and what went out of the ordinary (domain reference 6.4, stories 1 and 2)."""

from dataclasses import dataclass
from decimal import Decimal as D

from config.demo.figures import Profile

YEAR = 2026
LARGE = "在建电站较多或登记人口超过 8 万"
MIDDLE = "登记人口 3 万至 8 万"
SMALL = "登记人口不足 3 万"
GROUP_A = ("A1", "A2", "A3", "A4", "A5", "A6", "A7")

PROFILES = (
    Profile("kunming", D("0.9"), D("0.955"), 2, MIDDLE),
    Profile("qujing", D("1.1"), D("0.992"), 1, LARGE),
    Profile("yuxi", D("0.5"), D("0.978"), 3, SMALL, not_applicable=("A6",)),
    Profile("baoshan", D("0.7"), D("0.94"), 2, MIDDLE),
    # Story: red on the payment rate in the third quarter.
    Profile("zhaotong", D("2.6"), D("0.935"), 1, LARGE, payment=D("0.78")),
    Profile("lijiang", D("1.2"), D("0.951"), 1, LARGE),
    Profile("puer", D("1.4"), D("0.918"), 1, LARGE, tweaks={"B5": D("0.95")}),
    Profile("lincang", D("0.9"), D("0.921"), 2, MIDDLE),
    Profile("chuxiong", D("1.0"), D("0.975"), 1, LARGE),
    # Story: above 90 points, vetoed by V1 from Excellent.
    Profile("honghe", D("0.8"), D("0.985"), 2, MIDDLE),
    Profile("wenshan", D("0.6"), D("0.93"), 3, SMALL, not_applicable=("A5", "A6", "A7")),
    # Story: no station under construction, the whole group A does not apply.
    Profile("xishuangbanna", D("0.3"), D("0.945"), 3, SMALL, not_applicable=GROUP_A),
    Profile("dali", D("1.1"), D("0.984"), 1, LARGE),
    Profile("dehong", D("0.4"), D("0.925"), 3, SMALL, not_applicable=GROUP_A),
    Profile("nujiang", D("0.4"), D("0.858"), 3, SMALL),
    Profile("diqing", D("0.5"), D("0.878"), 3, SMALL),
)
SECOND_PROVINCE = (
    Profile("qinghe", D("0.8"), D("0.96"), 1, "示范分组"),
    Profile("yunling", D("0.6"), D("0.91"), 1, "示范分组"),
)
# Story: an office that lays its months down itself, because building starts with the dry season's end.
LAYS_MONTHS_DOWN, SLOW_START = "kunming", "A1"
LATE = {("nujiang", 7), ("diqing", 3), ("wenshan", 5), ("nujiang", 2)}


@dataclass(frozen=True)
class Returned:
    """The province returned an indicator; the office came back with another value (factor on the first one)."""

    slug: str
    month: int
    code: str
    reason: str
    answer: str


@dataclass(frozen=True)
class Corrected:
    slug: str
    month: int
    code: str
    value: str
    reason: str


@dataclass(frozen=True)
class TakenOff:
    slug: str
    month: int
    code: str
    points: D
    reason: str


RETURNS = (
    Returned(
        "puer",
        9,
        "B5",
        "新增完工 9 个，缺南林乡饮水提升、清河镇茶叶加工厂道路 2 个项目的完工证明，请补齐或调减。",
        "已补传南林乡饮水提升完工证明；清河镇道路尚未完工，已调减 1 个。",
    ),
    Returned("puer", 10, "A4", "分子与安置点台账不一致，请核对。", "已按台账核对，附验收资料。"),
    Returned("diqing", 4, "D2", "培训签到册缺 2 期，请补传。", "已补传第 3、4 期签到册。"),
    Returned("nujiang", 6, "A1", "搬迁花名册与交房手续相差 11 人，请说明。", "11 人手续在办，本月调减。"),
    Returned("lincang", 8, "B7", "应验收项目数较上月减少，请说明原因。", "2 个项目经批准延期，已附批复。"),
    Returned("dehong", 10, "F2", "归档数量超过应归档数量的进度，请核对。", "重复计数已剔除。"),
)
CORRECTIONS = (
    Corrected("lincang", 6, "B6", "51.8", "国库支付凭证汇总为 51.8%，上报数含未到账 312 万元。"),
    Corrected("zhaotong", 9, "B6", "46.2", "截至 9 月 30 日国库支付凭证合计为 46.2%，上报数含未支付申请。"),
)
POINTS_OFF = (
    TakenOff("puer", 9, "A4", D("0.30"), "现场核验 10 个安置点，1 个公共服务未投入使用。"),
    TakenOff("nujiang", 8, "F2", D("0.20"), "抽查 20 件，2 件缺验收意见书。"),
    TakenOff("baoshan", 9, "B7", D("0.45"), "抽查的 3 个项目验收意见未加盖公章。"),
)
OBJECTION = (
    "baoshan", 9, "B7",
    "3 个项目的验收意见原件均有公章，上传扫描件时截去页脚，现补传完整扫描件，请恢复扣分。",
    "经核对原件，公章齐全，异议成立，恢复 0.45 分。",
)  # fmt: skip
VETO = ("honghe", 8, "V1", "挪用后期扶持资金 186 万元用于办公楼维修，经省审计厅认定")
BONUSES = (
    ("qujing", 7, "P2", "后期扶持产业发展经验获省级表彰"),
    ("dali", 9, "P3", "移民档案数字化做法在全省通报推广"),
)
DEDUCTIONS = (("nujiang", 8, "M1", "安置点边坡险情处置迟缓，被省局通报"),)
# November is open: who has come how far by the time the demo begins.
NOVEMBER_HANDED_OVER = ("qujing", "dali", "yuxi")
NOVEMBER_AWAITING = ("kunming",)
NOVEMBER_DRAFTS = {"puer": ("B6", "B5", "A1", "A2", "D2", "E1", "G3"), "honghe": ("B6", "C2")}
NOVEMBER_RETURN = ("dali", "B5", "完工证明缺 2 份，请补传。")

# What the fund ledger publishes after the month went over, and what the office claims beside it.
NOVEMBER_CLAIM = (
    "yuxi", "B6", "fund_ledger", "国库支付凭证汇总的年度支付率",
    "资金台账漏记 11 月 20 日拨付的一笔，国库回单随后补传，请核定。",
)  # fmt: skip

# The warning about progress: in which month, to how many offices at most, and what is said.
WARNED_MONTH, WARNED = 10, 2
WARNING = "请逐项分析进度落后的原因，倒排工期、明确责任人，确保完成全年目标。"
MEASURES = "成立工作专班，州市领导每周调度；搬迁安置逐户倒排到十二月中旬，资金支付按旬通报。"
