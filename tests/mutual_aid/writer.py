"""Somebody at a browser who writes a post in Rovigo, page by page."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace
from typing import Any, Self
from uuid import UUID

from django.test import Client

from mutual_aid.models import Draft, Post

WHAT = {"kind": "request", "category": "shopping"}
WORDS = {
    "title": "Chi mi prende la spesa?",
    "words": "Due borse: pane, frutta e latte.",
    "timing": "any",
    "part_of_day": "",
    "people": "1",
    "language": "it",
    "languages": ["it"],
}


class Writer:
    """`Writer(client).begin().tell().put(neighbourhood)` stands before the preview; each answer is kept in `answer`."""

    answer: Any
    pk: UUID

    def __init__(self, client: Client) -> None:
        self.client = client

    def url(self, page: str = "") -> str:
        return f"/it/rovigo/scrivi/{self.pk}/{page}"

    def begin(self, **facts: Any) -> Self:
        self._post("/it/rovigo/scrivi/", WHAT | facts)
        if match := re.search(r"/scrivi/([0-9a-f-]{36})/", self.answer.headers.get("Location", "")):
            self.pk = UUID(match[1])
        return self

    def tell(self, **facts: Any) -> Self:
        """Step 2; a fact that is None is not sent."""
        return self._post(self.url("parole/"), {k: v for k, v in (WORDS | facts).items() if v is not None})

    def put(self, where: str = "neighbourhood", **facts: Any) -> Self:
        return self._post(self.url("dove/"), {"where": where, **facts})

    def until(self, day: str) -> Self:
        return self._post(self.url("controlla/"), {"until": day})

    def publish(self, **facts: Any) -> Self:
        return self._post(self.url("pubblica/"), facts)

    def look(self, page: str = "controlla/") -> str:
        self.answer = self.client.get(self.url(page))
        assert self.answer.status_code == 200, self.answer
        return str(self.answer.content.decode())

    def written(self, cast: SimpleNamespace, **words: Any) -> Self:
        """Up to the preview, in San Bortolo."""
        return self.begin().tell(**words).put(neighbourhood=cast.san_bortolo.pk)

    @property
    def page(self) -> str:
        return str(self.answer.content.decode())

    @property
    def goes_to(self) -> str:
        """Where a good answer leads; a page that asks for something again fails here and is shown."""
        assert self.answer.status_code == 302, (self.answer.status_code, errors(self.page))
        return str(self.answer.headers["Location"])

    @property
    def draft(self) -> Draft:
        return Draft.objects.get(pk=self.pk)

    @property
    def post(self) -> Post:
        return Post.objects.get(pk=self.pk)

    def _post(self, url: str, facts: dict[str, Any]) -> Self:
        self.answer = self.client.post(url, facts)
        return self


def errors(page: str) -> list[str]:
    """The sentences under the fields."""
    found = re.findall(r'<p class="error">(.*?)</p>', page, re.DOTALL)
    return [html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", "", part)).strip() for part in found]
