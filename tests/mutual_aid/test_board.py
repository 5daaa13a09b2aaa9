"""The board: what is on it, in which order, and what an address may ask of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from mutual_aid import board
from mutual_aid.filters import Filters
from mutual_aid.models import Post
from spaces import location
from tests.conftest import cell_at

pytestmark = pytest.mark.django_db
MakePost = Callable[..., Post]


@pytest.fixture
def grid(cast: SimpleNamespace) -> SimpleNamespace:
    """The city with all its cells drawn, so that there is a near and a far."""
    location.redraw(cast.city)
    cast.near = location.cell_of_area(cast.san_bortolo)
    cast.far = location.cell_of_area(cast.commenda)
    return cast


def titles(client: Client, query: str = "") -> list[str]:
    html = client.get(f"/it/rovigo/{query}").content.decode()
    return [
        part.split("</a>")[0].rsplit(">", 1)[1] for part in html.split("<h2>")[1:] if "/post/" in part.split("</h2>")[0]
    ]


def ids(page: board.Page) -> list[Any]:
    return [post.pk for post in page.posts]


def filters(city: Any, **asked: Any) -> Filters:
    return Filters(city=city, **asked)


def test_open_posts_stand_on_the_board_newest_first(client: Client, make_post: MakePost) -> None:
    make_post(title="Di ieri", published_at=now() - timedelta(days=1))
    make_post(title="Di adesso")
    for state in ["pending", "withdrawn", "expired", "removed"]:
        make_post(title=f"È {state}", state=state)
    assert titles(client) == ["Di adesso", "Di ieri"]


def test_nearest_first_goes_by_cells_then_newest(grid: SimpleNamespace, make_post: MakePost) -> None:
    hour = timedelta(hours=1)
    far_new = make_post(cell=grid.far, published_at=now())
    near_old = make_post(cell=grid.near, published_at=now() - 2 * hour)
    near_new = make_post(cell=grid.near, published_at=now() - hour)
    asked = filters(grid.city, near=grid.near)
    assert ids(board.page(asked)) == [near_new.pk, near_old.pk, far_new.pk]
    assert ids(board.page(asked.but(order="new"))) == [far_new.pk, near_new.pk, near_old.pk]


@pytest.mark.parametrize("order", ["near", "new"])
@pytest.mark.parametrize("words", ["", "spesa"])
def test_a_board_read_page_by_page_shows_every_post_once(
    grid: SimpleNamespace, make_post: MakePost, order: str, words: str
) -> None:
    same_moment = now()
    cells = [grid.near, grid.far, *grid.city.cells.order_by("index")[:40]]
    for n in range(60):
        make_post(cell=cells[n % len(cells)], published_at=same_moment - timedelta(minutes=n // 7))
    asked = filters(grid.city, near=grid.near, order=order, words=words)
    whole = ids(board.page(asked, size=100))
    seen, cursor = [], None
    while True:
        page = board.page(asked, cursor, size=7)
        seen += ids(page)
        if page.next is None:
            break
        cursor = board.Cursor.read(str(page.next))
    assert seen == whole
    assert len(set(seen)) == 60


def test_the_radius_reaches_from_centre_to_centre(grid: SimpleNamespace, make_post: MakePost) -> None:
    for cell in grid.city.cells.all():
        make_post(cell=cell)
    reached = board.page(filters(grid.city, near=grid.near, radius=2), size=1000).posts
    distances = dict(location.ranked_cells(grid.city, grid.near))
    assert {post.cell_id for post in reached} == {cell for cell, metres in distances.items() if metres <= 2000}
    assert 3 < len(reached) < grid.city.cells.count()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?kind=offer", ["Minestra per quattro"]),
        ("?kind=request", ["Un passaggio", "La spesa"]),
        ("?category=rides", ["Un passaggio"]),
        ("?urgent=1", ["Un passaggio"]),
        ("?language=ro", ["La spesa"]),
        ("?space=casa", ["Minestra per quattro"]),
        ("?q=minestre", ["Minestra per quattro"]),
        ("?q=perche", ["La spesa"]),
        ("?q=minstra", ["Minestra per quattro"]),
        ("?q=elefante", []),
        ("?kind=offer&urgent=1", []),
        ("?kind=x&category=%00&language=xx&radius=-3&view=x", ["Minestra per quattro", "Un passaggio", "La spesa"]),
    ],
)  # fmt: skip
def test_each_filter(client: Client, cast: SimpleNamespace, make_post: MakePost, query: str, found: list[str]) -> None:
    hour = timedelta(hours=1)
    make_post(title="La spesa", words="Perché non riesco", languages=["it", "ro"], published_at=now() - 2 * hour)
    make_post(title="Un passaggio", words="", category="rides", urgent=True, published_at=now() - hour)
    make_post(title="Minestra per quattro", words="", kind="offer", category="food", space=cast.casa)
    assert titles(client, query) == found


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?cursor=forged", "Ecco la bacheca dall’inizio"),
        ("?cursor=WyIxIiwgIngiLCAieSJd", "Ecco la bacheca dall’inizio"),
        ("?cursor=" + "A" * 5000, "Ecco la bacheca dall’inizio"),
        ("?near=8f2830828052d25", "Questa zona non c’è a Rovigo"),
        ("?near=881ea5a9d9fffff", "Questa zona non c’è a Rovigo"),
        ("?near=' OR 1=1", "Questa zona non c’è a Rovigo"),
        ("?space=altrove", "Questo luogo non c’è a Rovigo"),
        ("?radius=2", "scegli prima una zona"),
    ],
)
def test_a_wrong_address_gives_the_board_and_a_sentence(
    client: Client, make_post: MakePost, query: str, sentence: str
) -> None:
    make_post(title="La spesa")
    response = client.get(f"/it/rovigo/{query}")
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert titles(client, query) == ["La spesa"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_cursor_from_beyond_the_calendar_is_forged(client: Client, make_post: MakePost, at: str) -> None:
    cursor = board.Cursor(1, datetime.fromisoformat(at), make_post().pk)
    response = client.get("/it/rovigo/", {"cursor": str(cursor)})
    assert (response.status_code, "Ecco la bacheca dall’inizio" in response.content.decode()) == (200, True)


def test_a_cursor_of_a_cell_of_another_city_is_forged(
    grid: SimpleNamespace, client: Client, make_post: MakePost
) -> None:
    cursor = board.Cursor(grid.near.pk + 10_000, now(), make_post().pk)
    html = client.get(f"/it/rovigo/?near={grid.near.index}&cursor={cursor}").content.decode()
    assert "Ecco la bacheca dall’inizio" in html


def test_an_empty_radius_offers_the_next_that_holds_something(
    grid: SimpleNamespace, client: Client, make_post: MakePost
) -> None:
    make_post(cell=grid.far, kind="offer", category="animals")
    html = client.get(f"/it/rovigo/?near={grid.near.index}&radius=1&category=animals").content.decode()
    assert "Per ora nessuno, entro 1 km" in html
    wider = board.wider(filters(grid.city, near=grid.near, radius=1, category="animals"))
    assert wider is not None
    assert (wider.requests, wider.offers) == (0, 1)
    assert ids(board.page(wider.filters)) != []


@pytest.mark.parametrize("query", ["", "?near={near}", "?near={near}&radius=5&q=spesa", "?view=map", "?q=introvabile"])
def test_a_page_costs_the_same_few_queries_whatever_the_data(
    grid: SimpleNamespace, client: Client, make_post: MakePost, django_assert_max_num_queries: Any, query: str
) -> None:
    address = f"/it/rovigo/{query.format(near=grid.near.index)}"
    for size in (1, 60):
        for n in range(size):
            make_post(cell=grid.far if n % 2 else grid.near, space=grid.casa if n % 3 else None)
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("query", ["", "?view=map", "?q=spesa", "?near={near}", "?cursor=x"])
def test_the_public_board_is_the_same_for_everybody_and_sets_no_cookie(
    cast: SimpleNamespace, make_post: MakePost, sign_in: Callable[..., Client], query: str
) -> None:
    make_post()
    address = f"/it/rovigo/{query.format(near=cast.near.index)}"
    stranger, elena = Client().get(address), sign_in(cast.elena).get(address)
    assert stranger.content == elena.content
    assert not stranger.cookies
    assert "Cookie" not in stranger.get("Vary", "")
    assert b"csrf" not in stranger.content.lower()


def test_people_s_words_are_shown_as_typed(client: Client, make_post: MakePost) -> None:
    make_post(title="<script>alert(1)</script> 🍲", words="مرحبا <b>ciao</b>")
    html = client.get("/it/rovigo/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 🍲" in html
    assert "مرحبا &lt;b&gt;ciao&lt;/b&gt;" in html


def test_one_post(client: Client, cast: SimpleNamespace, make_post: MakePost, sign_in: Callable[..., Client]) -> None:
    open_, gone, waiting = make_post(), make_post(state="withdrawn"), make_post(state="pending")
    elsewhere = f"/it/padova/post/{open_.pk}/"
    address = "/it/rovigo/post/{}/".format
    assert client.get(address(open_.pk)).status_code == 200
    assert "0425 000 012" in client.get(address(open_.pk)).content.decode()
    assert client.get(address(gone.pk)).status_code == 410
    assert client.get(address(waiting.pk)).status_code == 404
    assert client.get(elsewhere).status_code == 404
    for person, status in [(cast.elena, 200), (cast.marta, 404), (cast.nives, 200), (cast.rachid, 404)]:
        assert sign_in(person).get(address(waiting.pk)).status_code == status, person


def test_the_map_counts_by_cell(grid: SimpleNamespace, client: Client, make_post: MakePost) -> None:
    make_post(cell=grid.near)
    make_post(cell=grid.near, kind="offer")
    make_post(cell=grid.far, kind="offer")
    features = client.get("/it/rovigo/mappa.json?kind=offer").json()["features"]
    assert {f["properties"]["cell"]: (f["properties"]["requests"], f["properties"]["offers"]) for f in features} == {
        grid.near.index: (0, 1),
        grid.far.index: (0, 1),
    }


def test_cell_at_agrees_with_the_grid(cast: SimpleNamespace) -> None:
    assert cell_at(cast.city, cast.near.lat, cast.near.lon) == cast.near


def test_looking_for_resembling_words_gives_up_in_time(
    cast: SimpleNamespace, client: Client, make_post: MakePost, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = make_post(title="Minestra per quattro")
    Post.objects.bulk_create(
        Post(
            city=cast.city, cell=cast.near, author=cast.elena, kind="offer", category="food", state="open",
            title=f"Minestrone numero {n}, minestrina e minestraio", expires_at=pattern.expires_at,
        )
        for n in range(3000)
    )  # fmt: skip
    assert board.page(filters(cast.city, words="minestrq")).resembling
    monkeypatch.setitem(board.LENIENT, "statement_timeout", "1")
    assert board.page(filters(cast.city, words="minestrq")).posts == []
    assert titles(client, "?q=quattro") == ["Minestra per quattro"]
