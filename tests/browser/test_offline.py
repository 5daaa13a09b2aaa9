"""Without a network the last board opens and says of when it is; and what the device keeps of one's choices."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPhone

NOTICE = re.compile(r"Sei senza rete\. Questa è la bacheca delle \d\d?:\d\d, di .+ fa\.")


def settle(page: Page) -> None:
    """Until the worker looks after this page. The first visit of all goes by without it."""
    page.goto("/it/rovigo/")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def cut_off(page: Page) -> None:
    page.context.set_offline(True)


def test_the_last_board_opens_and_says_of_when_it_is(phone: OpenPhone) -> None:
    page = phone()
    settle(page)
    page.goto("/it/rovigo/?kind=offer")
    cut_off(page)
    for path in ["/it/rovigo/?kind=offer", "/it/rovigo/", "/it/", "/"]:
        page.goto(path)
        expect(page.locator("#offline")).to_have_text(NOTICE)
        expect(page.locator(".post.offer").first).to_be_visible()
    expect(page.locator(".kind .i").first).to_be_visible()
    assert page.evaluate("document.fonts.check('1rem \"Titillium Web\"')")


def test_what_was_never_kept_is_not_made_up(phone: OpenPhone) -> None:
    page = phone()
    settle(page)
    page.goto("/it/rovigo/")
    page.goto(page.locator(".post h2 a").first.get_attribute("href") or "")
    seen = page.url
    cut_off(page)
    for path in [seen, "/it/rovigo/luoghi/", "/it/io/"]:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text("Sei senza rete.")


def test_nothing_of_ones_own_is_kept(phone: OpenPhone) -> None:
    page = phone(email="elena@example.org")
    settle(page)
    page.goto("/it/rovigo/")
    expect(page.locator("#mine")).to_be_visible()
    page.goto("/it/io/")
    kept: str = page.evaluate(
        """async () => {
            const pages = []
            for (const name of await caches.keys()) {
                const cache = await caches.open(name)
                for (const request of await cache.keys()) {
                    pages.push(request.url, await (await cache.match(request)).text())
                }
            }
            return pages.join("\\n")
        }"""
    )
    assert "/it/rovigo/" in kept and "data-kept=" in kept
    for own in ["/io/", "/mie/", "elena@example.org", "csrf"]:
        assert own not in re.sub(r'(href|data-mine)="[^"]*"', "", kept)


def test_when_the_network_is_back_one_may_go_on(phone: OpenPhone) -> None:
    page = phone()
    settle(page)
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("Sei senza rete.")
    scroll = page.evaluate("scrollY")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_have_text("La rete è tornata. Aggiorna")
    assert page.evaluate("scrollY") == scroll
    page.get_by_role("link", name="Aggiorna").click()
    expect(page.locator("#offline")).to_be_hidden()


def test_a_chosen_look_stays_on_the_device_and_is_there_before_anything_is_painted(phone: OpenPhone) -> None:
    page = phone()
    page.goto("/it/rovigo/citta/")
    page.locator(".duties summary").click()
    page.get_by_role("button", name="Scuro").click()
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { window.early = document.documentElement.dataset.theme }, true)"
    )
    page.goto("/it/rovigo/")
    assert page.evaluate("[early, document.documentElement.dataset.theme]") == ["dark", "dark"]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(26, 21, 18)"
    assert page.context.cookies() == []
    page.locator(".duties summary").click()
    page.get_by_role("button", name="Come il telefono").click()
    assert page.evaluate("document.documentElement.dataset.theme ?? null") is None


def test_whoever_comes_back_finds_their_city_first(phone: OpenPhone) -> None:
    page = phone()
    page.goto("/it/")
    expect(page.locator("#cities a").first).to_have_text("Bergamo")
    page.goto("/it/rovigo/")
    page.goto("/it/")
    expect(page.locator("#cities a").first).to_have_text("Rovigo")
