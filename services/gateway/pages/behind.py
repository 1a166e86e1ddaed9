"""Whether what a page shows is behind the log: one line above its heading says so, and what to do."""

from dataclasses import dataclass

from services.gateway.gateway import Gateway
from services.gateway.problems import RequestRefused

_SECONDS = 5.0
"""For how long the first event may wait before a page says that it does: projections take milliseconds."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What waits.

    Attributes:
        events: How many events are recorded and not shown yet; None where the log does not answer.
    """

    events: int | None


async def behind(here: Gateway, projection: str, org: str) -> Behind | None:
    """How far a projection is behind for an organisation; None where it is not, as nearly always."""
    try:
        found = await here.standing.status(projection, here.logs.placement.stream_of(org))
    except RequestRefused:
        return None  # The page itself says what is wrong.
    if found["lag_seconds"] is None:
        return Behind(None)
    return Behind(found["lag"]) if found["lag_seconds"] > _SECONDS else None
