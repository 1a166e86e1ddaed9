"""Servers of a test's own, which may be stopped, and plans to fill a log with."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from events.identity import GoalId
from events.log import Append, Batch, Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from tests.builders import event, opened
from tests.integration.log.wire import Wire

Appends = Callable[[str], Append]


@pytest.fixture
async def own(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    """A connection to that server, on which the log is declared."""
    connection = await connect(own_server.url, name="test")
    await declare_log(connection)
    yield connection
    await connection.close()


@pytest.fixture
def wire(own: ResilientClient, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """What goes out over that connection; a test may lose some of it on the way."""
    return Wire(own, monkeypatch)


@pytest.fixture
def first_of(org: str) -> Appends:
    """Makes the first event of a patient's plan."""

    def append(patient: str) -> Append:
        return Append((event(GoalId(org, patient, "plan"), opened(), role="clinician"),), 0, 0)

    return append


async def filled(log: Log, first_of: Appends, count: int) -> list[int]:
    """As many plans, and their positions."""
    recorded = await asyncio.gather(*(log.append(first_of(f"pt-{number}")) for number in range(count)))
    return sorted(each.position for (each,) in recorded)


@asynccontextmanager
async def following(
    log: Log, after: int = 0, *, subject: str | None = None, batch: int = 500, every: float | None = None
) -> AsyncIterator[AsyncIterator[Batch]]:
    """The batches of a follower, which is let go at the end."""
    batches = log.follow(after, subject=subject, batch=batch, every=every)
    assert isinstance(batches, AsyncGenerator)
    yield batches
    await batches.aclose()


async def positions_until(batches: AsyncIterator[Batch], last: int) -> list[int]:
    """The positions that a follower hands out, up to one of them."""
    positions: list[int] = []
    while last not in positions:
        positions += [message.position for message in (await anext(batches)).messages]
    return positions
