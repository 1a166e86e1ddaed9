"""How far the projections are, as their database says."""

from typing import Any

from sqlalchemy import Connection

from events.log.stream import STREAM
from projections.catalog import NAMES, projection_named
from projections.engine.checkpoint import CheckpointKey, read_checkpoint
from projections.engine.status import read_status


def positions(connection: Connection) -> dict[str, int]:
    """The committed position of each projection that has begun."""
    found = {key.projection: read_checkpoint(connection, key) for key in _keys()}
    return {name: position for name, position in found.items() if position is not None}


def statuses(connection: Connection, head: int | None) -> list[dict[str, Any]]:  # Any: JSON objects of mixed values
    """How each projection is doing; `head` is the log's last position where it is known."""
    found = read_status(connection, _keys(), head)
    return [{"name": each.pop("projection"), **each} for each in found]


def _keys() -> list[CheckpointKey]:
    return [CheckpointKey(name, projection_named(name).version, STREAM) for name in NAMES]
