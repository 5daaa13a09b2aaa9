"""Data folders for real servers: short enough for a socket, open enough for the account that PostgreSQL runs under."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from project import account
from project.postgres import Cluster


@contextmanager
def data_folder() -> Iterator[Path]:
    """A fresh place for a data folder, closed as ours are; whatever runs there is stopped, whatever it made removed."""
    around = Path(tempfile.mkdtemp(prefix="filo-test-"))
    around.chmod(0o755)
    data = around / "data"
    data.mkdir(mode=0o700)
    account.hand_over(data)
    try:
        yield data
    finally:
        clean_up(data)
        shutil.rmtree(around)


def clean_up(data: Path) -> None:
    """Stop the server of a data folder and remove what it keeps elsewhere."""
    cluster = Cluster(data)
    if cluster.folder.exists():
        cluster.ensure_running()
        cluster.stop()
        if cluster.folder.is_symlink():
            shutil.rmtree(cluster.folder.resolve().parent)
    if cluster.socket_folder != cluster.folder:
        shutil.rmtree(cluster.socket_folder, ignore_errors=True)
