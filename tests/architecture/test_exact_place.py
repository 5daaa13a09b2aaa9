"""Where exactly somebody is stays in a table that no query for others can reach."""

from __future__ import annotations

import re

from mutual_aid.models import ExactPlace, Post
from tests.architecture.sources import modules, text


def test_no_way_leads_from_a_post_to_its_exact_place() -> None:
    """Without a name for the way back no query set can join it, prefetch it or select it along."""
    ways = [relation.related_model for relation in Post._meta.get_fields() if relation.is_relation]
    assert ExactPlace not in ways
    assert ExactPlace._meta.get_field("post").remote_field.hidden


def test_nobody_writes_its_table_into_a_query() -> None:
    named = re.compile(r"exactplace(?!reading)", re.IGNORECASE)
    knowing = {name for name in modules() if re.search(r"\bExactPlace\b", text(name))}
    assert [name for name in modules() if name not in knowing and named.search(text(name))] == []


def test_only_one_module_asks_for_it() -> None:
    asking = [name for name in modules() if re.search(r"\bExactPlace(Reading)?\.objects\b", text(name))]
    assert asking == ["mutual_aid/exact_places.py"]
