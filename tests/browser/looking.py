"""Looking at a page for whoever hears it, enlarges it or reads it in the dark: axe in three themes, and the width."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES = ["light", "dark", "contrast"]
OF_A_THEME = ["color-contrast", "link-in-text-block", "target-size"]  # the rules that colours and borders can break
NARROWEST = {"width": 320, "height": 800}  # WCAG 1.4.10
ENLARGED = {"width": 640, "height": 400}  # 1280 × 800 at 200 %


class Looker:
    """Collects what is wrong with the pages it is shown, so that one run tells all of it."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def at(self, page: Page, path: str = "", themes: list[str] = THEMES) -> None:
        """The page as it stands, or the one at `path`; in the first theme by all rules. No themes: only its width."""
        if path:
            page.goto(path)
        before = page.viewport_size
        assert before
        if themes:
            page.evaluate(AXE)
        for theme in themes:
            self._wear(page, theme)
            self._note(page, theme, *page.evaluate(RUN_AXE, RULES if theme == themes[0] else OF_A_THEME))
        for size in (NARROWEST, ENLARGED):
            page.set_viewport_size(size)  # type: ignore[arg-type]  # it is one
            self._note(page, f"{size['width']} px", *page.evaluate(TOO_WIDE))
        page.set_viewport_size(before)

    def _wear(self, page: Page, theme: str) -> None:
        """In this theme, in a window as tall as the page: bars that stick cover what scrolls below them."""
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        size = page.viewport_size
        assert size
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})

    def _note(self, page: Page, how: str, *found: Any) -> None:
        where = urlsplit(page.url)
        place = f"{where.path}{'?' * bool(where.query)}{where.query} «{page.title()}» ({how})"
        self.wrong += [f"{place}: {problem}" for problem in found if not self._is_meant(problem)]

    @staticmethod
    def _is_meant(problem: str) -> bool:
        """Marks lie where their places lie: WCAG 2.5.8 excepts maps. The same stands beside ours in a list."""
        return problem.startswith("target-size") and '<a class="mark"' in problem


RUN_AXE = """async (only) => {
  const { violations } = await axe.run({ runOnly: only, resultTypes: ["violations"] })
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id} ${target} ${html.slice(0, 160)}`))
}"""

# The page itself, and words that run out of what they stand in.
TOO_WIDE = """() => {
  const page = document.documentElement
  const wide = page.scrollWidth > innerWidth ? [`the page is ${page.scrollWidth} px wide`] : []
  for (const box of document.querySelectorAll("a, button, summary, label, li, p, .tag, .box, .notice")) {
    if (getComputedStyle(box).display === "inline" || box.closest(".unseen, .map, .clip")) continue
    const runsOut = box.clientWidth && box.scrollWidth > box.clientWidth + 1
    if (runsOut) wide.push(`words run out of ${box.outerHTML.slice(0, 160)}`)
  }
  return wide
}"""
