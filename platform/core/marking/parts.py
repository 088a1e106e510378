"""The parts of a workbook file: read when asked for, changed as trees, written with all others as they were."""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lxml import etree

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DOCUMENT = "application/vnd.openxmlformats-officedocument"
TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
ENOUGH = 10_000  # names to try for a new part
SMALL = 1_000_000  # bytes of a part that is kept as it came, so that one which did not change stays byte for byte


def local(element: Any) -> str:
    """The name without its namespace; '' of a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: Any, *names: str) -> Iterator[Any]:
    return (child for child in element if local(child) in names)


def child(element: Any, name: str) -> Any:
    """The first child of that name, or None."""
    return next(children(element, name), None)


def needed(element: Any, name: str) -> Any:
    """The first child of that name. Raises KeyError: the file lacks what every workbook has."""
    found = child(element, name)
    if found is None:
        raise KeyError(name)
    return found


def added(parent: Any, kind: str, text: str | None = None, at: int | None = None, **given: str) -> Any:
    """A new child in the parent's own namespace, at its end or at a place."""
    made = etree.Element(f"{{{etree.QName(parent).namespace}}}{kind}", given)
    made.text = text
    parent.insert(len(parent) if at is None else at, made)
    return made


def parsed(content: bytes) -> Any:
    """Without entities, document types or anything from the net; core.workbooks.opened has refused document types."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def rels_of(part: str) -> str:
    """The part that tells what `part` refers to."""
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


@dataclass
class Parts:
    """trees: parts read or made; texts: parts handled as text; read: the tree and the bytes of a part as it came; gone:
    parts that are not written."""

    archive: zipfile.ZipFile
    trees: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    read: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = {name.lower(): name for name in self.archive.namelist()}
        self.workbook, self.relations = self.tree("xl/workbook.xml"), self.tree("xl/_rels/workbook.xml.rels")
        self.types = self.tree("[Content_Types].xml")
        self.main = str(etree.QName(self.workbook).namespace)
        self.references = STRICT if "purl" in self.main else TRANSITIONAL

    def tree(self, name: str) -> Any:
        name = self.names.get(name.lower(), name)
        if name not in self.trees:
            content = self.archive.read(name)
            self.trees[name] = parsed(content)
            if len(content) < SMALL:
                self.read[name] = (etree.tostring(self.trees[name]), content)
        return self.trees[name]

    def has(self, name: str) -> bool:
        return name.lower() in self.names and self.names[name.lower()] not in self.gone

    def free(self, pattern: str) -> str:
        """The first name of that pattern that no part has."""
        return next(name for number in range(1, ENOUGH) if not self.has(name := pattern.format(number)))

    def new(self, name: str, content: str, kind: str) -> Any:
        """A new part. kind: what stands behind the vendor's name in its media type."""
        self.names[name.lower()] = name
        self.gone.discard(name)
        self.trees[name] = parsed(content.encode())
        added(self.types, "Override", PartName=f"/{name}", ContentType=f"{DOCUMENT}.{kind}")
        return self.trees[name]

    def take_away(self, part: str) -> None:
        """A sheet, what refers to it and what it refers with."""
        for each in [one for one in self.relations if self._leads_to(one, part)]:
            self.relations.remove(each)
        for each in [one for one in self.types if one.get("PartName", "").lower() == f"/{part}".lower()]:
            self.types.remove(each)
        self.gone |= {part, self.names.get(rels_of(part).lower(), "")}

    def _leads_to(self, relation: Any, part: str) -> bool:
        if relation.get("TargetMode") == "External" or not relation.get("Type", "").endswith("/worksheet"):
            return False
        return self.path("xl", relation.get("Target", "")) == part

    def relate(self, relations: Any, kind: str, target: str) -> str:
        """The id of a new relation."""
        taken = {each.get("Id") for each in relations}
        identifier = next(name for number in range(1, ENOUGH) if (name := f"rId{number}") not in taken)
        added(relations, "Relationship", Id=identifier, Type=f"{self.references}/{kind}", Target=target)
        return identifier

    def relations_of(self, part: str) -> tuple[str, Any]:
        """The folder of a part, and its relations (made when it has none)."""
        found = rels_of(part)
        if not self.has(found):
            self.names[found.lower()] = found
            self.trees[found] = parsed(f'<Relationships xmlns="{PACKAGE}/relationships"/>'.encode())
        return posixpath.dirname(part), self.tree(found)

    def target(self, folder: str, relations: Any, kind: str) -> str:
        """The part of the first relation of that kind, or ''."""
        for each in relations:
            if each.get("Type", "").endswith(f"/{kind}") and each.get("TargetMode") != "External":
                return self.path(folder, each.get("Target", ""))
        return ""

    def path(self, folder: str, target: str) -> str:
        name = target[1:] if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
        return self.names[name.lower()]

    def written(self) -> bytes:
        """The file: parts in their order, new ones behind."""
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            there = self.archive.namelist()
            for name in [*there, *(name for name in (*self.trees, *self.texts) if name not in there)]:
                if name in self.gone or name in target.NameToInfo:
                    continue
                if name in self.read and etree.tostring(self.trees[name]) == self.read[name][0]:
                    content = self.read[name][1]  # looked at and not changed
                elif name in self.trees:
                    content = etree.tostring(self.trees[name], xml_declaration=True, encoding="UTF-8", standalone=True)
                else:
                    content = self.texts[name] if name in self.texts else self.archive.read(name)
                target.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return out.getvalue()
