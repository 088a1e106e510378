"""The sentences of why a score differs between two runs: key → (Chinese, English)."""

from typing import Final

DIFFERENCES: Final[dict[str, tuple[str, str]]] = {
    "why.new": ("指标体系新增的指标", "New in the scheme"),
    "why.gone": ("指标体系不再有这项指标", "No longer in the scheme"),
    "why.applies": ("原来不适用，现在适用", "Did not apply before and does now"),
    "why.applies_no_more": ("现在不适用，分值转出", "Does not apply any more: its points go elsewhere"),
    "why.reported": ("原来没有可计分的数据，现在有了", "There was no figure to score before; now there is"),
    "why.not_reported": ("现在没有可计分的数据", "There is no figure to score any more"),
    "why.value": ("数据由 %(before)s 变为 %(after)s", "The figure went from %(before)s to %(after)s"),
    "why.corrected": (
        "核验或复核更正：由 %(before)s 改为 %(after)s（%(reason)s）",
        "Corrected by verification or on an objection: %(before)s became %(after)s (%(reason)s)",
    ),
    "why.milestone": (
        "完成日期或责任书期限有变化，逾期天数由“%(before)s”变为“%(after)s”",
        "Days of completion or the letter's days moved: days late went from “%(before)s” to “%(after)s”",
    ),
    "why.target": ("应达目标由 %(before)s 变为 %(after)s", "The target to date went from %(before)s to %(after)s"),
    "why.letter": (
        "责任书变更，应达目标由 %(before)s 变为 %(after)s",
        "The letter was changed: its target to date went from %(before)s to %(after)s",
    ),
    "why.weight": (
        "指标体系调整分值，由 %(before)s 分变为 %(after)s 分",
        "The scheme gives it %(after)s points instead of %(before)s",
    ),
    "why.method": (
        "指标体系调整计分方法，由“%(before)s”改为“%(after)s”",
        "The scheme scores it by “%(after)s” instead of “%(before)s”",
    ),
    "why.parameters": ("指标体系调整了计分参数", "The scheme changed the parameters of its rule"),
    "why.treatment": (
        "不适用分值的处理由“%(before)s”改为“%(after)s”",
        "What does not apply is treated otherwise: “%(after)s” instead of “%(before)s”",
    ),
    "why.points_off": (
        "核验扣分由 %(before)s 分变为 %(after)s 分（%(reason)s）",
        "Verification takes %(after)s points off instead of %(before)s (%(reason)s)",
    ),
    "why.zeroed": ("认定虚假填报，计 0 分", "A false claim is confirmed: it counts 0"),
    "why.zeroed_no_more": ("虚假填报的认定撤销，恢复计分", "The false claim was taken back: it counts again"),
    "why.peers": (
        "参与比较的其他单位有变化，名次由 %(before)s 变为 %(after)s",
        "The others that it is ranked among changed: its place went from %(before)s to %(after)s",
    ),
    "why.peer_group": (
        "所在组别由第 %(before)s 组变为第 %(after)s 组",
        "It moved from peer group %(before)s to %(after)s",
    ),
    "why.shared": (
        "其他指标的适用情况有变化，转来的分值不同：有效分值由 %(before)s 变为 %(after)s",
        "Other indicators' points are shared otherwise: it counts %(after)s points instead of %(before)s",
    ),
    "why.difficulty": (
        "难度系数由 %(before)s 变为 %(after)s",
        "The difficulty coefficient went from %(before)s to %(after)s",
    ),
    "why.difficulty_same": (
        "以上变化再乘难度系数 %(coefficient)s",
        "The changes above are multiplied by the difficulty coefficient %(coefficient)s",
    ),
    "why.bonus_added": ("新增加分“%(reason)s” %(points)s 分", "New bonus “%(reason)s”: %(points)s points"),
    "why.bonus_gone": (
        "不再有加分“%(reason)s” %(points)s 分",
        "Bonus no longer counted, “%(reason)s”: %(points)s points",
    ),
    "why.deduction_added": ("新增扣分“%(reason)s” %(points)s 分", "New deduction “%(reason)s”: %(points)s points"),
    "why.deduction_gone": (
        "不再有扣分“%(reason)s” %(points)s 分",
        "Deduction no longer counted, “%(reason)s”: %(points)s points",
    ),
    "why.item_caps": ("加扣分的上限有变化", "The caps of bonus and deduction items changed"),
    "why.bounds": ("总分的上下限", "Bounds of the total"),
    "why.rounding": ("总分四舍五入到两位小数", "The total is rounded half-up to two decimals"),
    "why.veto_added": (
        "新增一票否决“%(reason)s”，不改分数，限制等次",
        "New veto “%(reason)s”: it caps the grade, not the score",
    ),
    "why.veto_gone": ("不再有一票否决“%(reason)s”", "Veto no longer in force: “%(reason)s”"),
    "why.joined": ("前一批没有这个单位", "It has no card in the earlier run"),
    "why.left": ("后一批没有这个单位", "It has no card in the later run"),
    "other.difficulty": ("难度系数", "Difficulty"),
    "other.bonus": ("加分项", "Bonus items"),
    "other.deduction": ("扣分项", "Deduction items"),
    "other.bounds": ("上下限", "Bounds"),
    "other.rounding": ("取整", "Rounding"),
    "other.veto": ("一票否决", "Vetoes"),
    "other.joined": ("参加考核", "Taking part"),
    "other.left": ("参加考核", "Taking part"),
}
