"""What engagement by week keeps: of each goal its area of life, and of each diary entry its day and what it tells.

Nobody's words are here. A count needs none, and what is not kept cannot be read by the wrong people.
"""

from functools import cache

from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, String, Table

from projections.engine.naming import Naming
from projections.engine.projection import Tables

VERSION = 1
"""Raised whenever the tables, what the projector puts into them, or the views change."""
_LIVE = Naming("engagement_by_week")


@cache
def tables(naming: Naming = _LIVE) -> Tables:
    """The tables of one build: `goals` and `entries`."""
    metadata = MetaData()
    return {
        "goals": Table(
            naming.table("goals"),
            metadata,
            Column("org", String(64), primary_key=True),
            Column("patient", String(64), primary_key=True),
            Column("goal", String(64), primary_key=True),
            # How many events of the goal are in these rows.
            Column("version", Integer, nullable=False),
            Column("life_area", String(24)),
        ),
        "entries": Table(
            naming.table("entries"),
            metadata,
            Column("org", String(64), primary_key=True),
            Column("patient", String(64), primary_key=True),
            Column("goal", String(64), primary_key=True),
            Column("entry", String(64), primary_key=True),
            # The day that it is about, and the Monday on which that day's ISO week begins.
            Column("day", Date, nullable=False),
            Column("week", Date, nullable=False),
            # Null where the entry does not say: unknown, neither yes nor no.
            Column("done", Boolean),
            Column("setback", Boolean, nullable=False),
            Index(naming.index("entries", "week"), "org", "patient", "week"),
        ),
    }
