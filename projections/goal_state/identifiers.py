"""Goals by what they are called in other systems."""

from collections.abc import Collection

from pydantic_core import to_json
from sqlalchemy import Connection, select

from events.identity import GoalId
from projections.goal_state.tables import tables

_DOCUMENTS = tables()["documents"]


def goals_called(connection: Connection, value: str, limit: int, orgs: Collection[str] | None = None) -> list[GoalId]:
    """The goals among whose identifiers elsewhere may be one of this value; at most `limit`, in the order of their ids.

    It is looked for in the text of the documents, in any case, so whoever asks looks at the goals themselves. That
    reads every row once: identifiers of other systems have no index.

    Args:
        orgs: Only goals of these organisations; None for all there are.
    """
    text = to_json({"value": value}).decode()[1:-1]
    ids = (_DOCUMENTS.c.org, _DOCUMENTS.c.patient, _DOCUMENTS.c.goal)
    query = select(*ids).where(_DOCUMENTS.c.document.contains(text, autoescape=True)).order_by(*ids).limit(limit)
    if orgs is not None:
        query = query.where(_DOCUMENTS.c.org.in_(sorted(orgs)))
    return [GoalId(*row) for row in connection.execute(query)]
