"""Writing as a stranger and proving the address on the way: by finger, by keyboard and without script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import House, OpenPhone, Way
from tests.browser.hands import Hands, Keyboard
from tests.browser.walking import come_in, demo_code, publish, write_as_far_as_the_place

WORDS = "È alta due metri e ha tre ripiani. Viti e cacciavite ci sono: manca chi sa da che parte si comincia."


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photo of a shelf, more or less."""
    file = tmp_path / "mensola.jpg"
    Image.new("RGB", (640, 480), "#b48a52").save(file)
    return file


def seen(card: Locator) -> list[str]:
    """What a card says, but for its age, which goes on."""
    card.locator("time").evaluate_all("times => times.forEach(time => time.remove())")
    return card.inner_text().split()


def card_on_the_board(page: Page, post: str) -> Locator:
    page.goto("/it/rovigo/")
    return page.locator("#posts .post", has=page.locator(f"h2 a[href='{post}']"))


def test_from_the_first_word_to_the_board_and_off_it_again(way: Way, phone: OpenPhone, picture: Path) -> None:
    hands, who = way(), way.name.replace(" ", "-")
    title = f"Montare una mensola ({who})"
    begin(hands)
    fill_in_with_a_day_that_is_none(hands, title, picture)
    put_the_day_right(hands, title)
    place_it(hands)
    preview = see_it_as_others_will(hands.page, title)
    prove_the_address(hands, f"{who}@example.org")
    hands.press_button("Pubblica")
    expect(hands.page.get_by_role("heading", level=1)).to_have_text("È in bacheca")
    post = hands.page.get_by_role("link", name="Guarda il biglietto").get_attribute("href") or ""

    stranger = phone()
    card = card_on_the_board(stranger, post)
    assert seen(card) == preview
    card.get_by_role("link").first.click()
    expect(stranger.locator(".words")).to_have_text(WORDS)
    assert stranger.locator("img.photo").evaluate("photo => photo.decode().then(() => photo.naturalWidth)") == 640
    assert who not in stranger.content().replace(title, "")

    change_the_title(hands, title, f"Montare due mensole ({who})")
    stranger.reload()
    expect(stranger.get_by_role("heading", level=1)).to_have_text(f"Montare due mensole ({who})")
    withdraw(hands)
    hands.page.goto(post)
    expect(hands.page.get_by_text("Non serve più, grazie.")).to_be_visible()
    expect(hands.page.get_by_role("link", name="Segnala")).to_have_count(0)
    stranger.reload()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Non serve più, grazie.")
    expect(card_on_the_board(stranger, post)).to_have_count(0)


def begin(hands: Hands) -> None:
    page = hands.page
    page.goto("/it/rovigo/luoghi/")
    hands.press_link("Scrivi")
    hands.pick(page.get_by_role("radio", name="Chiedo"))
    hands.pick(page.get_by_role("radio", name="Piccoli lavori"))
    hands.send("Avanti")


def fill_in_with_a_day_that_is_none(hands: Hands, title: str, picture: Path) -> None:
    page = hands.page
    hands.write(page.get_by_label("In poche parole"), title)
    hands.write(page.get_by_label("Racconta"), WORDS)
    hands.pick(page.get_by_role("radio", name="Entro un giorno"))
    hands.write(page.get_by_label("Entro quale giorno"), "31/11")
    hands.attach(page.get_by_label("Una foto"), picture)
    hands.write(page.get_by_label("Che cosa si vede nella foto"), "Una mensola di legno")
    hands.send("Avanti")


def put_the_day_right(hands: Hands, title: str) -> None:
    """Nothing typed is lost, the picture neither; the sentence leads to the field."""
    page, day = hands.page, hands.page.get_by_label("Entro quale giorno")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Il 31 novembre non esiste")
    if hands.script:
        expect(alert).to_be_focused()
    hands.press(alert.get_by_role("link"))
    if hands.script:
        expect(day).to_be_focused()
    expect(day).to_have_value("31/11")
    expect(page.get_by_label("In poche parole")).to_have_value(title)
    expect(page.get_by_label("Racconta")).to_have_value(WORDS)
    expect(page.get_by_label("Che cosa si vede nella foto")).to_have_value("Una mensola di legno")
    expect(page.get_by_text("La foto che hai scelto è rimasta")).to_be_visible()
    hands.write(day, "domani")
    hands.send("Avanti")


def place_it(hands: Hands) -> None:
    """By a tap on the map; by street with the keyboard; by neighbourhood without script."""
    page = hands.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Dove?")
    if isinstance(hands, Keyboard):
        hands.pick(page.get_by_role("radio", name="In una via"))
        hands.write(page.get_by_label("Via e numero"), "via san bortolo 8")
    elif hands.script:
        hands.pick(page.get_by_role("radio", name="Una zona sulla mappa"))
        hands.press_button("Apri la mappa")
        expect(page.locator("#map path.cell:not([d='M0 0'])").first).to_be_visible()
        page.locator("#map").tap()
        expect(page.get_by_text("Scelta:")).to_be_visible()
    else:
        hands.pick(page.get_by_role("radio", name="In un quartiere"))
        hands.select(page.get_by_label("Quartiere", exact=True), "Tassina")
    hands.send("Avanti")


