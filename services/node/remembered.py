"""Compares what the projections' database remembers of the log with the present log."""

import asyncio
from collections.abc import Iterable, Mapping

from sqlalchemy import Engine

from events.log import Log
from events.log.anchor import LogReplaced
from projections.engine.checkpoint import Checkpoint, CheckpointKey, read_checkpoint
from projections.engine.database import reading, writing
from projections.engine.naming import Slot
from projections.engine.tables import declare_own
from projections.engine.watch import bear_out
from services.node.other_log import OfAnotherLog


def declare_checkpoints(engine: Engine) -> None:
    """Make sure that the database has the table of the checkpoints, so that they can be read."""
    with writing(engine) as connection:
        declare_own(connection)


async def of_another_log(engine: Engine, logs: Mapping[str, Log], projections: Iterable[str]) -> list[OfAnotherLog]:
    """The projections that were built from another log than the present one, stream by stream.

    The database must have the table of the checkpoints (:func:`declare_checkpoints`).

    Args:
        logs: The present log of each stream.

    Raises:
        LogUnreachable: a log does not answer.
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
    """
    found: list[OfAnotherLog] = []
    for key, checkpoint in (await asyncio.to_thread(_checkpoints, engine, list(logs), list(projections))).items():
        try:
            await bear_out(logs[key.stream], key.stream, checkpoint.anchor)
        except LogReplaced as replaced:
            found.append(OfAnotherLog(key.projection, key.stream, replaced.position, replaced.head))
    return found


def _checkpoints(engine: Engine, streams: list[str], projections: list[str]) -> dict[CheckpointKey, Checkpoint]:
    with reading(engine) as connection:
        keys = [CheckpointKey(name, Slot.LIVE, stream) for name in projections for stream in streams]
        found = {key: read_checkpoint(connection, key) for key in keys}
    return {key: checkpoint for key, checkpoint in found.items() if checkpoint and checkpoint.position}
