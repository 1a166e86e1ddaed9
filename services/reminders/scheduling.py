"""Setting alarms: the log is followed, and each event that moves a review moves its goal's alarm."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from events.envelope import StoredMessage
from events.identity import GoalId, goal_id_of
from events.log import Log, WrongVersion
from events.log.anchor import BEGINNING, Anchor, LogReplaced
from events.log.placement import Placed
from events.log.run_until_first_ends import run_until_first_ends
from services.reminders.alarms import Alarms
from services.reminders.notice import Occasion, current, upcoming
from services.reminders.reviews import Reviews

_log = logging.getLogger("cairn.reminders")

SETTLING = timedelta(seconds=1)
"""How long a notice that is true already waits before it is given. When a history of years is recorded at once, a
review that looks overdue after one event has often taken place in the next one; it must not cause a notice."""
_LOOK_SECONDS = 0.25
"""How far apart the log is looked at for what is new: well within that time, and most events move no review."""
_MAX_GOALS_COLLECTED = 10_000
"""How many goals are collected before their alarms are set, while the end of the log is far off: an alarm that is set
on the way, of a review long past, would ring at once."""
_MAX_GOALS_TOGETHER = 500
"""How many of them are looked at, and have their alarms set, at a time."""
_MANY_ALARMS_WAITING = 100
"""If more alarms than these have rung when the service begins, all of the log is followed, so that it is read once and
not for each of them."""
_LONG_WAY_EVENTS = 20_000
"""How many events are so many that other services go first: to follow them takes a second, their alarms much longer."""
_OTHER_SCHEDULER_SECONDS = 1.0
"""How long this copy waits before it tries again, after another copy has moved the mark."""
_MAX_POSITIONS_UNMARKED = 10_000
"""After how many positions without a moved review the mark is written; so many are read again after a restart."""


class Scheduler:
    """Follows the log from the mark on, and sets each goal's alarm.

    An alarm is computed from all that happened to a goal, so it does not matter how often an event comes. While the end
    of the log is far away, goals are collected, and each goal's alarm is set once for many of its events.

    Args:
        others_first: Waits for whatever goes before a long way through the log.
        waiting: How many alarms have rung and are not answered yet.
    """

    def __init__(
        self,
        logs: Placed[Log],
        reviews: Reviews,
        alarms: Alarms,
        clock: Callable[[], datetime],
        others_first: Callable[[], Awaitable[object]],
        waiting: int = 0,
    ):
        self._logs = logs
        self._reviews = reviews
        self._alarms = alarms
        self._clock = clock
        self._others_first = others_first
        self._many_wait = waiting > _MANY_ALARMS_WAITING

    async def run(self) -> None:
        """Follow the log until cancelled; pause for a second whenever another copy has moved the mark.

        Raises:
            LogUnavailable, LogUnreachable, NatsError: alarms cannot be set now.
        """
        while True:
            try:
                begun = await self._alarms.begin()
                await run_until_first_ends(
                    *(self._keep(*each, begun.get(each[0], BEGINNING)) for each in self._logs.items())
                )
            except WrongVersion:
                _log.info("another copy sets the alarms; standing by")
                await asyncio.sleep(_OTHER_SCHEDULER_SECONDS)

    async def _keep(self, stream: str, log: Log, marked: Anchor) -> None:
        """Follow a stream of the log from the mark on, and from its beginning when the log was replaced.

        Notices are made from the log and given once, so starting again loses no notice and repeats none. Alarms of
        goals that the log has lost still ring, give no notice, and are not set again.
        """
        while True:
            try:
                await self._follow(stream, log, marked)
            except LogReplaced as replaced:
                _log.warning("%s Alarms are set anew from the beginning of this one.", replaced)
                marked = BEGINNING
                await self._alarms.move(stream, marked, {})

    async def _follow(self, stream: str, log: Log, marked: Anchor) -> None:
        moved: dict[GoalId, int] = {}
        last: StoredMessage | None = None
        known = self._reviews.reached(stream)
        after = BEGINNING if self._many_wait and known is None else marked
        if known is not None and known < marked.position:
            # Another copy has moved the mark further than this one had come: what lies between is news to its reviews.
            after = Anchor(known)
        if await log.head() - after.position >= _LONG_WAY_EVENTS:
            await self._others_first()
        self._reviews.begin(stream, await log.check(marked), after.position)
        async for batch in log.follow(after, every=_LOOK_SECONDS):
            for message in batch.messages:
                last = message
                if self._reviews.take(message) and message.position > marked.position:
                    moved[goal_id_of(message.subject)] = message.position
            # The last position may hold no message any more; then an empty batch shows that the end is reached.
            at_the_end = not batch.messages or batch.messages[-1].position >= batch.head
            self._reviews.reach(stream, batch.messages[-1].position if batch.messages else batch.head)
            if last is None:
                continue
            if (moved and (at_the_end or len(moved) >= _MAX_GOALS_COLLECTED)) or (
                not moved and last.position - marked.position >= _MAX_POSITIONS_UNMARKED
            ):
                marked, before = Anchor.at(last), marked
                await self._set(stream, (before, marked), await self._goals_of(log, moved), moved)
                moved.clear()

    async def _set(
        self, stream: str, marks: tuple[Anchor, Anchor], goals: Mapping[GoalId, int], moved: Mapping[GoalId, int]
    ) -> None:
        """Set the alarms of goals, and with the last of them the mark.

        Args:
            marks: Where the mark is, and where it comes to.
        """
        before, after = marks
        left = iter(goals.items())
        together = dict(islice(left, _MAX_GOALS_TOGETHER))
        while following := dict(islice(left, _MAX_GOALS_TOGETHER)):
            await self._alarms.move(stream, before, await self._wanted(together, moved))
            together = following
        await self._alarms.move(stream, after, await self._wanted(together, moved))

    async def _goals_of(self, log: Log, moved: Mapping[GoalId, int]) -> dict[GoalId, int]:
        """The goals that moved, and those of the plans that did, each with the position of an event."""
        goals = {goal_id: position for goal_id, position in moved.items() if not goal_id.is_plan}
        for plan in (goal_id for goal_id in moved if goal_id.is_plan):
            for goal_id, position in (await log.last_of_patient(plan, moved[plan])).items():
                if not goal_id.is_plan:
                    goals.setdefault(goal_id, position)
        return goals

    async def _wanted(self, goals: Mapping[GoalId, int], moved: Mapping[GoalId, int]) -> dict[GoalId, Occasion | None]:
        found = await asyncio.gather(
            *(
                self._reviews.of(goal_id, goal_at=position, plan_at=moved.get(goal_id.plan, 0))
                for goal_id, position in goals.items()
            )
        )
        now = self._clock()
        return {
            goal_id: _next_alarm(known, now) for goal_id, known in zip(goals, found, strict=True) if known is not None
        }


def _next_alarm(known: Sequence[Occasion], now: datetime) -> Occasion | None:
    if occasion := current(known, now):
        return occasion._replace(at=now + SETTLING)
    return upcoming(known, now)
