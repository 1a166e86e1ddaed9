"""Waiting until projections have been built for the first time: until then no list can be read.

What nobody waits for, such as notices that are late already, has its turn afterwards. On two cores it would take as
much of them as the build does, and the server that has the log would be busy with its alarms.
"""

import asyncio

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from projections.catalog import NAMES
from projections.engine.builds import build_at
from projections.engine.checkpoint import CheckpointKey, read_checkpoint
from projections.engine.database import open_database, reading
from projections.engine.naming import Slot
from projections.engine.tables import BUILDS
from services.settings import Settings

_LOOK_SECONDS = 1.0
PATIENCE_SECONDS = 30.0
"""How long a build may come no further before it is not waited for: perhaps nobody builds it."""

_Progress = dict[CheckpointKey, int]


async def first_builds(settings: Settings, patience: float = PATIENCE_SECONDS) -> None:
    """Return once each of Cairn's own projections is live, or as soon as those that are not come no further.

    Args:
        patience: For how many seconds they may come no further. A database that does not answer counts as that.
    """
    engine = open_database(settings.database_address)
    clock = asyncio.get_running_loop().time
    before: _Progress | None = None
    give_up = clock() + patience
    try:
        while (progress := await asyncio.to_thread(_progress, engine, settings.placement.streams)) is not None:
            if progress != before:
                before, give_up = progress, clock() + patience
            if clock() >= give_up:
                return
            await asyncio.sleep(min(_LOOK_SECONDS, patience))
    finally:
        engine.dispose()


def _progress(engine: Engine, streams: tuple[str, ...]) -> _Progress | None:
    """How far those are that were never live; None where there is none of these."""
    try:
        with reading(engine) as connection:
            if not inspect(connection).has_table(BUILDS.name):
                return {}
            keys = [
                CheckpointKey(name, Slot.BUILDING, stream)
                for name in NAMES
                if build_at(connection, name, Slot.LIVE) is None
                for stream in streams
            ]
            if not keys:
                return None
            found = {key: read_checkpoint(connection, key) for key in keys}
            return {key: checkpoint.position for key, checkpoint in found.items() if checkpoint}
    except SQLAlchemyError:
        return {}
