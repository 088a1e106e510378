"""A target letter as an official document: what the paper says, for core.documents to set.

The paper is Chinese whatever language its reader's pages are in, so nothing here is translated.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import LetterVersion, TargetLetter
from appraisal.ledger.selectors import letters as selectors
from core.documents import (
    Block,
    Column,
    Document,
    Heading,
    Paragraph,
    Signature,
    Signatures,
    Table,
    day,
)

EMPTY = "—"
NOT_APPLICABLE = "不适用"
TARGETS = (
    Column("代码", 1.1, "center"),
    Column("指标", 5),
    Column("分值", 1, "right"),
    Column("年度目标", 2, "right"),
    Column("至一季度末", 1.9, "right"),
    Column("至二季度末", 1.9, "right"),
    Column("至三季度末", 1.9, "right"),
    Column("单位", 1.2, "center"),
)
MILESTONES = (Column("代码", 1, "center"), Column("节点", 6), Column("时限", 2.2, "center"))
CHANGES = (Column("代码", 1, "center"), Column("指标", 4), Column("原定", 3), Column("调整为", 3))


def paper_of(letter: TargetLetter, version: LetterVersion | None, *, at: datetime) -> Document:
    """The letter's paper: of a version as it was agreed, else of the letter as it stands.

    at: when a draft is printed; what is signed says when it was, so the same version gives the same bytes.
    """
    if version is not None:
        content, signed, made_at = version.content, version.signatures, version.made_at
    else:
        content = selectors.content_of(letter, letter.number, selectors.targets(letter))
        signed = selectors.signatures_of(letter)
        made_at = letter.office_signed_at or letter.province_signed_at or at
    before = _before(version)
    return Document(
        title=f"{content['cycle']['year']}年度移民搬迁安置和后期扶持目标责任书",
        issuer=content["province"],
        number=content["number"],
        made_at=made_at,
        body=[*_parties(content, version), *_agreed(content), *_changed(before, version), *_end(content, signed)],
    )


def name_of(letter: TargetLetter, version: LetterVersion | None) -> str:
    """The file's name: number, office, and which version where there are several."""
    later = f"（第{version.number}版）" if version is not None and version.number > 1 else ""
    return f"{letter.number or letter.cycle.year} {letter.office.short_name}目标责任书{later}"


def editions(letter: TargetLetter) -> list[dict[str, Any]]:
    """{version, changes: differences to the one before} for each version, the newest first."""
    found = selectors.versions(letter)
    labels = {row.indicator.code: row.indicator.label for row in selectors.targets(letter)} if found[1:] else {}
    return [
        {"version": each, "changes": _shown(differences(before, each, said=_on_page), labels) if before else []}
        for each, before in zip(found, [*found[1:], None], strict=False)  # none at all: nothing
    ]


def _shown(rows: list[tuple[str, str, str, str]], labels: dict[str, str]) -> list[tuple[str, str, str, str]]:
    return [(code, labels.get(code, name), was, now) for code, name, was, now in rows]


def _parties(content: dict[str, Any], version: LetterVersion | None) -> list[Block]:
    newer = (
        f"本版为第{version.number}版，自{day(version.effective_on)}起施行。" if version and version.number > 1 else ""
    )
    scheme = f"{content['scheme']['template']} {content['scheme']['version']}"
    return [
        Paragraph(f"甲方：{content['province']}", indent=False),
        Paragraph(f"乙方：{content['office']}", indent=False),
        Paragraph(f"甲乙双方按考核指标体系（{scheme}）约定下列目标。{newer}"),
    ]


def _agreed(content: dict[str, Any]) -> list[Block]:
    rows = [
        (row["code"], row["name"], row["points"] or EMPTY, *figures(row), row.get("unit", ""))
        for row in content["targets"]
    ]
    stones = [
        (row["code"], stone["name"], _day(stone["due_on"])) for row in content["targets"] for stone in row["milestones"]
    ]
    reasons = [
        Paragraph(f"{row['code']} {NOT_APPLICABLE}：{row['not_applicable_reason']}。")
        for row in content["targets"]
        if not row["applicable"]
    ]
    blocks: list[Block] = [Heading("目标"), Table(TARGETS, rows), *reasons]
    if stones:
        blocks += [Heading("节点"), Table(MILESTONES, stones)]
    return blocks


