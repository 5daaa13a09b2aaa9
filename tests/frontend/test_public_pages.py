"""Public pages are the same for everybody who opens them: they set no cookie, hold no token and ask no session."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mutual_aid.models import Post

type MakePost = Callable[..., Post]

PAGES = [
    "/it/",
    "/it/?q=rov",
    "/it/rovigo/",
    "/it/rovigo/?near={near}&radius=2&category=shopping",
    "/it/rovigo/?view=map",
    "/it/rovigo/filtri/",
    "/it/rovigo/post/{post}/",
    "/it/rovigo/citta/",
    "/it/rovigo/citta/mappa.json",
    "/it/rovigo/luoghi/",
    "/it/rovigo/luoghi/?near={near}",
    "/it/rovigo/luoghi/casa/",
    "/it/riservatezza/?city=rovigo",
    "/it/accessibilita/",
    "/it/senza-rete/",
    "/sw.js",
    "/manifest.webmanifest",
]


@pytest.fixture
def address(cast: SimpleNamespace, make_post: MakePost) -> Callable[[str], str]:
    """A page's address in the small Rovigo of the tests."""
    post = make_post(show_name=True, languages=["it", "ar"])
    return lambda page: page.format(near=cast.near.index, post=post.pk)


def read(answer: Any) -> Any:
    """The markup of an answer; Any, since a part that is missing fails the test by itself."""
    return BeautifulSoup(answer.content, "html.parser")


def soup(client: Client, path: str) -> Any:
    return read(client.get(path))


@pytest.mark.parametrize("page", PAGES)
def test_a_public_page_reads_and_leaves_nothing(client: Client, address: Callable[[str], str], page: str) -> None:
    answer = client.get(address(page))
    assert answer.status_code == 200
    assert not answer.cookies
    assert "cookie" not in answer.headers.get("Vary", "").lower()
    assert b"csrf" not in answer.content.lower()


@pytest.mark.parametrize("page", PAGES)
def test_who_is_signed_in_gets_the_very_same_page(
    client: Client, cast: SimpleNamespace, address: Callable[[str], str], page: str, sign_in: Callable[..., Client]
) -> None:
    assert sign_in(cast.elena).get(address(page)).content == client.get(address(page)).content


@pytest.mark.parametrize("page", [page for page in PAGES if "." not in page])
def test_nothing_stands_in_line_and_nothing_comes_from_elsewhere(
    client: Client, address: Callable[[str], str], page: str
) -> None:
    html = soup(client, address(page))
    assert not html.select("style, script:not([src]), [style], [onclick], [onload], [onsubmit]")
    fetched = [tag.get("src") or tag.get("href") for tag in html.select("script, link, img, use")]
    assert [place for place in fetched if not str(place).startswith("/")] == []


@pytest.mark.parametrize("page", [page for page in PAGES if "." not in page])
def test_every_page_ends_with_a_human_voice(client: Client, address: Callable[[str], str], page: str) -> None:
    html = soup(client, address(page))
    talk = html.select_one("footer section")
    assert talk and "Preferisci parlare?" in talk.text
    assert talk.select_one('a[href="tel:0425000012"]') if "rovigo" in page else "Scegli la tua città" in talk.text


def test_a_city_without_anybody_to_call_says_so(client: Client, cast: SimpleNamespace) -> None:
    cast.city.spaces.update(phone="")
    assert "A Rovigo non c’è ancora qualcuno che risponde" in soup(client, "/it/rovigo/").footer.text


def test_the_voice_is_the_nearest(client: Client, cast: SimpleNamespace) -> None:
    cast.city.spaces.create(
        name="Biblioteca", slug="biblioteca", address="Piazza 1", lat=45.061, lon=11.78, cell=cast.far, phone="0425 99"
    )
    assert soup(client, f"/it/rovigo/?near={cast.near.index}").select_one('footer a[href="tel:0425000012"]')
    assert soup(client, f"/it/rovigo/?near={cast.far.index}").select_one('footer a[href="tel:042599"]')


