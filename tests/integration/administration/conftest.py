"""A log with two goals on a server of its own, and the commands that an operator runs on it."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from events.identity import GoalId
from events.log import Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from tests.builders import GOAL, active_goal
from tests.decided import record_decided
from tests.forked import Ran, cairn

OTHER = GoalId("northside", "pt-2", "swim")
EVENTS = 10

Run = Callable[..., Awaitable[Ran]]


@pytest.fixture
async def own(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    """An operator's connection."""
    connection = await connect(own_server.url, name="operator")
    yield connection
    await connection.close()


@pytest.fixture
async def own_log(own: ResilientClient) -> AsyncIterator[Log]:
    """Two active goals, with their plans and first reviews: ten events."""
    await declare_log(own)
    await declare_access(own)
    log = Log(own)
    assert await record_decided(log, [*active_goal(GOAL), *active_goal(OTHER)]) == EVENTS
    yield log
    await log.close()


@pytest.fixture
def run(own_server: EmbeddedServer) -> Run:
    """Runs a command on that server."""
    return partial(cairn, CAIRN_NATS_URL=own_server.url)


@pytest.fixture(scope="session")
async def backed_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of such a log, made once."""
    server = EmbeddedServer(tmp_path_factory.mktemp("backed-up"), sync_always=False)
    await server.start()
    nc = await connect(server.url, name="operator")
    await declare_log(nc)
    await declare_access(nc)
    log = Log(nc)
    assert await record_decided(log, [*active_goal(GOAL), *active_goal(OTHER)]) == EVENTS
    folder = tmp_path_factory.mktemp("backups") / "backup"
    made = await cairn("log", "backup", str(folder), CAIRN_NATS_URL=server.url)
    assert made.code == 0, made.err + made.out
    await log.close()
    await nc.close()
    await server.stop()
    return folder


@pytest.fixture
def backup(backed_up: Path, tmp_path: Path) -> Path:
    """That backup, in a folder of a test's own."""
    return Path(shutil.copytree(backed_up, tmp_path / "backup"))
