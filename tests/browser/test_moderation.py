"""Holding, refusing, approving, reporting, hiding, suspending: by finger, by keyboard and without script."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPhone, Way
from tests.browser.hands import Hands
from tests.browser.looking import Looker
from tests.browser.walking import come_in, publish, write_as_far_as_the_preview

CASA = "Casa di quartiere San Bortolo"


def test_from_a_newcomers_first_words_to_a_suspension(way: Way, phone: OpenPhone, look: Looker) -> None:
    marta, neighbour, author = way(email="marta@example.org"), way(), phone()
    come_in(author, f"{way.name.replace(' ', '-')}-nuova@example.org")

    title = f"Quattro chiacchiere in cortile ({way.name})"
    post = publish(author, title, CASA)
    expect(author.get_by_text(f"Prima lo legge qualcuno di {CASA}")).to_be_visible()
    expect_nothing_at(post, neighbour.page)
    approve(marta, title)
    report(neighbour, post)
    hide(marta, title)
    expect_nothing_at(post, neighbour.page)
    suspend(marta, title, "Ha offeso i vicini.")
    refuse(marta, title, "Qui ci si parla con rispetto.")

    author.goto(post)
    expect(author.get_by_text("Perché non sta più in bacheca: «Qui ci si parla con rispetto.»")).to_be_visible()
    write_as_far_as_the_preview(author, "Ancora due parole a tutti", CASA)
    author.get_by_role("button", name="Pubblica").click()
    expect(author.get_by_role("heading", level=1)).to_have_text(re.compile("^Per ora qui non puoi scrivere"))
    expect(author.get_by_text("Ha offeso i vicini.")).to_be_visible()
    expect(author.get_by_text("Quello che hai scritto è rimasto.")).to_be_visible()
    look.at(author)
    author.goto("/it/rovigo/scrivi/")
    expect(author.get_by_role("main")).to_contain_text("Ancora due parole a tutti")


def expect_nothing_at(address: str, page: Page) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Qui non c’è niente.")


def waiting(hands: Hands, title: str) -> Locator:
    """What waits for a coordinator under this title, in the queue to which their own page leads."""
    hands.page.goto("/it/io/")
    hands.press(hands.page.get_by_role("link", name=re.compile("^Da vedere")))
    expect(hands.page.get_by_role("heading", level=1)).to_have_text("Da vedere")
    return hands.page.locator("ol > li", has=hands.page.get_by_role("heading", name=title))


def press(hands: Hands, button: str, within: Locator) -> None:
    hands.press(within.get_by_role("button", name=button))


def refuse(hands: Hands, title: str, why: str) -> None:
    """Not without saying why."""
    press(hands, "Rifiuta", waiting(hands, title))
    expect(hands.page.get_by_role("alert")).to_contain_text("Scrivi perché")
    hands.write(hands.page.get_by_label("Che cosa scriviamo"), why)
    press(hands, "Rifiuta", hands.page.get_by_role("main"))
    expect(hands.page.get_by_text(f"«{title}» è rifiutato. Chi l’ha scritto legge perché.")).to_be_visible()


def approve(hands: Hands, title: str) -> None:
    press(hands, "Approva", waiting(hands, title))
    expect(hands.page.get_by_text(f"«{title}» è sulla bacheca.")).to_be_visible()
    hands.page.goto("/it/rovigo/")
    expect(hands.page.get_by_role("link", name=title, exact=True)).to_be_visible()


def report(hands: Hands, post: str) -> None:
    page = hands.page
    page.goto(post)
    hands.press_link("Segnala")
    hands.press_button("Segnala")
    expect(page.get_by_role("alert")).to_contain_text("Scegli che cosa non va.")
    hands.pick(page.get_by_role("radio").first)
    hands.write(page.get_by_label("Vuoi aggiungere qualcosa?"), "Si prende gioco di noi.")
    hands.press_button("Segnala")
    expect(page.get_by_role("heading", level=1)).to_have_text("Grazie, l’abbiamo ricevuta.")


def hide(hands: Hands, title: str) -> None:
    item = waiting(hands, title)
    expect(item).to_contain_text("«Si prende gioco di noi.»")
    press(hands, "Togli per ora", item)
    expect(hands.page.get_by_text(f"«{title}» non si vede più")).to_be_visible()


def suspend(hands: Hands, title: str, why: str) -> None:
    page = hands.page
    hands.press(waiting(hands, title).get_by_role("link", name="Sospendi chi l’ha scritto"))
    hands.write(page.get_by_label("Perché"), why)
    hands.pick(page.get_by_role("radio", name="Una settimana"))
    hands.send("Sospendi")
    expect(page.get_by_text("vale da adesso.")).to_be_visible()
