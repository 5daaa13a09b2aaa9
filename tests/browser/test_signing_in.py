"""Coming in on a phone: by keyboard and without script, with a passkey, and home from the desk with one."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import House, OpenPhone
from tests.browser.walking import come_in, demo_code


def give_it_a_fingerprint_reader(page: Page) -> None:
    """Chromium's own software authenticator: https://www.w3.org/TR/webauthn-3/#sctn-automation"""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_by_keyboard_and_without_script(phone: OpenPhone) -> None:
    page = phone(script=False)
    page.goto("/it/io/profilo/")
    page.get_by_label("Il tuo indirizzo e-mail").focus()
    page.keyboard.type("tastiera@example.org")
    page.keyboard.press("Enter")
    code = demo_code(page)
    page.get_by_label("Il codice di sei cifre").focus()
    page.keyboard.type(f"{code[:3]} {code[3:]}")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/it/io/profilo/$"))
    page.get_by_label("Il tuo nome").focus()
    page.keyboard.type("Tea")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tea")
    page.get_by_role("link", name="Scegli città e quartiere").click()
    page.get_by_label("La tua città").select_option("rovigo")
    page.get_by_role("button", name="Avanti").click()
    page.get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="Salva").click()
    expect(page.get_by_text("Salvato.")).to_be_visible()
    page.goto("/it/io/chiavi/")
    expect(page.get_by_text("Questo browser non sa fare chiavi")).to_be_visible()


def test_a_passkey_is_added_and_opens(phone: OpenPhone) -> None:
    page = phone()
    give_it_a_fingerprint_reader(page)
    come_in(page, "dito@example.org")
    page.goto("/it/io/chiavi/")
    page.get_by_label("Come la chiami").fill("Il mio telefono")
    page.get_by_role("button", name="Aggiungi una chiave").click()
    expect(page.get_by_text("da adesso entri anche con «Il mio telefono»")).to_be_visible()
    page.goto("/it/io/")
    page.get_by_role("button", name="Esci").click()
    page.goto("/it/io/profilo/")
    page.get_by_role("button", name="Entra con una chiave").click()
    expect(page).to_have_url(re.compile(r"/it/io/profilo/$"))


def test_who_has_no_key_on_this_phone_reads_a_sentence(phone: OpenPhone) -> None:
    page = phone()
    give_it_a_fingerprint_reader(page)
    page.goto("/it/entra/")
    page.get_by_role("button", name="Entra con una chiave").click()
    expect(page.get_by_text("Non è andata. Riprova, o entra con il codice.")).to_be_visible()


def test_home_from_the_desk_with_a_key(phone: OpenPhone, house: House) -> None:
    desk = phone()
    desk.goto(house.signin_link("marta@example.org"))
    desk.get_by_role("button", name="Entra").click()
    desk.locator("main a[href*='/luoghi/']").first.click()
    desk.goto(desk.url + "sportello/")
    desk.get_by_label("Il suo nome").fill("Wanda")
    desk.get_by_role("button", name="Mostra il codice").click()
    address = desk.get_by_text("/entra/link/").inner_text()
    expect(desk.get_by_role("img", name="Codice da inquadrare")).to_be_visible()

    hers = phone()
    give_it_a_fingerprint_reader(hers)
    hers.goto(address)
    expect(hers.get_by_role("heading", level=1)).to_have_text("Ciao, Wanda")
    hers.get_by_role("button", name="Entra").click()
    hers.get_by_role("button", name="Aggiungi una chiave").click()
    expect(hers.get_by_text("da adesso entri anche con")).to_be_visible()


def test_gone_without_a_trace_on_the_device(phone: OpenPhone) -> None:
    page = phone()
    come_in(page, "addio@example.org")
    assert {"filo", "filo_in"} <= {cookie["name"] for cookie in page.context.cookies()}
    page.goto("/it/io/cancella/")
    page.get_by_label("Sì, cancella tutto").check()
    page.get_by_role("button", name="Cancella tutto").click()
    expect(page.get_by_text("qui non c’è più niente di tuo")).to_be_visible()
    assert not {"filo", "filo_in"} & {cookie["name"] for cookie in page.context.cookies()}
