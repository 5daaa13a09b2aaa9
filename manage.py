#!/usr/bin/env python
"""Filò's commands. The embedded database is woken for those that need it and put to sleep again after the last."""

import os
import signal
import sys

from project import database, translations, worker
from project.bilingual import CannotStart
from project.data_folder import prepare_data_folder

# `run` wakes the database itself, once it knows that it may serve.
WITHOUT_DATABASE = {
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "run",
    "version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    worker.follow_parent()
    try:
        prepare_data_folder()
        translations.compile_stale()
        execute(sys.argv)
    except CannotStart as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit(130)


def execute(argv: list[str]) -> None:
    from django.core.management import execute_from_command_line

    try:
        if needs_database(argv):
            database.ensure_running()
        execute_from_command_line(argv)
    finally:
        database.stop()


def needs_database(argv: list[str]) -> bool:
    return len(argv) > 1 and argv[1].lstrip("-") not in WITHOUT_DATABASE and not {"-h", "--help"} & set(argv)


if __name__ == "__main__":
    main()
