"""Everything kept about a person, for the person: the same rows that erasing takes away, and the same words."""

from __future__ import annotations

from typing import Any

from django.db import models

from residents.erasure import outliving, rows_of
from residents.models import Resident

# Keys of the house, and marks of machines: whoever finds the file must not be able to come in with it.
SECRET = {"password", "session_key", "session_data", "token_digest", "key", "data"}


def of(resident: Resident) -> dict[str, list[dict[str, Any]]]:
    """Rows by the name of their model. Other people are left out: neither who they are, nor what they report."""
    confidential = {rest.model for rest in outliving if rest.confidential}
    rows = [mine for mine in rows_of(resident) if mine.model not in confidential]
    rows += [rest.of(resident) for rest in outliving if rest.words]
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    for some in rows:
        links = _links(some.model)
        for row in some.select_related(*links) if links else some:
            found.setdefault(row._meta.label, {})[row.pk] = _facts(row, resident)
    return {label: list(told.values()) for label, told in found.items()}


def _links(model: type[models.Model]) -> list[str]:
    """What a row points to, people excepted."""
    return [f.name for f in model._meta.concrete_fields if f.is_relation and f.related_model is not Resident]


def _facts(row: models.Model, resident: Resident) -> dict[str, Any]:
    return {f.name: _plain(row, f) for f in row._meta.concrete_fields if _is_told(row, f, resident)}


def _is_told(row: models.Model, field: models.Field[Any, Any], resident: Resident) -> bool:
    if field.name in SECRET or isinstance(field, models.GeneratedField):
        return False
    return field.related_model is not Resident or getattr(row, field.attname) == resident.pk


def _plain(row: models.Model, field: models.Field[Any, Any]) -> Any:
    if field.related_model is Resident:
        return "me"
    value = getattr(row, field.name)
    return str(value) if field.is_relation or isinstance(field, models.FileField) else value
