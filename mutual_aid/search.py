"""What the database needs to find Italian words: without accents, by their stem, and despite a slip of the key."""

from django.db import migrations

ITALIAN = "filo_italian"  # PostgreSQL's Italian, with accents taken off before stemming

CREATE_ITALIAN = f"""
CREATE TEXT SEARCH CONFIGURATION {ITALIAN} (COPY = pg_catalog.italian);
ALTER TEXT SEARCH CONFIGURATION {ITALIAN}
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, italian_stem;
"""

# unaccent() is only STABLE, because its dictionary could be changed; naming the dictionary makes it safe to index.
CREATE_PLAIN = """
CREATE FUNCTION filo_plain(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN lower(public.unaccent('public.unaccent'::regdictionary, words));
"""

CREATE_SEARCH = [
    migrations.RunSQL(CREATE_ITALIAN, f"DROP TEXT SEARCH CONFIGURATION {ITALIAN}"),
    migrations.RunSQL(CREATE_PLAIN, "DROP FUNCTION filo_plain(text)"),
]
