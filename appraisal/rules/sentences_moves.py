"""The sentences of what would win points back: key → (Chinese, English). `unit` is the indicator's, perhaps empty."""

from typing import Final

MOVES: Final[dict[str, tuple[str, str]]] = {
    "move.more": (
        "再增加 %(more)s %(unit)s，达到 %(to)s %(unit)s",
        "%(more)s %(unit)s more, to reach %(to)s %(unit)s",
    ),
    "move.less": (
        "再减少 %(less)s %(unit)s，降到 %(to)s %(unit)s",
        "%(less)s %(unit)s less, to come down to %(to)s %(unit)s",
    ),
    "move.category": ("评到“%(to)s”", "Be judged “%(to)s”"),
    "move.present": ("补齐：%(missing)s", "Hand in what is missing: %(missing)s"),
    "move.event": ("再有一次“%(event)s”", "Once more “%(event)s”"),
    "move.rank": (
        "追上 %(to)s %(unit)s（相差 %(away)s %(unit)s），排到第 %(rank)s",
        "Draw level with %(to)s %(unit)s (%(away)s %(unit)s away): place %(rank)s",
    ),
    "move.report": ("报送本指标，最多可得 %(points)s 分", "Report this indicator: %(points)s points at most"),
    "move.object": (
        "核验扣的 %(points)s 分，申诉或整改后恢复",
        "The %(points)s points taken off by verification, by objection or after mending",
    ),
    "lost.DEDUCT": (
        "已经发生的扣分事项不能撤回，只能申诉",
        "What happened cannot be taken back; only an objection may help",
    ),
    "lost.MILESTONE": (
        "已经延误的节点不能补回，尽快完成以免继续扣分",
        "A delay cannot be made good; finish soon, so that it does not grow",
    ),
    "lost.PANEL": ("由评议打分，不能由填报挽回", "Marked by a panel: reporting does not change it"),
    "lost.MANUAL": ("由人工评定，不能由填报挽回", "Marked by hand: reporting does not change it"),
    "lost.FORMULA": ("按公式计算，请看公式中各项", "By a formula: see its entries"),
    "lost.zeroed": ("认定虚假填报，本年度计 0 分", "A false claim is confirmed: it counts 0 this year"),
    "lost.other": ("按规则已经没有可以增加的", "The rule leaves nothing to be added"),
    "effort.PAPER": ("补材料", "Papers"),
    "effort.WORK": ("加进度", "Work"),
    "effort.PEERS": ("赶同组", "Peers"),
    "effort.REPORT": ("补报送", "Report"),
    "effort.OBJECT": ("申诉整改", "Objection"),
}
