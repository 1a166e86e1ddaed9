"""The next review of a goal, read from the log itself: which notices it needs, and when."""

import asyncio
import logging

from events.envelope import StoredMessage, UnreadableEvent, read_recorded
from events.errors import Rejected
from events.event import RecordedEvent
from events.goal import fold_goals
from events.goal import types as goal_types
from events.identity import LOG, GoalId
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.placement import Placed, Placement
from events.log.reading import DirectReader
from events.plan import fold_plans
from events.plan import types as plan_types
from events.voiding import voided
from services.reminders.notice import Occasion, occasions

_log = logging.getLogger("cairn.reminders")
_MAX_GOALS_READ_AT_ONCE = 16

MOVING = frozenset(
    each.type_name
    for each in (
        goal_types.ReviewScheduled,
        goal_types.Reviewed,
        goal_types.Closed,
        goal_types.Reopened,
        goal_types.EnteredInError,
        goal_types.Voided,
        plan_types.Opened,
        plan_types.Amended,
        plan_types.Voided,
    )
)
"""The types of the events that can move a review, or the instant at which its day begins. Events that void a message
are among them, because the goal can be read again after them."""
_TELLING = MOVING | {goal_types.Proposed.type_name, goal_types.Imported.type_name}
"""These, and the types with which a goal begins. Entries, by far the largest part of a history, are not decoded."""


class Reviews:
    """Reads goals and their plans from the log.

    Args:
        placement: Which stream of the log each organisation is in.
        hour: The hour of the clinic's day from which on a review is due.
    """

    def __init__(self, nc: ResilientClient, placement: Placement, hour: int):
        self._replies = Replies(nc)
        self._readers = Placed(placement, lambda stream: DirectReader(nc, self._replies, stream))
        self._hour = hour
        self._room = asyncio.Semaphore(_MAX_GOALS_READ_AT_ONCE)

    async def of(self, goal_id: GoalId, *, goal_at: int = 0, plan_at: int = 0) -> tuple[Occasion, ...] | None:
        """The notices about a goal's next review; None when the goal's history cannot be read, or its organisation
        has no place any more.

        Args:
            goal_at: The position of an event of the goal that must be among those read, as a replica may lag behind.
            plan_at: The same for an event of its plan.

        Raises:
            LogUnreachable: the log does not answer.
        """
        try:
            reader = self._readers.of(goal_id.org)
        except Rejected:
            _log.warning("an alarm is left as it is: its organisation has no place in CAIRN_PLACEMENT")
            return None
        async with self._room:
            goal, plan = await asyncio.gather(_read(reader, goal_id, goal_at), _read(reader, goal_id.plan, plan_at))
        try:
            return occasions(fold_goals(_telling(goal)), fold_plans(_telling(plan)), self._hour)
        except UnreadableEvent as error:
            _log.warning("position %d cannot be read; that goal's alarm stays as it is", error.position)
            return None

    async def close(self) -> None:
        """Stop listening for replies."""
        await self._replies.close()


async def _read(reader: DirectReader, goal_id: GoalId, known: int) -> list[StoredMessage]:
    subject = goal_id.on(LOG)
    return await (reader.until(subject, 0, known) if known else reader.after(subject, 0))


def _telling(messages: list[StoredMessage]) -> list[RecordedEvent]:
    void = voided(messages)
    telling = (each for each in messages if each.headers.get("ce-type") in _TELLING)
    return [read_recorded(each) for each in telling if (each.subject, each.position) not in void]
