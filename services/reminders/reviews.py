"""The next review of a goal, as the log has it: which notices it needs, and when.

The log is followed, and of each goal a few numbers are kept as its events come: nothing is read twice, however long the
log is. Only a goal (or plan) that is not remembered, or that an operator has changed, is read by itself.
"""

import asyncio
import logging
from datetime import date
from typing import Any, NamedTuple

from events.envelope import StoredMessage, UnreadableEvent, read_recorded
from events.errors import Rejected
from events.event import RecordedEvent
from events.goal import GoalState, fold_goal, fold_goals
from events.goal import types as goal_types
from events.goal.state import ScheduledReview
from events.identity import LOG, GoalId
from events.log import LogUnreachable
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.placement import Placed, Placement
from events.log.reading import DirectReader
from events.log.stream_state import StreamState, read_state
from events.plan import PlanState, fold_plan, fold_plans
from events.plan import types as plan_types
from events.voiding import VOIDING, voided
from services.reminders.notice import Occasion, occasions
from services.reminders.remembered import Remembered, UpTo

_log = logging.getLogger("cairn.reminders")
_MAX_GOALS_READ_AT_ONCE = 16
_MAX_GOALS_REMEMBERED = 100_000
_MAX_PLANS_REMEMBERED = 100_000
_NOTHING_FOLLOWED_SECONDS = 30.0
"""How long nothing may come of following the log, although it has more, before the work begins again."""

_OF_GOALS = frozenset(
    each.type_name
    for each in (
        goal_types.ReviewScheduled,
        goal_types.Reviewed,
        goal_types.Closed,
        goal_types.Reopened,
        goal_types.EnteredInError,
        goal_types.Voided,
    )
)
_OF_PLANS = frozenset(each.type_name for each in (plan_types.Opened, plan_types.Amended, plan_types.Voided))
MOVING = _OF_GOALS | _OF_PLANS
"""The types of the events that can move a review, or the instant at which its day begins. Events that void a message
are among them, because the goal can be read again after them."""
_BEGINNINGS = frozenset({goal_types.Proposed.type_name, goal_types.Imported.type_name})
_TELLING = MOVING | _BEGINNINGS
"""These, and the types with which a goal begins. Entries, by far the largest part of a history, are not decoded."""


class _Review(NamedTuple):
    """What is kept of a goal: the day of its next review, and how often one was set."""

    due_on: date | None
    sequence: int


