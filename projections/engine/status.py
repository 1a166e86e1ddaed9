"""How each projection is doing, as its service writes it down beside its rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from projections.engine.checkpoint import CheckpointKey, belongs_to, read_checkpoint
from projections.engine.rows import upsert
from projections.engine.tables import QUARANTINE, STATUS

Working = Literal["catching_up", "live", "stopped"]
"""What a service was last doing."""


def write_status(
    connection: Connection,
    key: CheckpointKey,
    *,
    state: Working,
    head: int,
    rate: float,
    recorded_at: datetime | None,
    error: tuple[str, datetime] | None,
    now: datetime,
) -> None:
    """Write down how a projection is doing.

    Args:
        head: The last position of the log that its service has heard of.
        rate: Events per second while it last had work.
        recorded_at: When the last event that it has taken in was recorded.
        error: The last trouble, and when that was.
    """
    row = {
        **key._asdict(),
        "state": state,
        "head": head,
        "rate": rate,
        "recorded_at": recorded_at,
        "last_error": error[0] if error else None,
        "last_error_at": error[1] if error else None,
        "updated_at": now,
    }
    connection.execute(upsert(connection, STATUS), [row])


def read_status(
    connection: Connection, keys: Iterable[CheckpointKey], head: int | None = None
) -> list[dict[str, Any]]:  # Any: a JSON object of mixed values
    """How projections are doing, in JSON-ready objects: `projection`, `version`, `stream`, `state`, `position`,
    `head`, `lag` (events), `rate` (events per second), `quarantined` (events), `recorded_at` (of the last event taken
    in), `last_error`, `last_error_at`, `updated_at`.

    Args:
        keys: The projections asked for; one that never ran has the state `never_started`.
        head: The log's last position, where the caller knows it better than the services' last note.
    """
    return [_read(connection, key, head) for key in keys]


def _read(connection: Connection, key: CheckpointKey, head: int | None) -> dict[str, Any]:  # Any: as above
    position = read_checkpoint(connection, key) or 0
    noted = connection.execute(select(STATUS).where(belongs_to(STATUS, key))).one_or_none()
    quarantined = select(func.count()).select_from(QUARANTINE).where(belongs_to(QUARANTINE, key))
    last = max(position, noted.head if noted else 0, head or 0)
    return {
        **key._asdict(),
        "state": noted.state if noted else "never_started",
        "position": position,
        "head": last,
        "lag": last - position,
        "rate": round(noted.rate, 1) if noted else 0.0,
        "quarantined": connection.scalar(quarantined),
        "recorded_at": _rfc3339(noted.recorded_at) if noted else None,
        "last_error": noted.last_error if noted else None,
        "last_error_at": _rfc3339(noted.last_error_at) if noted else None,
        "updated_at": _rfc3339(noted.updated_at) if noted else None,
    }


def _rfc3339(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
