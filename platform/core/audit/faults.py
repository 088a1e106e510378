"""What can be wrong with a chain or its anchors, each as a sentence."""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Fault:
    """One broken place. seq: the link's number, or the line's for faults of the anchors' file; 0 when there is none."""

    chain: str
    kind: str
    seq: int
    detail: str = ""

    @property
    def sentence(self) -> str:
        """In the reader's language: where, and what it means."""
        return sentence(asdict(self))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def sentence(fault: dict[str, Any]) -> str:
    """The sentence of a fault as `AuditCheck.faults` keeps it."""
    said = {
        "changed": _("账链 %(chain)s 第 %(seq)s 条的内容与其哈希不符：记录写入后被改动。"),
        "missing": _("账链 %(chain)s 第 %(seq)s 条的日志不见了：记录写入后被删除。"),
        "gap": _("账链 %(chain)s 在第 %(seq)s 条前缺号：中间的记录被删除，或编号被改动。"),
        "order": _("账链 %(chain)s 第 %(seq)s 条接不上前一条：前面的记录被替换、调换或重写。"),
        "unlinked": _("账链 %(chain)s 有未入链的日志（编号 %(detail)s）：不是由触发器写入的。"),
        "head": _("账链 %(chain)s 的链头与最后一条（第 %(seq)s 条）不符：末尾的记录被删除，或链头被改动。"),
        "anchor": _("账链 %(chain)s 第 %(seq)s 条与库外锚点第 %(detail)s 行不符：整条链被重写，或末尾的记录被删除。"),
        "anchor-signature": _("库外锚点第 %(seq)s 行的签名不符：这一行被改动，或不是本系统写入的。"),
        "anchor-unreadable": _("库外锚点第 %(seq)s 行无法识别：文件被改动，或写入时断电。"),
        "anchor-order": _("库外锚点第 %(seq)s 行接不上前一行：有行被删除、插入或调换。"),
        "anchor-short": _("库外锚点只有 %(seq)s 行，数据库记得有 %(detail)s 行：文件末尾被截去。"),
    }
    return said[fault["kind"]] % fault