class Reviews:
    """Remembers the reviews of goals and the time zones of plans, and reads from the log those that it does not.

    Args:
        placement: Which stream of the log each organisation is in.
        hour: The hour of the clinic's day from which on a review is due.
    """

    def __init__(self, nc: ResilientClient, placement: Placement, hour: int):
        self._nc = nc
        self._placement = placement
        self._replies = Replies(nc)
        self._readers = Placed(placement, lambda stream: DirectReader(nc, self._replies, stream))
        self._hour = hour
        self._room = asyncio.Semaphore(_MAX_GOALS_READ_AT_ONCE)
        self._goals: Remembered[_Review | None] = Remembered(_MAX_GOALS_REMEMBERED)
        self._zones: Remembered[str | None] = Remembered(_MAX_PLANS_REMEMBERED)
        self._followed: dict[str, tuple[str, int]] = {}
        """For each stream, when it was created, and the position up to which it was followed."""
        self._came_further = asyncio.Event()
        self._came_further_at = asyncio.get_running_loop().time()

    def reached(self, stream: str) -> int | None:
        """The position up to which a stream was taken in; None when it was not followed yet."""
        return self._followed[stream][1] if stream in self._followed else None

    def begin(self, stream: str, state: StreamState, position: int) -> None:
        """Note that a stream is followed from a position on, which is not behind the one that was reached before.

        If the stream is another one than before, all is forgotten.
        """
        created, _ = self._followed.get(stream, (state.created, 0))
        if created != state.created:
            self._goals.clear()
            self._zones.clear()
        self.reach(stream, position, state.created)

    def take(self, message: StoredMessage) -> bool:
        """Take in the next message of a stream; whether it may have moved a review.

        A message that was taken in before may come again.
        """
        kind = message.headers.get("ce-type")
        if kind not in _TELLING:
            return False
        if kind in VOIDING:
            self._goals.forget(message.subject)
            self._zones.forget(message.subject)
            return True
        take = self._take_of_plan if kind in _OF_PLANS else self._take_of_goal
        try:
            return take(message, kind)
        except UnreadableEvent:
            self._goals.forget(message.subject)
            self._zones.forget(message.subject)
            return True

    def reach(self, stream: str, position: int, created: str | None = None) -> None:
        """Note that everything up to a position was taken in."""
        self._followed[stream] = created or self._followed[stream][0], position
        self._came_further_at = asyncio.get_running_loop().time()
        event, self._came_further = self._came_further, asyncio.Event()
        event.set()

    async def is_up_to_date(self, goal_id: GoalId, seconds: float) -> bool:
        """Wait for some seconds until all has been taken in that the log has now of a goal's organisation.

        Raises:
            LogUnreachable: the log does not answer, or it has more and nothing of that comes.
        """
        try:
            stream = self._placement.stream_of(goal_id.org)
        except Rejected:
            return True
        now = asyncio.get_running_loop().time
        state = await read_state(self._nc, stream)
        give_up = now() + seconds
        while not self._has_followed(stream, state):
            event = self._came_further
            try:
                async with asyncio.timeout_at(give_up):
                    await event.wait()
            except TimeoutError:
                if now() - self._came_further_at > _NOTHING_FOLLOWED_SECONDS:
                    raise LogUnreachable(f"{stream} goes up to {state.last}, and nothing comes of it.") from None
                return False
        return True

    def _has_followed(self, stream: str, state: StreamState) -> bool:
        created, position = self._followed.get(stream, ("", 0))
        return created == state.created and position >= state.last

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
        try:
            review, zone = await asyncio.gather(
                self._goals.read(goal_id.on(LOG), lambda: self._read_goal(reader, goal_id, goal_at)),
                self._zones.read(goal_id.plan.on(LOG), lambda: self._read_plan(reader, goal_id.plan, plan_at)),
            )
        except UnreadableEvent as error:
            _log.warning("position %d cannot be read; that goal's alarm stays as it is", error.position)
            return None
        return occasions(_state(goal_id, review), _plan(zone), self._hour)

    async def close(self) -> None:
        """Stop listening for replies."""
        await self._replies.close()

    def _take_of_goal(self, message: StoredMessage, kind: str) -> bool:
        before = self._goals.get(message.subject)
        begins = kind in _BEGINNINGS
        if before is None and not begins:
            self._goals.forget(message.subject)  # it is read from the log when it is needed
        elif before is None or before.position < message.position:
            recorded = read_recorded(message)
            state = _state(recorded.goal_id, before.value) if before else None
            self._goals.keep(message.subject, UpTo(message.position, _review(fold_goal(state, recorded))))
        return not begins

    def _take_of_plan(self, message: StoredMessage, kind: str) -> bool:
        before = self._zones.get(message.subject)
        if before is not None and before.position >= message.position:
            return True
        recorded = read_recorded(message)
        if before is None and kind != plan_types.Opened.type_name:
            self._zones.forget(message.subject)
            return True
        zone = _zone(fold_plan(_plan(before.value if before else None), recorded))
        self._zones.keep(message.subject, UpTo(message.position, zone))
        # A goal needs a plan, so before the first event of the plan there is no review that it could move.
        return recorded.version > 1 and (before is None or before.value != zone)

    async def _read_goal(self, reader: DirectReader, goal_id: GoalId, known: int) -> UpTo[_Review | None]:
        found = await self._read(reader, goal_id, known)
        return UpTo(_last(found), _review(fold_goals(_telling(found))))

    async def _read_plan(self, reader: DirectReader, plan: GoalId, known: int) -> UpTo[str | None]:
        found = await self._read(reader, plan, known)
        return UpTo(_last(found), _zone(fold_plans(_telling(found))))

    async def _read(self, reader: DirectReader, goal_id: GoalId, known: int) -> list[StoredMessage]:
        subject = goal_id.on(LOG)
        async with self._room:
            return await (reader.until(subject, 0, known) if known else reader.after(subject, 0))


def _state(goal_id: GoalId, review: _Review | None) -> GoalState | None:
    """A goal of which no more is known than its next review: enough for the fold to go on with it."""
    if review is None:
        return None
    scheduled = None
    if review.due_on is not None:
        scheduled = ScheduledReview(due_on=review.due_on, cause="routine", sequence=review.sequence)
    known: dict[str, Any] = {**goal_id._asdict(), "status": "active", "next_review": scheduled}
    return GoalState.model_construct(**known, reviews_scheduled=review.sequence)


def _plan(zone: str | None) -> PlanState | None:
    """A plan of which no more is known than its time zone."""
    known: dict[str, Any] = {"time_zone": zone}
    return None if zone is None else PlanState.model_construct(**known)


def _review(state: GoalState | None) -> _Review | None:
    if state is None:
        return None
    return _Review(state.next_review.due_on if state.next_review else None, state.reviews_scheduled)


def _zone(state: PlanState | None) -> str | None:
    return state.time_zone if state else None


def _last(messages: list[StoredMessage]) -> int:
    return messages[-1].position if messages else 0


def _telling(messages: list[StoredMessage]) -> list[RecordedEvent]:
    void = voided(messages)
    telling = (each for each in messages if each.headers.get("ce-type") in _TELLING)
    return [read_recorded(each) for each in telling if (each.subject, each.position) not in void]
