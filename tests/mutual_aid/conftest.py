"""Who writes."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from residents.models import Resident
from tests.mutual_aid.writer import Writer


@pytest.fixture
def elena(cast: SimpleNamespace, sign_in: Callable[[Resident], Client]) -> Writer:
    """Elena, signed in."""
    return Writer(sign_in(cast.elena))


@pytest.fixture
def stranger(cast: SimpleNamespace) -> Writer:
    """Somebody whom nobody knows yet."""
    return Writer(Client())
