"""Reading as a stranger: from the way in to a neighbour's telephone, by finger, by keyboard and without script."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.conftest import House, OpenPhone
from tests.browser.hands import Hands, Keyboard


def stand_in_the_zone_of(card: Locator) -> tuple[str, str]:
    """Somewhere in the cell of a card, though not at its centre; returns how latitude and longitude begin."""
    lat, lon = (float(card.get_attribute(f"data-{axis}") or "") + 0.000321 for axis in ("lat", "lon"))
    card.page.context.set_geolocation({"latitude": lat, "longitude": lon})
    return str(lat)[:7], str(lon)[:7]


def titles(page: Page) -> list[str]:
    return page.locator("#posts .post h2 a").all_inner_texts()


def kinds(page: Page) -> set[str]:
    return set(page.locator("#posts .post .kind").all_inner_texts())


def test_from_the_way_in_to_a_telephone(hands: Hands) -> None:
    page = hands.page
    page.goto("/")
    hands.press_link("Rovigo")
    expect(page.get_by_role("heading", level=1)).to_have_text("A Rovigo")
    hands.press_link("Filtri")
    hands.select(page.get_by_label("Vicino a"), "San Bortolo")
    hands.press_button("Mostra")
    expect(page).to_have_url(re.compile(r"near=[0-9a-f]{15}"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Qui vicino")
    first = page.locator(".post").first
    expect(first.locator("[data-where]")).to_have_text(re.compile("nella tua zona" if hands.script else "San Bortolo"))
    title = first.locator("h2 a")
    name = title.inner_text()
    hands.press(title)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    telephone = page.locator("#rispondi").get_by_role("link")
    expect(telephone).to_be_hidden()
    hands.press(page.locator("#rispondi summary"))
    expect(telephone).to_be_visible()
    expect(telephone).to_have_attribute("href", re.compile(r"^tel:0425000\d+$"))


def test_the_list_goes_on(hands: Hands) -> None:
    page = hands.page
    page.goto("/it/rovigo/")
    before = titles(page)
    more = page.get_by_role("link", name="Mostra altri")
    hands.reach(more)
    scroll = page.evaluate("scrollY")
    hands.press(more)
    if not hands.script:
        expect(page).to_have_url(re.compile("cursor="))
        assert not set(titles(page)) & set(before)
        return
    new = page.locator("#posts .post").nth(len(before)).locator("h2 a")
    expect(new).to_be_focused()
    assert titles(page)[: len(before)] == before
    assert len(set(titles(page))) > len(before)
    assert page.evaluate("scrollY") == scroll
    expect(page.locator("#said")).to_have_text(re.compile(r"Ecco \d+ biglietti"))


def test_a_filter_changes_the_list_and_nothing_else(hands: Hands) -> None:
    page = hands.page
    page.goto("/it/rovigo/")
    assert kinds(page) == {"Chiedo", "Offro"}
    offers = page.get_by_role("link", name="Offro", exact=True)
    page.evaluate("window.same = true; scrollTo(0, 40)")
    hands.reach(offers)
    scroll = page.evaluate("scrollY")
    hands.press(offers)
    expect(page).to_have_url(re.compile(r"/it/rovigo/\?kind=offer$"))
    expect(offers).to_have_attribute("aria-current", "true")
    assert kinds(page) == {"Offro"}
    if hands.script:
        assert page.evaluate("window.same") is True
        assert page.evaluate("scrollY") == scroll
        expect(offers).to_be_focused()
    page.go_back()
    expect(offers).not_to_have_attribute("aria-current", "true")
    assert kinds(page) == {"Chiedo", "Offro"}


def test_the_keyboard_skips_what_stands_above(phone: OpenPhone) -> None:
    page = phone()
    page.goto("/it/rovigo/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Vai al contenuto")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_keyboard_opens_and_leaves_the_menu_of_languages(phone: OpenPhone) -> None:
    page = phone()
    page.goto("/it/rovigo/")
    keys = Keyboard(page)
    menu = page.locator("summary", has_text="Lingua")
    keys.press(menu)
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.locator("header").get_by_role("link", name="العربية")).to_be_hidden()
    keys.press(menu)
    keys.press(page.locator("header").get_by_role("link", name="العربية"))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")


def test_near_me_says_the_zone_and_never_the_point(phone: OpenPhone, house: House) -> None:
    page = phone(permissions=["geolocation"])
    page.goto("/it/rovigo/")
    point = stand_in_the_zone_of(page.locator(".post[data-precision=cell]").first)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.get_by_role("link", name="Vicino a me").click()
    expect(page).to_have_url(re.compile(r"/it/rovigo/\?near=[0-9a-f]{15}$"))
    expect(page.locator(".post [data-where]").first).to_have_text(re.compile("^nella tua zona"))
    assert [request.url for request in asked if point[0] in (request.post_data or "")] == [f"{house.url}/cells"]
    assert not [request.url for request in asked if point[0] in request.url or point[1] in request.url]
    told, cell = house.log.read_text(), page.url.partition("near=")[2]
    assert "GET /it/rovigo/ 200" in told
    assert not [secret for secret in (cell, *point) if secret in told]


def test_a_phone_that_does_not_say_where_it_is_shows_the_neighbourhoods(phone: OpenPhone) -> None:
    page = phone()
    page.goto("/it/rovigo/")
    page.get_by_role("link", name="Vicino a me").click()
    expect(page).to_have_url(re.compile(r"/it/rovigo/filtri/#zona-ignota$"))
    expect(page.get_by_text("Il telefono non dice dove sei")).to_be_visible()
    page.get_by_role("button", name="Usa la mia posizione").click()
    expect(page.get_by_role("button", name="Il telefono non dice dove sei")).to_be_visible()
    expect(page.get_by_label("Vicino a")).to_be_visible()


def test_the_nearest_city_comes_first_and_the_point_stays_on_the_phone(phone: OpenPhone) -> None:
    page = phone(geolocation={"latitude": 45.07, "longitude": 11.79}, permissions=["geolocation"])
    page.goto("/it/")
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.get_by_role("button", name="Prima le più vicine a me").click()
    expect(page.locator("#cities a").first).to_have_text("Rovigo")
    expect(page.locator("#cities a").first).to_be_focused()
    assert not [request.url for request in asked if request.post_data or "45.0" in request.url]


def test_the_map_and_a_mark_on_it(phone: OpenPhone) -> None:
    page = phone()
    page.goto("/it/rovigo/")
    page.get_by_role("link", name="Mappa", exact=True).click()
    marks = page.locator("#map a.mark")
    neighbourhoods = page.locator(".around .list li").count()
    assert neighbourhoods > 10
    expect(marks).to_have_count(neighbourhoods)
    assert page.locator("#map path.cell").count() > 20
    marks.filter(has_text="Grignano Polesine").click()
    expect(page).to_have_url(re.compile(r"near=[0-9a-f]{15}"))
    expect(page.get_by_role("link", name="Zona Grignano Polesine")).to_be_visible()
