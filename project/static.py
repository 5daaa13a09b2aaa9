"""Static files under names that never change their content, packed once instead of at every request."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

PACKABLE = {".css", ".geojson", ".html", ".js", ".json", ".map", ".svg", ".txt", ".xml"}


class PrecompressedStaticFilesStorage(ManifestStaticFilesStorage):
    """Leaves `name.<hash>.css.br` and `.gz` beside `name.<hash>.css`, where they are smaller than the file itself."""

    def post_process(self, *args: Any, **options: Any) -> Iterator[Any]:
        yield from super().post_process(*args, **options)
        for name in set(self.hashed_files.values()):
            if Path(name).suffix in PACKABLE:
                pack(Path(self.path(name)))


def pack(file: Path) -> None:
    """Write the packed copies that are missing; the same content always gives the same bytes."""
    content = file.read_bytes()
    for suffix, packed in {".br": pack_with_brotli, ".gz": pack_with_gzip}.items():
        copy = file.with_name(file.name + suffix)
        if not copy.exists() and len(small := packed(content)) < len(content):
            # Renamed into place, so that an interrupted run leaves no half file to be served for a year.
            copy.with_suffix(".new").write_bytes(small)
            copy.with_suffix(".new").rename(copy)


def pack_with_brotli(content: bytes) -> bytes:
    packed: bytes = brotli.compress(content, quality=11)
    return packed


def pack_with_gzip(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=9, mtime=0)
