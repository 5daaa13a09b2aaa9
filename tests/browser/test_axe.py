"""Every page, in three themes: axe finds nothing, and nothing is cut at 320 px, at 200 % or from right to left."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPhone
from tests.browser.looking import Looker
from tests.browser.walking import (
    write_as_far_as_the_place,
    write_as_far_as_the_preview,
    write_as_far_as_the_words,
)

PUBLIC = [
    "/it/",
    "/it/?q=Atlantide",
    "/it/rovigo/",
    "/it/rovigo/?kind=offer&category=food&order=new&urgent=1&q=pane",
    "/it/rovigo/?view=map",
    "/it/rovigo/filtri/?kind=offer&radius=5",
    "/it/rovigo/citta/",
    "/it/rovigo/luoghi/",
    "/it/rovigo/luoghi/casa-san-bortolo/",
    "/it/rovigo/luoghi/filo-del-giovedi/",
    "/it/novara/luoghi/",
    "/it/riservatezza/?city=rovigo",
    "/it/accessibilita/?city=rovigo",
    "/it/senza-rete/",
    "/it/rovigo/nulla/",
    "/it/cancellato/",
    "/it/io/",
    "/it/entra/link/mai-stato/",
    "/it/rovigo/scrivi/",
]
MINE = ["", "profilo/", "quartiere/", "quartiere/?citta=rovigo", "chiavi/", "indirizzo/", "cancella/"]
CASA = "/it/rovigo/luoghi/casa-san-bortolo/"
MARTAS = ["/it/rovigo/da-vedere/", f"{CASA}persone/", f"{CASA}persone/sospendi/", f"{CASA}sportello/", f"{CASA}lascia/"]
GIULIAS = ["/it/io/", "/it/rovigo/persone/", "/it/rovigo/persone/sospendi/", f"{CASA}partecipa/"]


def send_empty(page: Page) -> None:
    """The page's form as it came, so that it comes back with what is to be put right."""
    page.locator(".foot button").or_(page.locator("main form button")).locator("visible=true").last.click()
    expect(page.get_by_role("alert")).to_be_visible()


def test_what_everybody_reads(phone: OpenPhone, look: Looker) -> None:
    page = phone()
    for path in PUBLIC:
        look.at(page, path)
    page.goto("/it/rovigo/")
    page.locator(".post h2 a").first.click()
    page.locator("#rispondi summary").click()
    look.at(page)


def test_the_way_in(phone: OpenPhone, look: Looker) -> None:
    page = phone()
    page.goto("/it/entra/")
    send_empty(page)
    look.at(page)
    page.get_by_label("Il tuo indirizzo e-mail").fill("lente@example.org")
    page.get_by_role("button", name="Mandami il codice").click()
    look.at(page)
    send_empty(page)
    look.at(page)
    page.goto("/it/entra/?next=/it/rovigo/")
    with page.expect_navigation():
        page.locator("[data-passkey]").evaluate("form => form.submit()")
    look.at(page)


def test_reporting(phone: OpenPhone, look: Looker) -> None:
    page = phone()
    page.goto("/it/rovigo/")
    page.goto(f"{page.locator('.post h2 a').last.get_attribute('href')}segnala/")
    send_empty(page)
    look.at(page)
    look.at(page, page.url + "grazie/")


def test_writing(phone: OpenPhone, look: Looker) -> None:
    page = phone()
    page.goto("/it/rovigo/scrivi/")
    send_empty(page)
    look.at(page)
    write_as_far_as_the_words(page)
    page.get_by_text("Le lingue").click()
    look.at(page)
    page.get_by_role("radio", name="Ogni settimana").check()
    send_empty(page)
    look.at(page)
    write_as_far_as_the_place(page, "Una sedia a dondolo da aggiustare")
    look.at(page)
    send_empty(page)
    page.get_by_role("radio", name="Una zona sulla mappa").check()
    page.get_by_role("button", name="Apri la mappa").click()
    expect(page.locator("#map .cell").nth(20)).to_be_attached()
    look.at(page)
    page.get_by_role("radio", name="In una via").check()
    page.get_by_label("Via e numero").fill("via vivaldi 16")
    page.get_by_role("button", name="Avanti").click()
    look.at(page)
    look.at(page, "/it/rovigo/scrivi/")


