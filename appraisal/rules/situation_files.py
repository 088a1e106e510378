"""Reading files of situations: YAML or JSON, one situation, a list of them, or several YAML documents."""

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from appraisal.rules.problems import Problem
from appraisal.rules.situations import SituationError


def read_situations(path: Path) -> list[Any]:
    """The situations of a file, in order, not yet looked into. Raises SituationError when there are none to be read.

    A key written twice is refused: one of the two would be lost.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from None
    try:
        if path.suffix.lower() == ".json":
            documents: list[Any] = [json.loads(text, object_pairs_hook=_pairs)]
        else:
            documents = list(yaml.load_all(text, Loader=_Loader))
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        if isinstance(error, SituationError):
            raise
        raise _unreadable(path, " ".join(str(error).split())) from None
    situations = []
    for document in documents:
        if document is not None:
            situations += document if isinstance(document, list) else [document]
    if not situations:
        raise SituationError([Problem("situation.empty")])
    return situations


def _unreadable(path: Path, detail: str) -> SituationError:
    return SituationError([Problem("situation.unreadable", {"file": path.name, "detail": detail})])


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for key, value in pairs:
        if key in known:
            raise SituationError([Problem("situation.key_twice", {"key": key, "row": "?"})])
        known[key] = value
    return known


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        known = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in known:
                values = {"key": str(key), "row": key_node.start_mark.line + 1}
                raise SituationError([Problem("situation.key_twice", values)])
            if isinstance(key, Hashable):
                known.add(key)
        return super().construct_mapping(node, deep)
