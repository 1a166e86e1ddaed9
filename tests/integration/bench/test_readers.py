"""The servers that read beside the gateway in `cairn bench http`, and the connections over which they are asked."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bench.failed import BenchFailed
from bench.http_connection import http_connections
from bench.http_requests import READINGS, path
from bench.peers import bare_route, datasette
from bench.peers.peer import Unavailable
from events.identity import GoalId

_GOAL = GoalId("bench", "p1", "walk")
_CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with the views, of which nothing but what is asked for is there."""
    found = tmp_path / "cairn.db"
    with closing(sqlite3.connect(found)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE goals (org, patient, goal)")
        connection.execute("INSERT INTO goals VALUES (?, ?, ?)", tuple(_GOAL))
        for view in ("v_goal_current", "v_caseload", "v_reviews", "v_audit"):
            connection.execute(f"CREATE VIEW {view} AS SELECT * FROM goals")  # noqa: S608 - names of this test
    return found


async def test_a_bare_route_answers_with_the_same_bytes(file: Path, tmp_path: Path) -> None:
    answers = {path(reading, _GOAL): reading.encode() for reading in READINGS}
    async with bare_route.opened(file, tmp_path) as reader:
        await reader.prepare(answers)
        async with http_connections(reader.port, 1) as (connection,):
            for reading in READINGS:
                assert await connection.get(reader.path(reading, _GOAL)) == reading.encode()


async def test_datasette_answers_from_the_views(file: Path, tmp_path: Path) -> None:
    if shutil.which(datasette.COMMAND) is None:
        pytest.skip("There is no Datasette here.")
    async with datasette.opened(file, tmp_path) as reader, http_connections(reader.port, 1) as (connection,):
        for reading in READINGS:
            assert b'"patient": "p1"' in await connection.get(reader.path(reading, _GOAL))


async def test_without_its_command_datasette_is_not_there(file: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no-such-command"):
        async with datasette.opened(file, tmp_path, command="no-such-command"):
            pytest.fail("It does not run.")


async def test_an_answer_in_chunks_is_read_to_its_last() -> None:
    parts = [_CHUNKED + b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n", b"\r\n"]
    async with _answering(parts, parts) as port, http_connections(port, 1) as (connection,):
        for _ in range(2):
            assert await connection.get("/") == b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"


async def test_a_server_that_hangs_up_has_not_answered() -> None:
    async with _answering() as port, http_connections(port, 1) as (connection,):
        with pytest.raises(BenchFailed, match="closed"):
            await connection.get("/")


@asynccontextmanager
async def _answering(*answers: list[bytes]) -> AsyncIterator[int]:
    """A server that gives these answers on a connection, each in such parts, and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            for part in answer:
                writer.write(part)
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1") as server:
        yield server.sockets[0].getsockname()[1]
