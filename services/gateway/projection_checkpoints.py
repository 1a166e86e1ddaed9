"""How far the projections are, as their database says."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, inspect

from events.access_record import ACCESS_STREAM
from projections.access_record.tables import NAME as ACCESS_RECORD
from projections.catalog import NAMES, projection_named
from projections.engine.checkpoint import CheckpointKey, read_checkpoint
from projections.engine.naming import Slot
from projections.engine.status import projections_begun, read_status
from projections.engine.tables import BUILDS


def live_checkpoints(streams: Iterable[str]) -> list[CheckpointKey]:
    """The checkpoints that reads depend on."""
    return [CheckpointKey(name, Slot.LIVE, stream) for stream in streams for name in NAMES]


def positions(connection: Connection, keys: Iterable[CheckpointKey]) -> dict[CheckpointKey, int]:
    """The committed position of each checkpoint that there is."""
    found = {key: read_checkpoint(connection, key) for key in keys}
    return {key: checkpoint.position for key, checkpoint in found.items() if checkpoint}


def statuses(
    connection: Connection, streams: Collection[str]
) -> list[dict[str, Any]]:  # Any: JSON objects of mixed values
    """How each projection is doing on each stream: Cairn's own, and whatever else is built in this database."""
    known = {*NAMES, ACCESS_RECORD}
    names = [*NAMES, *(name for name in projections_begun(connection) if name not in known)]
    return [status(connection, name, stream) for name in names for stream in streams]


def status(connection: Connection, name: str, stream: str) -> dict[str, Any]:  # Any: as above
    """How one projection is doing on one stream."""
    found = read_status(connection, name, stream)
    return {"name": found.pop("projection"), **found}


def access_record_status(connection: Connection) -> list[dict[str, Any]]:  # Any: as above
    """How the record of who read what is doing, as its service has noted it; empty before that has begun.

    It is built from a stream of its own, whose end the gateway does not ask for.
    """
    if ACCESS_RECORD not in projections_begun(connection):
        return []
    found = status(connection, ACCESS_RECORD, ACCESS_STREAM)
    return [{**found, "lag_seconds": None if found["lag"] else 0.0}]


def why_not_readable(connection: Connection, projection: str, streams: Collection[str]) -> str | None:
    """Why the tables of a projection are not there to be read, in a sentence; None when they are."""
    if not inspect(connection).has_table(BUILDS.name):
        return f"The projection {projection} has not been built yet."
    found = [read_status(connection, projection, stream) for stream in streams]
    live, wanted = found[0]["version"], projection_named(projection).version
    if live == wanted:
        return None
    building = [each["building"] for each in found if each["building"]]
    built, all_there_is = (sum(each[name] for each in building) for name in ("position", "head"))
    percent = f": {100 * built // all_there_is} % of the log is in it" if all_there_is else ""
    if live is not None:
        its_own = f", which is being built{percent}" if building and building[0]["version"] == wanted else ""
        return f"Version {live} of the projection {projection} is live, and this reads version {wanted}{its_own}."
    if not building:
        return f"The projection {projection} has not been built yet."
    return f"The projection {projection} is being built and cannot be read yet{percent}."
