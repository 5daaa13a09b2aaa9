"""A city with as many posts as are asked for, strewn over its cells."""

from django.core.management import call_command
from django.db import connection

from spaces import location
from spaces.models import City

FILL = """
INSERT INTO mutual_aid_post (
    id, city_id, cell_id, precision, author_id, kind, category, title, words, language, languages, urgent, people,
    show_name, timing, weekdays, part_of_day, photo, photo_alt, state, version, created_at, published_at, expires_at,
    source, source_id, source_name, source_url
)
SELECT
    gen_random_uuid(), %(city)s, (%(cells)s::bigint[])[1 + (random() * (%(last)s - 1))::int], 'cell', NULL,
    CASE WHEN random() < .5 THEN 'offer' ELSE 'request' END,
    (ARRAY['shopping', 'company', 'rides', 'repairs', 'homework', 'food', 'things'])[1 + (random() * 6)::int],
    (ARRAY['Chi mi prende la spesa', 'Minestra per quattro', 'Presto il trapano'])[1 + (random() * 2)::int] || ' ' || n,
    'Due borse: pane, frutta e latte. La lista la preparo io, i soldi li do prima. Se vuoi, poi beviamo un caffè.',
    'it', ARRAY['it'], random() < .05, 1, false, 'any', '{}', '', '', '', 'open', 1, at, at, now() + interval '30 days',
    'bench', n::text, '', ''
FROM (SELECT n, now() - random() * interval '14 days' AS at FROM generate_series(%(from)s, %(to)s) AS n) AS numbered
"""


def fill(slug: str, posts: int) -> str:
    """Make the city if it is not there, and its posts; returns the cell in its middle, from which to look."""
    call_command("migrate", verbosity=0)
    city = City.objects.filter(slug=slug).first() or _city(slug)
    cells = list(city.cells.order_by("index").values_list("pk", flat=True))
    with connection.cursor() as sql:
        sql.execute("SELECT count(*) FROM mutual_aid_post WHERE city_id = %s", [city.pk])
        there = sql.fetchone()[0]
        if there > posts:
            sql.execute("TRUNCATE mutual_aid_post CASCADE")
            there = 0
        sql.execute(FILL, {"city": city.pk, "cells": cells, "last": len(cells), "from": there + 1, "to": posts})
        sql.execute("VACUUM ANALYZE mutual_aid_post")
    return location.cell_of_area(city).index


def _city(slug: str) -> City:
    call_command("add_city", "Rovigo", verbosity=0)
    City.objects.filter(slug="rovigo").update(slug=slug)
    return City.objects.get(slug=slug)
