"""A node whose database remembers another log than is there: said at its start, and until its operator has decided.

The log's folder may be lost, or an older log may have been put in its place. Nothing may look as if all were well then:
what would be recorded now could have to be given up when the right log is put back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from events.log import Log, LogUnreachable
from events.log.client import ResilientClient
from projections.catalog import every_name
from projections.engine.database import open_database, without_patient_text
from services.node.address import NodeAddress, without_secret
from services.node.remembered import OfAnotherLog, of_another_log
from services.node.welcome import cairn_command
from services.settings import Settings

_LOOK_AGAIN_SECONDS = 2.0


class ReplacedLog:
    """What the database remembers of another log than is there.

    Attributes:
        found: What was found at the start; empty when all is well.
    """

    def __init__(self, engine: Engine, logs: Mapping[str, Log]):
        self._engine = engine
        self._logs = logs
        self.found: Sequence[OfAnotherLog] = ()

    async def look(self) -> None:
        """Look for it.

        Raises:
            LogUnreachable, SQLAlchemyError: a log or the database does not answer.
        """
        self.found = await of_another_log(self._engine, self._logs, every_name())

    async def until_decided(self) -> None:
        """Wait until the log was adopted, or the right one was put back."""
        while self.found:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            try:
                await self.look()
            except (LogUnreachable, SQLAlchemyError):
                continue


@asynccontextmanager
async def looking_for_a_replaced_log(
    nc: ResilientClient, settings: Settings, say: Callable[[str], None]
) -> AsyncIterator[ReplacedLog]:
    """Hold the database against the log. A database that does not answer is left to the projections, which wait for it.

    Args:
        say: Told when the database does not answer.
    """
    engine = open_database(settings.database_address)
    async with AsyncExitStack() as stack:
        stack.callback(engine.dispose)
        logs = {stream: Log(nc, stream) for stream in settings.placement.streams}
        for log in logs.values():
            stack.push_async_callback(log.close)
        replaced = ReplacedLog(engine, logs)
        try:
            await replaced.look()
        except SQLAlchemyError as error:
            say(f"Whether the database is of this log cannot be told: {without_patient_text(error)}")
        yield replaced


def what_to_do(found: Sequence[OfAnotherLog], address: NodeAddress, data_dir: Path) -> list[str]:
    """What is the matter, and what an operator can do about it; no line begins as the one does that tells `ready`."""
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
