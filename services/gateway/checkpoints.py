"""How far the projections are, as their database says."""

from typing import Any

from sqlalchemy import Connection

from events.log.stream import STREAM
from projections.catalog import NAMES
from projections.engine.checkpoint import CheckpointKey, read_checkpoint
from projections.engine.naming import Place
from projections.engine.status import read_status


def positions(connection: Connection) -> dict[str, int]:
    """The committed position of each projection that has begun."""
    found = {key.projection: read_checkpoint(connection, key) for key in _keys()}
    return {name: checkpoint.position for name, checkpoint in found.items() if checkpoint}


def statuses(connection: Connection, head: int | None) -> list[dict[str, Any]]:  # Any: JSON objects of mixed values
    """How each projection is doing; `head` is the log's last position where it is known."""
    found = [read_status(connection, name, STREAM, head) for name in NAMES]
    return [{"name": each.pop("projection"), **each} for each in found]


def _keys() -> list[CheckpointKey]:
    return [CheckpointKey(name, Place.LIVE, STREAM) for name in NAMES]
