"""Every sentence exists in both languages with the same values."""

import re

import pytest

from appraisal.rules.sentences import SENTENCES, render


@pytest.mark.parametrize("key", SENTENCES)
def test_both_languages_name_the_same_values(key: str) -> None:
    chinese, english = (sorted(set(re.findall(r"%\((\w+)\)s", text))) for text in SENTENCES[key])

    assert chinese == english
    values = dict.fromkeys(chinese, "7")
    assert "%(" not in render(key, values, "zh") + render(key, values, "en")


def test_terms_inside_a_sentence_are_translated() -> None:
    values = {"total": "91.00", "grade": "grade.EXCELLENT"}

    assert render("grade.lowest", values, "zh-hans") == "总分 91.00：优秀"
    assert render("grade.lowest", values, "en") == "Total 91.00: Excellent"
