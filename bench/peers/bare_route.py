"""A bare Starlette route on uvicorn, one process: the same bytes as the gateway's, by one SELECT on the same file.

The gateway's answers are put into a table of that file, by path. There is nothing else that this could do less of: no
token, no record of the reading, no model, no freshness.
"""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.builds import HOUSE
from bench.http_requests import Reading, path
from bench.peers.server import served
from events.identity import GoalId
from services.embedded_server import free_port

_WAIT_SECONDS = 60
_TABLE = "bench_answers"
_SERVE = "import sys; sys.path.insert(0, sys.argv[3]); from bench.peers.bare_route import serve; serve(*sys.argv[1:3])"


class BareRoute:
    """The process, and the table from which it answers."""

    def __init__(self, file: Path, port: int):
        self.port = port
        self._file = file

    async def prepare(self, answers: Mapping[str, bytes]) -> None:
        await asyncio.to_thread(self._keep, answers)

    def path(self, reading: Reading, goal_id: GoalId) -> str:
        return path(reading, goal_id)

    def _keep(self, answers: Mapping[str, bytes]) -> None:
        with closing(sqlite3.connect(self._file, timeout=_WAIT_SECONDS)) as connection, connection:
            connection.execute(f"CREATE TABLE IF NOT EXISTS {_TABLE} (path TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID")
            connection.executemany(f"INSERT OR REPLACE INTO {_TABLE} VALUES (?, ?)", answers.items())  # noqa: S608


@asynccontextmanager
async def opened(file: Path, directory: Path) -> AsyncIterator[BareRoute]:
    """Serve from a database file; the server's words go into the directory."""
    port = free_port()
    command = (sys.executable, "-P", "-c", _SERVE, str(file), str(port), str(HOUSE))
    async with served(command, port, directory / "bare_route.log"):
        yield BareRoute(file, port)


def serve(file: str, port: str) -> None:
    """Be that process."""
    connection = sqlite3.connect(file)

    async def answer(request: Request) -> Response:
        asked = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        (body,) = connection.execute(f"SELECT body FROM {_TABLE} WHERE path = ?", (asked,)).fetchone()  # noqa: S608
        return Response(body, media_type="application/json")

    uvicorn.run(
        Starlette(routes=[Route("/{path:path}", answer)]),
        port=int(port),
        lifespan="off",
        access_log=False,
        log_level="warning",
    )
