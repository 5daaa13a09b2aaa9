"""What the board costs who pays by the byte: counted on the wire, headers and the worker's errands included."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.conftest import PHONE, House
from tests.browser.wire import Wire, wire_to

KB = 1024


def cost_of(wire: Wire, context: BrowserContext, path: str) -> int:
    """Bytes until all is quiet after opening a page, the service worker's first errands included."""
    before, page = wire.came, context.new_page()
    page.goto(wire.url + path)
    page.wait_for_load_state("networkidle")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.wait_for_timeout(1000)
    page.close()
    return wire.came - before


@pytest.mark.parametrize(
    ("board", "most"),
    [("/it/padova/", 120 * KB), ("/ar/rovigo/", 220 * KB)],  # Arabic words bring their letters
)
def test_the_board(chromium: Browser, house: House, board: str, most: int) -> None:
    with wire_to(urlsplit(house.url).port or 80) as wire:
        context = chromium.new_context(viewport=PHONE, locale=board[1:3])  # type: ignore[arg-type]  # it is a size
        first = cost_of(wire, context, board)
        again = cost_of(wire, context, board)
        context.close()
    assert 50 * KB < first <= most
    assert 1 * KB < again <= 20 * KB
