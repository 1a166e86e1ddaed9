"""The limit of active goals under races: many at once, through several processes of the goals service."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from pydantic_core import from_json

from events.envelope import STRUCTURED
from events.event import Event
from events.goal import GoalState, fold_goals
from events.goal import types as g
from events.identity import SUBMIT, GoalId
from events.log import Log, connect
from events.log.client.resilient import ResilientClient
from events.plan import types as p
from services.embedded_server import EmbeddedServer
from tests.builders import as_bytes, event
from tests.end_to_end.faults.processes import ServiceProcess
from tests.integration.goals.steps import activation, limited, ready_to_begin

PROCESSES = 3
RACERS = 50


@asynccontextmanager
async def serving(nats_url: str, folder: Path) -> AsyncIterator[None]:
    """One more process of the goals service."""
    process = ServiceProcess("goals", data_dir=folder, CAIRN_NATS_URL=nats_url)
    await process.start()
    try:
        yield
    finally:
        await process.stop()


@pytest.fixture(scope="module")
async def nc(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ResilientClient]:
    """A connection to a server where the processes share the submissions among them."""
    server = EmbeddedServer(tmp_path_factory.mktemp("nats"), sync_always=False)
    await server.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.stop)
        for _ in range(PROCESSES):
            await stack.enter_async_context(serving(server.url, tmp_path_factory.mktemp("goals")))
        connection = await connect(server.url, name="races")
        stack.push_async_callback(connection.close)
        yield connection


@pytest.fixture
def ids(org: str) -> list[GoalId]:
    """The goals that race; all of one patient."""
    return [GoalId(org, "pt-1", f"goal-{number}") for number in range(RACERS)]


async def at_once(nc: ResilientClient, events: Sequence[Event]) -> Counter[str]:
    """Offers all of them at the same time, and counts how they were answered."""

    async def offer(each: Event) -> str:
        reply = await nc.request(
            each.goal_id.on(SUBMIT), as_bytes(each), timeout=60, headers={"content-type": STRUCTURED}
        )
        said = from_json(reply.data)
        return "recorded" if said["status"] == "recorded" else str(said["code"])

    return Counter(await asyncio.gather(*map(offer, events)))


async def prepared(nc: ResilientClient, ids: Sequence[GoalId], limit: int) -> None:
    """A plan with a limit, and goals that need only to be activated."""
    assert await at_once(nc, [limited(ids[0], limit)]) == {"recorded": 1}
    for step in zip(*map(ready_to_begin, ids), strict=True):
        assert await at_once(nc, step) == {"recorded": len(ids)}


async def active(nc: ResilientClient, ids: Sequence[GoalId]) -> list[GoalState]:
    """The active goals, as the log has them."""
    log = Log(nc)
    try:
        states = [fold_goals(await log.read(each)) for each in ids]
    finally:
        await log.close()
    return [state for state in states if state is not None and state.status == "active"]


@pytest.mark.parametrize("limit", [1, 4])
async def test_fifty_activations_at_once_admit_exactly_the_limit(
    nc: ResilientClient, ids: list[GoalId], limit: int
) -> None:
    await prepared(nc, ids, limit)

    outcomes = await at_once(nc, [activation(each) for each in ids])

    assert outcomes == {"recorded": limit, "goal.limit_reached": RACERS - limit}
    assert len(await active(nc, ids)) == limit


async def test_an_activation_that_is_sent_many_times_at_once_takes_one_place(
    nc: ResilientClient, ids: list[GoalId]
) -> None:
    await prepared(nc, ids[:2], 2)
    again, other = map(activation, ids[:2])

    assert await at_once(nc, [*[again] * 20, other]) == {"recorded": 21}
    assert len(await active(nc, ids[:2])) == 2


async def test_held_goals_that_are_resumed_at_once_find_only_the_places_that_are_free(
    nc: ResilientClient, ids: list[GoalId]
) -> None:
    several = ids[:6]
    await prepared(nc, several, 2)
    for each in several:
        await at_once(nc, [activation(each)])
        await at_once(nc, [event(each, g.Held(reason="A pause"), role="clinician")])

    outcomes = await at_once(nc, [event(each, g.Resumed(reason="Back"), role="clinician") for each in several])

    assert outcomes == {"recorded": 2, "goal.limit_reached": 4}
    assert len(await active(nc, several)) == 2


async def test_a_limit_that_is_lowered_while_a_goal_is_activated_holds_whichever_comes_first(
    nc: ResilientClient, ids: list[GoalId]
) -> None:
    two = ids[:2]
    await prepared(nc, two, 2)
    await at_once(nc, [activation(two[0])])
    lower = event(two[0].plan, p.Amended(active_goal_limit=1, reason="One thing at a time"), role="clinician")

    outcomes = await at_once(nc, [activation(two[1]), lower])

    assert outcomes == {"recorded": 1, "goal.limit_reached": 1}
