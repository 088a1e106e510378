"""The dated values that a province may lay down itself: subject, words, shape, and the day each is looked up at.

What is of the machine (jobs, files, sessions) and what the law fixes is not offered (adr/0037). Source: domain
reference 2.2–2.7, whose figures the files give as defaults "a province replaces by its own measures".
"""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy

from appraisal.library.rules import agreeing
from appraisal.library.rules.offering import (
    AT_PERIOD,
    AT_YEAR,
    DUTIES,
    GRADES,
    INSPECTIONS,
    LEDGER,
    ON_DAY,
    PEOPLE,
    PERCENT,
    POINTS,
    REPORTING,
    SCORES,
    WHEN_BEGUN,
    WORKING_DAYS,
    Offer,
)
from appraisal.library.rules.shapes import (
    Amount,
    Choice,
    Code,
    Codes,
    Count,
    Flag,
    MonthDay,
    Months,
    Record,
    Rows,
    Several,
    Shape,
    Text,
    Words,
)


def _points(label: Words, most: str = "100", least: str = "0") -> Amount:
    return Amount(label, POINTS, least=least, most=most)


def _days(label: Words, most: int = 60) -> Count:
    return Count(label, WORKING_DAYS, most=most)


def _checklist(label: Words) -> Record:
    point = Record(
        {
            "code": Code(gettext_lazy("编码")),
            "text": Text(gettext_lazy("检查内容"), 200),
            "text_en": Text(gettext_lazy("检查内容（英文）"), 300, required=False),
            "basis": Text(gettext_lazy("依据"), 200),
        },
        fallback={"text_en": "text"},
    )
    return Record(
        {
            "name": Text(gettext_lazy("清单名称"), 30),
            "name_en": Text(gettext_lazy("清单名称（英文）"), 60, required=False),
            "items": Rows(point, gettext_lazy("检查内容"), most=60),
        },
        label=label,
        fallback={"name_en": "name"},
    )


def _nth(label: Words) -> Count:
    return Count(label, WORKING_DAYS, most=15)


def _weight(label: Words, least: int = 0) -> Count:
    return Count(label, gettext_lazy("权重分"), least=least, most=1000)


def _part(label: Words, name: str, each: Words) -> Record:
    return Record({name: _weight(each), "most": _weight(gettext_lazy("至多"))}, label=label)


TIES = {
    "vetoes": gettext_lazy("一票否决少者在前"), "deductions": gettext_lazy("扣分事项少者在前"),
    "higher": gettext_lazy("下列一级指标得分高者在前"),
}  # fmt: skip


CEILINGS = {name: said for name, said in GRADES.items() if name != "EXCELLENT"}
KINDS = {"BONUS": gettext_lazy("加分"), "DEDUCTION": gettext_lazy("扣分")}


