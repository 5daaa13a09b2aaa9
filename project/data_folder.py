"""The folder where one Filò keeps everything it must not lose: FILO_DATA, or `.filo/` beside manage.py."""

import os
import shutil
import tempfile
from pathlib import Path

from project import account
from project.bilingual import CannotStart

ROOT = Path(__file__).resolve().parent.parent
MEBIBYTE = 1024 * 1024


def data_folder() -> Path:
    """Where this Filò's data live; the folder may not exist yet."""
    return Path(os.environ.get("FILO_DATA") or ROOT / ".filo").resolve()


def prepare_data_folder() -> Path:
    """Make the data folder and raise CannotStart where Filò could not write in it."""
    folder = data_folder()
    try:
        make_data_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (FileExistsError, NotADirectoryError):
        raise CannotStart(
            f"{folder} non è una cartella: scegline una con --data.",
            f"{folder} is not a folder: choose one with --data.",
        ) from None
    except PermissionError:
        raise CannotStart(
            f"Non ho il permesso di scrivere in {folder}: scegli un'altra cartella con --data.",
            f"I may not write in {folder}: choose another folder with --data.",
        ) from None
    except OSError as reason:
        raise CannotStart(
            f"Non riesco a scrivere in {folder} ({reason.strerror}).",
            f"I cannot write in {folder} ({reason.strerror}).",
        ) from None
    return folder


def make_data_folder(folder: Path) -> None:
    """Make the folder, closed to all but us, where it is missing; one that exists stays as it is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        if not os.environ.get("DATABASE_URL"):  # else no PostgreSQL of ours will live there
            account.hand_over(folder)


def check_space() -> None:
    """Raise CannotStart when less than FILO_MIN_FREE_MB (default 200) is left where the data live."""
    folder = data_folder()
    needed = int(os.environ.get("FILO_MIN_FREE_MB") or 200)
    free = shutil.disk_usage(folder).free // MEBIBYTE
    if free < needed:
        raise CannotStart(
            f"Il disco di {folder} è quasi pieno: restano {free} MB, me ne servono almeno {needed}.",
            f"The disk of {folder} is almost full: {free} MB are left, I need at least {needed}.",
        )
