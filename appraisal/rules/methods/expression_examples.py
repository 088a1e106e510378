"""What authors of formulas are shown: examples with what they give, and what is refused. A test computes every one."""

from typing import Final, NamedTuple


class Example(NamedTuple):
    """An expression over inputs, for an indicator of so many points. earned: 4 decimals, or None: does not apply."""

    title: tuple[str, str]  # Chinese, English
    expression: str
    inputs: dict[str, str]
    points: str
    earned: str | None


EXAMPLES: Final[tuple[Example, ...]] = (
    Example(
        ("完成率，封顶由“最高分”管", "A ratio; the maximum caps it"),
        "points * done / planned",
        {"done": "45", "planned": "50"},
        "5",
        "4.5000",
    ),
    Example(
        ("两项加权", "Two parts, weighted"),
        "points * (0.6 * amount / planned + 0.4 * count / due)",
        {"amount": "90", "planned": "100", "count": "9", "due": "10"},
        "4",
        "3.6000",
    ),
    Example(
        ("完成率减逾期扣分", "A ratio less deductions"),
        "points * done / planned - 0.2 * overdue",
        {"done": "10", "planned": "10", "overdue": "3"},
        "4",
        "3.4000",
    ),
    Example(
        ("先封顶再加权", "Capped first, then weighted"),
        "points * (min(a / b, 1) + min(c / d, 1)) / 2",
        {"a": "12", "b": "10", "c": "4", "d": "8"},
        "6",
        "4.5000",
    ),
    Example(
        ("短板：取差的一项", "The weaker of two counts"),
        "points * min(a / b, c / d)",
        {"a": "9", "b": "10", "c": "4", "d": "8"},
        "6",
        "3.0000",
    ),
    Example(
        ("超过免扣数才扣", "Only what exceeds a free number costs"),
        "points - 0.5 * max(errors - 2, 0)",
        {"errors": "5"},
        "3",
        "1.5000",
    ),
    Example(
        ("中文输入项", "Inputs may be Chinese"), "points * 已整改 / 查出", {"已整改": "1", "查出": "3"}, "3", "1.0000"
    ),
    Example(
        ("分母为 0：不适用", "A denominator of 0 does not apply"),
        "points * done / planned",
        {"done": "0", "planned": "0"},
        "5",
        None,
    ),
)

# expression → why not, as a key of the sentences
REFUSED: Final[dict[str, str]] = {
    "done ** 2": "formula.not_allowed",
    "done > 3": "formula.unreadable",
    "done if planned else 0": "formula.not_allowed",
    "round(done, planned)": "formula.not_allowed",
    "min(done)": "formula.not_allowed",
    "people / planned": "formula.unknown_name",
    "done / 1e9": "formula.not_allowed",
    "done.real": "formula.not_allowed",
}
