"""Which type a document is set in: the standard's named fonts where the installation has them, else Noto Serif SC.

The standard's fonts (小标宋, 仿宋, 黑体, 楷体) are licensed per machine and come with none of the package registries. A
Word file names them, and the reader's machine has them or replaces them. A PDF carries its type with it: an
installation that owns the fonts puts the files into DOCUMENT_FONTS; without, everything is set in Noto Serif SC
(set-up takes it as a package), bold where the standard wants 黑体 or 小标宋. Sizes, lines and places stay the same.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from fontTools.ttLib import TTCollection, TTFont

from core.errors import Conflict, Invalid
from core.vendor import modules
from core.vendor_files import DOCUMENT_FONTS

FALLBACK = "Noto Serif SC"
# What a document asks for → the names under which machines have it.
FAMILIES = {
    "mark": ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "FZXiaoBiaoSong-B05", "方正小标宋_GBK"),
    "text": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "FZFangSong-Z02S"),
    "bold": ("SimHei", "黑体", "STHeiti", "FZHei-B01S"),
    "script": ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "FZKai-Z03S"),
    "page": ("SimSun", "宋体", "STSong"),
}
WORD = {"mark": "方正小标宋简体", "text": "仿宋_GB2312", "bold": "黑体", "script": "楷体_GB2312", "page": "宋体"}
KINDS = {".ttf", ".otf", ".ttc"}


@dataclass(frozen=True)
class Face:
    """A family in a file, with the code points it can show."""

    families: frozenset[str]
    path: Path
    shown: frozenset[int]


def files() -> list[Path]:
    """The font files a PDF may be set in: the installation's own first, then the package's."""
    own = Path(settings.DOCUMENT_FONTS) if settings.DOCUMENT_FONTS else None
    found = sorted(path for path in own.rglob("*") if path.suffix.lower() in KINDS) if own else []
    return found + [path for path in (modules() / inside for inside in DOCUMENT_FONTS) if path.is_file()]


@lru_cache(maxsize=4)
def faces(paths: tuple[Path, ...]) -> tuple[Face, ...]:
    """What is in those files. Reading a file's names and characters takes some 50 ms, once per process."""
    found = []
    for path in paths:
        fonts = TTCollection(path, lazy=True).fonts if path.suffix.lower() == ".ttc" else [TTFont(path, lazy=True)]
        for font in fonts:
            names = {name.toUnicode() for name in font["name"].names if name.nameID in (1, 16)}
            found.append(Face(frozenset(names), path, frozenset(font.getBestCmap() or ())))
            font.close()
    return tuple(found)


def chosen() -> dict[str, str]:
    """For each use the family that is there. Raises Conflict on a machine without any font for PDFs."""
    there = {name for face in faces(tuple(files())) for name in face.families}
    if not there:
        raise Conflict(_("这台服务器上没有排印公文的字体，不能生成 PDF。请下载 Word 文件，或请运维人员重新执行安装。"))
    return {use: next((name for name in names if name in there), FALLBACK) for use, names in FAMILIES.items()}


def check_shown(texts: list[str]) -> None:
    """Raises Invalid naming the characters that no font here can show: a PDF with blank boxes is no document."""
    shown: set[int] = set().union(*(face.shown for face in faces(tuple(files()))))
    missing = sorted({letter for text in texts for letter in text if ord(letter) not in shown and not letter.isspace()})
    if missing:
        raise Invalid(
            _(
                "服务器的字体里没有这些字：%(letters)s，生成 PDF 会缺字。"
                "请下载 Word 文件，或请运维人员按安装说明加装含这些字的字体。"
            )
            % {"letters": "、".join(f"{letter}（U+{ord(letter):04X}）" for letter in missing[:10])}
        )
