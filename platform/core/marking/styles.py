"""The formats of a workbook, to which copies with another fill are added."""

from copy import deepcopy
from typing import Any

from core.marking.parts import Parts, added, child, local, needed

TONES = {"bad": "FFFFC7CD", "warn": "FFFFEB9B"}  # a shade beside Office's own, so that a person's colours stay
NO_STYLES = (
    '<styleSheet xmlns="{main}"><fonts count="1"><font/></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/>'
    '</borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs><cellStyles '
    'count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class Styles:
    """toned: the cell formats of an earlier marking."""

    def __init__(self, parts: Parts) -> None:
        tree = self._tree(parts)
        self.fonts, self.fills, self.formats = (needed(tree, name) for name in ("fonts", "fills", "cellXfs"))
        ours = {
            str(place)
            for place, fill in enumerate(self.fills)
            if any(local(each) == "fgColor" and each.get("rgb") in TONES.values() for each in fill.iter())
        }
        self.toned = {str(place) for place, each in enumerate(self.formats) if each.get("fillId") in ours}
        self.fill_ids: dict[str, str] = {"": "0"}
        self.made: dict[tuple[str, str], str] = {}

    @staticmethod
    def _tree(parts: Parts) -> Any:
        part = parts.target("xl", parts.relations, "styles")
        if part:
            return parts.tree(part)
        parts.relate(parts.relations, "styles", "styles.xml")
        return parts.new("xl/styles.xml", NO_STYLES.format(main=parts.main), "spreadsheetml.styles+xml")

    def filled(self, style: str, rgb: str) -> str:
        """The place of the same format with this fill ('' for none)."""
        if (style, rgb) not in self.made:
            copy = deepcopy(self.formats[int(style)])
            copy.set("fillId", self._fill(rgb))
            copy.set("applyFill", "1")
            self.made[style, rgb] = self._add(self.formats, copy)
        return self.made[style, rgb]

    @staticmethod
    def _add(parent: Any, element: Any) -> str:
        parent.append(element)
        parent.set("count", str(len(parent)))
        return str(len(parent) - 1)

    def _fill(self, rgb: str) -> str:
        if rgb not in self.fill_ids:
            fill = added(self.fills, "fill")
            pattern = added(fill, "patternFill", patternType="solid")
            added(pattern, "fgColor", rgb=rgb)
            added(pattern, "bgColor", indexed="64")
            self.fill_ids[rgb] = self._add(self.fills, fill)
        return self.fill_ids[rgb]

    def of_texts(self) -> tuple[str, str]:
        """The formats of a list's head and of its texts, which stay texts when somebody edits them."""
        bold = deepcopy(self.fonts[0])
        if child(bold, "b") is None:
            added(bold, "b", at=0)
        fonts = (self._add(self.fonts, bold), "0")
        made = []
        for font in fonts:
            one = added(self.formats, "xf", numFmtId="49", fontId=font, fillId="0", borderId="0", xfId="0",
                        applyFont="1", applyAlignment="1", quotePrefix="1")  # fmt: skip
            added(one, "alignment", vertical="top", wrapText="1")
            made.append(self._add(self.formats, one))
        return made[0], made[1]
