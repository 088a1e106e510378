"""Months in sentences: Chinese counts them, English names them."""

import pytest
from django.utils.translation import override

from core import months


@pytest.mark.parametrize(
    ("language", "month", "named", "short"),
    [
        ("zh-hans", 9, "9", "9"),
        ("en", 9, "September", "Sep"),
        ("en", "5", "May", "May"),
        ("en", 13, "13", "13"),
        ("en", "", "", ""),
    ],
)
def test_month_in_each_language(language, month, named, short):
    with override(language):
        assert (months.named(month), months.short(month)) == (named, short)
