"""How far a projection has come: kept beside its rows, moved only by compare-and-set."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, select, update

from events.errors import CairnError
from projections.engine.rows import insert_into
from projections.engine.tables import CHECKPOINTS


class CheckpointKey(NamedTuple):
    """Whose checkpoint: a projection, in one version of its tables, on one stream."""

    projection: str
    version: int
    stream: str


class CheckpointMoved(CairnError):
    """Another copy of the same projection has moved the checkpoint; nothing was written."""


def read_checkpoint(connection: Connection, key: CheckpointKey) -> int | None:
    """The position of the last event in the tables; None when the projection was never started."""
    return connection.scalar(select(CHECKPOINTS.c.position).where(belongs_to(CHECKPOINTS, key)))


def start_checkpoint(connection: Connection, key: CheckpointKey) -> None:
    """Begin before the first event, unless the projection was started already."""
    begin = insert_into(connection, CHECKPOINTS).values(**key._asdict(), position=0)
    connection.execute(begin.on_conflict_do_nothing())


def move_checkpoint(connection: Connection, key: CheckpointKey, *, expected: int, position: int) -> None:
    """Move the checkpoint, as the first statement of the transaction that writes the rows.

    The row stays locked until that transaction ends, so a second copy waits here and then finds it moved.

    Raises:
        CheckpointMoved: when it is not where this copy believes it to be.
    """
    moved = connection.execute(
        update(CHECKPOINTS)
        .where(belongs_to(CHECKPOINTS, key), CHECKPOINTS.c.position == expected)
        .values(position=position)
    )
    if moved.rowcount != 1:
        raise CheckpointMoved(f"The checkpoint of {key.projection} is no longer at {expected}.")


def belongs_to(table: Table, key: CheckpointKey) -> ColumnElement[bool]:
    """The rows of one projection, version and stream in one of the engine's tables."""
    return and_(*(table.c[name] == value for name, value in key._asdict().items()))
