"""A hundred thousand probes with ids of others, in every disguise that came to mind; `make test` tries a few."""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from tenants.actors import Actor
from tenants.models import Office, Role
from tests.house import access_world, ids
from tests.house.ids import SHARED, Param
from tests.house.probing import Answer, none_of, nothing_happens_to
from tests.house.test_ids import (
    DOORS,
    HERE,
    MAY_KNOW,
    THEIRS,
    Crowd,
    answers,
    cells,
    evidence_elsewhere,
    passing,
    told,
)

assert evidence_elsewhere  # the fixture
PROBES = int(os.environ.get("ANLAN_SOAK_PROBES", "100000"))
BATCH = 250  # asked in one transaction, which is rolled back; a victim's rows are compared before and after
Variation = dict[str, Any]


def disguise(chance: random.Random) -> tuple[str, Variation]:
    """What else is peculiar about a request, by name."""
    slug = chance.choice(["puer", "qinghe", "shifan", "anlan_platform"])
    verb = chance.choice(["GET", "DELETE", "PUT", "PATCH", "POST"])
    kinds = [
        *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/xml"),
        *("application/json; charset=utf-16", "application/merge-patch+json"),
    ]
    return chance.choice(
        [
            ("plain", {}),
            ("method override", {"headers": {"X-HTTP-Method-Override": verb, "X-Method-Override": verb}}),
            ("method override in the query", {"query": f"_method={verb}&method={verb}"}),
            ("content type", {"content_type": chance.choice(kinds)}),
            ("another office's host", {"headers": {"Host": f"{slug}.example.cn", "X-Forwarded-Host": slug}}),
            (
                "another office's name in headers",
                {"headers": {"X-Office": slug, "X-Tenant": slug, "X-Script-Name": f"/{slug}"}},
            ),
            ("another office in the query", {"query": f"office={slug}&tenant={slug}&schema={slug}"}),
            ("rewritten", {"headers": {"X-Original-URL": f"/{slug}/", "X-Rewrite-URL": f"/{slug}/"}}),
            ("by script", {"headers": {"HX-Request": "true", "X-Requested-With": "XMLHttpRequest"}}),
            ("more slashes", {"slash": chance.choice(["/", "//", "%2e%2e/", "?/", "index.html"])}),
            ("another language", {"headers": {"Accept-Language": chance.choice(["en", "zh-hans", "x-klingon"])}}),
            (
                "wanted as",
                {"headers": {"Accept": chance.choice(["application/json", "text/html", "*/*", "image/png"])}},
            ),
            ("from inside", {"headers": {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}}),
            ("body", {"body": odd_body(chance), "content_type": "application/json"}),
        ]
    )