@pytest.mark.parametrize("page", [page for page in PAGES if "." not in page])
def test_the_same_page_in_another_language_is_one_link_away(
    client: Client, address: Callable[[str], str], page: str
) -> None:
    path = address(page)
    html = soup(client, path)
    in_arabic = {link["href"] for link in html.select('[hreflang="ar"]')}
    assert in_arabic == {path.replace("/it/", "/ar/", 1)}
    assert soup(client, in_arabic.pop()).html["dir"] == "rtl"


@pytest.mark.parametrize(("asks", "gets"), [("ar,en;q=0.5", "/ar/"), ("de", "/it/"), ("", "/it/")])
def test_the_way_in_speaks_the_language_of_the_device(client: Client, asks: str, gets: str) -> None:
    answer = client.get("/", headers={"accept-language": asks})
    assert answer["Location"] == gets
    assert answer["Vary"] == "Accept-Language"


def test_a_city_is_found_by_its_name_without_accents_and_without_script(client: Client, cast: SimpleNamespace) -> None:
    assert soup(client, "/it/?q=ROVÌ").select_one('#cities a[href="/it/rovigo/"]')
    assert "Nessuna città si chiama «Atlantide»" in soup(client, "/it/?q=Atlantide").text
    assert client.get("/it/", {"q": "\0<b>'"}).status_code == 200


def test_words_of_people_are_words_and_never_markup(client: Client, make_post: MakePost) -> None:
    post = make_post(title="<b>Ciao</b> & «tu»", words="<script>alert(1)</script>", language="ar")
    html = soup(client, "/it/rovigo/")
    title = html.select_one(".post h2 a")
    assert title and title.text == post.title
    assert (title["lang"], title["dir"]) == ("ar", "auto")
    assert not soup(client, post.get_absolute_url()).select("main script, main b")


def test_a_card_tells_the_script_what_it_needs_and_nothing_more(
    client: Client, cast: SimpleNamespace, make_post: MakePost
) -> None:
    post = make_post(languages=["it", "ro"], urgent=True)
    card = soup(client, "/it/rovigo/").select_one(".post")
    assert card
    data = {name.removeprefix("data-"): value for name, value in card.attrs.items() if name.startswith("data-")}
    assert data == {
        "id": str(post.pk),
        "version": "1",
        "kind": "request",
        "category": "shopping",
        "precision": "cell",
        "cell": cast.near.index,
        "lat": f"{cast.near.lat:.5f}",
        "lon": f"{cast.near.lon:.5f}",
        "language": "it",
        "languages": "it ro",
        "urgent": "1",
        "space": "",
        "published": data["published"],
    }
    assert "Elena" not in card.text


@pytest.mark.parametrize("shown", [True, False])
def test_a_name_stands_on_the_posts_own_page_if_its_author_wishes(
    client: Client, make_post: MakePost, shown: bool
) -> None:
    post = make_post(show_name=shown)
    assert ("Elena" in soup(client, post.get_absolute_url()).main.text) is shown


@pytest.mark.parametrize(
    ("state", "status", "says"),
    [
        ("withdrawn", 410, "Chi l’ha scritto ha staccato questo biglietto"),
        ("expired", 410, "è rimasto esposto quanto doveva"),
        ("removed", 404, "Qui non c’è niente"),
        ("pending", 404, "Qui non c’è niente"),
    ],
)
def test_a_post_that_stands_no_more_says_so_kindly(
    client: Client, make_post: MakePost, state: str, status: int, says: str
) -> None:
    answer = client.get(make_post(state=state).get_absolute_url())
    assert answer.status_code == status
    assert says in answer.content.decode()


