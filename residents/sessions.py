"""Sessions in the database, each with its person beside it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """Django's own, except that the row names its resident: so the sessions of one person can be found."""

    @classmethod
    def get_model_class(cls) -> Any:
        from residents.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.resident_id = data.get(SESSION_KEY)
        return row