def figures(row: dict[str, Any]) -> tuple[str, str, str, str]:
    """Year target and the ends of three quarters as the paper shows them."""
    if not row["applicable"]:
        return (NOT_APPLICABLE, EMPTY, EMPTY, EMPTY)
    year, *quarters = (EMPTY if value is None else _grouped(value) for value in (row["year_target"], *row["quarters"]))
    return (year, *quarters)  # type: ignore[return-value]


def _grouped(text: str) -> str:
    """12500.5 → 12,500.5"""
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}"


def _day(text: str) -> str:
    return day(datetime.fromisoformat(text).date())


def _before(version: LetterVersion | None) -> LetterVersion | None:
    return version.letter.versions.filter(number=version.number - 1).first() if version else None


def differences(
    before: LetterVersion, after: LetterVersion, *, said: Callable[[dict[str, Any] | None], str] | None = None
) -> list[tuple[str, str, str, str]]:
    """(code, name, before, after) of every indicator whose target another version changed.

    said: how a target reads, by default as on the paper.
    """
    said = said or _said
    was = {row["code"]: row for row in before.content["targets"]}
    found = []
    for row in after.content["targets"]:
        old, new = said(was.get(row["code"])), said(row)
        if old != new:
            found.append((row["code"], row["name"], old, new))
    return found


def _said(row: dict[str, Any] | None) -> str:
    """A target in a line: the year's figure, and the quarters where there are some."""
    if row is None:
        return EMPTY
    year, *quarters = figures(row)
    stones = "；".join(f"{stone['name']} {_day(stone['due_on'])}" for stone in row["milestones"])
    if not row["applicable"]:
        return f"{NOT_APPLICABLE}：{row['not_applicable_reason']}"
    return stones or year + (f"（{' / '.join(quarters)}）" if set(quarters) != {EMPTY} else "")


def _on_page(row: dict[str, Any] | None) -> str:
    """The same in the reader's language."""
    if row is None:
        return EMPTY
    if not row["applicable"]:
        return _("不适用") + _("：") + row["not_applicable_reason"]
    year, *quarters = figures(row)
    stones = _("；").join(f"{stone['name']} {stone['due_on']}" for stone in row["milestones"])
    return stones or year + (_("（%(more)s）") % {"more": " / ".join(quarters)} if set(quarters) != {EMPTY} else "")


def _changed(before: LetterVersion | None, version: LetterVersion | None) -> list[Block]:
    if before is None or version is None:
        return []
    return [
        Heading("调整"),
        Paragraph(f"调整理由：{version.reason}"),
        Paragraph(f"调整依据：{version.basis}"),
        Table(CHANGES, differences(before, version)),
    ]


def _end(content: dict[str, Any], signed: list[dict[str, str]]) -> list[Block]:
    parties = [
        Signature(
            f"{side}：{each['party']}",
            each["name"],
            [f"时间：{_moment(each['at'])}", f"依据：{each['role']}，签署时口令再次核验"] if each["at"] else [],
        )
        for side, each in zip(("甲方", "乙方"), signed, strict=True)
    ]
    ended: list[Block] = [
        Heading("履行"),
        Paragraph(
            "乙方按月报送，甲方核验，年终据此计分。目标确需调整的，由乙方说明理由并提供依据，经甲方批准后形成新的版本。"
        ),
        Signatures(parties),
    ]
    return [*ended, Paragraph(f"内容校验码（SHA-256）：{selectors.sha256_of(content)}", indent=False)]


def _moment(text: str) -> str:
    local = timezone.localtime(datetime.fromisoformat(text))
    return f"{day(local.date())} {local:%H:%M}"
