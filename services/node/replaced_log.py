"""What a node does when its database was built from another log: it says so, and waits for the operator's decision.

The log's folder may be lost, or an older log may have been put in its place. The node must not look healthy then:
events that were recorded now would be lost when the right log is put back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from events.log import Log, LogUnreachable
from events.log.client.resilient import ResilientClient
from projections.catalog import every_name
from projections.engine.announcing import REPLACED, LogComparison
from projections.engine.database import open_database, without_patient_text
from services.goals.watch import COMPARE
from services.node.address import NodeAddress, without_secret
from services.node.remembered import OfAnotherLog, declare_checkpoints, of_another_log
from services.node.welcome import cairn_command
from services.settings import Settings

_LOOK_AGAIN_SECONDS = 2.0
_ANNOUNCED_AS = "cairn-up"
"""The name under which the node announces its comparison, beside those of the projections."""


class ReplacedLog:
    """Compares the database with the log, for as long as the node runs.

    It announces what it finds on `cairn.replaced.cairn-up`, so that nothing is recorded on another log even while no
    projection runs that would object. A goals service that starts asks for it on `cairn.compare.STREAM`, so that it
    records nothing before it has heard it.

    Attributes:
        found: The projections that were built from another log than the present one; empty when there are none.
    """

    def __init__(self, nc: ResilientClient, engine: Engine, logs: Mapping[str, Log]):
        self._nc = nc
        self._engine = engine
        self._logs = logs
        self._changed = asyncio.Event()
        self.found: Sequence[OfAnotherLog] = ()

    async def look(self) -> None:
        """Compare the database with the log, and announce the result.

        Raises:
            LogUnreachable, SQLAlchemyError: a log or the database does not answer.
        """
        before, self.found = self.found, await of_another_log(self._engine, self._logs, every_name())
        if bool(before) != bool(self.found):
            self._changed.set()
        for stream in self._logs:
            with suppress(NatsError):
                await self._nc.publish(f"{REPLACED}.{_ANNOUNCED_AS}", self._comparison(stream))

    async def answer(self, question: Msg) -> None:
        """Tell a goals service that starts, on `cairn.compare.STREAM`, what was found last."""
        stream = question.subject[len(COMPARE) + 1 :]
        if stream in self._logs and question.reply:
            with suppress(NatsError):
                await self._nc.publish(question.reply, self._comparison(stream))

    def _comparison(self, stream: str) -> bytes:
        furthest = max((each for each in self.found if each.stream == stream), default=None, key=_position)
        comparison = LogComparison(
            projection=_ANNOUNCED_AS,
            stream=stream,
            replaced=furthest is not None,
            position=furthest.position if furthest else 0,
            head=furthest.head if furthest else 0,
        )
        return comparison.model_dump_json().encode()

    async def look_again_and_again(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            with suppress(LogUnreachable, SQLAlchemyError):
                await self.look()

    async def until_changed(self) -> None:
        """Wait until the log is found replaced, or is found to be the right one again, or was adopted."""
        await self._changed.wait()
        self._changed.clear()


@asynccontextmanager
async def looking_for_a_replaced_log(
    nc: ResilientClient, settings: Settings, say: Callable[[str], None]
) -> AsyncIterator[ReplacedLog]:
    """Compare the database with the log, now and as long as the block runs.

    If the database does not answer, nothing is found: the projections wait for it.

    Args:
        say: Called with one line when the database does not answer.
    """
    engine = open_database(settings.database_address)
    async with AsyncExitStack() as stack:
        stack.callback(engine.dispose)
        logs = {stream: Log(nc, stream) for stream in settings.placement.streams}
        for log in logs.values():
            stack.push_async_callback(log.close)
        replaced = ReplacedLog(nc, engine, logs)
        try:
            await asyncio.to_thread(declare_checkpoints, engine)
            await replaced.look()
        except SQLAlchemyError as error:
            say(f"The database does not answer, so it cannot be compared with the log: {without_patient_text(error)}")
        questions = await nc.subscribe(f"{COMPARE}.*", cb=replaced.answer)
        stack.push_async_callback(questions.unsubscribe)
        looking = asyncio.create_task(replaced.look_again_and_again())
        stack.push_async_callback(_ended, looking)
        yield replaced


async def _ended(looking: asyncio.Task[None]) -> None:
    looking.cancel()
    await asyncio.wait([looking])


def _position(found: OfAnotherLog) -> int:
    return found.position


def what_to_do(found: Sequence[OfAnotherLog], address: NodeAddress, data_dir: Path) -> list[str]:
    """What happened, and what an operator can do. No line begins with `ready`, for which programs wait."""
    cairn = f"CAIRN_DATA_DIR={data_dir} {cairn_command()}"
    where = f"nats={without_secret(address.nats_url)} http={address.http_url} data={data_dir}"
    furthest = max(each.position for each in found)
    enough = f"One that goes up to position {furthest:,} or further brings everything back; with an older one,"
    return [
        f"NOT READY: the log is another one than before. {where}",
        *(f"  {line}" for line in _by_stream(found)),
        "  Nothing is recorded, and reads show what was known before, until you decide:",
        "  - Is there a backup, or the lost disk? End this (Ctrl-C), put the log back, and start again:",
        f"      {cairn} log restore FOLDER",
        f"    {enough} what came behind its end stays lost.",
        "  - Is there none? See what is lost for good, and go on with the log as it is:",
        f"      {cairn} log adopt",
    ]


def _by_stream(found: Sequence[OfAnotherLog]) -> list[str]:
    lines = []
    for stream in dict.fromkeys(each.stream for each in found):
        projections = [each for each in found if each.stream == stream]
        head = max(each.head for each in projections)
        state = f"ends at position {head:,}" if head else "is empty"
        remembered = ", ".join(f"{each.projection} {each.position:,}" for each in projections)
        lines.append(f"{stream} {state}; the database remembers, up to positions: {remembered}.")
    return lines