def _offers() -> Iterable[Offer]:
    yield Offer(
        "grades", SCORES, "scores", gettext_lazy("等次的分数线"),
        Rows(
            Record({"grade": Choice(gettext_lazy("等次"), GRADES), "at_least": _points(gettext_lazy("不低于"), "200")}),
            gettext_lazy("等次"), least=4, most=4, check=agreeing.grades,
        ),
        AT_PERIOD,
    )  # fmt: skip
    yield Offer(
        "best_grade_quota", SCORES, "scores", gettext_lazy("优秀等次的名额"),
        Record({
            "share": Amount(gettext_lazy("占参评单位"), PERCENT, most="100"),
            "smallest_group": Count(gettext_lazy("不足几个单位的小组合并计算"), most=50),
            "carry_over": Flag(gettext_lazy("零头结转下年")),
        }),
        AT_YEAR,
    )  # fmt: skip
    yield Offer(
        "annual_composite", SCORES, "year", gettext_lazy("年度成绩的构成"),
        Record(
            {
                "year_end": Amount(gettext_lazy("年终成绩占"), PERCENT, most="100"),
                "interim": Amount(gettext_lazy("平时成绩占"), PERCENT, most="100"),
                "year_end_month": Count(gettext_lazy("年终成绩取几月"), gettext_lazy("月"), least=2, most=12),
                "interim_months": Months(gettext_lazy("计入平时成绩的月份")),
            },
            check=agreeing.composite,
        ),
        AT_YEAR,
    )  # fmt: skip
    yield Offer(
        "adjustment_limits", SCORES, "scores", gettext_lazy("加扣分的上下限"),
        Record(
            {
                "bonus_cap": _points(gettext_lazy("加分最多")), "deduction_cap": _points(gettext_lazy("扣分最多")),
                "minimum": _points(gettext_lazy("总分不低于")), "maximum": _points(gettext_lazy("总分不高于"), "200"),
            },
            check=agreeing.rising("minimum", "maximum"),
        ),
        AT_PERIOD,
    )  # fmt: skip
    names: dict[str, Shape] = {
        "name": Text(gettext_lazy("名称"), 60), "name_en": Text(gettext_lazy("名称（英文）"), 120, required=False),
    }  # fmt: skip
    code = Code(gettext_lazy("编码"))
    yield Offer(
        "adjustment_items", LEDGER, "scores", gettext_lazy("加扣分事项及分值"),
        Rows(
            Record(
                {
                    "code": code, "kind": Choice(gettext_lazy("加或扣"), KINDS),
                    "points": _points(gettext_lazy("分值"), least="0.1"), **names,
                },
                fallback={"name_en": "name"},
            ),
            gettext_lazy("事项"), key="code", most=60,
        ),
        ON_DAY, agreeing.items_agree,
    )  # fmt: skip
    yield Offer(
        "vetoes", SCORES, "scores", gettext_lazy("一票否决事项及最高等次"),
        Rows(
            Record(
                {
                    "code": code, "ceiling": Choice(gettext_lazy("最高等次"), CEILINGS), **names,
                    "basis": Text(gettext_lazy("依据"), 200, required=False),
                    "scope": Text(gettext_lazy("适用情形"), 200, required=False),
                },
                fallback={"name_en": "name"},
            ),
            gettext_lazy("事项"), key="code",
        ),
        ON_DAY, agreeing.vetoes_agree,
    )  # fmt: skip
    yield Offer(
        "false_claim", LEDGER, "scores", gettext_lazy("虚假填报的认定"),
        Record({
            "item": Code(gettext_lazy("扣分事项的编码")), "hearing_days": _days(gettext_lazy("陈述申辩")),
            "basis": Text(gettext_lazy("认定的依据"), 200),
        }),
        ON_DAY, agreeing.deducts,
    )  # fmt: skip
    yield Offer(
        "tie_break", SCORES, "scores", gettext_lazy("同分时的排序"),
        Rows(
            Record(
                {
                    "by": Choice(gettext_lazy("比什么"), TIES),
                    "groups": Codes(gettext_lazy("一级指标编码"), required=False),
                },
                check=agreeing.tie,
            ),
            gettext_lazy("依次比较"), most=10, unpack=agreeing.unpack_tie, pack=agreeing.pack_tie,
        ),
        AT_PERIOD,
    )  # fmt: skip
    yield Offer(
        "difficulty", SCORES, "scores", gettext_lazy("难度系数的上下限"),
        Record({
            "minimum": Amount(gettext_lazy("最小"), least="0.5", most="1"),
            "maximum": Amount(gettext_lazy("最大"), least="1", most="2"),
        }),
        AT_PERIOD,
    )  # fmt: skip
    yield Offer(
        "outlier", SCORES, "scores", gettext_lazy("异常变动的判定"),
        Record({
            "times": Count(gettext_lazy("变动超过本单位历次变动中位数的"), gettext_lazy("倍"), least=2, most=50),
            "known": Count(gettext_lazy("至少已有其他变动"), gettext_lazy("次"), least=2, most=12),
            "peers": Record(
                {
                    "times": Count(gettext_lazy("偏离同组中位数超过中位差的"), gettext_lazy("倍"), least=2, most=50),
                    "known": Count(gettext_lazy("同组至少有"), gettext_lazy("个单位"), least=2, most=50),
                    "least": Amount(gettext_lazy("并且变动不小于上月的"), gettext_lazy("倍"), most="10"),
                },
                label=gettext_lazy("与同组比较"),
            ),
        }),
        AT_PERIOD,
    )  # fmt: skip
    yield Offer(
        "shortest_reason", LEDGER, "scores", gettext_lazy("理由最少字数"),
        Count(gettext_lazy("退回、更正、扣分、撤销的理由至少"), gettext_lazy("字"), most=100), ON_DAY,
    )  # fmt: skip
    yield Offer(
        "self_appraisal", SCORES, "year", gettext_lazy("自评的期限和偏差"),
        Record(
            {
                "opens": MonthDay(gettext_lazy("次年从哪天起自评")),
                "due": MonthDay(gettext_lazy("次年最迟哪天交自评")),
                "inflated": Rows(
                    Record({
                        "above": _points(gettext_lazy("自评高出最终得分超过")), "points": _points(gettext_lazy("扣")),
                    }),
                    gettext_lazy("自评偏高的扣分"), most=10, check=agreeing.inflated,
                ),
                "best_grade": Record(
                    {
                        "deviation_at_most": _points(gettext_lazy("自评与最终得分相差至多")),
                        "group_at_least": Amount(gettext_lazy("每个一级指标至少得其分值的"), PERCENT, most="100"),
                    },
                    label=gettext_lazy("评优秀还须"),
                ),
            },
            check=agreeing.earlier("opens", "due"),
        ),
        AT_YEAR,
    )  # fmt: skip
    yield Offer(
        "reward_fund", SCORES, "year", gettext_lazy("奖励资金的分配权重"),
        Record(
            {
                "population": Amount(gettext_lazy("移民人口"), PERCENT, most="100"),
                "performance": Amount(gettext_lazy("考核得分"), PERCENT, most="100"),
                "other": Amount(gettext_lazy("其他因素"), PERCENT, most="100"),
            },
            check=agreeing.total_100("population", "performance", "other"),
        ),
        ON_DAY,
    )  # fmt: skip
    yield Offer(
        "result_uses", SCORES, "year", gettext_lazy("整改方案的期限"),
        Record({"rectification": Count(gettext_lazy("要求之日起"), gettext_lazy("天"), most=180)}), WHEN_BEGUN,
    )  # fmt: skip
    yield Offer(
        "report_due_working_days", LEDGER, "days", gettext_lazy("月报期限"),
        Record(
            {
                "county_due_on": _nth(gettext_lazy("县级上报：次月第")),
                "due_on": _nth(gettext_lazy("州市上报：次月第")),
                "verify_due_on": _nth(gettext_lazy("省级核验完成：次月第")),
            },
            check=agreeing.rising("county_due_on", "due_on", "verify_due_on"),
        ),
        gettext_lazy("每月按当月 1 日的规定；未到期的填报期随之重算"),
    )  # fmt: skip
    yield Offer(
        "objection_days", LEDGER, "days", gettext_lazy("申诉期限"),
        Record({"to_file": _days(gettext_lazy("提出申诉")), "to_answer": _days(gettext_lazy("答复申诉"))}),
        WHEN_BEGUN,
    )  # fmt: skip
    yield Offer(
        "further_appeal_days", LEDGER, "days", gettext_lazy("再申诉期限"),
        Record({"to_file": _days(gettext_lazy("提出再申诉")), "to_decide": _days(gettext_lazy("作出再申诉决定"))}),
        WHEN_BEGUN,
    )  # fmt: skip
    yield Offer(
        "result_notice", SCORES, "days", gettext_lazy("结果公示和公示异议的期限"),
        Record({"notice": _days(gettext_lazy("公示")), "answer": _days(gettext_lazy("答复异议"))}), WHEN_BEGUN,
    )  # fmt: skip
    yield Offer(
        "consultation_days", LEDGER, "days", gettext_lazy("目标商定期限"),
        Record({
            "first": _days(gettext_lazy("一上")), "control": _days(gettext_lazy("一下")),
            "second": _days(gettext_lazy("二上")), "final": _days(gettext_lazy("二下")),
        }),
        WHEN_BEGUN,
    )  # fmt: skip
    yield Offer(
        "decomposition_days", LEDGER, "days", gettext_lazy("任务分解期限"),
        _days(gettext_lazy("责任书签订或变更批准后"), 120), WHEN_BEGUN,
    )  # fmt: skip
    yield Offer(
        "reopen_working_days", LEDGER, "days", gettext_lazy("为单个单位重开填报的最长期限"),
        _days(gettext_lazy("最多开")), ON_DAY,
    )  # fmt: skip
    yield Offer(
        "letter_change_window", LEDGER, "days", gettext_lazy("年中调整目标的期间和次数"),
        Record(
            {
                "first": MonthDay(gettext_lazy("从")), "last": MonthDay(gettext_lazy("到")),
                "times": Count(gettext_lazy("每年最多"), gettext_lazy("次"), most=12),
            },
            check=agreeing.earlier("first", "last"),
        ),
        gettext_lazy("每个年度按当年 1 月 1 日的规定"),
    )  # fmt: skip
    yield Offer(
        "avoidance_years", LEDGER, "days", gettext_lazy("任职回避年限"),
        Count(gettext_lazy("离任后回避"), gettext_lazy("年"), most=20), ON_DAY,
    )  # fmt: skip
    yield Offer(
        "early_warning", SCORES, "tracking", gettext_lazy("进度预警的界限"),
        Record(
            {
                "yellow": Amount(gettext_lazy("落后计划超过此数为黄灯"), gettext_lazy("个百分点"), most="100"),
                "red": Amount(gettext_lazy("落后计划超过此数为红灯"), gettext_lazy("个百分点"), most="100"),
                "issue_days": _days(gettext_lazy("季后发出预警")), "answer_days": _days(gettext_lazy("收到预警后答复")),
                "worst": Count(gettext_lazy("每个单位列出落后最多的指标"), gettext_lazy("个"), most=20),
                "months": Months(gettext_lazy("哪些月份的得分公布后预警")),
            },
            check=agreeing.rising("yellow", "red"),
        ),
        AT_PERIOD,
    )  # fmt: skip
    yield Offer(
        "milestone_warning", SCORES, "tracking", gettext_lazy("节点预警的界限"),
        Record({"soon_days": Count(gettext_lazy("节点到期前黄灯"), gettext_lazy("天"), most=366)}), AT_PERIOD,
    )  # fmt: skip
    yield Offer(
        "rectification_days", INSPECTIONS, "inspections", gettext_lazy("检查整改期限"),
        Record(
            {"default": _days(gettext_lazy("一般为"), 250), "most": _days(gettext_lazy("检查组最多可定"), 250)},
            check=agreeing.rising("default", "most"),
        ),
        gettext_lazy("按检查任务完成当天的规定"),
    )  # fmt: skip
    yield Offer(
        "countersign_days", INSPECTIONS, "inspections", gettext_lazy("现场核查的会签期限"),
        _days(gettext_lazy("检查办结后会签"), 60), gettext_lazy("按检查任务完成当天的规定"),
    )  # fmt: skip
    yield Offer(
        "risk_weights", INSPECTIONS, "inspections", gettext_lazy("抽查的风险权重"),
        Record({
            "window_months": Count(gettext_lazy("回看"), gettext_lazy("个月"), most=60),
            "base": _weight(gettext_lazy("每个对象的基数"), least=1),
            "corrected": _part(gettext_lazy("核验更正"), "per_percent", gettext_lazy("更正率每个百分点")),
            "late": _part(gettext_lazy("迟报"), "each", gettext_lazy("每次")),
            "outliers": _part(gettext_lazy("异常变动"), "each", gettext_lazy("每处")),
            "not_inspected": _part(gettext_lazy("未受检查"), "per_month", gettext_lazy("每个整月")),
        }),
        gettext_lazy("按计算风险权重当天的规定，冻结的名单随附当时的权重"),
    )  # fmt: skip
    yield Offer(
        "draw_limits", INSPECTIONS, "inspections", gettext_lazy("抽查轮次的限值"),
        Record({
            "people_least": Count(gettext_lazy("共同出种子至少"), gettext_lazy("人"), least=2, most=9),
            "people_most": Count(gettext_lazy("共同出种子至多"), gettext_lazy("人"), least=2, most=9),
            "digits_least": Count(gettext_lazy("公开数字至少"), gettext_lazy("位"), least=3, most=20),
            "figure_most": Count(gettext_lazy("公开数字至多"), gettext_lazy("个字符"), least=20, most=60),
            "phrase_least": Count(gettext_lazy("每人的短语至少"), gettext_lazy("个字符"), least=4, most=50),
            "phrase_most": Count(gettext_lazy("每人的短语至多"), gettext_lazy("个字符"), least=50, most=200),
        }, check=agreeing.rising("people_least", "people_most")),
        ON_DAY,
    )  # fmt: skip
    yield Offer(
        "checklists", INSPECTIONS, "inspections", gettext_lazy("现场检查清单"),
        Record({
            "FUND": _checklist(gettext_lazy("资金监管")), "PROJECT": _checklist(gettext_lazy("项目现场")),
            "DATA": _checklist(gettext_lazy("数据真实性")),
        }),
        gettext_lazy("检查任务安排当天的清单随任务固定；已安排的任务不变"),
    )  # fmt: skip
    yield from _procedure()
    yield from _reports()


