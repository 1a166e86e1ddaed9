"""Events that a projection could not take: written down, never skipped in silence.

After the first one its goal is held: the goal's later events go to quarantine too, so that no row is ever built on a
gap. Everything else flows.
"""

import traceback
from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from projections.engine.checkpoint import CheckpointKey, belongs_to
from projections.engine.tables import QUARANTINE


class Quarantined(NamedTuple):
    """An event in quarantine. `reason` holds no text that a patient wrote."""

    position: int
    subject: str
    reason: str


def quarantine(connection: Connection, key: CheckpointKey, events: Sequence[Quarantined]) -> None:
    """Write events down in the transaction that moves the checkpoint past them."""
    if events:
        connection.execute(insert(QUARANTINE), [{**key._asdict(), **event._asdict()} for event in events])


def held_subjects(connection: Connection, key: CheckpointKey) -> dict[str, int]:
    """The subjects that are held, and the position of the event that each is held at."""
    first = func.min(QUARANTINE.c.position).label("first")
    its = belongs_to(QUARANTINE, key)
    rows = connection.execute(select(QUARANTINE.c.subject, first).where(its).group_by(QUARANTINE.c.subject))
    return {row.subject: row.first for row in rows}


def held(position: int, subject: str, since: int) -> Quarantined:
    """A sound event of a goal that is held."""
    return Quarantined(position, subject, f"held since position {since}")


def reason_of(error: Exception) -> str:
    """What went wrong and where in the code. The message is left out: it may repeat what a patient wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {PurePath(frames[-1].filename).name}, {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
