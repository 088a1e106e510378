"""Every sentence of the rules, in Chinese and English. Traces and problems store the key and the values only."""

from collections.abc import Mapping
from typing import Any, Final

LANGUAGES: Final = ("zh", "en")

_STEPS: Final[dict[str, tuple[str, str]]] = {
    "ratio.quotient": (
        "完成率 = %(value)s ÷ %(target)s = %(ratio)s",
        "Ratio = %(value)s ÷ %(target)s = %(ratio)s",
    ),
    "ratio.inverse_quotient": (
        "比率 = %(target)s ÷ %(value)s = %(ratio)s(数值越小越好)",
        "Ratio = %(target)s ÷ %(value)s = %(ratio)s (smaller is better)",
    ),
    "ratio.inverse_zero": (
        "数值为 0,比率按上限 %(cap)s 计",
        "The value is 0: the ratio counts as the cap, %(cap)s",
    ),
    "ratio.no_target": ("目标为零或未定,本指标不适用", "The target is zero or missing: not applicable"),
    "ratio.below_floor": (
        "%(ratio)s 低于下限 %(floor)s,得 0 分",
        "%(ratio)s is below the floor of %(floor)s: 0 points",
    ),
    "ratio.points": (
        "%(points)s × min(%(ratio)s, %(cap)s) = %(earned)s",
        "%(points)s × min(%(ratio)s, %(cap)s) = %(earned)s",
    ),
    "ratio.negative": ("结果为负,按 0 分计", "The result is negative: 0 points"),
    "step.at_least": (
        "%(value)s ≥ %(bound)s,得 %(earned)s 分",
        "%(value)s ≥ %(bound)s: %(earned)s points",
    ),
    "step.at_most": (
        "%(value)s ≤ %(bound)s,得 %(earned)s 分",
        "%(value)s ≤ %(bound)s: %(earned)s points",
    ),
    "step.equals": ("等次为“%(bound)s”,得 %(earned)s 分", "Category “%(bound)s”: %(earned)s points"),
    "step.none": ("%(value)s 未达到任何一档,得 0 分", "%(value)s meets no step: 0 points"),
    "linear.below": (
        "%(value)s 未超过起点 %(start)s,得 0 分",
        "%(value)s does not pass the start, %(start)s: 0 points",
    ),
    "linear.above": (
        "%(value)s 达到终点 %(end)s,得满分 %(earned)s",
        "%(value)s reaches the end, %(end)s: full points, %(earned)s",
    ),
    "linear.between": (
        "%(points)s × (%(value)s − %(start)s) ÷ (%(end)s − %(start)s) = %(earned)s",
        "%(points)s × (%(value)s − %(start)s) ÷ (%(end)s − %(start)s) = %(earned)s",
    ),
    "threshold.complete": ("要件齐全,得 %(earned)s 分", "Everything required is there: %(earned)s points"),
    "threshold.missing": ("缺少:%(missing)s,得 0 分", "Missing: %(missing)s: 0 points"),
    "events.line": (
        "%(event)s:%(count)s × %(each)s = %(amount)s",
        "%(event)s: %(count)s × %(each)s = %(amount)s",
    ),
    "events.deduct": (
        "%(points)s − %(amount)s = %(result)s",
        "%(points)s − %(amount)s = %(result)s",
    ),
    "events.minimum": ("不低于 %(minimum)s,得 %(earned)s 分", "Not below %(minimum)s: %(earned)s points"),
    "events.add": ("合计 %(amount)s 分", "%(amount)s points together"),
    "events.cap": ("不高于 %(cap)s,得 %(earned)s 分", "Not above %(cap)s: %(earned)s points"),
    "milestone.none_due": ("目前没有到期的节点,本指标不适用", "No milestone is due yet: not applicable"),
    "milestone.share": (
        "节点 %(number)s:超期 %(days)s 天,得分比例 %(share)s",
        "Milestone %(number)s: %(days)s days late, share %(share)s",
    ),
    "milestone.points": (
        "%(points)s × %(sum)s ÷ %(count)s = %(earned)s",
        "%(points)s × %(sum)s ÷ %(count)s = %(earned)s",
    ),
    "rank.group": (
        "与同组(%(group)s)的 %(count)s 个单位比较",
        "Compared with the %(count)s offices of the peer group %(group)s",
    ),
    "rank.wide": (
        "同组(%(group)s)可比单位不足 3 个,与全省 %(count)s 个单位比较",
        "Fewer than 3 comparable offices in the peer group %(group)s: compared with the %(count)s of the province",
    ),
    "rank.province": (
        "与全省 %(count)s 个单位比较",
        "Compared with the %(count)s offices of the province",
    ),
    "rank.place": (
        "%(value)s 排第 %(rank)s 名,%(rank)s ÷ %(count)s = %(share)s",
        "%(value)s is number %(rank)s; %(rank)s ÷ %(count)s = %(share)s",
    ),
    "rank.band": (
        "%(share)s ≤ %(band)s,得 %(earned)s 分",
        "%(share)s ≤ %(band)s: %(earned)s points",
    ),
    "rank.no_band": ("未落入任何一档,得 0 分", "In no band: 0 points"),
    "rank.zero_above": (
        "%(value)s 高于 %(limit)s,得 0 分",
        "%(value)s is above %(limit)s: 0 points",
    ),
    "panel.marks": (
        "%(count)s 个评分,平均 %(sum)s ÷ %(count)s = %(mean)s",
        "%(count)s marks, mean %(sum)s ÷ %(count)s = %(mean)s",
    ),
    "panel.trimmed": (
        "%(all)s 个评分,去掉一个最高分 %(highest)s 和一个最低分 %(lowest)s,平均 %(sum)s ÷ %(count)s = %(mean)s",
        "%(all)s marks without highest %(highest)s and lowest %(lowest)s: mean %(sum)s ÷ %(count)s = %(mean)s",
    ),
    "panel.deduct": (
        "%(mean)s − %(amount)s = %(result)s",
        "%(mean)s − %(amount)s = %(result)s",
    ),
    "panel.zero": ("不低于 0,得 %(earned)s 分", "Not below 0: %(earned)s points"),
    "formula.expression": ("公式:%(expression)s", "Formula: %(expression)s"),
    "formula.input": ("%(name)s = %(value)s", "%(name)s = %(value)s"),
    "formula.zero": ("分母为零,本指标不适用", "A denominator is zero: not applicable"),
    "formula.result": ("计算结果 %(result)s", "Result: %(result)s"),
    "formula.held": (
        "限制在 %(minimum)s 与 %(maximum)s 之间,得 %(earned)s 分",
        "Held between %(minimum)s and %(maximum)s: %(earned)s points",
    ),
    "manual.mark": ("评定 %(earned)s 分", "Marked %(earned)s points"),
    "manual.reason": ("理由:%(reason)s", "Reason: %(reason)s"),
    "line.not_applicable": ("本指标不适用", "The indicator does not apply"),
    "line.not_reported": ("尚未报送,按 0 分计", "Not reported: counts 0 points"),
    "line.verified": (
        "核查以 %(fact)s 代替所报的 %(reported)s",
        "Verification put %(fact)s in the place of the reported %(reported)s",
    ),
    "line.reason": ("原因:%(reason)s", "Reason: %(reason)s"),
    "share.own_group": (
        "本组不适用 %(released)s 分,分给本组适用的 %(applicable)s 分:+ %(points)s × %(released)s ÷ %(applicable)s",
        "%(released)s points of the group go to its other %(applicable)s: + %(points)s × %(released)s ÷ %(applicable)s",
    ),
    "share.whole_groups": (
        "整组不适用 %(released)s 分,分给方案中适用的 %(applicable)s 分:+ %(points)s × %(released)s ÷ %(applicable)s",
        "%(released)s points of whole groups go to %(applicable)s others: + %(points)s × %(released)s ÷ %(applicable)s",
    ),
    "share.effective": ("有效分值 %(effective)s", "Effective points: %(effective)s"),
    "share.given_away": (
        "分值 %(points)s 分转给其他指标",
        "Its %(points)s points go to other indicators",
    ),
    "share.counted_full": (
        "按方案规定,不适用的指标计满分 %(points)s",
        "The scheme counts what does not apply in full: %(points)s",
    ),
    "line.scaled": (
        "%(earned)s ÷ %(points)s × %(effective)s = %(scaled)s",
        "%(earned)s ÷ %(points)s × %(effective)s = %(scaled)s",
    ),
    "line.deduction": (
        "核查扣 %(points)s 分:%(reason)s",
        "Verification takes %(points)s points off: %(reason)s",
    ),
    "line.deducted": (
        "扣分后不低于 0:%(result)s",
        "After deductions, not below 0: %(result)s",
    ),
    "line.rounded": ("四舍五入到 4 位小数:%(score)s", "Rounded half-up to 4 decimals: %(score)s"),
    "group.sum": ("%(lines)s = %(sum)s", "%(lines)s = %(sum)s"),
    "group.published": ("公布值(2 位小数):%(score)s", "Published (2 decimals): %(score)s"),
    "total.sum": ("各指标得分合计 %(sum)s", "Sum of the indicators: %(sum)s"),
    "total.bonus": ("加分:%(points)s(%(reason)s)", "Bonus: %(points)s (%(reason)s)"),
    "total.deduction": ("扣分:%(points)s(%(reason)s)", "Deduction: %(points)s (%(reason)s)"),
    "total.item_cap": (
        "%(points)s 超过该项上限,按 %(cap)s 计",
        "%(points)s is above the item's cap: %(cap)s counts",
    ),
    "total.bonus_sum": (
        "加分合计 %(sum)s,上限 %(cap)s,计 %(counted)s",
        "Bonus together %(sum)s, cap %(cap)s: %(counted)s counts",
    ),
    "total.deduction_sum": (
        "扣分合计 %(sum)s,上限 %(cap)s,计 %(counted)s",
        "Deductions together %(sum)s, cap %(cap)s: %(counted)s counts",
    ),
    "total.adjusted": (
        "%(sum)s + %(bonus)s − %(deduction)s = %(result)s",
        "%(sum)s + %(bonus)s − %(deduction)s = %(result)s",
    ),
    "total.clamped": (
        "总分限制在 %(minimum)s 与 %(maximum)s 之间:%(result)s",
        "The total stays within %(minimum)s and %(maximum)s: %(result)s",
    ),
    "total.published": ("公布总分(2 位小数):%(total)s", "Published total (2 decimals): %(total)s"),
    "grade.by_score": (
        "总分 %(total)s ≥ %(bound)s:%(grade)s",
        "Total %(total)s ≥ %(bound)s: %(grade)s",
    ),
    "grade.lowest": ("总分 %(total)s:%(grade)s", "Total %(total)s: %(grade)s"),
    "grade.veto": (
        "一票否决(%(veto)s):等次不高于%(ceiling)s,分数不变",
        "Veto (%(veto)s): grade not above %(ceiling)s, the score stays",
    ),
}

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "status.SCORED": ("已计分", "Scored"),
    "status.NOT_APPLICABLE": ("不适用", "Not applicable"),
    "status.NOT_REPORTED": ("未报送", "Not reported"),
    "treatment.REDISTRIBUTE": ("不适用分值按比例转给其他指标", "Points that do not apply go to other indicators"),
    "treatment.FULL": ("不适用的指标计满分", "What does not apply counts in full"),
    "grade.EXCELLENT": ("优秀", "Excellent"),
    "grade.GOOD": ("良好", "Good"),
    "grade.QUALIFIED": ("合格", "Qualified"),
    "grade.UNQUALIFIED": ("不合格", "Unqualified"),
    "method.RATIO": ("完成率", "Ratio"),
    "method.INVERSE_RATIO": ("反向比率", "Inverse ratio"),
    "method.STEP": ("分档", "Steps"),
    "method.LINEAR": ("区间线性", "Linear interval"),
    "method.THRESHOLD": ("要件齐全", "Threshold"),
    "method.DEDUCT": ("按次扣分", "Deduction per event"),
    "method.ADD": ("按次加分", "Points per event"),
    "method.MILESTONE": ("节点按期", "Milestones"),
    "method.RANK": ("同组排名", "Rank among peers"),
    "method.PANEL": ("评议打分", "Panel"),
    "method.FORMULA": ("公式", "Formula"),
    "method.MANUAL": ("人工评定", "Manual mark"),
}

