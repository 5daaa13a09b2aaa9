"""What stands between a server and PostgreSQL: a line that can be cut, or fall silent."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import connection


def database_url(host: str = "", port: int = 0) -> str:
    """The address of the tests' database, as DATABASE_URL wants it; through another host or socket folder if given."""
    connection.ensure_connection()
    info = connection.connection.info
    name = f"{quote(info.user, safe='')}:{quote(info.password, safe='')}@{quote(host or info.host, safe='')}"
    return f"postgresql://{name}:{port or info.port}/{quote(info.dbname, safe='')}"


class DatabaseLine:
    """A socket folder that leads to the tests' database."""

    def __init__(self) -> None:
        connection.ensure_connection()
        info = connection.connection.info
        self.target = info.host, info.port
        self.folder = tempfile.mkdtemp(prefix="filo-line-")
        self.path = Path(self.folder) / f".s.PGSQL.{info.port}"
        self.silent = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        listening = await asyncio.start_unix_server(self.pass_on, self.path)
        try:
            yield
        finally:
            listening.close()
            self.path.unlink(missing_ok=True)
            self.path.parent.rmdir()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.silent:
            await reader.read()  # until the other side gives up
        else:
            there_reader, there_writer = await self.connect()
            await asyncio.gather(copy(reader, there_writer), copy(there_reader, writer))
        writer.close()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self.target
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
    target.close()
