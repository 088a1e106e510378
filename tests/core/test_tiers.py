"""The words of a prefecture that assesses its counties: the same sentences, one tier down."""

import re

import polib
import pytest
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from appraisal.rules import sentences
from core import messages_catalog, tiers, wording
from deploy.local import bootstrap
from tests.conftest import TODAY


@pytest.mark.parametrize(
    ("said", "down"),
    [
        ("省级退回后州市修改", "州市级退回后县区修改"),
        ("全省第 3 名，本省第 1 名", "全州市第 3 名，本州市第 1 名"),
        ("县级合计与各县之和不等，县（市、区）", "乡镇级合计与各乡镇之和不等，乡镇（街道）"),
        ("怎样挽回，最省力的在前；省信访局来函", "怎样挽回，最省力的在前；省信访局来函"),
        ("%(county)s 由省级 {province} 报", "%(county)s 由州市级 {province} 报"),
        ("没有说到层级", "没有说到层级"),
    ],
)
def test_each_word_goes_down_one_tier_and_no_further(said: str, down: str) -> None:
    assert tiers.down(said) == down


@pytest.mark.parametrize(
    ("said", "down"),
    [
        ("Ask the province; a prefecture answers.", "Ask the prefecture; a county answers."),
        ("Prefectures and their counties", "Counties and their townships"),
        ("Provincial average of %(province)s", "Prefectural average of %(province)s"),
        ("the province's own", "the prefecture's own"),
        ("countless", "countless"),
    ],
)
def test_english_words_do_the_same(said: str, down: str) -> None:
    assert tiers.down(said, english=True) == down


def test_no_sentence_speaks_of_its_own_tier_below() -> None:
    """What is said of a prefecture's house names the province nowhere, in all our texts; fixed words are exempt."""
    for app in messages_catalog.APPS:
        for entry in polib.pofile(str(messages_catalog.catalog_path(bootstrap.ROOT, app))):
            if entry.msgctxt == messages_catalog.FIXED:
                continue
            assert not re.search("省级|全省|本省|省局|省内", tiers.down(entry.msgid)), entry.msgid
            english = tiers.down(entry.msgstr or entry.msgstr_plural[0], english=True)
            assert not re.search(r"(?<![(\w])provinc", english, re.IGNORECASE), entry.msgid


def test_a_language_of_an_office_is_its_readers_one_tier_down() -> None:
    with wording.speaking(down=True):
        assert translation.get_language() == "zh-county"
        assert _("只有省级考核管理员可以计算得分。") == "只有州市级考核管理员可以计算得分。"
        assert ngettext("%(n)s 个县的数", "%(n)s 个县的数", 2) == "%(n)s 个乡镇的数"
        assert pgettext("tier", "州市") == "州市"
        assert _("保存") == "保存"
        assert date_format(TODAY) == "2026年11月5日"
        assert (wording.kept(), wording.said("各州市")) == ("zh-county", "各县区")
    with wording.speaking(down=True, language="en"):
        assert (
            _("只有省级考核管理员可以计算得分。") == "Only the prefecture's appraisal administrator calculates scores."
        )
        assert _("保存") == "Save"
        assert wording.kept() == "zh-county"
    with wording.speaking(down=False, language="zh-county"):
        assert _("只有省级考核管理员可以计算得分。") == "只有省级考核管理员可以计算得分。"
    assert (wording.kept(), wording.said("各州市")) == ("zh-hans", "各州市")


def test_the_rules_own_sentences_go_down_too() -> None:
    told = sentences.SENTENCES.items()
    key = next(key for key, (chinese, _english) in told if "全省" in chinese and "count" in chinese)
    values = dict.fromkeys(("group", "count"), 3)

    assert "全省" in sentences.render(key, values, "zh-hans")
    assert "全州市" in sentences.render(key, values, "zh-county")
    assert "prefecture" in sentences.render(key, values, "en-county")
