"""Every sentence of the rules, in Chinese and English. Traces and problems store the key and the values only."""

from collections.abc import Mapping
from typing import Any, Final

from appraisal.rules.sentences_differences import DIFFERENCES
from appraisal.rules.sentences_moves import MOVES
from appraisal.rules.sentences_problems import PROBLEMS
from appraisal.rules.sentences_steps import STEPS
from appraisal.rules.sentences_years import YEARS
from core import tiers

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "status.SCORED": ("已计分", "Scored"),
    "status.NOT_APPLICABLE": ("不适用", "Not applicable"),
    "status.NOT_REPORTED": ("未报送", "Not reported"),
    "treatment.REDISTRIBUTE": ("不适用分值按比例转给其他指标", "Points that do not apply go to other indicators"),
    "treatment.FULL": ("不适用的指标计满分", "What does not apply counts in full"),
    "grade.EXCELLENT": ("优秀", "Excellent"),
    "grade.GOOD": ("良好", "Good"),
    "grade.QUALIFIED": ("合格", "Qualified"),
    "grade.UNQUALIFIED": ("不合格", "Unqualified"),
    "method.RATIO": ("完成率", "Ratio"),
    "method.INVERSE_RATIO": ("反向比率", "Inverse ratio"),
    "method.STEP": ("分档", "Steps"),
    "method.LINEAR": ("区间线性", "Linear interval"),
    "method.THRESHOLD": ("要件齐全", "Threshold"),
    "method.DEDUCT": ("按次扣分", "Deductions"),
    "method.ADD": ("按次加分", "Additions"),
    "method.MILESTONE": ("节点按期", "Milestones"),
    "method.RANK": ("同组排名", "Rank among peers"),
    "method.PANEL": ("评议打分", "Panel"),
    "method.FORMULA": ("公式", "Formula"),
    "method.MANUAL": ("人工评定", "Manual mark"),
}

SENTENCES: Final[dict[str, tuple[str, str]]] = {**STEPS, **MOVES, **DIFFERENCES, **YEARS, **_WORDS, **PROBLEMS}


def render(key: str, values: Mapping[str, Any], language: str = "zh") -> str:
    """The sentence `key` in `language` ("zh…" or anything else for English; "…county" one tier down), with `values`.

    A value that is the key of a term, such as "grade.GOOD", is said in the language too.
    """
    chinese, english = SENTENCES[key]
    words = {name: word(value, language) if str(value) in _WORDS else value for name, value in values.items()}
    speaks_chinese = language.startswith("zh")
    text = chinese if speaks_chinese else english
    return (tiers.down(text, english=not speaks_chinese) if language.endswith(tiers.COUNTY) else text) % words


def word(key: str, language: str = "zh") -> str:
    """A single term, such as a status or a grade."""
    return render(key, {}, language)
