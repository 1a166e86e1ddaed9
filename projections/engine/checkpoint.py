"""How far a projection has come: kept beside its rows, moved only by compare-and-set."""

from secrets import randbits
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, select, update

from events.errors import CairnError
from projections.engine.naming import Place
from projections.engine.rows import insert_into
from projections.engine.tables import CHECKPOINTS


class CheckpointKey(NamedTuple):
    """Whose checkpoint: a projection's build, on one stream."""

    projection: str
    place: Place
    stream: str


class Checkpoint(NamedTuple):
    """The position of the last event in the tables, and a number that is drawn anew when others than their service
    change them, so that it never takes them for those it has in mind.
    """

    position: int
    epoch: int


_BEFORE = "before_"
"""Before the names of what is asked for, because those of columns are taken by what is set."""
_MOVE = (
    update(CHECKPOINTS)
    .where(
        *(CHECKPOINTS.c[name] == bindparam(f"{_BEFORE}{name}") for name in CheckpointKey._fields + Checkpoint._fields)
    )
    .values(position=bindparam("position"))
)
"""Put together once: for a batch of one event, that takes as long as the database does."""


class CheckpointMoved(CairnError):
    """Another copy of the same projection has moved the checkpoint; nothing was written."""


class TablesChanged(CairnError):
    """The tables are other ones than before: rebuilt, or mended. Nothing was written."""


def read_checkpoint(connection: Connection, key: CheckpointKey) -> Checkpoint | None:
    """The checkpoint; None when the build was never started."""
    columns = select(CHECKPOINTS.c.position, CHECKPOINTS.c.epoch)
    row = connection.execute(columns.where(belongs_to(CHECKPOINTS, key))).one_or_none()
    return Checkpoint(row.position, row.epoch) if row else None


def new_epoch() -> int:
    """A number that nobody has in mind."""
    return randbits(31)


def start_checkpoint(connection: Connection, key: CheckpointKey) -> Checkpoint:
    """Begin before the first event, unless the build was started already; the checkpoint, in either case."""
    begin = insert_into(connection, CHECKPOINTS).values(**key._asdict(), position=0, epoch=new_epoch())
    connection.execute(begin.on_conflict_do_nothing())
    columns = select(CHECKPOINTS.c.position, CHECKPOINTS.c.epoch)
    return Checkpoint(*connection.execute(columns.where(belongs_to(CHECKPOINTS, key))).one())


def move_checkpoint(connection: Connection, key: CheckpointKey, *, expected: Checkpoint, position: int) -> None:
    """Move the checkpoint, as the first statement of the transaction that writes the rows.

    The row stays locked until that transaction ends, so a second copy waits here and then finds it moved.

    Raises:
        CheckpointMoved: when it is not where this copy believes it to be.
        TablesChanged: when it belongs to other tables by now.
    """
    before = {**key._asdict(), **expected._asdict()}
    its = {f"{_BEFORE}{name}": value for name, value in before.items()}
    if connection.execute(_MOVE, {**its, "position": position}).rowcount:
        return
    found = read_checkpoint(connection, key)
    if found is None or found.epoch != expected.epoch:
        raise TablesChanged(f"The tables of {key.projection} have been changed.")
    raise CheckpointMoved(f"The checkpoint of {key.projection} is no longer at {expected.position}.")


def hold_checkpoint(connection: Connection, key: CheckpointKey) -> Checkpoint | None:
    """The checkpoint, which nobody moves until the transaction ends; None when there is none."""
    connection.execute(update(CHECKPOINTS).where(belongs_to(CHECKPOINTS, key)).values(epoch=CHECKPOINTS.c.epoch))
    return read_checkpoint(connection, key)


def belongs_to(table: Table, key: CheckpointKey) -> ColumnElement[bool]:
    """The rows of one build and stream in one of the engine's tables."""
    return and_(*(table.c[name] == value for name, value in key._asdict().items()))
