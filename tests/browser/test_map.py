"""The map says what the list beside it says, from near and from far, in both directions of writing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPhone


def marked(page: Page, kind: str) -> int:
    """All that the marks of one kind count together."""
    return sum(int(re.sub(r"\D", "", words)) for words in page.locator(f"a.mark .{kind}").all_inner_texts())


def listed(page: Page) -> int:
    """All that the neighbourhoods of the list count together; «una richiesta» is one."""
    rows = " ".join(page.locator(".around .list .soft").all_inner_texts())
    return sum(map(int, re.findall(r"\d+", rows))) + len(re.findall(r"una richiesta|un’offerta", rows))


def test_near_and_far_count_the_same_as_the_list(phone: OpenPhone) -> None:
    page = phone()
    page.goto("/it/rovigo/?view=map")
    expect(page.locator("#map.far a.mark").first).to_be_visible()
    far = page.locator("a.mark").count()
    total = listed(page)
    assert total and marked(page, "asks") + marked(page, "gives") == total
    for _ in range(4):
        page.get_by_role("button", name="Avvicina").click()
        page.wait_for_timeout(400)  # Leaflet's own movement
    expect(page.locator("#map.far")).to_have_count(0)
    assert page.locator("a.mark").count() > far
    assert marked(page, "asks") + marked(page, "gives") == total


@pytest.mark.parametrize(("language", "width"), [("it", 390), ("it", 1280), ("ar", 1280)])
def test_ones_own_zone_is_lit_and_what_stands_there_is_marked(phone: OpenPhone, language: str, width: int) -> None:
    page = phone(viewport={"width": width, "height": 800})
    page.goto("/it/rovigo/")
    cell = page.locator('.post[data-precision="cell"]').first.get_attribute("data-cell")
    page.goto(f"/{language}/rovigo/?view=map&near={cell}")
    expect(page.locator("#map path.here")).to_have_count(1)
    here = page.locator("#map path.here").bounding_box()
    mark = page.locator(f'a.mark[href="/{language}/rovigo/?near={cell}"] .flow').bounding_box()
    assert here and mark
    middle = (mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    assert abs(middle[0] - here["x"] - here["width"] / 2) < 4
    assert abs(middle[1] - here["y"] - here["height"] / 2) < 12
