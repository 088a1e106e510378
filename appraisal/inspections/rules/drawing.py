"""The draws anlan-draw/1 and /2: from a frozen list and a seed, always the same objects and inspectors.

    block i      = HMAC-SHA256(key = the seed, UTF-8; message = "<SHA-256 of the list, hex>:<i>"), i = 0, 1, 2 …,
                   read as an integer of 256 bits, most significant byte first
    below(n)     = the next block that is less than 2²⁵⁶ − 2²⁵⁶ mod n, mod n (what is not less is passed over)
    objects      = `wanted` times: r = below(sum of the weights left); the first object of the list, of those left, at
                   which the running sum of weights exceeds r is drawn and leaves
                   /2 begins with each office, in the order in which it is first in the list: `per_office` times,
                   while it has any left, the same among its own objects alone; then among all, up to `wanted`
    inspectors   = for each object in the order drawn, `each` times: of those not excluded from the object and not sent
                   to it yet, who were sent out least so far, in the order of the list; the below(how many)-th of them

Whole numbers only, so that every computer gets the same. `proof/redo_draw.py` does it again and shares nothing with
this module. Source: features M15; State Council Office (2015) 58 on random inspection (双随机、一公开).
"""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ALGORITHM = "anlan-draw/1"
BY_OFFICE = "anlan-draw/2"  # of a list that says how many are drawn of each office at least
SPACE = 1 << 256


@dataclass(frozen=True)
class Pair:
    """One object that was drawn, and who inspects it; keys of the list."""

    object: str
    inspectors: tuple[str, ...]


def canonical(document: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: one text for one document."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def draw(frozen: str, seed: str) -> list[Pair]:
    """What the frozen list gives under the seed, in the order drawn.

    frozen: the canonical text; its `objects` [{key, office, weight}], `inspectors` [{key}], `excluded` [{object,
    inspector}], `wanted`, `each` and, in /2, `per_office` count. Raises ValueError when more is wanted than there is,
    or more of the offices than is wanted (freezing has seen to both).
    """
    plan = json.loads(frozen)
    below = _Numbers(seed, digest(frozen)).below
    if plan["wanted"] > len(plan["objects"]):
        raise ValueError("more objects are wanted than the list has")
    drawn = _objects(plan, below)
    sent = {row["key"]: 0 for row in plan["inspectors"]}
    excluded = {(row["object"], row["inspector"]) for row in plan["excluded"]}
    pairs = []
    for key in drawn:
        team: list[str] = []
        for _ in range(plan["each"]):
            free = [one for one in sent if one not in team and (key, one) not in excluded]
            if not free:
                raise ValueError(f"nobody is left to inspect {key}")
            least = min(sent[one] for one in free)
            candidates = [one for one in free if sent[one] == least]
            team.append(candidates[below(len(candidates))])
            sent[team[-1]] += 1
        pairs.append(Pair(key, tuple(team)))
    return pairs


def _objects(plan: Mapping[str, Any], below: Callable[[int], int]) -> list[str]:
    left: dict[str, Mapping[str, Any]] = {row["key"]: row for row in plan["objects"]}
    drawn: list[str] = []

    def take(rows: Iterable[Mapping[str, Any]]) -> None:
        weights = [(row["key"], row["weight"]) for row in rows]
        drawn.append(weights[_place(weights, below(sum(weight for _, weight in weights)))][0])
        del left[drawn[-1]]

    if per_office := plan.get("per_office", 0):
        for office in dict.fromkeys(row["office"] for row in plan["objects"]):
            for _ in range(per_office):
                if theirs := [row for row in left.values() if row["office"] == office]:
                    take(theirs)
    if len(drawn) > plan["wanted"]:
        raise ValueError("the offices are promised more than is wanted")
    while len(drawn) < plan["wanted"]:
        take(left.values())
    return drawn


def _place(left: list[tuple[str, int]], number: int) -> int:
    for place, (_, weight) in enumerate(left):
        number -= weight
        if number < 0:
            return place
    raise ValueError("the number is not below the sum of the weights")


class _Numbers:
    """Whole numbers from the stream of a seed and a list."""

    def __init__(self, seed: str, list_sha256: str) -> None:
        self._blocks = self._stream(seed.encode(), list_sha256)

    @staticmethod
    def _stream(key: bytes, list_sha256: str) -> Iterator[int]:
        number = 0
        while True:
            yield int.from_bytes(hmac.digest(key, f"{list_sha256}:{number}".encode(), "sha256"), "big")
            number += 1

    def below(self, bound: int) -> int:
        """The next number from 0 to bound − 1, each as likely as the other."""
        limit = SPACE - SPACE % bound
        return next(block for block in self._blocks if block < limit) % bound


def seed_of(phrases: list[str]) -> str:
    """The seed of several contributions in their order: SHA-256 of the phrases with a line feed between them."""
    return digest("\n".join(phrases))


def promised(offices: Iterable[str], per_office: int) -> int:
    """How many objects go to the offices beforehand. offices: that of each object."""
    return sum(min(count, per_office) for count in Counter(offices).values())


def lacking(objects: list[str], inspectors: list[str], excluded: set[tuple[str, str]], each: int) -> list[str]:
    """The objects for which fewer than `each` inspectors are free of ties."""
    return [key for key in objects if sum((key, one) not in excluded for one in inspectors) < each]