_PROBLEMS: Final[dict[str, tuple[str, str]]] = {
    "problem.at": ("%(place)s:%(sentence)s", "%(place)s: %(sentence)s"),
    "number.float": (
        "%(entry)s:%(value)s 是浮点数,请写成带引号的文本",
        "%(entry)s: %(value)s is a binary floating-point number; write numbers as text in quotes",
    ),
    "number.wrong": ("%(entry)s:“%(value)s”不是数字", "%(entry)s: “%(value)s” is not a number"),
    "number.long": ("%(entry)s:数字过长(%(value)s)", "%(entry)s: the number is too long (%(value)s)"),
    "entry.missing": ("缺少 %(entry)s", "%(entry)s is missing"),
    "entry.unknown": ("%(entry)s 是多余的或写错的项", "%(entry)s is superfluous or misspelt"),
    "entry.not_a_list": ("%(entry)s 应为列表", "%(entry)s should be a list"),
    "entry.not_a_mapping": ("%(entry)s 应为键值对", "%(entry)s should be a mapping"),
    "entry.not_a_choice": (
        "%(entry)s 不能是“%(value)s”,可选:%(choices)s",
        "%(entry)s cannot be “%(value)s”; possible: %(choices)s",
    ),
    "entry.empty": ("%(entry)s 至少要有一项", "%(entry)s needs at least one item"),
    "entry.negative": ("%(entry)s 不能为负数(%(value)s)", "%(entry)s cannot be negative (%(value)s)"),
    "entry.not_whole": ("%(entry)s 应为整数(%(value)s)", "%(entry)s should be a whole number (%(value)s)"),
    "entry.not_a_text": ("%(entry)s 应为文本", "%(entry)s should be text"),
    "entry.not_yes_no": ("%(entry)s 应为 true 或 false", "%(entry)s should be true or false"),
    "entry.outside": (
        "%(entry)s 为 %(value)s,应在 %(low)s 与 %(high)s 之间",
        "%(entry)s is %(value)s and should be within %(low)s and %(high)s",
    ),
    "entry.count": (
        "%(entry)s 应有 %(expected)s 项,现有 %(given)s 项",
        "%(entry)s should have %(expected)s items and has %(given)s",
    ),
    "parameters.points_not_positive": (
        "分值应大于 0(现为 %(points)s)",
        "The points should be above 0 (they are %(points)s)",
    ),
    "parameters.cap_below_floor": (
        "上限 %(cap)s 低于下限 %(floor)s",
        "The cap of %(cap)s is below the floor of %(floor)s",
    ),
    "parameters.above_points": (
        "%(entry)s 为 %(value)s,高于指标分值 %(points)s",
        "%(entry)s is %(value)s, more than the indicator's %(points)s points",
    ),
    "parameters.twice": ("%(entry)s 的“%(value)s”重复", "“%(value)s” appears twice in %(entry)s"),
    "parameters.not_ascending": (
        "%(entry)s 应从小到大排列",
        "%(entry)s should be in ascending order",
    ),
    "parameters.last_band": (
        "最后一档的比例应为 1,否则末位单位没有得分档",
        "The last band should have share 1, or the last offices have no band",
    ),
    "parameters.same_ends": ("起点与终点不能相同", "Start and end cannot be the same"),
    "parameters.trim_too_small": (
        "去掉最高最低分至少要有 3 个评分(现为 %(value)s)",
        "Leaving out the highest and lowest needs at least 3 marks (it says %(value)s)",
    ),
    "parameters.bounds_crossed": (
        "下限 %(minimum)s 高于上限 %(maximum)s",
        "The minimum of %(minimum)s is above the maximum of %(maximum)s",
    ),
    "formula.long": ("公式过长(最多 %(most)s 个字符)", "The formula is too long (at most %(most)s characters)"),
    "formula.large": ("公式过于复杂", "The formula is too complex"),
    "formula.unreadable": ("公式无法读懂:%(expression)s", "The formula cannot be read: %(expression)s"),
    "formula.not_allowed": (
        "公式只能用 + - * / ( ) 数字、名称、min 和 max,不能用“%(part)s”",
        "A formula may use only + - * / ( ) numbers, names, min and max, not “%(part)s”",
    ),
    "formula.unknown_name": (
        "公式中的“%(name)s”不在 inputs 中",
        "“%(name)s” in the formula is not among the inputs",
    ),
    "formula.bad_name": ("“%(name)s”不能作为名称", "“%(name)s” cannot be a name"),
    "formula.unused": ("输入项“%(name)s”未在公式中使用", "The input “%(name)s” is not used in the formula"),
    "scheme.total": (
        "方案总分应为 100.00,现为 %(total)s",
        "The scheme's points should total 100.00 and total %(total)s",
    ),
    "scheme.group_sum": (
        "%(group)s 组分值 %(points)s,所属指标合计 %(sum)s",
        "Group %(group)s has %(points)s points, its indicators total %(sum)s",
    ),
    "scheme.group_empty": ("%(group)s 组没有指标", "Group %(group)s has no indicators"),
    "scheme.group_points": ("%(group)s 组分值不是数字", "The points of group %(group)s are no number"),
    "scheme.code_missing": ("第 %(row)s 行没有编码", "Row %(row)s has no code"),
    "scheme.code_twice": ("编码 %(indicator)s 重复", "The code %(indicator)s appears twice"),
    "scheme.name_missing": ("%(indicator)s 没有名称", "%(indicator)s has no name"),
    "scheme.parent_unknown": (
        "上级 %(parent)s 不存在或不是一级指标",
        "The parent %(parent)s does not exist or is no group",
    ),
    "scheme.method_missing": ("没有计分方法", "It has no scoring method"),
    "scheme.method_unknown": ("计分方法“%(method)s”不存在", "There is no scoring method “%(method)s”"),
    "scheme.treatment": (
        "不适用指标的处理方式“%(value)s”不存在,可选:REDISTRIBUTE, FULL",
        "There is no treatment “%(value)s” of what does not apply; possible: REDISTRIBUTE, FULL",
    ),
    "scheme.empty": ("方案没有指标", "The scheme has no indicators"),
    "scheme.columns": ("CSV 缺少列:%(columns)s", "The CSV lacks the columns %(columns)s"),
    "scheme.json": ("第 %(row)s 行的 parameters 不是 JSON 对象", "parameters in row %(row)s is not a JSON object"),
    "scheme.points": ("第 %(row)s 行的分值“%(value)s”不是数字", "The points “%(value)s” in row %(row)s are no number"),
    "facts.not_a_mapping": ("事实应为键值对或 null", "A fact should be a mapping, or null for not applicable"),
    "facts.unknown_indicator": ("方案中没有这个指标", "The scheme has no such indicator"),
    "facts.group": ("这是一级指标,不能直接有事实", "This is a group and cannot have facts of its own"),
    "facts.unknown_office": ("peers 中没有这个单位", "The office is not among the peers"),
    "facts.target_negative": ("目标不能为负数(%(value)s)", "The target cannot be negative (%(value)s)"),
    "facts.no_marks": (
        "没有评分;不适用时请写 null",
        "There are no marks; write null when it does not apply",
    ),
    "facts.category": ("等次应为文本", "A category should be text"),
    "adjustments.indicator": ("方案中没有指标 %(code)s,不能扣分", "Nothing to deduct from: the scheme has no %(code)s"),
    "adjustments.reason": ("%(entry)s 必须写明原因", "%(entry)s needs a reason"),
    "grades.unknown": (
        "等次“%(grade)s”不存在,可选:%(choices)s",
        "There is no grade “%(grade)s”; possible: %(choices)s",
    ),
    "targets.month": ("月份应为 1 至 12(现为 %(month)s)", "The month should be 1 to 12 (it is %(month)s)"),
    "targets.milestones": (
        "季度节点应为 4 个,现有 %(given)s 个",
        "There should be 4 quarterly milestones and there are %(given)s",
    ),
    "targets.year_end": (
        "第四季度节点 %(fourth)s 与年度目标 %(target)s 不一致",
        "The fourth quarter's milestone of %(fourth)s is not the year target of %(target)s",
    ),
    "report.office": (
        "%(office)s(%(group)s 组) 总分 %(total)s %(grade)s 全省第 %(rank)s 名,同组第 %(peer_rank)s/%(peer_count)s 名",
        "%(office)s (group %(group)s): %(total)s, %(grade)s, rank %(rank)s, %(peer_rank)s of %(peer_count)s in its group",
    ),
    "report.mismatch": (
        "%(office)s %(what)s:应为 %(expected)s,实为 %(actual)s",
        "%(office)s %(what)s: expected %(expected)s, came out as %(actual)s",
    ),
    "situation.unreadable": ("%(file)s 无法读取:%(detail)s", "%(file)s cannot be read: %(detail)s"),
    "situation.key_twice": ("“%(key)s”写了两次(第 %(row)s 行)", "“%(key)s” is written twice (line %(row)s)"),
    "situation.not_a_mapping": ("每个情形应为键值对", "Each situation should be a mapping"),
    "situation.empty": ("文件中没有情形", "The file holds no situation"),
    "situation.scheme": ("找不到方案文件 %(path)s", "There is no scheme file %(path)s"),
    "situation.name": ("%(entry)s 中的“%(value)s”不是名称", "“%(value)s” in %(entry)s is not a name"),
    "situation.day": ("%(entry)s 不是日期(%(value)s)", "%(entry)s is not a day (%(value)s)"),
    "situation.expected_office": (
        "expected 中的单位不在 peers 中",
        "The office in `expected` is not among the peers",
    ),
    "situation.expected_code": (
        "expected 中的 %(code)s 不在方案中",
        "%(code)s in `expected` is not in the scheme",
    ),
}

SENTENCES: Final[dict[str, tuple[str, str]]] = {**_STEPS, **_WORDS, **_PROBLEMS}


def render(key: str, values: Mapping[str, Any], language: str = "zh") -> str:
    """The sentence `key` in `language` ("zh…" or anything else for English), filled with `values`.

    A value that is the key of a term, such as "grade.GOOD", is said in the language too.
    """
    chinese, english = SENTENCES[key]
    words = {name: word(value, language) if str(value) in _WORDS else value for name, value in values.items()}
    return (chinese if language.startswith("zh") else english) % words


def word(key: str, language: str = "zh") -> str:
    """A single term, such as a status or a grade."""
    return render(key, {}, language)
