"""The database: the one that DATABASE_URL names, or an embedded PostgreSQL in the data folder.

Settings can be read while the server is down: its address follows from the data folder alone.
"""

import functools
import os
from typing import Any

import dj_database_url
import psycopg
from django.conf import settings
from django.db import connections

from project.bilingual import CannotStart
from project.data_folder import data_folder, prepare_data_folder
from project.postgres import DATABASE, ROLE, Cluster

CONNECT_SECONDS = 5
POOL = {"min_size": 1, "max_size": 8, "timeout": 10}  # connections of one process; seconds to wait for a free one
# A forgotten open transaction would hold back what readers of the event log may see, and every vacuum.
SESSION = "-c idle_in_transaction_session_timeout=15s"


def database_settings() -> dict[str, Any]:
    """Django's DATABASES["default"]. Raises CannotStart when DATABASE_URL is no PostgreSQL address."""
    address = _address()
    options = address.get("OPTIONS", {})
    options = {**options, "pool": POOL, "options": f"{SESSION} {options.get('options', '')}".strip()}
    return {**address, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


def ensure_running() -> bool:
    """Start the embedded server, or check that DATABASE_URL answers. True if this call started a server."""
    if _url():
        _check_answers()
        return False
    prepare_data_folder()
    return _cluster().ensure_running()


def stop() -> None:
    """Close our connections and stop the embedded server, unless another process uses it. Never a DATABASE_URL's."""
    if settings.configured:
        for connection in connections.all(initialized_only=True):
            connection.close()
            connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL alone, and we have no other
    if not _url():
        _cluster().stop()


def _url() -> str:
    return os.environ.get("DATABASE_URL", "")


@functools.cache
def _cluster() -> Cluster:
    return Cluster(data_folder())


def _address() -> dict[str, Any]:
    if not _url():
        engine = "django.db.backends.postgresql"
        return {"ENGINE": engine, "NAME": DATABASE, "USER": ROLE, "HOST": str(_cluster().socket_folder)}
    try:
        address = dict(dj_database_url.parse(_url()))
    except ValueError:
        address = {}
    if address.get("ENGINE") != "django.db.backends.postgresql":
        raise CannotStart(
            "DATABASE_URL non è un indirizzo PostgreSQL: serve postgresql://nome:password@host:porta/database.",
            "DATABASE_URL is no PostgreSQL address: it should read postgresql://name:password@host:port/database.",
        )
    return address


def _check_answers() -> None:
    """Connect once. The reason is passed on, the address is not: it holds a password."""
    try:
        psycopg.connect(_url(), connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        reason = str(error).splitlines()[0]
        raise CannotStart(
            f"Il database indicato da DATABASE_URL non risponde ({reason}).",
            f"The database named by DATABASE_URL does not answer ({reason}).",
        ) from None
