"""The sentences of traces: key → (Chinese, English)."""

from typing import Final

STEPS: Final[dict[str, tuple[str, str]]] = {
    "ratio.quotient": (
        "完成率 = %(value)s ÷ %(target)s = %(ratio)s",
        "Ratio = %(value)s ÷ %(target)s = %(ratio)s",
    ),
    "ratio.inverse_quotient": (
        "比率 = %(target)s ÷ %(value)s = %(ratio)s（数值越小越好）",
        "Ratio = %(target)s ÷ %(value)s = %(ratio)s (smaller is better)",
    ),
    "ratio.inverse_zero": (
        "数值为 0，比率按上限 %(cap)s 计",
        "The value is 0: the ratio counts as the cap, %(cap)s",
    ),
    "ratio.no_target": ("目标为零或未定，本指标不适用", "The target is zero or missing: not applicable"),
    "ratio.below_floor": (
        "%(ratio)s 低于下限 %(floor)s，得 0 分",
        "%(ratio)s is below the floor of %(floor)s: 0 points",
    ),
    "ratio.points": (
        "%(points)s × min(%(ratio)s, %(cap)s) = %(earned)s",
        "%(points)s × min(%(ratio)s, %(cap)s) = %(earned)s",
    ),
    "ratio.negative": ("结果为负，按 0 分计", "The result is negative: 0 points"),
    "step.at_least": (
        "%(value)s ≥ %(bound)s，得 %(earned)s 分",
        "%(value)s ≥ %(bound)s: %(earned)s points",
    ),
    "step.at_most": (
        "%(value)s ≤ %(bound)s，得 %(earned)s 分",
        "%(value)s ≤ %(bound)s: %(earned)s points",
    ),
    "step.equals": ("等次为“%(bound)s”，得 %(earned)s 分", "Category “%(bound)s”: %(earned)s points"),
    "step.none": ("%(value)s 未达到任何一档，得 0 分", "%(value)s meets no step: 0 points"),
    "linear.below": (
        "%(value)s 未超过起点 %(start)s，得 0 分",
        "%(value)s does not pass the start, %(start)s: 0 points",
    ),
    "linear.above": (
        "%(value)s 达到终点 %(end)s，得满分 %(earned)s",
        "%(value)s reaches the end, %(end)s: full points, %(earned)s",
    ),
    "linear.between": (
        "%(points)s × (%(value)s − %(start)s) ÷ (%(end)s − %(start)s) = %(earned)s",
        "%(points)s × (%(value)s − %(start)s) ÷ (%(end)s − %(start)s) = %(earned)s",
    ),
    "threshold.complete": ("要件齐全，得 %(earned)s 分", "Everything required is there: %(earned)s points"),
    "threshold.missing": ("缺少：%(missing)s，得 0 分", "Missing: %(missing)s: 0 points"),
    "events.line": (
        "%(event)s:%(count)s × %(each)s = %(amount)s",
        "%(event)s: %(count)s × %(each)s = %(amount)s",
    ),
    "events.deduct": (
        "%(points)s − %(amount)s = %(result)s",
        "%(points)s − %(amount)s = %(result)s",
    ),
    "events.minimum": ("不低于 %(minimum)s，得 %(earned)s 分", "Not below %(minimum)s: %(earned)s points"),
    "events.add": ("合计 %(amount)s 分", "%(amount)s points together"),
    "events.cap": ("不高于 %(cap)s，得 %(earned)s 分", "Not above %(cap)s: %(earned)s points"),
    "milestone.none_due": ("目前没有到期的节点，本指标不适用", "No milestone is due yet: not applicable"),
    "milestone.share": (
        "节点 %(number)s：超期 %(days)s 天，得分比例 %(share)s",
        "Milestone %(number)s: %(days)s days late, share %(share)s",
    ),
    "milestone.points": (
        "%(points)s × %(sum)s ÷ %(count)s = %(earned)s",
        "%(points)s × %(sum)s ÷ %(count)s = %(earned)s",
    ),
    "rank.group": (
        "与同组（%(group)s）的 %(count)s 个单位比较",
        "Compared with the %(count)s offices of the peer group %(group)s",
    ),
    "rank.wide": (
        "同组（%(group)s）可比单位不足 3 个，与全省 %(count)s 个单位比较",
        "Fewer than 3 comparable offices in the peer group %(group)s: compared with the %(count)s of the province",
    ),
    "rank.province": (
        "与全省 %(count)s 个单位比较",
        "Compared with the %(count)s offices of the province",
    ),
    "rank.place": (
        "%(value)s 排第 %(rank)s 名，%(rank)s ÷ %(count)s = %(share)s",
        "%(value)s is number %(rank)s; %(rank)s ÷ %(count)s = %(share)s",
    ),
    "rank.band": (
        "%(share)s ≤ %(band)s，得 %(earned)s 分",
        "%(share)s ≤ %(band)s: %(earned)s points",
    ),
    "rank.no_band": ("未落入任何一档，得 0 分", "In no band: 0 points"),
    "rank.zero_above": (
        "%(value)s 高于 %(limit)s，得 0 分",
        "%(value)s is above %(limit)s: 0 points",
    ),
    "panel.marks": (
        "%(count)s 个评分，平均 %(sum)s ÷ %(count)s = %(mean)s",
        "%(count)s marks, mean %(sum)s ÷ %(count)s = %(mean)s",
    ),
    "panel.trimmed": (
        "%(all)s 个评分，去掉一个最高分 %(highest)s 和一个最低分 %(lowest)s，平均 %(sum)s ÷ %(count)s = %(mean)s",
        "%(all)s marks without highest %(highest)s and lowest %(lowest)s: mean %(sum)s ÷ %(count)s = %(mean)s",
    ),
    "panel.deduct": (
        "%(mean)s − %(amount)s = %(result)s",
        "%(mean)s − %(amount)s = %(result)s",
    ),
    "panel.zero": ("不低于 0，得 %(earned)s 分", "Not below 0: %(earned)s points"),
    "formula.expression": ("公式：%(expression)s", "Formula: %(expression)s"),
    "formula.input": ("%(name)s = %(value)s", "%(name)s = %(value)s"),
    "formula.zero": ("分母为零，本指标不适用", "A denominator is zero: not applicable"),
    "formula.result": ("计算结果 %(result)s", "Result: %(result)s"),
    "formula.held": (
        "限制在 %(minimum)s 与 %(maximum)s 之间，得 %(earned)s 分",
        "Held between %(minimum)s and %(maximum)s: %(earned)s points",
    ),
    "manual.mark": ("评定 %(earned)s 分", "Marked %(earned)s points"),
    "manual.reason": ("理由：%(reason)s", "Reason: %(reason)s"),
    "line.not_applicable": ("本指标不适用", "The indicator does not apply"),
    "line.not_reported": ("尚未报送，按 0 分计", "Not reported: counts 0 points"),
    "line.verified": (
        "核查以 %(fact)s 代替所报的 %(reported)s",
        "Verification put %(fact)s in the place of the reported %(reported)s",
    ),
    "line.reason": ("原因：%(reason)s", "Reason: %(reason)s"),
    "share.own_group": (
        "本组不适用 %(released)s 分，分给本组适用的 %(applicable)s 分：+ %(points)s × %(released)s ÷ %(applicable)s",
        "%(released)s points of the group go to its other %(applicable)s: + %(points)s × %(released)s ÷ %(applicable)s",
    ),
    "share.whole_groups": (
        "整组不适用 %(released)s 分，分给方案中适用的 %(applicable)s 分：+ %(points)s × %(released)s ÷ %(applicable)s",
        "%(released)s points of whole groups go to %(applicable)s others: + %(points)s × %(released)s ÷ %(applicable)s",
    ),
    "share.effective": ("有效分值 %(effective)s", "Effective points: %(effective)s"),
    "share.given_away": (
        "分值 %(points)s 分转给其他指标",
        "Its %(points)s points go to other indicators",
    ),
    "share.counted_full": (
        "按方案规定，不适用的指标计满分 %(points)s",
        "The scheme counts what does not apply in full: %(points)s",
    ),
    "line.scaled": (
        "%(earned)s ÷ %(points)s × %(effective)s = %(scaled)s",
        "%(earned)s ÷ %(points)s × %(effective)s = %(scaled)s",
    ),
    "line.deduction": (
        "核查扣 %(points)s 分：%(reason)s",
        "Verification takes %(points)s points off: %(reason)s",
    ),
    "line.deducted": (
        "扣分后不低于 0：%(result)s",
        "After deductions, not below 0: %(result)s",
    ),
    "line.zeroed": (
        "认定虚假填报，本指标计 0 分：%(reason)s",
        "A false claim is confirmed, the indicator counts 0: %(reason)s",
    ),
    "line.rounded": ("四舍五入到 4 位小数：%(score)s", "Rounded half-up to 4 decimals: %(score)s"),
    "group.sum": ("%(lines)s = %(sum)s", "%(lines)s = %(sum)s"),
    "group.published": ("公布值（2 位小数）：%(score)s", "Published (2 decimals): %(score)s"),
    "total.sum": ("各指标得分合计 %(sum)s", "Sum of the indicators: %(sum)s"),
    "total.difficulty": (
        "难度系数 %(coefficient)s（%(reason)s）：%(sum)s × %(coefficient)s = %(weighted)s",
        "Difficulty coefficient %(coefficient)s (%(reason)s): %(sum)s × %(coefficient)s = %(weighted)s",
    ),
    "total.bonus": ("加分：%(points)s（%(reason)s）", "Bonus: %(points)s (%(reason)s)"),
    "total.deduction": ("扣分：%(points)s（%(reason)s）", "Deduction: %(points)s (%(reason)s)"),
    "total.item_cap": (
        "%(points)s 超过该项上限，按 %(cap)s 计",
        "%(points)s is above the item's cap: %(cap)s counts",
    ),
    "total.bonus_sum": (
        "加分合计 %(sum)s，上限 %(cap)s，计 %(counted)s",
        "Bonus together %(sum)s, cap %(cap)s: %(counted)s counts",
    ),
    "total.deduction_sum": (
        "扣分合计 %(sum)s，上限 %(cap)s，计 %(counted)s",
        "Deductions together %(sum)s, cap %(cap)s: %(counted)s counts",
    ),
    "total.adjusted": (
        "%(sum)s + %(bonus)s − %(deduction)s = %(result)s",
        "%(sum)s + %(bonus)s − %(deduction)s = %(result)s",
    ),
    "total.clamped": (
        "总分限制在 %(minimum)s 与 %(maximum)s 之间：%(result)s",
        "The total stays within %(minimum)s and %(maximum)s: %(result)s",
    ),
    "total.published": ("公布总分（2 位小数）：%(total)s", "Published total (2 decimals): %(total)s"),
    "grade.by_score": (
        "总分 %(total)s ≥ %(bound)s：%(grade)s",
        "Total %(total)s ≥ %(bound)s: %(grade)s",
    ),
    "grade.lowest": ("总分 %(total)s：%(grade)s", "Total %(total)s: %(grade)s"),
    "grade.veto": (
        "一票否决（%(veto)s）：等次不高于%(ceiling)s，分数不变",
        "Veto (%(veto)s): grade not above %(ceiling)s, the score stays",
    ),
}
