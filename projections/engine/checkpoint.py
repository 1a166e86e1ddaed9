"""How far a projection has come, and of which log: kept beside its rows, moved only by compare-and-set."""

from secrets import randbits
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Table, and_, bindparam, insert, inspect, select, update

from events.errors import CairnError
from events.log.anchor import Anchor
from projections.engine.naming import Slot
from projections.engine.statements import execute
from projections.engine.tables import CHECKPOINTS


class CheckpointKey(NamedTuple):
    """Whose checkpoint: a projection's build, on one stream."""

    projection: str
    slot: Slot
    stream: str


class Checkpoint(NamedTuple):
    """Up to where a build has taken in the log.

    Attributes:
        position: Of the last event in the tables.
        epoch: A random number. Whoever changes the tables besides their service sets another one, so that the service
            notices and reads the tables again.
        fingerprint: Of the event at that position, as :func:`events.leaf.fingerprint` makes it; None before the first
            event, and where an older Cairn has moved the checkpoint.
    """

    position: int
    epoch: int
    fingerprint: str | None = None

    @property
    def anchor(self) -> Anchor:
        """What the log must hold for the tables to be of it."""
        return Anchor(self.position, self.fingerprint or "")


_BEFORE = "before_"
"""Before the names of what is asked for, because those of columns are taken by what is set."""
_ASKED = ("position", "epoch", *CheckpointKey._fields)
_COLUMNS = select(CHECKPOINTS.c.position, CHECKPOINTS.c.epoch, CHECKPOINTS.c.fingerprint, CHECKPOINTS.c.fingerprint_of)
_MOVE = (
    update(CHECKPOINTS)
    .where(
        *(CHECKPOINTS.c[name] == bindparam(f"{_BEFORE}{name}") for name in _ASKED),
        CHECKPOINTS.c.fingerprint.is_not_distinct_from(bindparam(f"{_BEFORE}fingerprint")),
    )
    .values(
        position=bindparam("position", type_=BigInteger),
        fingerprint=bindparam("fingerprint"),
        fingerprint_of=bindparam("position", type_=BigInteger),
    )
)


class CheckpointMoved(CairnError):
    """Another copy of the same projection has moved the checkpoint; nothing was written."""


class CheckpointPutBack(CairnError):
    """The checkpoint is behind where it was already: the database was put back to an earlier state.

    Nothing was written. No copy of a projection ever moves a checkpoint back.
    """

    def __init__(self, projection: str, *, was: int, now: int):
        super().__init__(
            f"The database was put back to an earlier state: the tables of {projection} were at position {was} and are"
            f" at {now}."
        )


class TablesChanged(CairnError):
    """The tables are other ones than before: rebuilt, mended, or lost. Nothing was written."""


def read_checkpoint(connection: Connection, key: CheckpointKey) -> Checkpoint | None:
    """The checkpoint; None when the build was never started."""
    row = connection.execute(_COLUMNS.where(belongs_to(CHECKPOINTS, key))).one_or_none()
    if row is None:
        return None
    return Checkpoint(row.position, row.epoch, row.fingerprint if row.fingerprint_of == row.position else None)


def find_checkpoint(connection: Connection, key: CheckpointKey) -> Checkpoint | None:
    """As :func:`read_checkpoint`; None also where not even its table is there any more."""
    return read_checkpoint(connection, key) if inspect(connection).has_table(CHECKPOINTS.name) else None


def new_epoch() -> int:
    """A number that nobody has in mind."""
    return randbits(31)


def start_checkpoint(connection: Connection, key: CheckpointKey) -> Checkpoint:
    """The checkpoint of a build that was started already; otherwise it begins before the first event."""
    # Locked, so that an older copy that is still at work does not move it meanwhile.
    found = hold_checkpoint(connection, key)
    if found is None:
        found = Checkpoint(position=0, epoch=new_epoch())
        connection.execute(insert(CHECKPOINTS).values(**key._asdict(), position=found.position, epoch=found.epoch))
    elif found.fingerprint is None:
        unknown = update(CHECKPOINTS).where(belongs_to(CHECKPOINTS, key), CHECKPOINTS.c.fingerprint.is_not(None))
        connection.execute(unknown.values(fingerprint=None, fingerprint_of=None))
    return found


def move_checkpoint(connection: Connection, key: CheckpointKey, *, expected: Checkpoint, to: Anchor) -> Checkpoint:
    """Move the checkpoint, as the first statement of the transaction that writes the rows; the one that it is then.

    The row stays locked until that transaction ends, so a second copy waits here and then finds it moved.

    Raises:
        CheckpointMoved, CheckpointPutBack, TablesChanged: as :func:`compare_checkpoint`.
    """
    before = {**key._asdict(), **expected._asdict()}
    asked = {f"{_BEFORE}{name}": value for name, value in before.items()}
    moved = Checkpoint(to.position, expected.epoch, to.fingerprint or None)
    if execute(connection, _MOVE, {**asked, "position": moved.position, "fingerprint": moved.fingerprint}):
        return moved
    compare_checkpoint(key, expected=expected, found=read_checkpoint(connection, key))
    raise CheckpointMoved(f"The checkpoint of {key.projection} was moved and moved back.")


def compare_checkpoint(key: CheckpointKey, *, expected: Checkpoint, found: Checkpoint | None) -> None:
    """Find out what has become of a checkpoint that one copy has in mind.

    Raises:
        CheckpointMoved: another copy has moved it on.
        CheckpointPutBack: the database was put back to an earlier state.
        TablesChanged: it belongs to other tables by now, or is gone.
    """
    if found == expected:
        return
    name = key.projection
    if found is None:
        raise TablesChanged(f"The tables of {name} are not there any more.")
    if found.epoch != expected.epoch:
        raise TablesChanged(f"The tables of {name} have been changed.")
    if found.position > expected.position:
        raise CheckpointMoved(f"The checkpoint of {name} is no longer at {expected.position}.")
    if found.position < expected.position:
        raise CheckpointPutBack(name, was=expected.position, now=found.position)
    raise TablesChanged(f"The checkpoint of {name} names another event than before.")


def hold_checkpoint(connection: Connection, key: CheckpointKey) -> Checkpoint | None:
    """The checkpoint, which nobody moves until the transaction ends; None when there is none."""
    connection.execute(update(CHECKPOINTS).where(belongs_to(CHECKPOINTS, key)).values(epoch=CHECKPOINTS.c.epoch))
    return read_checkpoint(connection, key)


def belongs_to(table: Table, key: CheckpointKey) -> ColumnElement[bool]:
    """The rows of one build and stream in one of the engine's tables."""
    return and_(*(table.c[name] == value for name, value in key._asdict().items()))
