"""What is done by itself: proofs that nobody can use any more are forgotten, and with them the addresses they hold."""

from __future__ import annotations

from datetime import timedelta

from django.utils.timezone import now
from procrastinate.contrib.django import app

from residents.models import SigninCode, SigninLink
from residents.sessions import SessionStore


@app.periodic(cron="23 * * * *")
@app.task(name="residents.forget_old_proofs", queueing_lock="residents.forget_old_proofs")
def forget_old_proofs(timestamp: int) -> None:
    """Expired codes (after an hour, in which their page can still say so), links and sessions. Run hourly."""
    SigninCode.objects.filter(expires_at__lt=now() - timedelta(hours=1)).delete()
    SigninLink.objects.filter(expires_at__lt=now()).delete()
    SessionStore.clear_expired()
