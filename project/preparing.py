"""What must be true before the door opens: the tables as the code wants them, the static files, the demo city."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from project.bilingual import CannotStart, say
from project.data_folder import check_space


def prepare(*, demo: bool) -> None:
    """Do what is still missing, quickly when nothing is. CannotStart when the database or the disk refuses."""
    try:
        migrate()
        collect_static()
        if demo:
            call_command("demo")
    except DatabaseError as error:
        check_space()  # a full disk has many ways to break a database
        reason = str(error).splitlines()[0]
        raise CannotStart(
            f"Il database non si lascia preparare ({reason}).", f"The database cannot be prepared ({reason})."
        ) from error
    except OSError as error:
        raise CannotStart(
            f"Non riesco a scrivere {error.filename or 'i dati'} ({error.strerror}).",
            f"I cannot write {error.filename or 'the data'} ({error.strerror}).",
        ) from error


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparo le tabelle.", "Preparing the tables.")
        call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    """Collect and compress the static files when a source changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".sources"
    now = _digest_of_sources()
    if not stamp.exists() or stamp.read_text() != now:
        say("Raccolgo stili, icone e caratteri.", "Collecting styles, icons and fonts.")
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(now)


def _digest_of_sources() -> str:
    return hashlib.sha256("\n".join(sorted(_sources())).encode()).hexdigest()


def _sources() -> Iterator[str]:
    """One line per static file: where it is, how long and how old."""
    yield settings.STORAGES["staticfiles"]["BACKEND"]
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            yield f"{storage.path(path)} {status.st_size} {status.st_mtime_ns}"