def _procedure() -> Iterable[Offer]:
    """How the bureau hears and tells."""
    yield Offer(
        "objection_panel", LEDGER, "days", gettext_lazy("复核小组的最少人数"),
        Count(gettext_lazy("复核小组至少"), gettext_lazy("人"), most=15, odd=True),
        gettext_lazy("按组成复核小组当天的规定；已组成的小组不变"),
    )  # fmt: skip
    yield Offer(
        "statement_receipt_days", LEDGER, "days", gettext_lazy("扣分告知书的签收期限"),
        _days(gettext_lazy("告知之日起")), WHEN_BEGUN,
    )  # fmt: skip
    yield Offer(
        "matter", LEDGER, "inspections", gettext_lazy("督办事项的逾期"),
        Record({
            "item": Code(gettext_lazy("扣分事项的编码")),
            "day_off": Choice(gettext_lazy("要求的日期不是工作日"), DAY_OFF),
            "basis": Text(gettext_lazy("扣分的依据"), 200),
        }),
        gettext_lazy("期限按交办当天的规定，扣分按认定当天的规定"), agreeing.deducts,
    )  # fmt: skip

    yield Offer(
        "ledger_publishers", LEDGER, "reporting", gettext_lazy("台账数据由谁发布"),
        Rows(
            Record({
                "ledger": Choice(gettext_lazy("台账"), LEDGERS),
                "by": Choice(gettext_lazy("由谁发布"), PUBLISHERS),
            }),
            gettext_lazy("台账"), key="ledger",
        ),
        gettext_lazy("按发布当天的规定"),
    )  # fmt: skip


