"""Every route, knocked at by everybody. The table is written by hand; a route missing from it fails the build."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.test import Client

from residents.models import Resident
from spaces.access import ROUTES, Action, gated
from spaces.models import City, CityRole
from tests.architecture.routes import address, routes

type SignIn = Callable[[Resident], Client]

# What each person is answered.
#   str  a stranger                        coo  coordinator of the Casa di quartiere
#   res  signed in, nothing more           cco  coordinator of the city
#   aut  author of the post and the draft  adm  administrator of the city
#   mem  takes part in the Casa            ban  suspended from the city
#   dsk  at the desk of the Casa
TABLE = """
                               str res aut mem dsk coo cco adm ban
    GET  root                  302 302 302 302 302 302 302 302 302
    GET  manifest              200 200 200 200 200 200 200 200 200
    GET  worker                200 200 200 200 200 200 200 200 200
    GET  cities                200 200 200 200 200 200 200 200 200
    GET  privacy               200 200 200 200 200 200 200 200 200
    GET  accessibility         200 200 200 200 200 200 200 200 200
    GET  offline               200 200 200 200 200 200 200 200 200
    GET  city                  200 200 200 200 200 200 200 200 200
    GET  city-ground           200 200 200 200 200 200 200 200 200
    GET  spaces                200 200 200 200 200 200 200 200 200
    GET  space                 200 200 200 200 200 200 200 200 200
    GET  sign-in               200 302 302 302 302 302 302 302 302
    POST sign-in               200 302 302 302 302 302 302 302 302
    GET  sign-in-code          302 302 302 302 302 302 302 302 302
    POST sign-in-again         302 302 302 302 302 302 302 302 302
    GET  sign-in-key           302 302 302 302 302 302 302 302 302
    POST sign-in-key-challenge 200 200 200 200 200 200 200 200 200
    GET  sign-in-link          200 200 200 200 200 200 200 200 200
    POST sign-in-link          302 302 302 302 302 302 302 302 302
    POST sign-out              302 302 302 302 302 302 302 302 302
    GET  erased                200 200 200 200 200 200 200 200 200
    GET  keys                  302 200 200 200 200 200 200 200 200
    POST key-challenge         302 200 200 200 200 200 200 200 200
    POST remove-key            302 404 404 404 404 404 404 404 404
    GET  my-address            302 200 200 200 200 200 200 200 200
    GET  my-address-code       302 302 302 302 302 302 302 302 302
    GET  my-data               302 200 200 200 200 200 200 200 200
    GET  erase-me              302 200 200 200 200 200 200 200 200
    POST erase-me              302 200 200 200 200 200 200 200 200
    GET  me                    302 200 200 200 200 200 200 200 200
    GET  profile               302 200 200 200 200 200 200 200 200
    GET  my-home               302 200 200 200 200 200 200 200 200
    GET  desk                  302 403 403 403 200 200 200 200 403
    POST desk                  302 403 403 403 200 200 200 200 403
    POST desk-link             302 403 403 403 200 200 200 200 403
    GET  report                200 200 200 200 200 200 200 200 200
    POST report                200 200 200 200 200 200 200 200 200
    GET  report-thanks         200 200 200 200 200 200 200 200 200
    GET  queue                 302 403 403 403 403 200 200 200 403
    GET  queue-decide          302 403 403 403 403 200 200 200 403
    POST queue-decide          302 403 403 403 403 422 422 422 403
    GET  suspend-in-city       302 403 403 403 403 403 200 200 403
    POST suspend-in-city       302 403 403 403 403 403 200 200 403
    GET  suspend-here          302 403 403 403 403 200 200 200 403
    POST suspend-here          302 403 403 403 403 200 200 200 403
    GET  write                 200 200 200 200 200 200 200 200 403
    POST write                 200 200 200 200 200 200 200 200 403
    GET  write-what            404 404 200 404 404 404 404 404 404
    GET  write-words           404 404 200 404 404 404 404 404 404
    GET  draft-photo           404 404 200 404 404 404 404 404 404
    GET  write-place           404 404 200 404 404 404 404 404 404
    GET  write-check           404 404 302 404 404 404 404 404 404
    GET  write-publish         404 404 302 404 404 404 404 404 404
    POST write-publish         404 404 302 404 404 404 404 404 404
    GET  post-change           302 403 200 403 403 403 403 403 403
    POST post-change           302 403 200 403 403 403 403 403 403
    GET  post-withdraw         302 403 200 403 403 403 403 403 403
    POST post-withdraw         302 403 302 403 403 403 403 403 403
    GET  post-renew            302 403 200 403 403 403 403 403 403
    POST post-renew            302 403 302 403 403 403 403 403 403
    GET  post-done             302 403 200 403 403 200 200 200 403
    GET  post-history          302 403 200 403 403 200 200 200 403
    GET  post-address          302 403 200 403 403 200 200 200 403
    POST post-address          302 403 200 403 403 200 200 200 403
    GET  mine                  302 200 200 200 200 200 200 200 200
    GET  board                 200 200 200 200 200 200 200 200 200
    GET  filters               200 200 200 200 200 200 200 200 200
    GET  board-map             200 200 200 200 200 200 200 200 200
    GET  post                  200 200 200 200 200 200 200 200 200
    GET  post-photo            200 200 200 200 200 200 200 200 200
    GET  post-own              302 403 200 403 403 200 200 200 403
    GET  space-join            302 200 200 200 200 200 200 200 403
    POST space-join            302 302 302 302 302 302 302 302 403
    GET  space-leave           302 200 200 200 200 200 200 200 200
    POST space-leave           302 200 200 302 302 302 200 200 200
    GET  space-people          302 403 403 403 403 200 200 200 403
    POST space-people          302 403 403 403 403 200 200 200 403
    GET  space-person          302 403 403 403 403 200 200 200 403
    POST space-person          302 403 403 403 403 200 200 200 403
    POST space-ban-lift        302 403 403 403 403 302 302 302 403
    GET  city-people           302 403 403 403 403 403 200 200 403
    POST city-people           302 403 403 403 403 403 403 200 403
    POST city-role-end         302 403 403 403 403 403 403 302 403
    POST city-ban-lift         302 403 403 403 403 403 302 302 403
