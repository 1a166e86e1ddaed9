"""Finding that the log is another one than is remembered. A node says so then, and waits for the operator's decision.

The log's folder may be lost, or an older log may have been put in its place. The node must not look healthy then:
events that were recorded now would be lost when the right log is put back.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from time import monotonic

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from events.log import Log, LogUnreachable, connect
from events.log.client.resilient import ResilientClient
from events.log.comparison import COMPARE, GOALS, REPLACED, LogComparison
from events.log.fitness import adopted_at
from projections.catalog import every_name
from projections.engine.database import open_database, without_patient_text
from projections.engine.fitness import check_database
from services.node.compared_log import found_line
from services.node.other_log import OfAnotherLog
from services.node.remembered import declare_checkpoints, of_another_log
from services.settings import Settings

_LOOK_AGAIN_SECONDS = 2.0
_GOALS_SECONDS = 10.0
"""How long it counts that a goals service has said that it misses something, while the log answers: it says so again
every few seconds, unless it has ended or cannot ask the log."""
_ANNOUNCED_AS = "cairn-up"
"""The name under which the node announces its comparison, beside those of the projections."""


@dataclass(slots=True)
class _Missed:
    """What a goals service misses in a stream.

    Attributes:
        adopted: The last adoption of the stream that the service knew of.
        heard_at: When it was last said, or the log last did not answer.
    """

    found: OfAnotherLog
    adopted: int
    heard_at: float


class ReplacedLog:
    """Compares the database with the log, again and again, and hears of goals services that miss something in it.

    It announces what it finds in the database on `cairn.replaced.cairn-up`, so that nothing is recorded on another log
    even while no projection runs that would object. A goals service that starts asks for it on `cairn.compare.STREAM`,
    so that it records nothing before it has heard it.

    Attributes:
        heard: Set when a goals service begins to miss something in a stream, or misses nothing any more.
    """

    def __init__(self, nc: ResilientClient, engine: Engine, logs: Mapping[str, Log]):
        self._nc = nc
        self._engine = engine
        self._logs = logs
        self._projections = every_name()  # which looks through all packages: those beside a process do not change
        self._in_database: Sequence[OfAnotherLog] = ()
        self._missed: dict[str, _Missed] = {}
        self.heard = asyncio.Event()

    @property
    def found(self) -> Sequence[OfAnotherLog]:
        """The projections that were built from another log than the present one, and goals services that miss something
        in it; empty when there are none.
        """
        return (*self._in_database, *(missed.found for missed in self._missed.values()))

    async def look(self) -> None:
        """Compare the database with the log, and announce the result.

        Raises:
            LogUnreachable, SQLAlchemyError: a log or the database does not answer.
        """
        for stream in list(self._missed):
            await self._judge(stream)
        self._in_database = await of_another_log(self._engine, self._logs, self._projections)
        for stream in self._logs:
            with suppress(NatsError):
                await self._nc.publish(f"{REPLACED}.{_ANNOUNCED_AS}", self._comparison(stream))

    async def hear(self, announcement: Msg) -> None:
        """Take in that a goals service misses something in the log; it says so again and again as long as it does."""
        with suppress(ValidationError):
            said = LogComparison.model_validate_json(announcement.data)
            before = self._missed.pop(said.stream, None)
            if said.stream in self._logs and said.replaced:
                found = OfAnotherLog(said.projection, said.stream, said.position, said.head)
                self._missed[said.stream] = _Missed(found, said.adopted, monotonic())
            if (before is not None) != (said.stream in self._missed):
                self.heard.set()

    async def _judge(self, stream: str) -> None:
        """Forget what is missed in a stream when that was adopted since, or when no goals service says it any more.

        While the log does not answer, no goals service can miss anything in it, and silence says nothing.
        """
        missed, asked_at = self._missed[stream], monotonic()
        try:
            state = await self._logs[stream].state()
        except LogUnreachable:
            missed.heard_at = monotonic()
            raise
        is_over = adopted_at(state) > missed.adopted or asked_at - missed.heard_at > _GOALS_SECONDS
        if is_over and self._missed.get(stream) is missed:
            del self._missed[stream]

    async def answer(self, question: Msg) -> None:
        """Tell a goals service that starts, on `cairn.compare.STREAM`, what was found last."""
        stream = question.subject[len(COMPARE) + 1 :]
        if stream in self._logs and question.reply:
            with suppress(NatsError):
                await self._nc.publish(question.reply, self._comparison(stream))

    def _comparison(self, stream: str) -> bytes:
        furthest = max((each for each in self._in_database if each.stream == stream), default=None, key=_position)
        comparison = LogComparison(
            projection=_ANNOUNCED_AS,
            stream=stream,
            replaced=furthest is not None,
            position=furthest.position if furthest else 0,
            head=furthest.head if furthest else 0,
        )
        return comparison.model_dump_json().encode()


async def look_for_a_replaced_log(settings: Settings, tell: Callable[[str], None]) -> None:
    """Compare the database with the log, until cancelled.

    If the database does not answer, nothing is found: the projections wait for it.

    Args:
        tell: Called with a line for the node: of what is found first, and whenever that changes.

    Raises:
        NotReachable: when no NATS server answers at first.
        UnusableDatabase: the database is not set up as projections need it.
    """
    engine = open_database(settings.database_address)
    async with AsyncExitStack() as stack:
        stack.callback(engine.dispose)
        nc = await connect(settings.nats_address, name="cairn node", log_api=settings.log_api_prefix)
        stack.push_async_callback(nc.close)
        logs = {stream: Log(nc, stream) for stream in settings.placement.streams}
        for log in logs.values():
            stack.push_async_callback(log.close)
        replaced = ReplacedLog(nc, engine, logs)
        questions = await nc.subscribe(f"{COMPARE}.*", cb=replaced.answer)
        stack.push_async_callback(questions.unsubscribe)
        announcements = await nc.subscribe(f"{REPLACED}.{GOALS}", cb=replaced.hear)
        stack.push_async_callback(announcements.unsubscribe)
        trouble = None
        try:
            await asyncio.to_thread(check_database, engine)
            await asyncio.to_thread(declare_checkpoints, engine)
            await replaced.look()
        except SQLAlchemyError as error:
            trouble = (
                f"The database does not answer, so it cannot be compared with the log: {without_patient_text(error)}"
            )
        told = replaced.found
        tell(found_line(told, trouble))
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                    await replaced.heard.wait()
            replaced.heard.clear()
            with suppress(LogUnreachable, SQLAlchemyError):
                await replaced.look()
            if bool(told) != bool(replaced.found):
                told = replaced.found
                tell(found_line(told))


def _position(found: OfAnotherLog) -> int:
    return found.position
