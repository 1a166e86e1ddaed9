"""The builds of a projection: one is live, one may be on its way, and the one that was live before may be kept."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, insert, select, update

from events.errors import CairnError
from projections.engine.checkpoint import (
    Checkpoint,
    CheckpointKey,
    belongs_to,
    hold_checkpoint,
    new_epoch,
    read_checkpoint,
)
from projections.engine.naming import Naming, Slot, table_name
from projections.engine.projection import Projection
from projections.engine.table_locks import keep_readers_out
from projections.engine.tables import BUILDS, CHECKPOINTS, OF_A_BUILD, STATUS, one_at_a_time
from projections.engine.views import declare_views

AnyProjection = Projection[Any]  # Any: nothing here depends on what it remembers


class Build(NamedTuple):
    """A build of a projection.

    Attributes:
        version: Of its tables and of what is in them.
        number: Counts the builds of the projection.
        tables: The names that the projector knows its tables by; another version may have others.
    """

    version: int
    number: int
    tables: tuple[str, ...]
    started_at: datetime


class Superseded(CairnError):
    """A newer version of the projection is live; this one does not go back behind it by itself."""


class NothingToSwap(CairnError):
    """There is no build in that slot."""


def build_at(connection: Connection, projection: str, slot: Slot) -> Build | None:
    """The build in a slot."""
    row = connection.execute(select(BUILDS).where(_stands_at(BUILDS, projection, slot))).one_or_none()
    return Build(row.version, row.number, tuple(row.tables.split(",")), row.started_at) if row else None


def begin_next(connection: Connection, projection: AnyProjection, now: datetime) -> Build:
    """The build beside the live one: gone on with if it is of this version, else begun anew."""
    one_at_a_time(connection)
    found = build_at(connection, projection.name, Slot.BUILDING)
    if found and found.version == projection.version:
        return found
    drop(connection, projection.name, Slot.BUILDING)
    numbers = select(func.max(BUILDS.c.number)).where(BUILDS.c.projection == projection.name)
    number = (connection.scalar(numbers) or 0) + 1
    tables = projection.declare(Naming(projection.name, Slot.BUILDING, number))
    build = Build(projection.version, number, tuple(tables), now)
    next(iter(tables.values())).metadata.create_all(connection, checkfirst=False)
    row = {**build._asdict(), "tables": ",".join(build.tables)}
    connection.execute(insert(BUILDS).values(projection=projection.name, slot=Slot.BUILDING, **row))
    return build


def slot_to_write(connection: Connection, projection: AnyProjection, *, beside: bool) -> Slot:
    """The slot whose tables a service of this version keeps up; a build beside the live one is begun if it is needed.

    Args:
        beside: Whether to build beside the live tables whatever their version is.

    Raises:
        Superseded: the live tables are of a newer version.
    """
    live = build_at(connection, projection.name, Slot.LIVE)
    version = projection.version
    if live and live.version == version and not beside:
        return Slot.LIVE
    if live and live.version > version and not beside:
        raise Superseded(
            f"Version {live.version} of {projection.name} is live, and this is version {version}. To go back to it:"
            f" cairn projections rebuild {projection.name}."
        )
    begin_next(connection, projection, datetime.now(UTC))
    return Slot.BUILDING


def is_complete(connection: Connection, key: CheckpointKey, of_another_log: Checkpoint | None = None) -> bool:
    """Whether the next build has come to the end of a stream, and as far as the live one, which nobody moves then.

    Args:
        key: The stream, and the projection.
        of_another_log: A live checkpoint that the log does not bear out, and that therefore does not count.
    """
    ours = key._replace(slot=Slot.BUILDING)
    head = connection.scalar(select(STATUS.c.head).where(belongs_to(STATUS, ours)))
    built = read_checkpoint(connection, ours)
    live = hold_checkpoint(connection, key._replace(slot=Slot.LIVE))
    wanted = live.position if live and live != of_another_log else 0
    return head is not None and built is not None and built.position >= max(head, wanted)


def go_live(connection: Connection, projection: AnyProjection) -> None:
    """Put the next build in the place of the live one, which is kept as the last. All in the caller's transaction.

    Raises:
        NothingToSwap: when there is no next build.
        TablesInUse: somebody is reading the live tables; the transaction can only be rolled back.
    """
    one_at_a_time(connection)
    name = projection.name
    if build_at(connection, name, Slot.BUILDING) is None:
        raise NothingToSwap(f"There is no new build of {name}.")
    views = projection.views(projection.tables(), connection.dialect.name)
    keep_readers_out(connection, (*_table_names(connection, name, Slot.LIVE), *views))
    drop(connection, name, Slot.PREVIOUS)
    _move(connection, name, Slot.LIVE, Slot.PREVIOUS)
    _move(connection, name, Slot.BUILDING, Slot.LIVE)
    live = _stands_at(CHECKPOINTS, name, Slot.LIVE)
    connection.execute(update(CHECKPOINTS).where(live).values(epoch=new_epoch()))
    declare_views(connection, views)


def drop(connection: Connection, projection: str, slot: Slot) -> bool:
    """Drop a build; False when there is none in that slot."""
    one_at_a_time(connection)
    build = build_at(connection, projection, slot)
    if build is None:
        return False
    for name in build.tables:
        connection.exec_driver_sql(f"DROP TABLE {table_name(projection, name, slot)}")
    for table in OF_A_BUILD:
        connection.execute(delete(table).where(_stands_at(table, projection, slot)))
    return True


def _table_names(connection: Connection, projection: str, slot: Slot) -> list[str]:
    build = build_at(connection, projection, slot)
    return [table_name(projection, name, slot) for name in build.tables] if build else []


def _move(connection: Connection, projection: str, source: Slot, target: Slot) -> None:
    build = build_at(connection, projection, source)
    if build is None:
        return
    for name in build.tables:
        old, new = table_name(projection, name, source), table_name(projection, name, target)
        connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
    for table in OF_A_BUILD:
        connection.execute(update(table).where(_stands_at(table, projection, source)).values(slot=target))


def _stands_at(table: Table, projection: str, slot: Slot) -> ColumnElement[bool]:
    return and_(table.c.projection == projection, table.c.slot == slot)
