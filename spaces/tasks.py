"""What the worker does for places: questions to the remote geocoder, and forgetting them."""

from __future__ import annotations

import time

from procrastinate.contrib.django import app

from spaces import remote_geocoder

PACE = 1.0  # seconds from one answer to the next question; whoever lends a geocoder asks for no less


@app.task(name=remote_geocoder.TASK)
def ask_remote_geocoder(request_id: str) -> None:
    """One question, one a second: the job holds its lock until the next may follow. Idempotent."""
    remote_geocoder.fetch(request_id)
    time.sleep(PACE)


@app.periodic(cron="41 * * * *")
@app.task(name="spaces.forget_geocoding_requests", queueing_lock="spaces.forget_geocoding_requests")
def forget_geocoding_requests(timestamp: int) -> None:
    """Addresses that were asked for are erased within two hours. Run hourly."""
    remote_geocoder.forget()
