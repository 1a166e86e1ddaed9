"""Setting alarms: the log is followed, and whatever moves a review moves its goal's alarm."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from events.envelope import StoredMessage
from events.identity import LOG, GoalId
from events.log import Log, WrongVersion
from events.log.anchor import BEGINNING, Anchor, LogReplaced
from events.log.placement import Placed
from events.log.run_until_first_ends import run_until_first_ends
from services.reminders.alarms import Alarms
from services.reminders.notice import Occasion, current, upcoming
from services.reminders.reviews import MOVING, Reviews

_log = logging.getLogger("cairn.reminders")

SETTLING = timedelta(seconds=1)
"""How long what is true already waits before it is told: when years are recorded in one go, each review that was ahead
at the time would else be told to be overdue, and the event that says how it went comes a moment later."""
_MOST_GOALS = 400
_STAND_BY_SECONDS = 1.0
_FAR = 10_000
"""How many positions of the log may be read again after a restart, at most, though nothing in them moved a review."""


class Scheduler:
    """Keeps the alarms as the log has it, from the mark on.

    What is set is worked out from a goal's whole history, so it does not matter how often an event is looked at. While
    the end of the log is far off goals are collected, and each is looked at once for many of its events.
    """

    def __init__(self, logs: Placed[Log], reviews: Reviews, alarms: Alarms, clock: Callable[[], datetime]):
        self._logs = logs
        self._reviews = reviews
        self._alarms = alarms
        self._clock = clock

    async def run(self) -> None:
        """Follow the log for ever; stand by for a moment whenever another copy has moved the mark.

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
                await asyncio.sleep(_STAND_BY_SECONDS)

    async def _keep(self, stream: str, log: Log, marked: Anchor) -> None:
        """Follow a stream of the log from the mark on, and from its beginning whenever it is another log.

        What is told comes from the log and is told once, so beginning anew loses nothing and repeats nothing. Alarms
        of goals that the log has lost ring and tell nothing, and are not set again.
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
        position, last = marked.position, None
        async for batch in log.follow(marked):
            for message in batch.messages:
                last = message
                if message.headers.get("ce-type") in MOVING:
                    moved[_goal_id(message)] = message.position
            if last is None:
                continue
            # The last position may hold no message any more; an empty batch tells the end all the same.
            at_the_end = not batch.messages or last.position >= batch.head
            if (moved and (at_the_end or len(moved) >= _MOST_GOALS)) or last.position - position >= _FAR:
                await self._alarms.move(stream, Anchor.at(last), await self._wanted(log, moved))
                position = last.position
                moved.clear()

    async def _wanted(self, log: Log, moved: dict[GoalId, int]) -> dict[GoalId, Occasion | None]:
        goals = {goal_id: position for goal_id, position in moved.items() if not goal_id.is_plan}
        for plan in (goal_id for goal_id in moved if goal_id.is_plan):
            for goal_id, position in (await log.last_of_patient(plan, moved[plan])).items():
                if not goal_id.is_plan:
                    goals.setdefault(goal_id, position)
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


def _goal_id(message: StoredMessage) -> GoalId:
    return GoalId(*message.subject[len(LOG) + 1 :].split("."))
