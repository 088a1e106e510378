"""The draw: anybody gets the same from list and seed, weights are kept, nobody is sent where they must not go."""

import importlib.util
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import NormalDist
from types import ModuleType
from typing import Any

import pytest

from appraisal.inspections.rules import drawing
from appraisal.inspections.rules.drawing import canonical, digest, draw

SCRIPT = Path(__file__).parents[3] / "appraisal" / "inspections" / "proof" / "redo_draw.py"
WEIGHTS = [10, 25, 40, 100, 160, 240]
FIRST = [("o4", ("p1",)), ("o5", ("p3",)), ("o3", ("p0",))]


def redone() -> ModuleType:
    """The script as a module of its own, which imports nothing of ours."""
    spec = importlib.util.spec_from_file_location("redo_draw", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def some_plan(chance: random.Random) -> dict[str, Any]:
    """A list of any size, with exclusions that leave each object two inspectors."""
    objects = [{"key": f"县{n}", "weight": chance.randint(1, 600)} for n in range(chance.randint(1, 40))]
    inspectors = [{"key": f"p{n}"} for n in range(chance.randint(2, 14))]
    excluded = [
        {"object": one["key"], "inspector": other["key"], "why": "SERVED"}
        for one in objects
        for other in chance.sample(inspectors, chance.randint(0, len(inspectors) - 2))
    ]
    return {
        "objects": objects, "inspectors": inspectors, "excluded": excluded, "wanted": chance.randint(1, len(objects)),
        "each": chance.randint(1, 2),
    }  # fmt: skip


def by_office(chance: random.Random, plan: dict[str, Any]) -> dict[str, Any]:
    """The same list in prefectures, each promised some, with so many wanted that it can be kept."""
    for row in plan["objects"]:
        row["office"] = f"州{chance.randint(1, 6)}"
    plan["per_office"] = chance.randint(1, 4)
    promised = drawing.promised((row["office"] for row in plan["objects"]), plan["per_office"])
    plan["wanted"] = chance.randint(promised, len(plan["objects"]))
    return plan


def plain_plan(wanted: int = 2) -> dict[str, Any]:
    return {
        "objects": [{"key": f"o{place}", "weight": weight} for place, weight in enumerate(WEIGHTS)],
        "inspectors": [{"key": f"p{n}"} for n in range(4)], "excluded": [], "wanted": wanted, "each": 1,
    }  # fmt: skip


def improbable(seen: Counter, expected: dict[Any, float]) -> float:
    """p of Pearson's chi-square (Wilson and Hilferty's approximation): the chance of at least such a difference."""
    total = sum(seen.values())
    square = sum((seen[key] - share * total) ** 2 / (share * total) for key, share in expected.items())
    freedom = len(expected) - 1
    spread = 2 / (9 * freedom)
    return 1 - NormalDist().cdf(((square / freedom) ** (1 / 3) - (1 - spread)) / spread**0.5)


class TestAnybodyGetsTheSame:
    def test_by_a_script_that_shares_nothing_in_1000_draws_of_1000(self) -> None:
        script, chance = redone(), random.Random(20261123)
        for number in range(1000):
            frozen, seed = canonical(some_plan(chance)), f"种子{number}"

            ours = [{"object": pair.object, "inspectors": list(pair.inspectors)} for pair in draw(frozen, seed)]

            assert script.redo(frozen.encode(), seed) == (digest(frozen), ours)

    def test_also_where_every_prefecture_is_promised_some(self) -> None:
        script, chance = redone(), random.Random(20261124)
        for number in range(400):
            frozen, seed = canonical(by_office(chance, some_plan(chance))), f"种子{number}"

            ours = [{"object": pair.object, "inspectors": list(pair.inspectors)} for pair in draw(frozen, seed)]

            assert script.redo(frozen.encode(), seed) == (digest(frozen), ours)

    def test_a_list_of_the_first_algorithm_gives_what_it_always_gave(self) -> None:
        """Drawn by the release that knew anlan-draw/1 alone: its rounds are public, and must stay what they were."""
        frozen = canonical({**plain_plan(3), "algorithm": "anlan-draw/1"})

        assert digest(frozen) == "cc8aee4f0b283513bd849af5ed2a3117ad8fef023f73b5bdd0beb8e3eb393f89"
        assert [(pair.object, pair.inspectors) for pair in draw(frozen, "332155")] == FIRST
        assert redone().redo(frozen.encode(), "332155")[1] == [
            {"object": key, "inspectors": list(team)} for key, team in FIRST
        ]

    def test_the_script_is_short_and_stands_alone(self) -> None:
        lines = SCRIPT.read_text("utf-8").splitlines()

        assert len(lines) <= 50
        assert [line for line in lines if "import" in line.split()[:1]] == [
            "import hashlib, hmac, json, sys  # noqa: I001"
        ]

    def test_the_script_tells_who_lies(self, tmp_path: Path) -> None:
        frozen = canonical(plain_plan())
        drawn = [{"object": pair.object, "inspectors": list(pair.inspectors)} for pair in draw(frozen, "332155")]
        result = {"list_sha256": digest(frozen), "seed": "332155", "drawn": drawn}

        assert self.run(tmp_path, frozen, result) == (0, "same")
        for lie in (
            {"seed": "332156"}, {"list_sha256": "0" * 64}, {"drawn": drawn[::-1]},
            {"contributions": [{"phrase": "不是它", "sha256": digest("是它")}]},
        ):  # fmt: skip
            assert self.run(tmp_path, frozen, {**result, **lie}) == (1, "NOT the same")
        heavier = frozen.replace('"weight":10}', '"weight":11}')
        assert self.run(tmp_path, heavier, result) == (1, "NOT the same")

    @staticmethod
    def run(folder: Path, frozen: str, result: dict[str, Any]) -> tuple[int, str]:
        (folder / "list.json").write_text(frozen, "utf-8")
        (folder / "result.json").write_text(json.dumps(result, ensure_ascii=False), "utf-8")
        done = subprocess.run(
            [sys.executable, "-I", str(SCRIPT), "list.json", "result.json"],
            cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8",
        )  # fmt: skip
        return done.returncode, done.stdout.splitlines()[-1]


class TestFairness:
    def frequencies(self, times: int) -> tuple[Counter, Counter]:
        """How often each ordered pair of objects was drawn, and each inspector sent to the first."""
        frozen = canonical(plain_plan())
        pairs, first = Counter(), Counter()
        for number in range(times):
            one, other = draw(frozen, f"seed {number}")
            pairs[one.object, other.object] += 1
            first[one.inspectors[0]] += 1
        return pairs, first

    @staticmethod
    def expected() -> dict[tuple[str, str], float]:
        """Without replacement: w₁ ÷ all × w₂ ÷ (all − w₁)."""
        total, keys = sum(WEIGHTS), range(len(WEIGHTS))
        return {
            (f"o{a}", f"o{b}"): WEIGHTS[a] / total * WEIGHTS[b] / (total - WEIGHTS[a])
            for a in keys for b in keys if a != b
        }  # fmt: skip

    def test_frequencies_match_the_weights(self) -> None:
        pairs, first = self.frequencies(4000)

        assert improbable(pairs, self.expected()) > 0.01
        assert improbable(first, dict.fromkeys((f"p{n}" for n in range(4)), 0.25)) > 0.01

    @pytest.mark.soak
    def test_frequencies_match_the_weights_in_100000_draws(self) -> None:
        pairs, first = self.frequencies(100_000)

        p = improbable(pairs, self.expected())
        print(f"\nchi-square over 100,000 draws: p = {p:.3f} (objects)")
        assert p > 0.01
        assert improbable(first, dict.fromkeys((f"p{n}" for n in range(4)), 0.25)) > 0.01

    def test_the_measure_sees_a_draw_that_forgets_the_weights(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(drawing, "_place", lambda left, number: number % len(left))

        pairs, _ = self.frequencies(1000)

        assert improbable(pairs, self.expected()) < 0.0001


class TestPromised:
    def test_every_prefecture_gets_its_number_or_all_it_has(self) -> None:
        chance = random.Random(11)
        for number in range(400):
            plan = by_office(chance, some_plan(chance))
            of = {row["key"]: row["office"] for row in plan["objects"]}

            drawn = [pair.object for pair in draw(canonical(plan), str(number))]

            got, there = Counter(of[key] for key in drawn), Counter(of.values())
            assert len(set(drawn)) == len(drawn) == plan["wanted"]
            assert all(got[office] >= min(plan["per_office"], count) for office, count in there.items())

    def test_weights_hold_inside_a_prefecture_and_among_the_rest(self) -> None:
        """Two prefectures, one each, then one of what is left: by weight every time."""
        plan = {**plain_plan(3), "per_office": 1}
        for place, row in enumerate(plan["objects"]):
            row["office"] = "east" if place < 3 else "west"
        frozen, east, west, third = canonical(plan), Counter(), Counter(), Counter()
        for number in range(4000):
            one, two, rest = (pair.object for pair in draw(frozen, f"seed {number}"))
            east[one], west[two] = east[one] + 1, west[two] + 1
            if (one, two) == ("o2", "o5"):
                third[rest] += 1

        assert improbable(east, {f"o{n}": WEIGHTS[n] / sum(WEIGHTS[:3]) for n in range(3)}) > 0.01
        assert improbable(west, {f"o{n}": WEIGHTS[n] / sum(WEIGHTS[3:]) for n in range(3, 6)}) > 0.01
        left = {f"o{n}": WEIGHTS[n] for n in (0, 1, 3, 4)}
        assert improbable(third, {key: weight / sum(left.values()) for key, weight in left.items()}) > 0.01

    def test_more_than_is_wanted_is_not_promised(self) -> None:
        plan = {**plain_plan(1), "per_office": 1}
        for place, row in enumerate(plan["objects"]):
            row["office"] = f"州{place}"

        assert drawing.promised(["a", "a", "b"], 2) == 3
        with pytest.raises(ValueError, match="promised"):
            draw(canonical(plan), "1")


class TestAvoidance:
    def test_no_excluded_pair_is_ever_drawn_and_work_is_even(self) -> None:
        chance = random.Random(7)
        for number in range(500):
            plan = some_plan(chance)
            excluded = {(row["object"], row["inspector"]) for row in plan["excluded"]}

            pairs = draw(canonical(plan), str(number))

            assert not {(pair.object, one) for pair in pairs for one in pair.inspectors} & excluded
            assert all(len(set(pair.inspectors)) == plan["each"] for pair in pairs)
            assert len({pair.object for pair in pairs}) == plan["wanted"]
            if not excluded:
                sent = Counter(one for pair in pairs for one in pair.inspectors)
                counts = [sent[row["key"]] for row in plan["inspectors"]]
                assert max(counts) - min(counts) <= 1

    def test_objects_without_enough_free_inspectors_are_named(self) -> None:
        assert drawing.lacking(["a", "b"], ["p", "q"], {("b", "p")}, 2) == ["b"]
        plan = {**plain_plan(6), "excluded": [{"object": "o0", "inspector": f"p{n}"} for n in range(4)]}
        with pytest.raises(ValueError, match="nobody is left"):
            draw(canonical(plan), "1")
        with pytest.raises(ValueError, match="more objects"):
            draw(canonical(plain_plan(7)), "1")
