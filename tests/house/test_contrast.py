"""Text is readable on every surface in both themes (WCAG 2.2: text 4.5, graphics and field borders 3)."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "platform/core/static/anlan/anlan.css").read_text("utf-8")
SURFACES = ("bg", "surface", "surface-2", "surface-3")
TEXTS = ("ink", "ink-2", "ink-3")
TONES = ("ok", "warn", "bad", "info", "vio", "brand", "mute")


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme by name, without `--an-`."""
    selector = {"light": '[data-bs-theme="light"] {', "dark": '\n[data-bs-theme="dark"] {'}[theme]
    block = CSS[CSS.index(selector) :]
    return dict(re.findall(r"--an-([\w-]+): (#[0-9a-f]{6})", block[: block.index("}")]))


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
class TestTheme:
    @pytest.mark.parametrize("surface", SURFACES)
    @pytest.mark.parametrize("text", TEXTS)
    def test_text_on_surface(self, theme, text, surface):
        colours = tokens(theme)
        assert contrast(colours[text], colours[surface]) >= 4.5

    @pytest.mark.parametrize("tone", TONES)
    def test_a_tones_text_on_cards_and_on_its_own_ground(self, theme, tone):
        colours = tokens(theme)
        for ground in ("surface", f"{tone}-soft"):
            assert contrast(colours[tone], colours[ground]) >= 4.5, ground

    def test_text_on_the_action_colour_and_on_a_selected_row(self, theme):
        colours = tokens(theme)
        assert contrast(colours["on-brand"], colours["brand"]) >= 4.5
        for text in TEXTS:
            assert contrast(colours[text], colours["brand-soft"]) >= 4.5, text

    def test_the_side_bar(self, theme):
        colours = tokens(theme)
        assert contrast(colours["side-ink"], colours["side-bg"]) >= 4.5
        assert contrast(colours["side-ink-2"], colours["side-bg"]) >= 4.5
        assert contrast("#ffffff", colours["side-active"]) >= 4.5

    @pytest.mark.parametrize(
        "name", ["field", "focus", "brand-3", "ok-fill", "warn-fill", "bad-fill", "info-fill", "vio-fill", "mute-fill"]
        + [f"c{n}" for n in range(1, 8)],
    )  # fmt: skip
    def test_graphics_on_cards(self, theme, name):
        colours = tokens(theme)
        assert contrast(colours[name], colours["surface"]) >= 3
