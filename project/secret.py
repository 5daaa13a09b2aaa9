"""The secret key, made once and kept in the data folder when the environment names none."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def secret_key(folder: Path) -> str:
    """Read `folder`/secret_key, making it (mode 0600) at the first call. Two first calls agree on one key."""
    file = folder / "secret_key"
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as f:
                f.write(get_random_secret_key())
        except FileExistsError:
            pass
    return file.read_text()