def test_an_empty_board_shows_the_way_on(client: Client, cast: SimpleNamespace, make_post: MakePost) -> None:
    make_post(cell=cast.far)
    html = soup(client, f"/it/rovigo/?near={cast.near.index}&radius=1")
    nothing = html.select_one(".nothing")
    assert nothing and "Per ora nessuno, entro 1 km." in nothing.text
    assert re.search(r"Entro \d+ km trovi\s+una richiesta", nothing.text)
    wider = nothing.select_one("a.button")
    assert wider and soup(client, str(wider["href"])).select_one(".post")


def test_each_filter_that_is_on_is_a_link_that_takes_it_off(
    client: Client, cast: SimpleNamespace, make_post: MakePost
) -> None:
    make_post(urgent=True)
    html = soup(client, f"/it/rovigo/?category=shopping&near={cast.near.index}&radius=2&urgent=1&q=spesa")
    found = {link.bdi.text: link["href"] for link in html.select(".pick.on")}
    assert list(found) == ["Spesa", "Entro 2 km", "Zona San Bortolo", "Urgente", "«spesa»"]
    assert found["Spesa"] == f"/it/rovigo/?near={cast.near.index}&radius=2&urgent=1&q=spesa"


def test_every_filter_is_in_the_form_and_comes_back_checked(client: Client, cast: SimpleNamespace) -> None:
    path = f"?kind=offer&category=food&near={cast.near.index}&radius=5&order=new&urgent=1&language=ar&space=casa&q=pane"
    form = soup(client, f"/it/rovigo/filtri/{path}").select_one("#filters")
    assert form and form["action"] == "/it/rovigo/" and form.get("method") is None
    sent = {field["name"]: field["value"] for field in form.select("input[checked], input[type=search]")}
    sent |= {field["name"]: field.select_one("option[selected]")["value"] for field in form.select("select")}
    assert sent == dict(pair.split("=") for pair in path[1:].split("&"))


def test_the_map_stands_beside_itself_in_words(client: Client, cast: SimpleNamespace, make_post: MakePost) -> None:
    make_post(), make_post(kind="offer"), make_post(cell=cast.far)
    html = soup(client, "/it/rovigo/?view=map")
    rows = [" ".join(row.stripped_strings) for row in html.select(".around .list li")]
    assert rows == ["Commenda una richiesta", "San Bortolo una richiesta e un’offerta"]
    ground = client.get(html.select_one("#map")["data-ground"]).json()["features"]
    assert {feature["properties"]["kind"] for feature in ground} == {"city", "cell", "neighbourhood"}
    assert "leaflet" not in str(soup(client, "/it/rovigo/").head)


@pytest.mark.parametrize("path", ["/it/nulla/qui/", "/it/rovigo/nulla/qui/", "/it/xx/", "/it/rovigo/luoghi/nessuno/"])
def test_where_there_is_nothing_a_way_on_is_shown(client: Client, cast: SimpleNamespace, path: str) -> None:
    answer = client.get(path)
    html = read(answer)
    assert answer.status_code == 404 and html.h1.text == "Qui non c’è niente."
    assert html.select_one("main a.button")
    assert not answer.cookies
    assert bool(html.select_one('footer a[href="tel:0425000012"]')) == ("rovigo" in path)


@pytest.mark.parametrize(
    "page", ["/it/rovigo/", "/it/rovigo/?near={near}", "/it/rovigo/luoghi/", "/it/rovigo/luoghi/casa/"]
)
def test_more_posts_and_spaces_ask_no_more_of_the_database(
    client: Client, cast: SimpleNamespace, make_post: MakePost, page: str
) -> None:
    path = page.format(near=cast.near.index)
    make_post(space=cast.casa)
    client.get(path)  # the grid is read once and remembered
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for n in range(30):
        make_post(space=cast.casa, kind=["offer", "request"][n % 2])
        place = {"address": "Via 1", "lat": 45.07, "lon": 11.79, "cell": cast.near}
        cast.city.spaces.create(name=f"Sala {n}", slug=f"sala-{n}", **place)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) <= len(few) <= 12
