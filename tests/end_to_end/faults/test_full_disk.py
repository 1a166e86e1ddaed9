"""The log's disk fills up while everyone is at work; there is room again, and the server is restarted."""

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from events.event import Event
from events.identity import GoalId
from events.log import Log, connect
from events.outcome import Outcome, RecordedOutcome, RejectedOutcome
from tests.builders import event, opened
from tests.end_to_end.faults.clients import Answer, Clients, ask, submit
from tests.end_to_end.faults.conftest import Moments
from tests.end_to_end.faults.disks import BoundedFiles, SmallDisk
from tests.end_to_end.faults.record import assert_nothing_is_lost
from tests.end_to_end.faults.seeds import seeds
from tests.end_to_end.faults.stories import story

Disk = BoundedFiles | SmallDisk
ANSWER_SECONDS = 60
MOST_LEFT = 24 * 1024
LEAST_EVENT = 400
ROOM_FOR_ONE = 800
"""Bytes on the disk: no event takes less; one takes less, and two take more."""
_numbers = count(1)


@pytest.fixture(params=[BoundedFiles, SmallDisk])
async def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Disk]:
    server: Disk = request.param(tmp_path / "nats")
    try:
        await server.start()
        yield server
        await server.stop()
    finally:
        server.remove()


@pytest.fixture
async def log(own_server: Disk) -> AsyncIterator[Log]:
    nc = await connect(own_server.url, name="watching")
    log = Log(nc)
    yield log
    await log.close()
    await nc.close()


@seeds(1)
async def test_on_a_full_disk_nothing_is_called_recorded_and_what_was_stays_readable(
    own_server: Disk, clients: Clients, moments: Moments, log: Log, org: str, seed: int
) -> None:
    (moment,) = moments(clients, 1)
    async with clients.at_work():
        await clients.have_recorded(moment)
        own_server.fill(left=random.Random(seed).randrange(MOST_LEFT))
        async with clients.waiting():
            await something_is_refused(clients, org)
            for outcome in await asyncio.gather(*(offered(clients, a_plan(org)) for _ in range(3))):
                assert isinstance(outcome, RejectedOutcome)
                assert outcome.code == "log.unavailable"
            await assert_readable(clients.answers, log)

            own_server.make_room()
            still = await offered(clients, a_plan(org))
            assert isinstance(still, RejectedOutcome), "nats-server stores nothing until it is started again"
            await own_server.stop()
            await own_server.start()

    await assert_nothing_is_lost(own_server.url, clients.connection, clients.answers)


@pytest.mark.parametrize("own_server", [BoundedFiles], indirect=True)
async def test_a_commit_of_which_half_fits_is_not_called_recorded_before_it_is_whole(
    own_server: BoundedFiles, clients: Clients, log: Log, org: str
) -> None:
    """nats-server stores what fits of an atomic batch, and the rest of it when it is started again."""
    client = clients.connection
    *before, activation = story(GoalId(org, "pt-1", "walk"), 0)
    answers = [Answer(each, await submit(client, each)) for each in before]
    own_server.fill(left=ROOM_FOR_ONE)

    refused = await ask(client, activation, ANSWER_SECONDS)
    assert isinstance(refused, RejectedOutcome)
    assert refused.code == "log.unavailable"
    assert await log.head() == answers[-1].outcome.events[-1].position + 1, "it is not half that fits"

    own_server.make_room()
    await own_server.stop()
    await own_server.start()
    answers.append(Answer(activation, await submit(client, activation)))
    await assert_nothing_is_lost(own_server.url, client, answers)


def a_plan(org: str) -> Event:
    return event(GoalId(org, f"pt-late-{next(_numbers)}", "plan"), opened(), role="clinician")


async def something_is_refused(clients: Clients, org: str) -> None:
    """What little room there is gets used up."""
    for _ in range(MOST_LEFT // LEAST_EVENT):
        if isinstance(await offered(clients, a_plan(org)), RejectedOutcome):
            return
    raise AssertionError("the disk does not get full")


async def offered(clients: Clients, submission: Event) -> Outcome:
    """The outcome of something submitted beside what the clients are at; kept with theirs when it is recorded."""
    outcome = await ask(clients.connection, submission, ANSWER_SECONDS)
    assert outcome is not None
    if isinstance(outcome, RecordedOutcome):
        clients.answers.append(Answer(submission, outcome))
    return outcome


async def assert_readable(answers: list[Answer], log: Log) -> None:
    """What has been answered so far is there to be read."""
    told = {(each.submission.goal_id, line.position) for each in answers for line in each.outcome.events}
    goals = {goal_id for goal_id, _ in told}
    assert told <= {(goal_id, each.position) for goal_id in goals for each in await log.read(goal_id)}
