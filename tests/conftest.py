"""What the tests share: one real nats-server, one goals service, one PostgreSQL, and an organisation for each test."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from pydantic_core import from_json

from events.envelope import STRUCTURED
from events.event import Event
from events.identity import SUBMIT
from events.log import Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from events.outcome import Outcome, RecordedOutcome, RejectedOutcome
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.settings import Settings
from tests.builders import as_bytes
from tests.forked import still_running
from tests.postgresql import PostgresqlServer, running_postgresql

pytest_plugins = ["tests.distribution", "tests.time_limit"]
# The same examples on every run and every machine, however long a busy one takes: a test that passes here passes there.
hypothesis.settings.register_profile(
    "cairn",
    max_examples=30,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("cairn")
_orgs = count(1)
_STARTING_SECONDS = 120

Submit = Callable[[Event], Awaitable[Outcome]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a test that fails what the processes that it has started say, and where they are."""
    report = yield
    if report.failed:
        report.sections += [(str(each), each.says()) for each in still_running()]
    return report


@pytest.fixture(scope="session")
async def nats_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    # No power is cut here, and what was written outlives a process that is killed. To sync would wait for the disk.
    server = EmbeddedServer(tmp_path_factory.mktemp("nats"), sync_always=False)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A server of one test's own: nobody else speaks on it, and it may be stopped, or killed."""
    server = EmbeddedServer(tmp_path / "nats", sync_always=False)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
async def postgresql_server() -> AsyncIterator[PostgresqlServer]:
    async with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def nats_url(nats_server: EmbeddedServer) -> str:
    return nats_server.url


@pytest.fixture(scope="session")
async def nc(nats_url: str) -> AsyncIterator[ResilientClient]:
    connection = await connect(nats_url, name="tests")
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def log(nc: ResilientClient) -> AsyncIterator[Log]:
    await declare_log(nc)
    await declare_access(nc)
    log = Log(nc)
    yield log
    await log.close()


@pytest.fixture
def org() -> str:
    """An organisation that no other test knows, also not one in another process."""
    return f"org{os.getpid()}-{next(_orgs)}"


@pytest.fixture(scope="session")
def settings(nats_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(nats_url=nats_url, data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
async def goals_service(settings: Settings, log: Log) -> AsyncIterator[None]:
    """A goals service, answering on the session's server."""
    async with running(lambda ready: goals.serve(settings, ready)):
        yield


@pytest.fixture(scope="session")
def submit(nc: ResilientClient) -> Submit:
    """Offers an event as an integrating system does, and gives the outcome."""
    return submitting_over(nc)


def submitting_over(nc: ResilientClient) -> Submit:
    """What `submit` does, over any connection."""

    async def offer(event: Event) -> Outcome:
        reply = await nc.request(
            event.goal_id.on(SUBMIT), as_bytes(event), timeout=60, headers={"content-type": STRUCTURED}
        )
        said = from_json(reply.data)
        model = RecordedOutcome if said["status"] == "recorded" else RejectedOutcome
        return model.model_validate(said)

    return offer


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real FHIR files and published scores, which are not part of the project."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the folder shared/data beside the project; there is none at {folder}")
    return folder


class running:
    """A service that serves while the block lasts."""

    def __init__(self, serve: Callable[[Callable[[str], None]], Awaitable[None]]):
        self._serve = serve

    async def __aenter__(self) -> None:
        is_ready = asyncio.get_running_loop().create_future()
        self._task = asyncio.ensure_future(self._serve(is_ready.set_result))
        done, _ = await asyncio.wait(
            {self._task, is_ready}, timeout=_STARTING_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if is_ready not in done:
            self._task.cancel()
            await self._task
            raise AssertionError(f"the service ended, or was not ready in {_STARTING_SECONDS} s")

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})
