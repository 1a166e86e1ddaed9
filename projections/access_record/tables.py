"""One row for each reading, and one for each patient whom the readings of one message tell something about.

Those who look at the same list at the same moment are in one message, which so names its patients once.
"""

from functools import cache

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from projections.engine.columns import Instant
from projections.engine.naming import Naming
from projections.engine.projection import Tables

NAME = "access_record"
VERSION = 2
"""Raised whenever the tables, or what is put into them, change."""
_LIVE = Naming(NAME)


@cache
def tables(naming: Naming = _LIVE) -> Tables:
    """The tables of one build: `readings` and `patients`.

    A record is known by its place: the position of its message in the stream, and its number in that message.
    """
    metadata = MetaData()
    return {
        "readings": Table(
            naming.table("readings"),
            metadata,
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            Column("number", Integer, primary_key=True, autoincrement=False),
            # Several records have the same one: they are parts of one reading.
            Column("request", String(64), nullable=False),
            Column("at", Instant, nullable=False),
            Column("reader", Text, nullable=False),
            Column("kind", String(64), nullable=False),
            # With commas.
            Column("roles", Text, nullable=False),
            Column("client", Text),
            # The id of a token, never the token.
            Column("token", Text),
            Column("address", Text),
            Column("channel", String(16), nullable=False),
            Column("reading", String(64), nullable=False),
            Column("operation", String(64), nullable=False),
            Column("interaction", String(64), nullable=False),
            Column("purpose", String(16), nullable=False),
            Column("outcome", String(16), nullable=False),
            Column("code", String(64)),
        ),
        "patients": Table(
            naming.table("patients"),
            metadata,
            Column("org", String(64), primary_key=True),
            # `*` where a reading tells of every patient of the organisation.
            Column("patient", String(64), primary_key=True),
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            # Of the readings in the message, each between commas: `,0,3,`.
            Column("numbers", Text, nullable=False),
            Index(naming.index("patients", "position"), "position"),
            # The key is nearly all of a row: SQLite then needs to keep it once only.
            sqlite_with_rowid=False,
        ),
    }
