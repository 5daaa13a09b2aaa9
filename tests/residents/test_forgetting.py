"""What nobody can use any more is forgotten, and with it the addresses it holds."""

from __future__ import annotations

from types import SimpleNamespace

import time_machine
from django.test import Client

from residents.models import Session, SigninCode, SigninLink
from residents.tasks import forget_old_proofs
from tests.residents.conftest import CODE, DOOR


def test_old_proofs_go_and_fresh_ones_stay(cast: SimpleNamespace, ten_past: time_machine.Traveller) -> None:
    old = Client()
    old.post(DOOR, {"email": "vecchia@example.org"})
    SigninLink.make(cast.elena)
    ten_past.shift(91 * 24 * 60 * 60)
    fresh = Client()
    fresh.post(DOOR, {"email": "nuova@example.org"})
    SigninLink.make(cast.elena)

    forget_old_proofs(timestamp=0)

    assert [code.email for code in SigninCode.objects.all()] == ["nuova@example.org"]
    assert (SigninLink.objects.count(), Session.objects.count()) == (1, 1)
    assert fresh.get(CODE).status_code == 200
    assert old.get(CODE)["Location"] == DOOR
