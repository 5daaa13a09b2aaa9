"""The sheets keep what LOOK promises: contrast in three themes, both directions of writing, and few bytes."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import brotli
import pytest

CSS = Path(__file__).parents[2] / "frontend" / "static" / "css"
SHEETS = sorted(CSS.glob("*.css"))
THEMES = ["light", "dark", "contrast"]

# Which words stand on which ground, somewhere in components.css.
TEXT = [
    *product(["ink", "ink-soft"], ["paper", "surface", "sunken"]),
    *product(["action", "action-deep"], ["paper", "surface"]),
    *product(["ink"], ["action-tint", "lamp-tint", "good-tint", "bad-tint"]),
    *product(["action", "action-deep"], ["lamp-tint", "bad-tint", "sunken"]),
    ("on-action", "action"),
    ("on-action", "action-deep"),
    ("request", "request-tint"),
    ("on-offer", "offer"),
    ("on-lamp", "lamp"),
    ("paper", "ink"),
    ("good", "good-tint"),
    ("bad", "bad-tint"),
    ("bad", "paper"),
]
# Edges without which one would not know what a thing is or that it can be touched.
EDGES = [
    *product(["line-strong", "action", "ink"], ["paper", "surface"]),
    *product(["request-edge", "offer-edge"], ["paper", "surface"]),
    ("lamp-edge", "lamp-tint"),
    ("bad", "surface"),
]


def tokens_of(theme: str) -> dict[str, str]:
    """The colours a theme ends up with: its own over those of the light one."""
    text = (CSS / "tokens.css").read_text()
    light = re.search(r"^:root \{(.*?)^\}", text, re.S | re.M)
    own = re.search(rf'^:root\[data-theme="{theme}"\] \{{(.*?)^\}}', text, re.S | re.M)
    assert light and (own or theme == "light")
    found = re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light[1] + (own[1] if own else ""))
    return dict(found)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2: 1 to 21."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", THEMES)
def test_every_word_can_be_read(theme: str) -> None:
    colours = tokens_of(theme)
    faint = {pair: ratio for pair in TEXT if (ratio := contrast(*(colours[name] for name in pair))) < 4.5}
    assert not faint


@pytest.mark.parametrize("theme", THEMES)
def test_every_edge_that_matters_can_be_seen(theme: str) -> None:
    colours = tokens_of(theme)
    faint = {pair: ratio for pair in EDGES if (ratio := contrast(*(colours[name] for name in pair))) < 3}
    assert not faint


@pytest.mark.parametrize(
    ("theme", "device"), [("dark", "prefers-color-scheme: dark"), ("contrast", "prefers-contrast: more")]
)
def test_what_the_device_asks_for_is_what_one_can_choose(theme: str, device: str) -> None:
    """Whoever chose nothing sees the same colours as who chose."""
    text = (CSS / "tokens.css").read_text()
    block = re.search(rf"@media \({device}\) \{{(.*?)^\}}", text, re.S | re.M)
    assert block
    asked = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))
    assert tokens_of("light") | asked == tokens_of(theme)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_nothing_knows_left_from_right(sheet: Path) -> None:
    """Inline-start and inline-end only, so that Arabic is the same page in a mirror."""
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
    sided = r"\b(margin|padding|border(-(top|bottom))?)-(left|right)\b|[{;]\s*(left|right)\s*:|:\s*(left|right)\b"
    assert not [found[0] for found in re.finditer(sided, rules)]


def test_the_sheets_are_light() -> None:
    assert sum(len(brotli.compress(sheet.read_bytes(), quality=11)) for sheet in SHEETS) <= 8 * 1024


def test_nothing_comes_from_elsewhere() -> None:
    for sheet in SHEETS:
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", sheet.read_text()), sheet.name
