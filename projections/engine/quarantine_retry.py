"""Trying again what is in quarantine: once the cause is mended, a quarantined goal catches up in one transaction."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, select, update

from events.envelope import StoredMessage
from events.errors import CairnError
from events.voiding import voided
from projections.engine.builds import build_at
from projections.engine.checkpoint import CheckpointKey, belongs_to, hold_checkpoint, new_epoch
from projections.engine.database import writing
from projections.engine.decoding import read_quarantined
from projections.engine.projecting import Projecting
from projections.engine.projection import Projection
from projections.engine.quarantine import Quarantined, leave_quarantine, quarantine
from projections.engine.rows import write
from projections.engine.sums import add_up_changes
from projections.engine.tables import CHECKPOINTS, QUARANTINE

_READS_OF_THE_LOG = 5
"""How often a goal is read from the log while its service goes on putting events into quarantine."""


class Released(NamedTuple):
    """What became of one quarantined goal.

    Attributes:
        subject: The goal's, in the log.
        events: How many of its events are out of quarantine.
        still: The event that still cannot be taken, if there is one; those behind it are quarantined.
    """

    subject: str
    events: int
    still: Quarantined | None


class NotComplete(CairnError):
    """The log does not have all that is in quarantine, or does not answer in full."""


def in_quarantine(connection: Connection, key: CheckpointKey) -> list[Quarantined]:
    """The events in quarantine, in log order."""
    query = select(QUARANTINE.c.position, QUARANTINE.c.subject, QUARANTINE.c.reason).where(belongs_to(QUARANTINE, key))
    return [Quarantined(*row) for row in connection.execute(query.order_by(QUARANTINE.c.position))]


class OtherVersion(CairnError):
    """The tables are not of the version that this code writes."""


class StoredLog(Protocol):
    """The log, as far as trying again needs it: :class:`events.log.Log` is one."""

    async def read_stored(self, subject: str, last: int = 0) -> list[StoredMessage]:
        """The messages on one subject, in order; the one at the position `last` is among them."""


async def release(
    engine: Engine, projection: Projection[Any], log: StoredLog, key: CheckpointKey, subject: str
) -> Released:
    """Take a quarantined goal's events out of quarantine, as far as the projector takes them by now.

    Raises:
        events.log.LogUnreachable, NotComplete, OtherVersion: nothing was changed.
        sqlalchemy.exc.SQLAlchemyError: nothing was changed.
    """
    for _ in range(_READS_OF_THE_LOG - 1):
        stored = await log.read_stored(subject)
        with suppress(NotComplete):  # the service has put another one aside since it was read
            return await asyncio.to_thread(_release, engine, projection, key, subject, stored)
    stored = await log.read_stored(subject)
    return await asyncio.to_thread(_release, engine, projection, key, subject, stored)


def _release(
    engine: Engine, projection: Projection[Any], key: CheckpointKey, subject: str, stored: Sequence[StoredMessage]
) -> Released:
    with writing(engine) as connection:
        at = hold_checkpoint(connection, key)
        build = build_at(connection, key.projection, key.slot)
        if build is not None and build.version != projection.version:
            raise OtherVersion(
                f"The tables of {key.projection} are of version {build.version}, and this is version"
                f" {projection.version}, which takes everything in anew: cairn projections rebuild {key.projection}."
            )
        quarantined = [each for each in in_quarantine(connection, key) if each.subject == subject]
        if at is None or not quarantined:
            return Released(subject, 0, None)
        known = [message for message in stored if message.position <= at.position]
        since, void = quarantined[0].position, {position for _, position in voided(known)}
        waiting = {message.position for message in known if message.position >= since}
        if not waiting - void <= {each.position for each in quarantined} <= waiting:
            raise NotComplete(f"The log does not give all the events of {subject} that are in quarantine.")
        events, rest = read_quarantined(known, since)
        goals = [(events[0].goal_id, events)] if events else []
        changes, patients, refused = Projecting(engine, projection, projection.tables(key.slot)).project(goals)
        still = sorted([*refused, *rest])
        write(connection, projection.tables(key.slot), changes)
        add_up_changes(connection, projection, key.slot, patients)
        leave_quarantine(connection, key, [subject])
        quarantine(connection, key, still)
        # The service has this goal in mind as quarantined; told that its tables have changed, it looks again.
        changed = update(CHECKPOINTS).where(belongs_to(CHECKPOINTS, key)).values(epoch=new_epoch())
        connection.execute(changed)
    return Released(subject, len(quarantined) - len(still), still[0] if still else None)
