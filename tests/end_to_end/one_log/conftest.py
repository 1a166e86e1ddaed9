"""Installations: one of a test's own, one that tests share, and one whose log was exchanged under it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from bench.peers.server import held_port
from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from tests.builders import active_goal, entry, event, proposed, smart
from tests.end_to_end.one_log.installation import SETTLING_SECONDS, Installation

ORG = "northside"
NewDatabase = Callable[[], str]


class Exchanged(NamedTuple):
    """An installation whose log was exchanged for an older one.

    Attributes:
        lost: What was submitted and is not in the log any more.
        ids: Those that the feed gave before, of what is there and of what is lost.
    """

    here: Installation
    lost: list[Event]
    ids: list[str]


@asynccontextmanager
async def started(folder: Path, database_url: str) -> AsyncIterator[Installation]:
    """An installation, for the time of the block."""
    with held_port() as http_port:
        installation = Installation(folder, database_url, http_port)
        await installation.start()
        try:
            yield installation
        finally:
            await installation.stop()


@pytest.fixture
async def here(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[Installation]:
    """One of a test's own."""
    async with started(tmp_path, new_database()) as installation:
        yield installation


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Installation]:
    """One for the tests that leave it as sound as they found it; each has a patient of its own."""
    async with started(tmp_path_factory.mktemp("shared"), new_database()) as installation:
        yield installation


@pytest.fixture(scope="module")
async def exchanged(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Exchanged]:
    """One of which the log was deleted under running services, an older one restored, and that one adopted."""
    async with started(tmp_path_factory.mktemp("exchanged"), new_database()) as here:
        await here.record(begun("walk"))
        backup = await here.backup("older")
        lost = [also("swim"), *(event(goal("walk"), entry(f"day-{number}")) for number in range(5))]
        await here.record(lost)
        ids = await feed_ids(here, after=0)
        await here.delete_the_stream()
        assert (restored := await here.restore(backup)).code == 0, restored.err
        await here.until_refused("log.replaced")
        await here.adopt()
        await here.until_ready()
        yield Exchanged(here, lost, ids)


def goal(name: str, patient: str = "pt-1") -> GoalId:
    return GoalId(ORG, patient, name)


def begun(name: str, patient: str = "pt-1") -> list[Event]:
    """A goal that is active; it has the patient's plan with it."""
    return active_goal(goal(name, patient))


def also(name: str, patient: str = "pt-1") -> Event:
    """One goal more of the same patient."""
    return event(goal(name, patient), proposed(smart=smart()))


def revised(goal_id: GoalId, target: int) -> Event:
    measure = {"what": "groups attended", "target": target, "per": "week", "direction": "at_least"}
    changes = {"smart": {"measure": measure, "for_weeks": 4}}
    return event(goal_id, g.Revised.model_validate({"changes": changes, "reason": "setback"}))


async def feed_ids(here: Installation, *, after: int | None = None, last_event_id: str | None = None) -> list[str]:
    """The ids that the feed gives of all that there is, until nothing comes any more."""
    headers = {"last-event-id": last_event_id} if last_event_id else {}
    params = {} if after is None else {"after": after}
    head = (await here.get("/v1/projections")).json()["items"][0]["head"]
    found: list[str] = []
    async with (
        asyncio.timeout(SETTLING_SECONDS),
        httpx.AsyncClient(base_url=here.http_url, timeout=SETTLING_SECONDS, headers=here.headers) as http,
        http.stream("GET", "/v1/feed", params=params, headers=headers) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        position = 0
        async for line in answer.aiter_lines():
            if line.startswith("id:"):
                found.append(line.removeprefix("id:").strip())
            if line.startswith("data:"):
                position = httpx.Response(200, content=line.removeprefix("data:")).json()["position"]
            if position == head and found and not line:
                break
    return found
