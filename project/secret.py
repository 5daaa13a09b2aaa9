"""The secret key, made once and kept in the data folder when the environment names none."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

from project.data_folder import make_data_folder


def secret_key(folder: Path) -> str:
    """Read `folder`/secret_key, making it (mode 0600) at the first call. Two first calls agree on one key."""
    file = folder / "secret_key"
    if not file.exists():
        make_data_folder(folder)
        try:
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as f:
                f.write(get_random_secret_key())
        except FileExistsError:
            pass
    return file.read_text()
