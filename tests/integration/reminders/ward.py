"""A Cairn as the tests of reminders use it: goals with reviews, and someone who listens for notices."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from pydantic_core import from_json

from events.envelope import STRUCTURED
from events.event import Event
from events.goal.types import Activated, ReviewScheduled
from events.identity import SUBMIT, GoalId
from events.log import Append, Log
from events.log.anchor import BEGINNING
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from services.embedded_server import EmbeddedServer
from services.reminders import service as reminders
from services.reminders.alarms import read_mark
from services.reminders.stream import ALARM_STREAM, MARK, NOTICE_STREAM, RUNG, SET
from services.settings import Settings
from tests.anew import make_anew
from tests.builders import active_goal, as_bytes, event, opened
from tests.conftest import running
from tests.waiting import eventually

_NOW = datetime.now(UTC)
_WEST_OF_UTC = _NOW.hour - 12
ZONE = f"Etc/GMT{_WEST_OF_UTC:+d}"
"""Where the clinics are: where it is noon as the tests begin, so that the day is the same for all of them."""
ELSEWHERE = f"Etc/GMT{_WEST_OF_UTC + (6 if _WEST_OF_UTC < 0 else -6):+d}"
"""Another zone, whose days begin six hours earlier or later at any time of the year."""
TODAY = _NOW.astimezone(ZoneInfo(ZONE)).date()
"""The real day there: alarms ring by the server's clock."""
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
Told = tuple[str, str, str]
_BUSY_SECONDS = 90
"""How long what takes a second may take on a busy machine: notices are given one after another."""


def midnight(day: date, zone: str = ZONE) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def told(goal_id: GoalId, day: date, kind: str) -> Told:
    """A notice, by what may be told once only."""
    return str(goal_id), day.isoformat(), kind


async def nobody() -> None:
    """For those who go first."""


@dataclass
class Ward:
    """A server, its settings, and the notices that were heard."""

    server: EmbeddedServer
    nc: ResilientClient
    settings: Settings
    heard: list[Msg] = field(default_factory=list)

    @property
    def js(self) -> JetStreamContext:
        return self.nc.jetstream()

    def reminders(
        self,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        others_first: Callable[[], Awaitable[object]] = nobody,
    ) -> running:
        """The reminders service, while the block lasts."""
        return running(lambda ready: reminders.serve(self.settings, ready, clock, others_first))

    async def hear(self, message: Msg) -> None:
        self.heard.append(message)

    async def record(self, *events: Event) -> int:
        """Offer events one after another; gives the position of the last that was recorded."""
        position = 0
        for each in events:
            reply = await self.nc.request(
                each.goal_id.on(SUBMIT), as_bytes(each), timeout=20, headers={"content-type": STRUCTURED}
            )
            outcome = from_json(reply.data)
            assert outcome["status"] == "recorded", outcome
            position = outcome["events"][-1]["position"]
        return position

    async def begin(self, goal_id: GoalId, first_review: date, **plan: object) -> int:
        """Record an active goal with its first review on a day."""
        return await self.record(*begun(goal_id, first_review, **plan))

    async def write(self, goal_id: GoalId, first_review: date) -> int:
        """As :meth:`begin`, straight into the log: for one that no goals service has seen come."""
        log = Log(self.nc)
        plan_opened, *of_goal = begun(goal_id, first_review)
        of_goal.append(event(goal_id, ReviewScheduled(due_on=first_review, cause="initial"), time=of_goal[-1].time))
        await log.append(Append((plan_opened,), 0, 0))
        recorded = await log.append(Append(tuple(of_goal), 0, 0))
        await log.close()
        return recorded[-1].position

    async def move(self, goal_id: GoalId, due_on: date) -> int:
        """Record that the review was moved to another day."""
        scheduled = ReviewScheduled(due_on=due_on, cause="moved")
        return await self.record(event(goal_id, scheduled, role="clinician", actor="c1", time=datetime.now(UTC)))

    async def ring(self, goal_id: GoalId) -> None:
        """Let an alarm ring, as the server does when its time has come."""
        await self.js.publish(goal_id.on(RUNG), b"")

    async def lose_the_log(self) -> None:
        """Put an empty log in the place of this one."""
        await make_anew(self.nc)

    async def answered(self) -> None:
        """Wait until no alarm that has rung waits any more."""

        async def none_waits() -> bool:
            info = await self.js.stream_info(ALARM_STREAM, subjects_filter=f"{RUNG}.>")
            return not info.state.subjects

        await eventually(none_waits, within=_BUSY_SECONDS)

    async def marked(self, position: int, stream: str = STREAM) -> None:
        """Wait until alarms are set up to a position of the log as it is now, and those that rang are answered."""
        log = Log(self.nc, stream)

        async def reached() -> bool:
            try:
                mark = await self.js.get_last_msg(ALARM_STREAM, MARK)
            except NatsError:
                return False
            found = read_mark(mark.data or b"").get(stream, BEGINNING)
            return found.position >= position and found == await log.anchor(found.position)

        await eventually(reached, within=_BUSY_SECONDS)
        await log.close()

    @property
    def told(self) -> list[Told]:
        """What was heard, in order."""
        return [_told(message.subject, message.data) for message in self.heard]

    async def has_heard(self, count: int) -> None:
        """Wait for so many notices."""
        await eventually(lambda: len(self.heard) >= count, within=_BUSY_SECONDS)

    async def hears(self, *expected: Told) -> None:
        """Wait for notices, which are all that was heard."""
        await self.has_heard(len(expected))
        assert Counter(self.told) == Counter(expected)

    async def kept(self) -> list[Told]:
        """The notices in the stream, in order."""
        subscription = await self.js.subscribe("cairn.notice.>", ordered_consumer=True)
        try:
            info = await self.js.stream_info(NOTICE_STREAM, subjects_filter="cairn.notice.>")
            messages = [
                await subscription.next_msg(timeout=30) for _ in range(sum((info.state.subjects or {}).values()))
            ]
        finally:
            await subscription.unsubscribe()
        return [_told(message.subject, message.data) for message in messages]

    async def alarm(self, goal_id: GoalId) -> datetime | None:
        """When a goal's alarm is to ring, as the server was told; None when none is set."""
        try:
            message = await self.js.get_last_msg(ALARM_STREAM, goal_id.on(SET))
        except NatsError:
            return None
        schedule = (message.headers or {}).get("Nats-Schedule", "")
        return datetime.fromisoformat(schedule.removeprefix("@at ")) if schedule else None

    async def rings_at(self, goal_id: GoalId, instant: datetime | None) -> None:
        """Wait until a goal's alarm is set on an instant, or is gone."""

        async def rings() -> bool:
            return await self.alarm(goal_id) == instant

        await eventually(rings, within=_BUSY_SECONDS)


def begun(goal_id: GoalId, first_review: date, **plan: object) -> list[Event]:
    """What begins a goal with its first review on a day; the last of it sets the review."""
    day = midnight(min(first_review, TODAY) - timedelta(days=3))
    _, proposal, agreement, _ = active_goal(goal_id, time=day)
    plan_opened = event(goal_id.plan, opened(**{"time_zone": ZONE, **plan}), role="clinician", actor="c1", time=day)
    activated = Activated(first_review_on=first_review)
    return [
        *(plan_opened, proposal, agreement),
        event(goal_id, activated, role="clinician", actor="c1", time=day),
    ]


def _told(subject: str, data: bytes) -> Told:
    notice = from_json(data)
    assert subject == f"cairn.notice.{notice['org']}.{notice['patient']}.{notice['goal']}"
    return subject.removeprefix("cairn.notice."), notice["due_on"], notice["kind"]
