"""The catalog of English texts finds what is shown and what is wrong."""

import polib
import pytest

from core import messages_catalog as catalog


def messages(found) -> list[catalog.Message]:
    return [message for message, _line in found]


def test_python_texts_are_found_with_context_and_plural():
    source = (
        'a = _("未" "填报")\nb = ngettext("%(n)s 项", "%(n)s 项目", n)\nc = pgettext_lazy("severity", "高")\n'
        'd = translation.gettext("审核")\ne = _(name)\n'
    )

    assert messages(catalog.in_python(source)) == [
        catalog.Message("未填报"),
        catalog.Message("%(n)s 项", "%(n)s 项目"),
        catalog.Message("高", context="severity"),
        catalog.Message("审核"),
    ]


def test_a_text_put_together_at_run_time_is_refused():
    with pytest.raises(ValueError, match="cannot be looked up"):
        list(catalog.in_python('_(f"第 {n} 名")'))


def test_template_texts_are_found_wherever_they_hide():
    source = """{% translate "总览" %}{% card title=_("颜色") %}{% endcard %}{{ x|default:_("无") }}
    {% blocktranslate with n=x %}第 {{ n }} 名{% endblocktranslate %}
    {% blocktranslate count n=x %}{{ n }} 处{% plural %}{{ n }} 些{% endblocktranslate %}
    {% translate "高" context "severity" %}{# _("不算") #}"""

    assert set(messages(catalog.in_template(source))) == {
        catalog.Message("总览"),
        catalog.Message("颜色"),
        catalog.Message("无"),
        catalog.Message("第 %(n)s 名"),
        catalog.Message("%(n)s 处", "%(n)s 些"),
        catalog.Message("高", context="severity"),
    }


def test_a_per_cent_sign_is_doubled_as_django_looks_it_up():
    assert messages(catalog.in_template('{% translate "完成 84%" %}')) == [catalog.Message("完成 84%%")]


def test_chinese_outside_the_tags_is_told():
    source = (
        '<p>漏了</p>{% translate "好" %}{# 注 #}{% comment %}注{% endcomment %}{% card title="也漏了" %}{% endcard %}'
    )

    assert [text for text, _line in catalog.untranslated(source)] == ["漏了", 'card title="也漏了"']


@pytest.fixture
def house(tmp_path):
    """A tree with one app that shows three texts."""
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "views.py").write_text(
        'a = _("甲")\nb = _("第 %(n)s 名")\nc = ngettext("%(n)s 个", "%(n)s 个", n)\n'
    )
    return tmp_path


def write(house, *entries: polib.POEntry) -> None:
    path = catalog.catalog_path(house, "tenants")
    path.parent.mkdir(parents=True, exist_ok=True)
    po = polib.POFile()
    po.metadata = dict(catalog.HEADER)
    po.extend(entries)
    po.save(str(path))


def entry(msgid: str, msgstr: str = "", **more: object) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **more)


PLURAL = {"msgid_plural": "%(n)s 个", "msgstr_plural": {0: "%(n)s item", 1: "%(n)s items"}}


def test_a_complete_catalog_has_no_complaints(house):
    write(house, entry("甲", "A"), entry("第 %(n)s 名", "No. %(n)s"), entry("%(n)s 个", **PLURAL))

    assert catalog.check(catalog.load(house)) == []


def test_everything_wrong_is_told(house):
    write(
        house,
        entry("甲", "A", flags=["fuzzy"]),
        entry("第 %(n)s 名", "No. %(m)s"),
        entry("旧", "old"),
    )
    complaints = "\n".join(catalog.check(catalog.load(house)))

    for words in ("fuzzy: 甲", "other placeholders: 第 %(n)s 名", "no longer used: 旧", "no English: %(n)s 个"):
        assert words in complaints


def test_one_text_has_one_english(house):
    (house / "api").mkdir()
    (house / "api" / "views.py").write_text('a = _("甲")\n')
    write(house, entry("甲", "A"), entry("第 %(n)s 名", "No. %(n)s"), entry("%(n)s 个", **PLURAL))
    assert catalog.check(catalog.load(house)) == []

    other = catalog.catalog_path(house, "api")
    other.parent.mkdir(parents=True)
    po = polib.POFile()
    po.metadata = dict(catalog.HEADER)
    po.append(entry("甲", "B"))
    po.save(str(other))

    assert "another translation: 甲" in "\n".join(catalog.check(catalog.load(house)))


def test_update_adds_what_is_missing_and_keeps_the_rest(house):
    write(house, entry("旧", "old"), entry("甲", "A"))

    assert catalog.update(house, catalog.load(house)) == 2

    po = polib.pofile(str(catalog.catalog_path(house, "tenants")))
    assert [each.msgid for each in po] == ["%(n)s 个", "旧", "甲", "第 %(n)s 名"]
    assert {each.msgid: each.msgstr for each in po}["甲"] == "A"


def test_prune_drops_what_nothing_shows(house):
    write(house, entry("旧", "old"), entry("甲", "A"))

    catalog.update(house, catalog.load(house), prune=True)

    assert "旧" not in {each.msgid for each in polib.pofile(str(catalog.catalog_path(house, "tenants")))}


def test_compiled_texts_can_be_read(house):
    write(house, entry("甲", "A"))

    written = catalog.compile_all(house)

    assert polib.mofile(str(written[0])).find("甲").msgstr == "A"
