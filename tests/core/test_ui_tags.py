"""The components keep their contracts: the words, the escapes, and a loud no to impossible values."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory, override_settings
from django.utils import translation
from django.utils.html import escape

from core import showcase
from core.templatetags.ui import badges, meters

EVIL = "<script>alert('x')</script>"


def render(source: str, path: str = "/list/?state=open&page=3", **context: object) -> str:
    """Without the context processors: components know no office."""
    given = {"request": RequestFactory().get(path), "csrf_token": "token", **context}
    return engines["django"].from_string(source).render(given)


@pytest.fixture(autouse=True)
def in_chinese():
    with translation.override("zh-hans"):
        yield


class TestFigures:
    @pytest.mark.parametrize(
        ("source", "value", "text"),
        [
            ("{{ v|money }}", Decimal("1284"), "1,284.00"),
            ("{{ v|money:0 }}", Decimal("28640.5"), "28,641"),
            ("{{ v|score }}", Decimal("86.785"), "86.79"),
            ("{{ v|score }}", "0", "0.00"),
            ("{{ v|rate }}", 74.849, "74.8"),
            ("{{ v|amount }}", 318460, "318,460"),
            ("{{ v|signed }}", Decimal("-0.45"), "−0.45"),
            ("{{ v|signed }}", Decimal("0.34"), "+0.34"),
            ("{{ v|signed }}", Decimal("-0.001"), "0.00"),
            ("{{ v|money }}", None, "—"),
            ("{{ v|day }}", datetime(2026, 11, 4, 17, 0, tzinfo=UTC), "2026-11-05"),
            ("{{ v|short_day }}", datetime(2026, 11, 4, 15, 0, tzinfo=UTC), "11-04"),
            ("{{ v|moment }}", datetime(2026, 11, 5, 2, 26, tzinfo=UTC), "11-05 10:26"),
            ("{{ v|moment }}", None, "—"),
        ],
    )
    def test_are_written_the_house_way(self, source, value, text):
        assert render(source, v=value) == text

    def test_what_is_no_number_is_a_bug(self):
        with pytest.raises(ValueError, match="not a number"):
            render("{{ v|money }}", v="many")


class TestIcons:
    def test_are_hidden_from_screen_readers_unless_labelled(self):
        assert 'aria-hidden="true"' in render('{% icon "check" %}')
        assert 'role="img" aria-label="通过"' in render('{% icon "check" "" "通过" %}')

    def test_an_unknown_one_is_a_bug(self):
        with pytest.raises(ValueError, match="no icon"):
            render('{% icon "no-such-icon" %}')

    def test_a_name_is_never_a_path(self):
        with pytest.raises(ValueError, match="no icon"):
            render('{% icon "../../package" %}')


class TestBadges:
    @pytest.mark.parametrize("key", list(badges.STATUS))
    def test_every_state_has_word_icon_and_tone(self, key):
        html = render("{% status key %}", key=key)

        assert str(badges.STATUS[key][0]) in html
        assert badges.STATUS[key][1] in badges.TONES
        assert "<svg" in html

    def test_a_state_keeps_its_icon_under_a_more_exact_word(self):
        html = render('{% status "pub" word %}', word=EVIL)

        assert escape(EVIL) in html
        assert EVIL not in html

    @pytest.mark.parametrize(
        "source", ['{% status "?" %}', '{% sev "x" %}', '{% grade "BEST" %}', '{% badge "a" "?" %}']
    )
    def test_unknown_keys_are_bugs(self, source):
        with pytest.raises(ValueError, match="unknown"):
            render(source)

    def test_severity_is_three_bars_and_a_word(self):
        html = render('{% sev "m" %}')

        assert html.count('class="bar on"') == 2
        assert html.count('class="bar') == 3
        assert "中" in html

    def test_a_grade_not_given_is_a_dash(self):
        assert "–" in render('{% grade "" %}')
        assert "优秀" in render('{% grade "EXCELLENT" %}')

    @pytest.mark.parametrize(
        ("value", "invert", "tone", "word"),
        [(2, False, "up", "上升"), (-1, False, "down", "下降"), (-3120, True, "up", "下降"), (4, True, "down", "上升")],
    )
    def test_a_change_says_direction_in_words_and_whether_it_is_good(self, value, invert, tone, word):
        html = render('{% delta v "位" None invert %}', v=value, invert=invert)

        assert f'class="an-delta {tone}"' in html
        assert f'aria-label="{word}"' in html
        assert f"{abs(value):,}位" in html

    def test_no_change_is_said_so(self):
        assert "持平" in render("{% delta 0.001 '' 2 %}")


class TestMeters:
    @pytest.mark.parametrize(
        ("done", "gone", "tone"), [("80", "75", "ok"), ("75", "75", "ok"), ("67", "75", "warn"), ("66.9", "75", "bad")]
    )
    def test_progress_is_coloured_against_the_calendar(self, done, gone, tone):
        assert meters.against_time(Decimal(done), Decimal(gone)) == tone
        assert f'class="an-bar {tone}"' in render("{% bar done gone %}", done=done, gone=gone)

    def test_a_bar_says_its_figure_and_never_leaves_its_track(self):
        html = render('{% bar 130 None "ok" "得分率" %}')

        assert 'aria-label="得分率 130.0%"' in html
        assert 'width="100.0%"' in html

    def test_no_component_carries_inline_style(self):
        html = render(
            "{% bar 50 60 %}{% spark values %}{% segments parts 'x' %}", values=[1, None, 3], parts=[(1, "ok", "a")]
        )

        assert "style=" not in html

    def test_unknown_tones_are_bugs(self):
        for source in ('{% bar 1 None "pink" %}', '{% spark v 84 22 "pink" %}', '{% segments p "x" %}'):
            with pytest.raises(ValueError, match="unknown tone"):
                render(source, v=[1, 2], p=[(1, "pink", "a")])

    def test_a_line_needs_two_known_points(self):
        assert "–" in render("{% spark v %}", v=[None, 3])
        assert "polyline" in render("{% spark v 84 22 'ok' 2.5 %}", v=[1, 2, 3])

    def test_the_parts_fill_the_bar(self):
        html = render("{% segments p '构成' %}", p=[(3, "ok", "a"), (0, "bad", "b"), (1, "todo", "c")])

        assert 'class="ok" x="0.00%" y="2" width="75.00%"' in html
        assert 'class="todo" x="75.00%" y="2" width="25.00%"' in html
        assert 'class="bad"' not in html


class TestBoxes:
    def test_a_card_is_a_section_named_by_its_title(self):
        html = render('{% card title=t id="c" meta=t %}<p>内容</p>{% endcard %}', t=EVIL)

        assert 'aria-labelledby="c-h"' in html
        assert '<h2 id="c-h">' in html
        assert "<p>内容</p>" in html
        assert EVIL not in html

    def test_what_is_inside_is_escaped_as_ever(self):
        assert EVIL not in render('{% card title="x" %}{{ t }}{% endcard %}{% note %}{{ t }}{% endnote %}', t=EVIL)

    @pytest.mark.parametrize(
        "source",
        [
            '{% card title="x" level=4 %}{% endcard %}',
            '{% card title="x" more_url="/a" %}{% endcard %}',
            '{% note tone="loud" %}{% endnote %}',
            '{% toast "x" "" "loud" %}',
            '{% dialog title="x" url="/" confirm="y" tone="loud" %}{% enddialog %}',
        ],
    )
    def test_impossible_values_are_bugs(self, source):
        with pytest.raises(ValueError):
            render(source)

    def test_a_page_has_one_head_with_its_meta_and_actions(self):
        html = render('{% page_head title="总览" meta=m %}<a href="/x">打印</a>{% endpage_head %}', m=["2026 年 9 月"])

        assert html.count("<h1>") == 1
        assert "<span>2026 年 9 月</span>" in html
        assert '<div class="acts"><a href="/x">打印</a></div>' in html

    def test_bad_news_is_announced_at_once(self):
        assert 'role="alert"' in render('{% toast "x" "" "bad" %}')
        assert 'role="status"' in render('{% toast "x" %}')

    def test_a_dangerous_dialog_starts_on_cancel(self):
        html = render('{% dialog title="x" url="/go" confirm="删除" danger=True %}{% enddialog %}')

        assert "data-dialog-close data-first" in html
        assert "btn-danger" in html
        assert "csrfmiddlewaretoken" in html


class TestActions:
    def test_allowed_is_a_form_with_the_token(self):
        html = render('{% action "交付" url="/go" hidden=h %}', h={"version": 3})

        assert '<form class="an-act" method="post" action="/go">' in html
        assert "csrfmiddlewaretoken" in html
        assert '<input type="hidden" name="version" value="3">' in html

    def test_refused_is_greyed_and_says_why(self):
        html = render('{% action "交付" url="/go" refusal=why %}', why="本期已截止。")

        assert "本期已截止。" in html
        assert 'aria-disabled="true"' in html
        assert "aria-describedby" in html
        assert "/go" not in html

    def test_a_get_is_a_link_that_may_open_the_dialog(self):
        html = render('{% action "退回" url="/confirm" method="get" dialog=True %}')

        assert '<a class="btn btn-line btn-sm" href="/confirm"' in html
        assert 'hx-target="#dialog"' in html

    @pytest.mark.parametrize(
        "source", ['{% action "x" url="/" tone="pink" %}', '{% action "x" url="/" method="put" %}', '{% action "x" %}']
    )
    def test_impossible_values_are_bugs(self, source):
        with pytest.raises(ValueError, match="action"):
            render(source)

    def test_pages_keep_the_filters(self):
        html = render("{% pagination page %}", page=Paginator(range(230), 10).page(3))

        assert "共 230 条" in html
        assert "?state=open&amp;page=4" in html
        assert "…" in html

    def test_one_page_needs_no_pages(self):
        assert "href" not in render("{% pagination page %}", page=Paginator(range(5), 10).page(1))

    def test_a_column_sorts_up_then_down_from_the_first_page(self):
        up = render('{% sort_head "name" "州市" %}')
        down = render('{% sort_head "name" "州市" %}', "/?sort=name&page=3")

        assert 'aria-sort="none"' in up
        assert "?state=open&amp;sort=name" in up
        assert 'aria-sort="ascending"' in down
        assert 'href="?sort=-name"' in down

    def test_the_current_tab_must_exist(self):
        items = [{"id": "all", "label": "全部", "url": "?", "count": 0}]

        assert 'aria-current="page"' in render("{% tabs items 'all' '筛选' %}", items=items)
        with pytest.raises(ValueError, match="none of the tabs"):
            render("{% tabs items 'gone' '筛选' %}", items=items)

    def test_demo_data_is_marked_only_in_a_demo(self):
        with override_settings(DEMO_MARK=True):
            assert "演示数据" in render("{% demo_mark %}")
        with override_settings(DEMO_MARK=False):
            assert render("{% demo_mark %}") == ""


class TestForms:
    def test_label_hint_and_error_are_tied_to_the_input(self):
        html = render('{% field form.paid unit="万元" hint="见合同" %}', form=showcase.example_form())

        assert '<label for="id_paid">' in html
        assert 'aria-describedby="id_paid-hint id_paid-error"' in html
        assert 'id="id_paid-error"' in html
        assert 'aria-invalid="true"' in html
        assert "is-invalid" in html
        assert "万元" in html

    def test_a_warning_is_amber_and_lets_through(self):
        html = render('{% field form.due warn="台账为 84" %}', form=showcase.example_form())

        assert "is-warn" in html
        assert 'aria-describedby="id_due-warn"' in html
        assert "aria-invalid" not in html

    def test_keywords_become_attributes(self):
        html = render('{% field form.text hx_post="/validate" rows=5 readonly=True %}', form=showcase.example_form())

        assert 'hx-post="/validate"' in html
        assert 'rows="5"' in html
        assert "readonly" in html

    def test_choices_are_a_fieldset(self):
        html = render("{% field form.verdict %}", form=showcase.example_form())

        assert "<fieldset" in html
        assert html.count("form-check-input") == 2

    def test_what_people_typed_is_escaped(self):
        class Free(forms.Form):
            text = forms.CharField(label=EVIL, help_text="")

        form = Free({"text": EVIL})
        form.add_error("text", EVIL)

        assert EVIL not in render("{% field form.text %}{% error_summary form %}", form=form)

    def test_the_summary_links_to_each_field(self):
        form = showcase.example_form()
        form.add_error(None, "版本已变")
        html = render("{% error_summary form %}", form=form)

        assert 'href="#id_paid"' in html
        assert "版本已变" in html
        assert "data-focus" in html

    def test_a_good_form_has_no_summary(self):
        assert render("{% error_summary form %}", form=forms.Form({})).strip() == ""

    def test_only_fields_of_forms(self):
        with pytest.raises(ValueError, match="not a field"):
            render("{% field x %}", x="paid")


class TestTracks:
    def test_the_current_stage_is_marked(self):
        stages = [{"label": "立项", "state": "done"}, {"label": "实施", "state": "now"}]

        assert render("{% steps s %}", s=stages).count('aria-current="step"') == 1

    @pytest.mark.parametrize(
        ("source", "value"),
        [
            ("{% steps v %}", [{"label": "x", "state": "soon"}]),
            ("{% steps v %}", [{"label": "x", "state": "now"}, {"label": "y", "state": "now"}]),
            ("{% timeline v %}", [{"icon": "check", "tone": "pink", "text": "x"}]),
            ("{% files v %}", [{"name": "x", "state": "lost"}]),
            ("{% tile_grid v %}", [{"row": 1, "col": 1, "q": 6}]),
            ("{% kpis v %}", [{"label": "x", "value": 1, "tone": "pink"}]),
        ],
    )
    def test_impossible_values_are_bugs(self, source, value):
        with pytest.raises(ValueError):
            render(source, v=value)

    def test_files_say_their_state_in_words(self):
        html = render("{% files f %}", f=showcase.context()["files"])

        for word in ("已校验", "中断，可续传", "不合格"):
            assert word in html

    def test_tiles_say_ups_and_downs_in_words(self):
        html = render("{% tile_grid tiles bounds %}", **{k: showcase.context()[k] for k in ("tiles", "bounds")})

        assert "名次上升" in html
        assert "名次下降" in html
        assert "≥91.0" in html


class TestPages:
    def test_the_components_page_has_no_inline_style_or_script(self):
        html = render('{% include "core/components.html" %}', "/components/", **showcase.context(), shell=None)

        assert " style=" not in html
        assert "onclick" not in html
        assert html.count("<h1>") == 1

    @pytest.mark.parametrize("name", ["500.html", "maintenance.html"])
    def test_emergency_pages_ask_nobody(self, name):
        assert "回到首页" in engines["django"].get_template(name).render()