def odd_body(chance: random.Random) -> bytes:
    whole = {name: chance.choice([1, "x", None, [], {}]) for name in chance.sample(sorted(ids.IDS), 5)}
    return chance.choice([b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", json.dumps(whole).encode()])


class Siege:
    """Probes of random roles at random doors; each asked about theirs and about nothing, which must sound alike."""

    def __init__(self, crowd: Crowd, tokens: dict[str, str], seed: int) -> None:
        self.crowd, self.tokens, self.chance = crowd, tokens, random.Random(seed)
        self.cells, self.kinds, self.statuses = cells(DOORS), Counter[str](), Counter[int]()
        for level in HERE:
            for role in Role.values:
                crowd[level, role]  # signs in, before anything that is rolled back

    @property
    def asked(self) -> int:
        return sum(prober.asked for prober in self.crowd.probers.values())

    def batch(self, size: int) -> None:
        level = self.chance.choice(list(HERE))
        with transaction.atomic():
            with nothing_happens_to(self.crowd.victims(level), f"a batch of {level}"):
                for _ in range(size // 2):
                    self.one(level)
            transaction.set_rollback(True)

    def one(self, level: str) -> None:
        door, method, param = self.chance.choice(self.cells)
        let_in = passing(door, method, level)
        role = self.chance.choice(let_in if let_in and self.chance.random() < 0.8 else Role.values)
        prober = self.crowd[level, role]
        name, variation = disguise(self.chance)
        self.kinds[name] += 1
        if self.chance.random() < 0.1:
            return self.elsewhere(level, role)
        whose, slug = self.chance.choice(list(THEIRS[level].items()))
        every = [each for each in ids.params(door, method) if whose == "foreign" or each.thing not in SHARED]
        chosen = every if self.chance.random() < 0.3 else [each for each in every if each == param]
        if not chosen:
            return None
        theirs = {each: self.crowd.world[slug][each.thing] for each in chosen}
        nothing = {each: none_of(each) for each in chosen}
        about_nothing = self.ask(prober, door, method, nothing, variation)
        about_theirs = self.ask(prober, door, method, theirs, variation)
        alike = about_theirs.alike(about_nothing, *theirs.values(), *nothing.values())
        known = whose == "sibling" and any(each.thing in MAY_KNOW for each in chosen)
        names = [each.name for each in chosen]
        assert alike or known, (
            f"{method} {door.name}, {name} {variation}, as {role} of {level}, {names} of {slug}: "
            + about_theirs.difference(about_nothing, *theirs.values(), *nothing.values())
        )
        return None

    def elsewhere(self, level: str, role: str) -> None:
        """At another office's address, with ids of one's own or of its, by session, by token or by both."""
        door, method, _param = self.chance.choice([cell for cell in self.cells if cell[0].conf == "office"])
        slug = self.chance.choice(["qinghe", "shifan"] + ["puer"] * (level == "prefecture"))
        variation: Variation = {"slug": slug}
        if self.chance.random() < 0.5:
            variation["headers"] = {"Authorization": f"Token {self.tokens[level]}"}
        given: dict[Param, Any] = {}
        if self.chance.random() < 0.5:
            given = {each: self.crowd.world[slug][each.thing] for each in ids.params(door, method)}
        answer = self.ask(self.crowd[level, role], door, method, given, variation)
        assert answer.status in (401, 404), f"{method} {door.name} at {slug} as {role} of {level}: {answer.status}"

    def ask(self, prober: Any, door: Any, method: str, given: dict[Param, Any], variation: Variation) -> Answer:
        answer = prober.probe(door, method, given, **variation)
        self.statuses[answer.status] += 1
        assert answer.status < 500, f"{method} {door.name} {variation}: {answer.status}"
        assert not prober.heard, prober.heard
        return answer


@pytest.fixture
def siege(actor: Callable[..., Actor], offices: dict[str, Office]) -> Siege:
    world = access_world.build_all(actor, offices)
    tokens = {level: access_world.token_of(slug) for level, slug in HERE.items()}
    return Siege(Crowd(offices, world), tokens, seed=int(os.environ.get("ANLAN_SOAK_SEED", "1")))


def run(siege: Siege, probes: int) -> None:
    began = time.monotonic()
    while siege.asked < probes:
        siege.batch(min(BATCH, probes))
    print(f"\n{siege.asked} probes in {time.monotonic() - began:.0f} s, nothing told apart, no victim's row changed; "
          f"answers {dict(sorted(siege.statuses.items()))}; {dict(siege.kinds.most_common())}")  # fmt: skip


def test_a_few_probes_in_disguise_tell_nothing(siege: Siege) -> None:
    run(siege, 120)


@pytest.mark.soak
@pytest.mark.parametrize("level", HERE)
def test_every_cell_answers_as_told(level: str, siege: Siege) -> None:
    """`make test` asks of each id at one of the two levels."""
    with nothing_happens_to(siege.crowd.victims(level), level):
        assert answers(siege.crowd, level, DOORS) == told(level, DOORS)


@pytest.mark.soak
def test_a_hundred_thousand_probes_tell_nothing(siege: Siege) -> None:
    run(siege, PROBES)
