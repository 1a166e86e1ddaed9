"""Catching up by a process of its own: for a projection that has a long way to go, beside others that do not.

Python does one thing at a time in a process. The first build of three projections takes both of two cores that way, the
build of one keeps no other waiting, and the memory that it took is given back with the process.
"""

import asyncio
import logging
import os
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from events.log import Log, LogUnreachable
from events.log.child_process import end_with_parent
from projections.engine.builds import build_at
from projections.engine.checkpoint import CheckpointKey, read_checkpoint
from projections.engine.database import reading
from projections.engine.naming import Slot
from projections.engine.projection import Projection
from projections.engine.tables import BUILDS

WORTH_A_PROCESS = 20_000
"""How many events make it worth to start a process: it takes in as many in some seconds, and starts in one."""
_log = logging.getLogger("cairn.projections")


class Command(NamedTuple):
    """What catches up, until it is at the end of the log.

    Attributes:
        environment: All of it; what is secret is here and not among the arguments, which everybody can read.
    """

    arguments: Sequence[str]
    environment: Mapping[str, str]


class Way(NamedTuple):
    """How far a projection is on one stream, and how many events it has to take in."""

    position: int
    ahead: int


async def ways(
    engine: Engine,
    projection: Projection[Any],  # Any: of whatever state
    logs: Mapping[str, Log],
) -> dict[str, Way]:
    """How far a projection has to go on each stream; nothing where that cannot be told now."""
    found: dict[str, Way] = {}
    with suppress(LogUnreachable, SQLAlchemyError):
        for stream, log in logs.items():
            position = await asyncio.to_thread(_position, engine, projection, stream)
            found[stream] = Way(position, max(0, await log.head() - position))
    return found


async def catch_up(name: str, command: Command) -> None:
    """Run a process until it ends; when it was killed, whoever called goes on from the checkpoint that it has left."""
    process = await asyncio.create_subprocess_exec(
        *command.arguments,
        env=command.environment,
        stdin=DEVNULL,
        stdout=DEVNULL,
        # Ctrl-C is meant for the process that waits for this one, and that process ends this one.
        start_new_session=True,
        preexec_fn=end_with_parent,
    )
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        await _ended(process)
        raise
    if code:
        _log.warning("%s: the process that caught up ended with exit code %d", name, code)


async def _ended(process: Process) -> None:
    """End a process, which finishes its transaction first."""
    with suppress(ProcessLookupError):
        process.terminate()
    await process.wait()


def can_catch_up_beside() -> bool:
    """Whether there is more than one core."""
    return (os.cpu_count() or 1) > 1


def _position(engine: Engine, projection: Projection[Any], stream: str) -> int:  # Any: as above
    """Up to where the tables are that its service would go on with."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(BUILDS.name):
            return 0
        live = build_at(connection, projection.name, Slot.LIVE)
        slot = Slot.LIVE if live and live.version >= projection.version else Slot.BUILDING
        checkpoint = read_checkpoint(connection, CheckpointKey(projection.name, slot, stream))
        return checkpoint.position if checkpoint else 0
