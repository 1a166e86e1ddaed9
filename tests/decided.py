"""What the goals service would record: submissions decided one after another, each with what follows from it."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from events.event import Event, RecordedEvent
from events.identity import GoalId
from events.log import Append, Log
from events.vocabulary import CAIRN_ITSELF
from services.goals.appends import CAIRN, consequence_id
from services.goals.decide import decide
from tests.builders import NOON
from tests.specification import Past


def decided(
    submissions: Iterable[Event], *, at: datetime = NOON, before: Iterable[RecordedEvent] = ()
) -> list[RecordedEvent]:
    """The submissions as the goals service records them at an instant, each with what follows from it."""
    events = list(before)
    for submission in submissions:
        decision = decide(Past(events).context_of(submission, at), submission)
        first = 1 + sum(each.goal_id == submission.goal_id for each in events)
        events.append(RecordedEvent(submission, len(events) + 1, first, at))
        for version, data in enumerate(decision.follows, first + 1):
            id_ = consequence_id(submission.goal_id, version)
            follows = Event(submission.goal_id, CAIRN, id_, submission.time, CAIRN_ITSELF, data, cause=first)
            events.append(RecordedEvent(follows, len(events) + 1, version, at))
    return events


async def record_decided(log: Log, submissions: Iterable[Event]) -> int:
    """Put the submissions and what follows from them into an empty log; the position of the last."""
    last: dict[GoalId, int] = {}
    for (goal_id, cause), together in groupby(decided(submissions, at=datetime.now(NOON.tzinfo)), key=_commit):
        events = tuple(each.event for each in together)
        recorded = await log.append(Append(events, cause - 1, last.get(goal_id, 0)))
        last[goal_id] = recorded[-1].position
    return max(last.values())


def _commit(recorded: RecordedEvent) -> tuple[GoalId, int]:
    return recorded.goal_id, recorded.event.cause or recorded.version
