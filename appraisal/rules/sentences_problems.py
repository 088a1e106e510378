"""The sentences about what is wrong: key → (Chinese, English)."""

from typing import Final

PROBLEMS: Final[dict[str, tuple[str, str]]] = {
    "problem.at": ("%(place)s：%(sentence)s", "%(place)s: %(sentence)s"),
    "number.float": (
        "%(entry)s：%(value)s 是浮点数，请写成带引号的文本",
        "%(entry)s: %(value)s is a binary floating-point number; write numbers as text in quotes",
    ),
    "number.wrong": ("%(entry)s：“%(value)s”不是数字", "%(entry)s: “%(value)s” is not a number"),
    "number.long": ("%(entry)s：数字过长（%(value)s）", "%(entry)s: the number is too long (%(value)s)"),
    "entry.missing": ("缺少 %(entry)s", "%(entry)s is missing"),
    "entry.unknown": ("%(entry)s 是多余的或写错的项", "%(entry)s is superfluous or misspelt"),
    "entry.not_a_list": ("%(entry)s 应为列表", "%(entry)s should be a list"),
    "entry.not_a_mapping": ("%(entry)s 应为键值对", "%(entry)s should be a mapping"),
    "entry.not_a_choice": (
        "%(entry)s 不能是“%(value)s”，可选：%(choices)s",
        "%(entry)s cannot be “%(value)s”; possible: %(choices)s",
    ),
    "entry.empty": ("%(entry)s 至少要有一项", "%(entry)s needs at least one item"),
    "entry.negative": ("%(entry)s 不能为负数（%(value)s）", "%(entry)s cannot be negative (%(value)s)"),
    "entry.not_whole": ("%(entry)s 应为整数（%(value)s）", "%(entry)s should be a whole number (%(value)s)"),
    "entry.not_a_text": ("%(entry)s 应为文本", "%(entry)s should be text"),
    "entry.not_yes_no": ("%(entry)s 应为 true 或 false", "%(entry)s should be true or false"),
    "entry.outside": (
        "%(entry)s 为 %(value)s，应在 %(low)s 与 %(high)s 之间",
        "%(entry)s is %(value)s and should be within %(low)s and %(high)s",
    ),
    "entry.count": (
        "%(entry)s 应有 %(expected)s 项，现有 %(given)s 项",
        "%(entry)s should have %(expected)s items and has %(given)s",
    ),
    "parameters.points_not_positive": (
        "分值应大于 0（现为 %(points)s）",
        "The points should be above 0 (they are %(points)s)",
    ),
    "parameters.cap_below_floor": (
        "上限 %(cap)s 低于下限 %(floor)s",
        "The cap of %(cap)s is below the floor of %(floor)s",
    ),
    "parameters.above_points": (
        "%(entry)s 为 %(value)s，高于指标分值 %(points)s",
        "%(entry)s is %(value)s, more than the indicator's %(points)s points",
    ),
    "parameters.twice": ("%(entry)s 的“%(value)s”重复", "“%(value)s” appears twice in %(entry)s"),
    "parameters.not_ascending": (
        "%(entry)s 应从小到大排列",
        "%(entry)s should be in ascending order",
    ),
    "parameters.last_band": (
        "最后一档的比例应为 1，否则末位单位没有得分档",
        "The last band should have share 1, or the last offices have no band",
    ),
    "parameters.same_ends": ("起点与终点不能相同", "Start and end cannot be the same"),
    "parameters.trim_too_small": (
        "去掉最高最低分至少要有 3 个评分（现为 %(value)s）",
        "Leaving out the highest and lowest needs at least 3 marks (it says %(value)s)",
    ),
    "parameters.bounds_crossed": (
        "下限 %(minimum)s 高于上限 %(maximum)s",
        "The minimum of %(minimum)s is above the maximum of %(maximum)s",
    ),
    "check.no_figure": (
        "两边都没有用到任何指标的数，没有可比的",
        "Neither side uses a figure of an indicator: there is nothing to compare",
    ),
    "formula.long": ("公式过长（最多 %(most)s 个字符）", "The formula is too long (at most %(most)s characters)"),
    "formula.large": ("公式过于复杂", "The formula is too complex"),
    "formula.unreadable": ("公式无法读懂：%(expression)s", "The formula cannot be read: %(expression)s"),
    "formula.not_allowed": (
        "公式只能用 + - * / ( ) 数字、名称、min 和 max，不能用“%(part)s”",
        "A formula may use only + - * / ( ) numbers, names, min and max, not “%(part)s”",
    ),
    "formula.unknown_name": (
        "公式中的“%(name)s”不在 inputs 中",
        "“%(name)s” in the formula is not among the inputs",
    ),
    "formula.bad_name": ("“%(name)s”不能作为名称", "“%(name)s” cannot be a name"),
    "formula.unused": ("输入项“%(name)s”未在公式中使用", "The input “%(name)s” is not used in the formula"),
    "scheme.total": (
        "方案总分应为 100.00，现为 %(total)s",
        "The scheme's points should total 100.00 and total %(total)s",
    ),
    "scheme.group_sum": (
        "%(group)s 组分值 %(points)s，所属指标合计 %(sum)s",
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
        "不适用指标的处理方式“%(value)s”不存在，可选：REDISTRIBUTE, FULL",
        "There is no treatment “%(value)s” of what does not apply; possible: REDISTRIBUTE, FULL",
    ),
    "scheme.empty": ("方案没有指标", "The scheme has no indicators"),
    "scheme.columns": ("CSV 缺少列：%(columns)s", "The CSV lacks the columns %(columns)s"),
    "scheme.csv": ("第 %(row)s 行不是有效的 CSV（%(detail)s）", "Row %(row)s is no valid CSV (%(detail)s)"),
    "scheme.json": ("第 %(row)s 行的 parameters 不是 JSON 对象", "parameters in row %(row)s is not a JSON object"),
    "scheme.points": ("第 %(row)s 行的分值“%(value)s”不是数字", "The points “%(value)s” in row %(row)s are no number"),
    "facts.not_a_mapping": ("事实应为键值对或 null", "A fact should be a mapping, or null for not applicable"),
    "facts.unknown_indicator": ("方案中没有这个指标", "The scheme has no such indicator"),
    "facts.group": ("这是一级指标，不能直接有事实", "This is a group and cannot have facts of its own"),
    "facts.unknown_office": ("peers 中没有这个单位", "The office is not among the peers"),
    "facts.target_negative": ("目标不能为负数（%(value)s）", "The target cannot be negative (%(value)s)"),
    "facts.no_marks": (
        "没有评分；不适用时请写 null",
        "There are no marks; write null when it does not apply",
    ),
    "facts.category": ("等次应为文本", "A category should be text"),
    "reshape.none": (
        "已有的数据是按“%(old)s”收集的，不能改按“%(new)s”计分",
        "The facts were gathered for “%(old)s” and cannot be scored by “%(new)s”",
    ),
    "reshape.sum": (
        "%(old)s 的数据不能并入 %(new)s：合并的指标要单位相同，并同为比率、数值或按次计",
        "The facts of %(old)s cannot be added up in %(new)s: merging takes one unit, all ratios, values or counts",
    ),
    "reshape.denominator": (
        "已有的数据是按“%(old)s”收集的，没有目标；改为比率要把“分母”写成固定的数",
        "The facts were gathered for “%(old)s” and have no target: for a ratio write the denominator as a fixed number",
    ),
    "reshape.names": (
        "已有的数据里没有：%(names)s",
        "The facts at hand have no %(names)s",
    ),
    "adjustments.indicator": (
        "方案中没有指标 %(code)s，不能扣分",
        "Nothing to deduct from: the scheme has no %(code)s",
    ),
    "adjustments.difficulty": (
        "难度系数 %(value)s 不在 %(minimum)s 与 %(maximum)s 之间",
        "The difficulty coefficient %(value)s is not within %(minimum)s and %(maximum)s",
    ),
    "adjustments.reason": ("%(entry)s 必须写明原因", "%(entry)s needs a reason"),
    "grades.unknown": (
        "等次“%(grade)s”不存在，可选：%(choices)s",
        "There is no grade “%(grade)s”; possible: %(choices)s",
    ),
    "targets.month": ("月份应为 1 至 12（现为 %(month)s）", "The month should be 1 to 12 (it is %(month)s)"),
    "targets.milestones": (
        "季度节点应为 4 个，现有 %(given)s 个",
        "There should be 4 quarterly milestones and there are %(given)s",
    ),
    "targets.year_end": (
        "第四季度节点 %(fourth)s 与年度目标 %(target)s 不一致",
        "The fourth quarter's milestone of %(fourth)s is not the year target of %(target)s",
    ),
    "report.office": (
        "%(office)s（%(group)s 组）总分 %(total)s %(grade)s 全省第 %(rank)s 名，同组第 %(peer_rank)s/%(peer_count)s 名",
        "%(office)s (group %(group)s): %(total)s, %(grade)s, rank %(rank)s, %(peer_rank)s of %(peer_count)s in group",
    ),
    "report.mismatch": (
        "%(office)s %(what)s：应为 %(expected)s，实为 %(actual)s",
        "%(office)s %(what)s: expected %(expected)s, came out as %(actual)s",
    ),
    "situation.unreadable": ("%(file)s 无法读取：%(detail)s", "%(file)s cannot be read: %(detail)s"),
    "situation.key_twice": ("“%(key)s”写了两次（第 %(row)s 行）", "“%(key)s” is written twice (line %(row)s)"),
    "situation.not_a_mapping": ("每个情形应为键值对", "Each situation should be a mapping"),
    "situation.empty": ("文件中没有情形", "The file holds no situation"),
    "situation.scheme": ("找不到方案文件 %(path)s", "There is no scheme file %(path)s"),
    "situation.name": ("%(entry)s 中的“%(value)s”不是名称", "“%(value)s” in %(entry)s is not a name"),
    "situation.day": ("%(entry)s 不是日期（%(value)s）", "%(entry)s is not a day (%(value)s)"),
    "situation.no_figures": (
        "as_of %(day)s 早于最早的参数（%(detail)s）",
        "as_of %(day)s is before the first figures (%(detail)s)",
    ),
    "situation.expected_office": (
        "expected 中的单位不在 peers 中",
        "The office in `expected` is not among the peers",
    ),
    "situation.expected_code": (
        "expected 中的 %(code)s 不在方案中",
        "%(code)s in `expected` is not in the scheme",
    ),
}
