"""What the log says of reviews is remembered as it is followed, and is the same that reading a goal's history gives."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import timedelta

import pytest
from nats.aio.msg import Msg

from events.event import Event
from events.goal import types as g
from events.identity import LOG, GoalId
from events.log import Append, Log, connect, declare_log
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.placement import Placement
from events.log.stream import STREAM
from events.plan.types import Amended
from services.embedded_server import EmbeddedServer
from services.reminders.reviews import Reviews
from tests.anew import make_anew
from tests.builders import active_goal, event, opened
from tests.integration.reminders.ward import TODAY, TOMORROW

GOAL = GoalId("northside", "pt-1", "walk")
IN_A_WEEK = TODAY + timedelta(days=7)
HOUR = 7


def by_clinician(data: g.GoalPayload | Amended) -> Event:
    return event(GOAL.plan if isinstance(data, Amended) else GOAL, data, role="clinician", actor="c1")


SCHEDULED = g.ReviewScheduled(due_on=TODAY, cause="initial")
MOVED = g.ReviewScheduled(due_on=TOMORROW, cause="moved")
REVIEWED = g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="keep")
RETIRED = g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="retire")
CLOSED = g.Closed(outcome="achieved", reason="Done")
REOPENED = g.Reopened(reason="Not done yet")
ENTERED_IN_ERROR = g.EnteredInError(reason="Another patient's")
ELSEWHERE = Amended(time_zone="Asia/Tokyo", reason="The clinic has moved")


@pytest.fixture
async def nc(own_server: EmbeddedServer) -> AsyncIterator[ResilientClient]:
    nc = await connect(own_server.url, name="reviews tests")
    yield nc
    await nc.close()


@pytest.fixture
async def log(nc: ResilientClient) -> AsyncIterator[Log]:
    await declare_log(nc)
    log = Log(nc)
    yield log
    await log.close()


@pytest.fixture
async def reviews(nc: ResilientClient) -> AsyncIterator[Reviews]:
    reviews = Reviews(nc, Placement(), HOUR)
    yield reviews
    await reviews.close()


async def record(log: Log, *then: Event, zone: str = "Europe/Vienna") -> int:
    """A goal with a plan, and what happened then; gives the last position."""
    _, *begun = active_goal(GOAL)
    versions, last, position = {GOAL: 0, GOAL.plan: 0}, {GOAL: 0, GOAL.plan: 0}, 0
    for each in (event(GOAL.plan, opened(time_zone=zone), role="clinician", actor="c1"), *begun, *then):
        about = each.goal_id
        (recorded,) = await log.append(Append((each,), versions[about], last[about]))
        versions[about], last[about], position = recorded.version, recorded.position, recorded.position
    return position


async def follow(log: Log, reviews: Reviews, until: int, after: int = 0) -> None:
    reviews.begin(STREAM, await log.state(), after)
    async with aclosing(log.follow(after)) as batches:  # type: ignore[type-var]  # an async generator
        async for batch in batches:
            for message in batch.messages:
                reviews.take(message)
            if batch.messages and batch.messages[-1].position >= until:
                return


@pytest.mark.parametrize(
    "then",
    [
        (),
        (SCHEDULED,),
        (SCHEDULED, MOVED),
        (SCHEDULED, REVIEWED),
        (SCHEDULED, REVIEWED, MOVED),
        (SCHEDULED, RETIRED),
        (SCHEDULED, CLOSED, REOPENED, MOVED),
        (SCHEDULED, ENTERED_IN_ERROR),
        (SCHEDULED, ELSEWHERE),
        (ELSEWHERE, SCHEDULED),
    ],
    ids=[
        "none",
        "set",
        "moved",
        "reviewed",
        "moved by a review",
        "retired",
        "reopened",
        "in error",
        "zone",
        "zone first",
    ],
)
async def test_what_is_followed_is_what_is_read(
    log: Log, reviews: Reviews, nc: ResilientClient, then: Sequence[g.GoalPayload | Amended]
) -> None:
    last = await record(log, *map(by_clinician, then))
    asked: list[Msg] = []

    async def note(question: Msg) -> None:
        asked.append(question)

    await follow(log, reviews, last)
    questions = await nc.subscribe(f"$JS.API.DIRECT.GET.{STREAM}", cb=note)
    followed = await reviews.of(GOAL)
    await flush(nc)
    assert not asked
    await questions.unsubscribe()

    reading = Reviews(nc, Placement(), HOUR)
    assert followed == await reading.of(GOAL)
    await reading.close()
    assert bool(followed) == bool({SCHEDULED, MOVED} & set(then) and then[-1] not in (RETIRED, ENTERED_IN_ERROR))


async def test_a_goal_that_was_not_followed_from_its_beginning_is_read_and_then_followed(
    log: Log, reviews: Reviews
) -> None:
    last = await record(log, by_clinician(SCHEDULED))
    await follow(log, reviews, last, after=last - 1)
    assert [each.notice.due_on for each in await reviews.of(GOAL) or ()] == [TODAY] * 2

    (moved,) = await log.append(Append((by_clinician(MOVED),), 4, last))
    await follow(log, reviews, moved.position, after=last - 1)
    assert [(each.notice.due_on, each.notice.sequence) for each in await reviews.of(GOAL) or ()] == [(TOMORROW, 2)] * 2


async def test_another_log_is_not_taken_for_the_one_that_was_followed(
    log: Log, reviews: Reviews, nc: ResilientClient
) -> None:
    await follow(log, reviews, await record(log, by_clinician(SCHEDULED)))
    await make_anew(nc)
    reviews.begin(STREAM, await log.state(), 0)
    assert await reviews.of(GOAL) == ()


async def test_it_is_up_to_date_once_all_was_taken_in(log: Log, reviews: Reviews, nc: ResilientClient) -> None:
    last = await record(log)
    reviews.begin(STREAM, await log.state(), 0)
    assert not await reviews.is_up_to_date(GOAL, 0)
    reviews.reach(STREAM, last)
    assert await reviews.is_up_to_date(GOAL, 0)
    await nc.jetstream().publish(GOAL.on(LOG), b"one more")
    assert not await reviews.is_up_to_date(GOAL, 0)
