"""How each projection is doing, as its service writes it down beside its rows."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from projections.engine.builds import build_at
from projections.engine.checkpoint import CheckpointKey, belongs_to, read_checkpoint
from projections.engine.naming import Slot
from projections.engine.rows import upsert
from projections.engine.statements import execute
from projections.engine.tables import BUILDS, QUARANTINE, STATUS

Working = Literal["catching_up", "live", "stopped", "log_replaced"]
"""What a service was last doing; `log_replaced`: nothing, as the log is another one than the tables are of."""


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
    execute(connection, upsert(connection, STATUS), row)


def write_replaced(connection: Connection, key: CheckpointKey, *, head: int, error: tuple[str, datetime]) -> None:
    """Write down that the log is another one than the tables are of; what else is known of them stays.

    Args:
        head: Where the log ends that there is now.
        error: The sentence that says so, and since when.
    """
    state: Working = "log_replaced"
    new = {"state": state, "head": head, "last_error": error[0], "last_error_at": error[1], "updated_at": error[1]}
    if not connection.execute(update(STATUS).where(belongs_to(STATUS, key)).values(**new)).rowcount:
        connection.execute(insert(STATUS).values(**key._asdict(), rate=0.0, recorded_at=None, **new))


def last_recorded_at(connection: Connection, key: CheckpointKey) -> datetime | None:
    """When the last event that was taken in was recorded, as :func:`write_status` has written it down."""
    recorded_at: datetime | None = connection.scalar(select(STATUS.c.recorded_at).where(belongs_to(STATUS, key)))
    return recorded_at


def projections_begun(connection: Connection) -> list[str]:
    """The names of the projections that have a build in this database."""
    return list(connection.scalars(select(BUILDS.c.projection).distinct().order_by(BUILDS.c.projection)))


def read_status(
    connection: Connection, projection: str, stream: str, head: int | None = None
) -> dict[str, Any]:  # Any: a JSON object of mixed values
    """How a projection is doing on one stream, in a JSON-ready object.

    `projection`, `stream`, `version` (of the live tables; null while nothing can be read), `state`, `position`, `head`,
    `lag` (events), `rate` (events per second), `quarantined` (events), `recorded_at` (of the last event taken in),
    `last_error`, `last_error_at`, `updated_at`; and `building`: null, or `version`, `position`, `head`, `percent`,
    `rate`, `quarantined` and `updated_at` of what is being built beside.

    While `state` is `log_replaced`, `position` is of another log: `head` is where the log ends that there is now, also
    before `position`, and all of its events count as `lag`.

    Args:
        head: The stream's last position, where the caller knows it better than the services' last note.
    """
    live = _read(connection, CheckpointKey(projection, Slot.LIVE, stream), head)
    beside = _read(connection, CheckpointKey(projection, Slot.BUILDING, stream), head)
    first = beside["version"] is not None and live["version"] is None
    # What a rebuild without a swap has left behind is kept for the next one, and nobody is building it.
    is_building = beside["version"] is not None and (first or beside["state"] != "stopped")
    names = ("version", "position", "head", "percent", "rate", "quarantined", "updated_at")
    return {
        "projection": projection,
        "stream": stream,
        **{name: value for name, value in live.items() if name != "percent"},
        "state": "building" if first else live["state"],
        "building": {name: beside[name] for name in names} if is_building else None,
    }


def _read(connection: Connection, key: CheckpointKey, head: int | None) -> dict[str, Any]:  # Any: as above
    build = build_at(connection, key.projection, key.slot)
    checkpoint = read_checkpoint(connection, key)
    position = checkpoint.position if checkpoint else 0
    noted = connection.execute(select(STATUS).where(belongs_to(STATUS, key))).one_or_none()
    quarantined = select(func.count()).select_from(QUARANTINE).where(belongs_to(QUARANTINE, key))
    known = noted.head if noted else 0
    replaced = noted is not None and noted.state == "log_replaced"
    last = (known if head is None else head) if replaced else max(position, known, head or 0)
    return {
        "version": build.version if build else None,
        "state": noted.state if noted else "never_started",
        "position": position,
        "head": last,
        "lag": last if replaced else last - position,
        "percent": 100 * position // last if last else 100,
        "rate": round(noted.rate, 1) if noted else 0.0,
        "quarantined": connection.scalar(quarantined),
        "recorded_at": _rfc3339(noted.recorded_at) if noted else None,
        "last_error": noted.last_error if noted else None,
        "last_error_at": _rfc3339(noted.last_error_at) if noted else None,
        "updated_at": _rfc3339(noted.updated_at) if noted else None,
    }


def _rfc3339(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