LEDGERS = {
    "fund_ledger": gettext_lazy("资金台账"), "subsidy_ledger": gettext_lazy("直补台账"),
    "project_ledger": gettext_lazy("项目台账"), "rectification_ledger": gettext_lazy("整改台账"),
    "petition_register": gettext_lazy("信访登记"), "red_flags": gettext_lazy("红旗预警"),
    "archive": gettext_lazy("档案"), "survey": gettext_lazy("调查"), "document": gettext_lazy("文件资料"),
}  # fmt: skip
PUBLISHERS = {
    "ADMIN": gettext_lazy("考核管理员"), "SUPERVISORS": gettext_lazy("资金监督员、考核管理员"),
}  # fmt: skip
DAY_OFF = {"NEXT": gettext_lazy("顺延到下一个工作日"), "AS_GIVEN": gettext_lazy("不顺延")}
HEARERS = {
    "DEPUTY": gettext_lazy("分管领导；没有或由其本人逾期的，主要领导"), "FIRST": gettext_lazy("主要领导"),
}  # fmt: skip


def _reports() -> Iterable[Offer]:
    """What is asked of who fills in and who is responsible."""
    times = gettext_lazy("倍")
    yield Offer(
        "explain_change", REPORTING, "reporting", gettext_lazy("哪些变动要说明"),
        Record({
            "points": Amount(gettext_lazy("比率比上月变动超过"), gettext_lazy("个百分点"), least="0.1", most="100"),
            "share": Amount(gettext_lazy("其他数比上月变动超过上月的"), times, least="0.01", most="100"),
            "of_target": Amount(gettext_lazy("累计数一个月增加超过年度目标的"), times, least="0.01", most="100"),
            "characters": Count(gettext_lazy("说明至少"), gettext_lazy("字"), most=200),
        }),
        gettext_lazy("按填报和提交当天的规定"),
    )  # fmt: skip
    unit = Text(gettext_lazy("计量单位"), 10)
    yield Offer(
        "additive_units", REPORTING, "reporting", gettext_lazy("分县填报、各县相加的计量单位"),
        Several(gettext_lazy("计量单位"), unit, check=agreeing.adds_up), gettext_lazy("按填报当天的规定"),
    )  # fmt: skip
    yield Offer(
        "whole_units", REPORTING, "reporting", gettext_lazy("只能填整数的计量单位"),
        Several(gettext_lazy("计量单位"), unit), gettext_lazy("按填报当天的规定"),
    )  # fmt: skip
    yield Offer(
        "duty_notice_days", DUTIES, "reminders", gettext_lazy("个人任务提前几天进入待办"),
        Count(gettext_lazy("到期前"), gettext_lazy("天"), most=90), ON_DAY,
    )  # fmt: skip
    day = Count(gettext_lazy("工作日"), least=0, most=60)
    over = Count(gettext_lazy("工作日"), most=60)
    yield Offer(
        "notice_days", PEOPLE, "reminders", gettext_lazy("到期前和逾期后的提醒"),
        Record({
            "before": Several(gettext_lazy("到期前几个工作日提醒（0 为当天）"), day, most=8, longest=40),
            "after": Several(gettext_lazy("逾期后几个工作日提醒"), over, most=8, longest=40),
        }),
        ON_DAY,
    )  # fmt: skip
    yield Offer(
        "notice_escalation", PEOPLE, "reminders", gettext_lazy("逾期向领导报告"),
        Rows(
            Record({
                "after": Count(gettext_lazy("逾期几个工作日后"), WORKING_DAYS, most=60),
                "to": Choice(gettext_lazy("向谁报告"), HEARERS),
            }),
            gettext_lazy("逐级报告"), most=6, check=agreeing.steps, unpack=agreeing.unpack_step,
            pack=agreeing.pack_step,
        ),
        ON_DAY,
    )  # fmt: skip


OFFERED: Mapping[str, Offer] = {offer.name: offer for offer in _offers()}
