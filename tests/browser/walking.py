"""Stretches of way that many journeys have in common, walked quickly."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def demo_code(page: Page) -> str:
    """What the demo shows in place of the letter."""
    return page.locator("[data-code]").get_attribute("data-code") or ""


def come_in(page: Page, email: str) -> None:
    """By code. A house sends twenty an hour to one machine: who lives in the demo comes in by `phone(email=…)`."""
    page.goto("/it/entra/")
    page.get_by_label("Il tuo indirizzo e-mail").fill(email)
    page.get_by_role("button", name="Mandami il codice").click()
    page.get_by_label("Il codice di sei cifre").fill(demo_code(page))
    page.get_by_role("button", name="Entra").click()
    expect(page).to_have_url(re.compile(r"/it/io/$"))


def write_as_far_as_the_words(page: Page, kind: str = "Chiedo") -> None:
    page.goto("/it/rovigo/scrivi/")
    page.get_by_role("radio", name=kind).check()
    page.get_by_role("radio", name="Compagnia").check()
    page.get_by_role("button", name="Avanti").click()


def write_as_far_as_the_place(page: Page, title: str, space: str = "") -> None:
    write_as_far_as_the_words(page)
    page.get_by_label("In poche parole").fill(title)
    if space:
        page.get_by_label("Affidalo a un luogo").select_option(label=space)
    page.get_by_role("button", name="Avanti").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dove?")


def write_as_far_as_the_preview(page: Page, title: str, space: str = "") -> None:
    write_as_far_as_the_place(page, title, space)
    page.get_by_role("radio", name="In tutta la città").check()
    page.get_by_role("button", name="Avanti").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Così ti vedono gli altri")


def publish(page: Page, title: str, space: str = "") -> str:
    """Write and publish, by whoever is signed in; returns the address of the post's own page."""
    write_as_far_as_the_preview(page, title, space)
    page.get_by_role("button", name="Pubblica").click()
    return page.get_by_role("link", name="Guarda il biglietto").get_attribute("href") or ""
