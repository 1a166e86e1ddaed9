"""Datasette: the JSON of the views, on the same file. It needs an environment of its own, and is asked for by command.

It is at its best: it neither counts the rows, nor looks for facets, nor suggests any.
"""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

from bench.http_requests import LIST_ITEMS, Reading
from bench.peers.peer import Unavailable
from bench.peers.server import served
from events.identity import GoalId
from services.embedded_server import free_port

COMMAND = "datasette"
_LONGEST_QUERY_MS = 60_000
_VIEWS: dict[Reading, str] = {
    "caseload": "v_caseload",
    "reviews": "v_reviews",
    "history": "v_audit",
    "audit": "v_audit",
}
_OTHERS = "v_goal_current"
_PLAIN = {"_shape": "objects", "_nocount": 1, "_nofacet": 1, "_nosuggest": 1, "_size": LIST_ITEMS}


class Datasette:
    """The process that answers."""

    def __init__(self, name: str, port: int):
        self.port = port
        self._name = name

    async def prepare(self, answers: Mapping[str, bytes]) -> None:
        """It answers from the views."""

    def path(self, reading: Reading, goal_id: GoalId) -> str:
        where = {"org": goal_id.org}
        if reading in ("goal", "plan", "history", "audit", "fhir"):
            where["patient"] = goal_id.patient
        if reading in ("goal", "history"):
            where["goal"] = goal_id.goal
        return f"/{self._name}/{_VIEWS.get(reading, _OTHERS)}.json?{urlencode({**where, **_PLAIN})}"


@asynccontextmanager
async def opened(file: Path, directory: Path, command: str = COMMAND) -> AsyncIterator[Datasette]:
    """Serve a database file; the server's words go into the directory.

    Raises:
        Unavailable: there is no such command.
    """
    found = shutil.which(command)
    if found is None:
        raise Unavailable(f"there is no command {command}; install it in an environment of its own, and name it.")
    port = free_port()
    limit = ("--setting", "sql_time_limit_ms", str(_LONGEST_QUERY_MS))
    async with served((found, "serve", str(file), "--port", str(port), *limit), port, directory / "datasette.log"):
        yield Datasette(file.stem, port)