"""
PEOPLE = {
    "res": "rachid", "aut": "elena", "mem": "li", "dsk": "ada",
    "coo": "marta", "cco": "ottavio", "adm": "nives", "ban": "bruno",
}  # fmt: skip
HEAD, *LINES = [line.split() for line in TABLE.strip().splitlines()]
METHODS = {(route, method) for method, route, *_ in LINES}
PUBLIC = {Action.BOARD_READ, Action.PLACES_READ, Action.POST_READ}


def knock(browser: Client, method: str, path: str) -> Any:
    """Ask once, and undo what it did, in the database and in the browser."""
    cookies = browser.cookies.output(header="", sep=";")
    with transaction.atomic():
        answer = browser.generic(method, path, "x=1", content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    browser.cookies.clear()
    browser.cookies.load(cookies)
    return answer


def browser_of(person: str, world: SimpleNamespace, sign_in: SignIn) -> Client:
    return sign_in(getattr(world, PEOPLE[person])) if person in PEOPLE else Client()


def test_every_route_has_its_row_and_its_lines() -> None:
    assert set(routes()) == set(ROUTES)
    assert {route for route, _ in METHODS} == set(ROUTES)


def test_who_is_answered_what(world: SimpleNamespace, sign_in: SignIn) -> None:
    browsers = {person: browser_of(person, world, sign_in) for person in HEAD}
    wrong = {}
    for method, route, *expected in LINES:
        path = address(route, world)
        found = [str(knock(browsers[person], method, path).status_code) for person in HEAD]
        if found != expected:
            wrong[method, route] = " ".join(found)
    assert wrong == {}


def test_behind_every_gate_somebody_is_refused() -> None:
    refused = {route for _, route, *answers in LINES if {"403", "404"} & set(answers)}
    assert {route for route, action in ROUTES.items() if gated(action)} <= refused


def test_nothing_is_changed_without_a_token(world: SimpleNamespace, sign_in: SignIn) -> None:
    for person in ("adm", "aut"):
        browser = browser_of(person, world, sign_in)
        browser.handler.enforce_csrf_checks = True
        for route in ROUTES:
            assert knock(browser, "POST", address(route, world)).status_code == 403, route


def test_what_belongs_to_one_city_is_not_found_under_another(world: SimpleNamespace, sign_in: SignIn) -> None:
    monza = City.objects.create(
        name="Monza", slug="monza", istat="108033", province="MB", region="Lombardia", lat=45.58, lon=9.27
    )
    for person in (world.nives, world.elena):
        CityRole.objects.create(city=monza, resident=person, role="city_administrator")
    mixed = [route for route, parts in routes().items() if "city" in parts and {"pk", "slug"} & set(parts)]
    assert len(mixed) > 25
    for person in ("adm", "aut"):
        browser = browser_of(person, world, sign_in)
        for method, route, *_ in [line for line in LINES if line[1] in mixed]:
            assert knock(browser, method, address(route, world, city="monza")).status_code == 404, (method, route)


def test_what_does_not_exist_is_not_found(world: SimpleNamespace, sign_in: SignIn) -> None:
    browser = browser_of("adm", world, sign_in)
    nowhere = {"city": "atlantide", "slug": "nessuno"}
    for method, route, *_ in LINES:
        for part in nowhere.keys() & set(routes()[route]):
            assert knock(browser, method, address(route, world, **{part: nowhere[part]})).status_code == 404, (
                method,
                route,
            )


def test_public_pages_set_no_cookie_and_hold_no_token(world: SimpleNamespace) -> None:
    for route in [route for route, action in ROUTES.items() if action in PUBLIC]:
        page = knock(Client(), "GET", address(route, world))
        assert not page.cookies, route
        assert "Cookie" not in page.headers.get("Vary", ""), route
        assert page.streaming or b"csrfmiddlewaretoken" not in page.content, route
