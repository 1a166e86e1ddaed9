"""Filling a log with synthetic goals, quickly and in the order in which a clinic would: everyone a step at a time."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from bench.driving import all_of
from bench.life import LIFE_EVENTS, Step, life
from bench.options import Stage, Stages
from events.blinding import BLIND, BLIND_BYTES, encode_blind
from events.envelope import to_body, to_headers
from events.event import RecordedEvent
from events.identity import LOG, GoalId
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.message import Message
from events.log.reading import DirectReader
from events.log.stream import STREAM
from events.log.writing import MAX_BATCH, Write, Writer

Life = Callable[[GoalId], Iterable[Step]]
"""What happens to a goal and its plan. It is the same for every goal, and begins with nothing."""
_BATCHES_AT_ONCE = 2
_ACK_SECONDS = 60.0


async def fill(nc: ResilientClient, goals: Sequence[GoalId], life: Life, stage: Stage | None = None) -> int:
    """Record the first step of every goal, then the second of every goal, and so on to the last.

    A goal's events so lie apart in the log, as they do in life. Nobody else writes meanwhile, so there are no guards,
    and messages are made once and addressed to each goal.

    Args:
        goals: About which nothing is in the log.
        stage: Advanced by every event, where someone is watching.

    Returns:
        How many events the log now has more.
    """
    replies = Replies(nc)
    writer = Writer(nc, replies, DirectReader(nc, replies, STREAM), ack_seconds=_ACK_SECONDS)
    messages = _messages(goals, life)
    filled = 0

    async def write() -> None:
        nonlocal filled
        while batch := tuple(islice(messages, MAX_BATCH)):
            await writer.write(Write(batch))
            filled += len(batch)
            if stage is not None:
                stage.advance(len(batch))

    await replies.open()
    try:
        await all_of(write() for _ in range(_BATCHES_AT_ONCE))
    finally:
        await replies.close()
    return filled


async def fill_with_lives(nc: ResilientClient, goals: Sequence[GoalId], stages: Stages) -> None:
    """Record the lives of all goals, as a stage."""
    events = len(goals) * LIFE_EVENTS
    with stages(f"filling a log with {events:,} events", events) as stage:
        await fill(nc, goals, life, stage)


def lived(goals: Sequence[GoalId], number: int, life: Life, at: datetime) -> list[RecordedEvent]:
    """The events of one of the goals, its plan's left out, as an empty log has them once it is filled with all."""
    recorded, before, version = [], 0, 0
    for step in life(goals[number]):
        for place, event in enumerate(step, 1):
            if not event.goal_id.is_plan:
                version += 1
                recorded.append(RecordedEvent(event, before + number * len(step) + place, version, at))
        before += len(goals) * len(step)
    return recorded


def _messages(goals: Sequence[GoalId], life: Life) -> Iterator[Message]:
    versions: dict[GoalId, int] = {}
    for step in life(goals[0]):
        places = []
        for event in step:
            versions[event.goal_id] = versions.get(event.goal_id, 0) + 1
            places.append((event.goal_id.is_plan, to_headers(event, versions[event.goal_id]), to_body(event)))
        for goal_id in goals:
            for is_plan, headers, body in places:
                about = goal_id.plan if is_plan else goal_id
                blind = encode_blind(os.urandom(BLIND_BYTES))
                yield Message(about.on(LOG), {**headers, "ce-subject": str(about), BLIND: blind}, body)
