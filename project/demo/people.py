"""The invented people of the demo. The first three are those whose sign-in links `bin/run` prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEMO = Path(__file__).parent


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the demo; `it` and `en` say in a sentence who they are."""

    email: str  # empty: has no address
    name: str
    city: str  # a slug
    neighbourhood: str  # a name; empty: does not say
    languages: tuple[str, ...]
    it: str
    en: str
    roles: Mapping[str, str] = field(default_factory=dict)  # the slug of a space, or of the city: the role there

    @classmethod
    def read(cls, line: str) -> DemoPerson:
        """From one line of `people.jsonl`."""
        facts = json.loads(line)
        return cls(**facts | {"languages": tuple(facts["languages"])})


DEMO_PEOPLE = tuple(DemoPerson.read(line) for line in (DEMO / "people.jsonl").read_text("utf-8").splitlines())
