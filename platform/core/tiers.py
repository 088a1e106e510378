"""Words by tier: a prefecture that assesses its counties is, in every sentence, what a province is to its prefectures.

The sentences are written once, for a province and its prefectures; one step down the same sentence names a prefecture,
its counties and their townships. Plain Python: the rules' own sentences pass here, too. See adr/0035.
"""

import re

COUNTY = "county"  # the second part of a language's code: zh-county, en-county
# What each word becomes one step down; the longest that fits is taken, all in one pass. 省 alone is no word for this:
# it is in 省力 and in the names of provincial bodies, which stay what they are.
CHINESE = {
    "县（市、区）": "乡镇（街道）", "县区": "乡镇", "县级": "乡镇级", "县": "乡镇",
    "州市级": "县级", "州市": "县区",
    "全省": "全州市", "本省": "本州市", "省级": "州市级", "省局": "州市局",
}  # fmt: skip
ENGLISH = {
    "provinces": "prefectures", "province": "prefecture", "provincial": "prefectural",
    "prefectures": "counties", "prefecture": "county", "prefectural": "county",
    "counties": "townships", "county": "township",
}  # fmt: skip
_CHINESE = re.compile("|".join(sorted(CHINESE, key=len, reverse=True)))
_ENGLISH = re.compile(r"\b(" + "|".join(sorted(ENGLISH, key=len, reverse=True)) + r")\b", re.IGNORECASE)


def down(text: str, *, english: bool = False) -> str:
    """A sentence about a province and its prefectures, said of a prefecture and its counties; others stay as they are.

    What stands between %( and ) or { and } is the name of a value and no word.
    """
    words, word = (_ENGLISH, _capitals) if english else (_CHINESE, _chinese)
    parts = re.split(r"(%\(\w+\)[sd]|\{[^{}]*\})", text)
    return "".join(part if n % 2 else words.sub(word, part) for n, part in enumerate(parts))


def _chinese(found: re.Match[str]) -> str:
    return CHINESE[found[0]]


def _capitals(found: re.Match[str]) -> str:
    word = ENGLISH[found[0].lower()]
    return word.upper() if found[0].isupper() else word.capitalize() if found[0][0].isupper() else word
