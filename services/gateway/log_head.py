"""Positions that a request names, compared with the end of the log: nobody can have been given one that lies beyond."""

from events.errors import FieldError
from events.log import Log
from services.gateway.problems import RequestRefused


async def refuse_beyond_head(log: Log, position: int, field: str) -> None:
    """Refuse a position that the log does not have yet: it is of another log, or a mistake.

    Args:
        field: The parameter that names it.

    Raises:
        RequestRefused: 422 `request.invalid`, with where the log ends.
        LogUnreachable: the log does not answer.
    """
    head = await log.head()
    if position > head:
        detail = f"The log ends at position {head}; it has no position {position}."
        raise RequestRefused("request.invalid", detail, [FieldError(field, detail)])
