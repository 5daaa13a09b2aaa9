"""How somebody uses a page: with a finger, or with the keyboard alone. A journey is written once and walked by each."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

FARTHEST = 150  # presses of Tab after which nobody would go on looking


class Hands(ABC):
    """What can be done on a page. Where `script` is false none of the page's own scripts run."""

    def __init__(self, page: Page, *, script: bool = True) -> None:
        self.page, self.script = page, script

    @abstractmethod
    def reach(self, thing: Locator) -> None:
        """Bring it into sight, and to hand."""

    @abstractmethod
    def press(self, thing: Locator) -> None:
        """A link, a button, or what folds out."""

    @abstractmethod
    def pick(self, option: Locator) -> None:
        """A radio button or a box to tick."""

    @abstractmethod
    def write(self, field: Locator, words: str) -> None:
        """Words in place of those that stand there."""

    @abstractmethod
    def select(self, field: Locator, label: str) -> None:
        """The line of a list that begins like this."""

    @abstractmethod
    def attach(self, field: Locator, file: Path) -> None:
        """A file from the phone."""

    @abstractmethod
    def send(self, button: str) -> None:
        """The form in which something was just written or picked."""

    def press_link(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=name, exact=True).locator("visible=true").first)

    def press_button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True))


class Finger(Hands):
    def reach(self, thing: Locator) -> None:
        thing.scroll_into_view_if_needed()

    def press(self, thing: Locator) -> None:
        thing.tap()

    def pick(self, option: Locator) -> None:
        option.tap()
        expect(option).to_be_checked()

    def write(self, field: Locator, words: str) -> None:
        field.tap()
        field.fill(words)

    def select(self, field: Locator, label: str) -> None:
        field.select_option(label=label)

    def attach(self, field: Locator, file: Path) -> None:
        field.set_input_files(file)

    def send(self, button: str) -> None:
        self.press_button(button)


class Keyboard(Hands):
    """Nothing but keys. Whatever is reached must show that it is, and stand in sight."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.file = Path()
        page.on("filechooser", lambda window: window.set_files(self.file))

    def reach(self, thing: Locator) -> None:
        self._reach(thing)

    def press(self, thing: Locator) -> None:
        self.reach(thing)
        self.page.keyboard.press("Enter")

    def pick(self, option: Locator) -> None:
        self._reach(option, or_its_group=True)
        for _ in range(FARTHEST):
            if self._is_focused(option):
                break
            self.page.keyboard.press("ArrowDown")
        if not option.is_checked():
            self.page.keyboard.press("Space")
        expect(option).to_be_checked()

    def write(self, field: Locator, words: str) -> None:
        self.reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    def select(self, field: Locator, label: str) -> None:
        self.reach(field)
        self.page.keyboard.type(label)
        expect(field.locator("option:checked")).to_have_text(re.compile(re.escape(label)))

    def attach(self, field: Locator, file: Path) -> None:
        self.file = file
        self.reach(field)
        self.page.keyboard.press("Space")
        expect(field).to_have_value(re.compile(re.escape(file.name)))

    def send(self, button: str) -> None:
        expect(self.page.get_by_role("button", name=button, exact=True)).to_be_visible()
        self.page.keyboard.press("Enter")

    def _reach(self, thing: Locator, *, or_its_group: bool = False) -> None:
        for _ in range(FARTHEST):
            if self._is_focused(thing, or_its_group=or_its_group):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"{FARTHEST} times Tab do not lead to {thing}")
        assert self.page.evaluate(SHOWS_FOCUS), f"nothing shows that the focus is on {thing}"
        assert self.page.evaluate(STANDS_IN_SIGHT), f"{thing} has the focus, but lies under something"

    @staticmethod
    def _is_focused(thing: Locator, *, or_its_group: bool = False) -> bool:
        return bool(thing.evaluate(HAS_FOCUS, or_its_group))


# Of a group of radio buttons Tab reaches one; the arrows lead to the others.
HAS_FOCUS = """(thing, orItsGroup) => {
  const now = document.activeElement
  return now === thing || (orItsGroup && thing.type === "radio" && now.name === thing.name)
}"""
SHOWS_FOCUS = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2
}"""
STANDS_IN_SIGHT = """() => {
  const now = document.activeElement
  const { x, y, width, height } = now.getClientRects()[0]
  const seen = document.elementFromPoint(x + width / 2, y + height / 2)
  return now.contains(seen) || Boolean(seen?.closest("label")?.contains(now))
}"""