def see_it_as_others_will(page: Page, title: str) -> list[str]:
    expect(page.get_by_role("heading", level=1)).to_have_text("Così ti vedono gli altri")
    card = page.locator("#card .post")
    expect(card.locator("h2")).to_contain_text(title)
    expect(page.get_by_role("img", name="Una mensola di legno")).to_be_visible()
    expect(page.get_by_text("Si vede la zona, non la casa.")).to_be_visible()
    assert "bortolo 8" not in page.content().lower()
    return seen(card)


def prove_the_address(hands: Hands, email: str) -> None:
    page = hands.page
    hands.press_button("Pubblica")
    hands.write(page.get_by_label("Il tuo indirizzo e-mail"), email)
    hands.send("Mandami il codice")
    hands.write(page.get_by_label("Il codice di sei cifre"), demo_code(page))
    hands.send("Entra")
    expect(page.get_by_role("heading", level=1)).to_have_text("Così ti vedono gli altri")


def change_the_title(hands: Hands, before: str, after: str) -> None:
    page = hands.page
    if hands.script:
        hands.press_link("Guarda il biglietto")
        hands.press_link("Cambia")
    else:  # who has no script finds their posts on their own page
        page.goto("/it/io/")
        hands.press(page.get_by_role("link", name=re.compile(f"^Cambia.*{re.escape(before)}")))
    hands.press_button("Le parole e la foto")
    expect(page.get_by_label("In poche parole")).to_have_value(before)
    hands.write(page.get_by_label("In poche parole"), after)
    hands.send("Avanti")
    hands.press_button("Salva i cambiamenti")
    expect(page.get_by_role("heading", level=1)).to_have_text("È in bacheca")


def withdraw(hands: Hands) -> None:
    page = hands.page
    hands.press_link("Cambia o ritira")
    hands.press_link("Ritira")
    hands.press_button("Ritira il biglietto")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ritirato, grazie")


@pytest.mark.parametrize("taken", ["Usa la mia posizione", "Solo la mia zona"])
def test_the_phones_own_position(phone: OpenPhone, house: House, taken: str) -> None:
    """The exact point goes into the form alone, where it is kept for few; of the zone nothing else goes anywhere."""
    page = phone(geolocation={"latitude": 45.07123, "longitude": 11.79456}, permissions=["geolocation"])
    write_as_far_as_the_place(page, "Una mano in cantina")
    page.get_by_role("radio", name="Dove sono adesso").check()
    page.get_by_role("button", name=taken).click()
    expect(page.get_by_text(re.compile("^Presa"))).to_be_visible()
    page.get_by_role("button", name="Avanti").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Così ti vedono gli altri")
    promise = "L’indirizzo lo vede solo chi ti aiuta." if "posizione" in taken else "L’indirizzo non l’abbiamo"
    expect(page.get_by_text(promise)).to_be_visible()
    assert "45.0712" not in page.content() + page.url
    assert "45.0712" not in house.log.read_text()


def test_a_phone_that_does_not_say_where_it_is_asks_for_the_street(phone: OpenPhone) -> None:
    page = phone()
    write_as_far_as_the_place(page, "Una mano in soffitta")
    page.get_by_role("radio", name="Dove sono adesso").check()
    page.get_by_role("button", name="Usa la mia posizione").click()
    expect(page.get_by_text("Il telefono non dice dove sei. Scrivi la via")).to_be_visible()
    page.get_by_role("radio", name="In una via").check()
    page.get_by_label("Via e numero").fill("Via Vivaldi 16")
    page.get_by_role("button", name="Avanti").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Così ti vedono gli altri")


def test_what_was_left_halfway_waits_here(phone: OpenPhone) -> None:
    page = phone()
    write_as_far_as_the_place(page, "Un gatto da curare in agosto")
    page.goto("/it/rovigo/scrivi/")
    page.get_by_role("link", name="Riprendilo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dove?")
    page.get_by_role("link", name="Indietro").click()
    expect(page.get_by_label("In poche parole")).to_have_value("Un gatto da curare in agosto")


def test_one_finds_ones_own_on_the_board_and_nobody_else_does(phone: OpenPhone) -> None:
    page, stranger = phone(), phone()
    come_in(page, "pomodori@example.org")
    href = publish(page, "Due pomodori del mio orto")
    for one in (page, stranger):
        one.goto("/it/rovigo/")
    page.get_by_text("Le tue cose").click()
    expect(page.locator(f"#mine a[href='{href}']")).to_be_visible()
    expect(page.locator("#mine .list li")).to_have_count(1)
    expect(stranger.locator("#mine")).to_be_hidden()
    assert "pomodori" not in stranger.goto("/it/rovigo/mie/").text()  # type: ignore[union-attr]  # an answer there is
