"""Canonical JSON: the same bytes as json.dumps, whatever is written, and the same as in the releases before."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.rules.adjustments import Adjustments, PointsOff
from appraisal.rules.canonical import MOST, Kept, canonical
from appraisal.rules.engine import score
from appraisal.rules.methods import Status
from appraisal.rules.situation_files import read_situations
from appraisal.rules.situations import run_situation
from tests.appraisal.rules import strategies
from tests.appraisal.rules.test_properties import FEW, MANY

FOLDER = Path(__file__).parents[1] / "rules_cases"

# Of every card of the file's situations, a line each, as release 1 wrote them: what is published stays provable.
PINNED = {
    "adjustments": "84ce7496d98272172b02ce259a275ca1fbde18dd276f3845b037e5ff9d9986fb",
    "events": "1fcd0c9b1b3dfe30fccaf10b3f0d481e86fd036dbd834264ac0af08d16deba9c",
    "formula": "6da061b6b61a8938b17b26dc7652e77c23af0d9badd843d2c38f1532a1df0862",
    "inverse_ratio": "b365d71e66903e57477c809e1a506a229def1f0724aa5b53dcdf209c683a4575",
    "linear": "452eeb7b5d1def3c2de36803695a6b21f539a99e61a89d532867d3df80e690ab",
    "manual": "9671620cae7a63e3816cb61811dca22328ada11e2bd5d5b847f201893e054c7e",
    "milestone": "38312f9e13123dcda66742daae334582dd332bda5feabca762a2522584cc66bf",
    "not_applicable": "f99362e7afeec08227a54d832569d5059f83f0195dc069414e2b34a9ab2b7701",
    "panel": "f0104c2db2f79ce0d272477111233377f57e2352cc9c0c4c15d3ffa2cd82f74d",
    "rank": "58d4306547545ebd5015e8bb31d065d3bcf238bb588195e5cd2e538d55be8c65",
    "ratio": "f892504a9367d7beab8d8b15aa3dc9cc11ed7f177cbff168ff93133b3db8432e",
    "step": "5bbee488d000ba47483bb9d3b216faa7db45ca408d32072a0328307530705246",
    "threshold": "7809117f1c9cdea042b11be77913aca888f77fc5f0be6bec2519fd6178a557b6",
    "whole_scheme": "e09738fac77104e303792a1c20688a1a504654bfbb2ef8cd0bf709d99fdeb44d",
}

TEXTS = (
    st.text() | st.text(st.characters(max_codepoint=0x9F)) | st.sampled_from(["", "大理州", "\x00\x7f", "\u2028", "𠮷"])
)
SINGLE = st.none() | st.booleans() | st.integers() | st.integers(-(2**70), 2**70) | TEXTS | st.sampled_from(Status)


def documents(keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Anything that JSON can say, and tuples, which it writes as lists."""
    return st.recursive(
        SINGLE,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(TEXTS, inner, max_size=6)
            | st.dictionaries(keys, inner, max_size=2)
        ),
        max_leaves=12,
    )


def dumped(value: Any) -> bytes:
    """What the bytes are by definition."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@MANY
@given(documents(st.integers()))
def test_the_bytes_are_those_of_json(value: Any) -> None:
    assert canonical(value) == dumped(value)


def test_every_character_is_written_as_json_writes_it() -> None:
    every = [chr(code) for code in range(0x11000) if not 0xD800 <= code < 0xE000]

    assert canonical(every) == dumped(every)
    assert canonical(dict.fromkeys(every, 1)) == dumped(dict.fromkeys(every, 1))


@pytest.mark.parametrize("value", [Decimal("1.5"), Fraction(1, 3), date(2026, 1, 31), b"x", {"x"}, object()])
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        canonical({"value": value})


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical(["\ud800"])


@MANY
@given(documents(TEXTS), documents(TEXTS))
def test_what_is_kept_stands_in_a_document_as_if_it_were_written_there(value: Any, other: Any) -> None:
    with_it = {"b": Kept().one(FOLDER, "", lambda: value), "a": other}

    assert canonical(with_it) == dumped({"a": other, "b": value})


def test_kept_texts_are_told_apart_and_do_not_pile_up() -> None:
    kept, first, second = Kept(), object(), object()

    assert [
        canonical(kept.one(of, under, partial(str, f"{under}{number}")))
        for number, (of, under) in enumerate([(first, "a"), (first, "b"), (second, "a"), (first, "a")])
    ] == [b'"a0"', b'"b1"', b'"a2"', b'"a0"']
    for number in range(2 * MOST):
        kept.one(first, str(number), lambda: 1)
        kept.each(first, number, lambda: [1])
    assert len(kept._ones) <= MOST
    assert len(kept._lists) <= MOST


@FEW
@given(strategies.situations(), st.data())
def test_cards_written_together_are_those_written_alone(situation: strategies.Situation, data: st.DataObject) -> None:
    scheme, peers, _ = situation
    off = st.builds(
        PointsOff, st.sampled_from([row.code for row in scheme.scored]), st.fractions(0, 2), st.just("抽查不符")
    )
    adjustments = {office: Adjustments(points_off=tuple(data.draw(st.lists(off, max_size=2)))) for office in peers}
    kept = Kept()
    for card in score(*situation, adjustments).values():
        plain = card.as_json()
        written = card.written(kept)

        assert written.whole == card.as_bytes() == dumped(plain)
        assert written.lines == [dumped(line) for line in plain.pop("lines")]
        assert written.rest == plain


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_cards_are_those_of_the_releases_before(name: str) -> None:
    digest = hashlib.sha256()
    for situation in read_situations(FOLDER / f"{name}.yaml"):
        for card in run_situation(situation, FOLDER).cards.values():
            digest.update(card.as_bytes() + b"\n")

    assert digest.hexdigest() == PINNED[name]


def test_a_document_beyond_64_bits_keeps_what_was_written_before() -> None:
    """The way round: json writes such numbers, and takes a kept text apart for it."""
    document = {"kept": orjson.Fragment(canonical({"z": 2**65, "a": "大"})), "large": 2**64}

    assert canonical(document) == dumped({"kept": {"z": 2**65, "a": "大"}, "large": 2**64})