def test_what_is_ones_own(phone: OpenPhone, look: Looker) -> None:
    page = phone(email="elena@example.org")
    for path in MINE:
        look.at(page, f"/it/io/{path}")
    send_empty(page)
    look.at(page)
    page.goto("/it/io/indirizzo/")
    page.get_by_label("Il tuo indirizzo e-mail").fill("elena.nuova@example.org")
    page.get_by_role("button", name="Mandami il codice").click()
    look.at(page)
    look.at(page, "/it/rovigo/da-vedere/")
    write_as_far_as_the_preview(page, "Chiamami al 333 1234567", "Biblioteca della Commenda")
    look.at(page)
    page.get_by_role("button", name="Pubblica").click()
    look.at(page)
    page.get_by_role("link", name="Guarda il biglietto").click()
    expect(page.get_by_text("È tuo")).to_be_visible()
    look.at(page)
    post = page.url
    for own in ["cambia/", "rinnova/", "storia/", "indirizzo/"]:
        look.at(page, post + own)
    page.get_by_role("button", name="Mostra l’indirizzo").click()
    look.at(page)
    change_in_two_windows(page, post)
    look.at(page)
    look.at(page, post + "ritira/")
    page.get_by_role("button", name="Ritira").click()
    look.at(page)
    look.at(page, post)
    look.at(page, post + "rinnova/")
    page.goto("/it/rovigo/")
    page.get_by_text("Le tue cose").click()
    look.at(page)


def change_in_two_windows(page: Page, post: str) -> None:
    """The second that is saved meets what the first one left."""
    windows = []
    for _ in range(2):
        page.goto(post + "cambia/")
        page.get_by_role("button", name="Le parole e la foto").click()
        windows.append(page.url)
    for number, window in enumerate(windows):
        page.goto(window)
        page.get_by_label("In poche parole").fill(f"Chiamami, ti rispondo {number}")
        page.get_by_role("button", name="Avanti").click()
        page.get_by_role("button", name="Salva i cambiamenti").click()
    expect(page.get_by_role("heading", name="È cambiato nel frattempo")).to_be_visible()


def test_what_a_coordinator_does(phone: OpenPhone, look: Looker) -> None:
    page = phone(email="marta@example.org")
    for path in MARTAS:
        look.at(page, path)
    page.goto(f"{CASA}persone/sospendi/")
    send_empty(page)
    look.at(page)
    page.goto(f"{CASA}persone/")
    page.locator("main .list a").first.click()
    look.at(page)
    page.goto("/it/rovigo/da-vedere/")
    page.get_by_role("button", name="Rifiuta").first.click()
    look.at(page)
    page.goto(f"{CASA}sportello/")
    page.get_by_label("Il suo nome").fill("Wilma")
    page.get_by_role("button", name="Mostra il codice").click()
    expect(page.get_by_role("img", name="Codice da inquadrare")).to_be_visible()
    look.at(page)


def test_what_an_administrator_does(phone: OpenPhone, look: Looker) -> None:
    page = phone(email="giulia@example.org")
    for path in GIULIAS:
        look.at(page, path)
    page.goto("/it/rovigo/persone/")
    send_empty(page)
    look.at(page)


def test_on_a_wide_screen(phone: OpenPhone, look: Looker) -> None:
    page = phone(viewport={"width": 1280, "height": 800})
    for path in ["/it/rovigo/?q=spesa", "/it/rovigo/?view=map", "/it/rovigo/filtri/"]:
        look.at(page, path)


def test_from_right_to_left(phone: OpenPhone, look: Looker) -> None:
    page, elena, marta = phone(), phone(email="elena@example.org"), phone(email="marta@example.org")
    for path in [*PUBLIC, "/it/entra/"]:
        look.at(page, re.sub("^/it/", "/ar/", path), themes=["light"])
        assert page.locator("html").get_attribute("dir") == "rtl"
    for path in MINE:
        look.at(elena, f"/ar/io/{path}", themes=[])
    for path in MARTAS:
        look.at(marta, re.sub("^/it/", "/ar/", path), themes=[])
