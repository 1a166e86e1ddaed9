"""What stands between Cairn and PostgreSQL: the server itself, or a pooler such as PgBouncer.

psycopg has the server keep the statements that are used again and again, under names that it counts up. A pooler in
transaction mode gives each transaction another connection to the server, perhaps one on which somebody else's statement
has that name: an error at best, and at worst another statement's answer. So there are none where a pooler is.
"""

from typing import Any

from sqlalchemy import Engine, event


def heed_poolers(engine: Engine) -> None:
    """Have a connection of psycopg's prepare no statements where it does not lead to the server itself."""
    event.listen(engine, "connect", _heed)


def _heed(connection: Any, _record: object) -> None:  # Any: psycopg's connection, which need not be installed
    if is_pooled(connection):
        connection.prepare_threshold = None


def is_pooled(connection: Any) -> bool:  # Any: as above
    """Whether something answers for the server.

    The server tells a client the number of the process that serves it, so that it can ask for a query to be ended. A
    pooler tells one of its own, as which process that is changes.
    """
    with connection.cursor() as cursor:
        (serving,) = cursor.execute("SELECT pg_backend_pid()").fetchone()
    connection.rollback()
    return bool(serving != connection.info.backend_pid)
