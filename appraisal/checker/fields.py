"""What one card cannot prove alone: that the field of a ranking is what the other offices' cards say."""

from collections.abc import Iterable, Mapping
from typing import Any

from appraisal.checker.card import Difference
from appraisal.checker.values import Unreadable, read

SMALLEST_GROUP = 3


def recheck_together(cards: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """Compare the field of every RANK line with the values in the cards of the same run (one province, one month)."""
    values: dict[str, dict[str, tuple[str, Any]]] = {}  # indicator → office → (peer group, line)
    for card in cards:
        for line in card["lines"]:
            if line["method"] == "RANK" and line["status"] == "SCORED":
                values.setdefault(line["code"], {})[card["office"]] = (card["peer_group"], line)
    differences = []
    for code, lines in values.items():
        for office, (group, line) in lines.items():
            peers = [other for peer_group, other in lines.values() if peer_group == group]
            wide = line["parameters"]["scope"] == "province" or len(peers) < SMALLEST_GROUP
            field = [other for _, other in lines.values()] if wide else peers
            try:
                said = sorted(read(row[0]) for row in line["comparison"]["field"] for _ in range(row[1]))
                found = sorted(read(other["fact"]["value"]) for other in field)
            except (Unreadable, KeyError, TypeError, IndexError) as error:
                differences.append(Difference(office, f"{code}.comparison", "unreadable", str(error)))
                continue
            if said != found:
                stored, recomputed = ", ".join(map(str, said)), ", ".join(map(str, found))
                differences.append(Difference(office, f"{code}.comparison", stored, recomputed))
    return differences
