"""One row for each goal with a next review, or whose review fell away, one for each plan, and what is remembered."""

from functools import cache

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text

from projections.engine.columns import Instant
from projections.engine.naming import Naming
from projections.engine.projection import Tables

VERSION = 6
"""Raised whenever the tables, what the projector puts into them, the views, or the fold (`FOLD_VERSION`) change."""
_LIVE = Naming("review_schedule")


@cache
def tables(naming: Naming = _LIVE) -> Tables:
    """The tables of one build: `reviews`, `called_off`, `plans` and `folded`."""
    metadata = MetaData()
    return {
        "reviews": Table(
            naming.table("reviews"),
            metadata,
            Column("org", String(64), primary_key=True),
            Column("patient", String(64), primary_key=True),
            Column("goal", String(64), primary_key=True),
            Column("due_on", Date, nullable=False),
            Column("cause", String(24), nullable=False),
            # How often the goal's review was set, this time included.
            Column("sequence", Integer, nullable=False),
            # The day that it was on before, where it was moved without one having taken place.
            Column("moved_from", Date),
            # When it was recorded that the review is on its day.
            Column("set_at", Instant, nullable=False),
            Column("goal_status", String(24), nullable=False),
            # As the goal was first put; wording is how it is put now, where that differs.
            Column("statement", Text, nullable=False),
            # Whether the statement came from the patient; null where nobody knows.
            Column("own_words", Boolean),
            Column("wording", Text),
            # Of the goal's latest event that this row tells of.
            Column("version", Integer, nullable=False),
            Column("position", BigInteger, nullable=False),
            Index(naming.index("reviews", "day"), "org", "due_on", "patient", "goal"),
        ),
        # The review that was ahead when its goal came to an end.
        "called_off": Table(
            naming.table("called_off"),
            metadata,
            Column("org", String(64), primary_key=True),
            Column("patient", String(64), primary_key=True),
            Column("goal", String(64), primary_key=True),
            Column("due_on", Date, nullable=False),
            Column("sequence", Integer, nullable=False),
            # When that was recorded.
            Column("called_off_at", Instant, nullable=False),
            Index(naming.index("called_off", "at"), "org", "called_off_at", "due_on"),
        ),
        "plans": Table(
            naming.table("plans"),
            metadata,
            Column("org", String(64), primary_key=True),
            Column("patient", String(64), primary_key=True),
            Column("clinician", Text, nullable=False),
            Column("time_zone", String(64), nullable=False),
            Index(naming.index("plans", "clinician"), "org", "clinician", "patient"),
            Index(naming.index("plans", "zone"), "org", "time_zone"),
        ),
        # What the fold needs of a goal or plan for its next event: its state without its diaries, as JSON.
        "folded": Table(
            naming.table("folded"),
            metadata,
            Column("org", String(64), primary_key=True),
            Column("patient", String(64), primary_key=True),
            Column("goal", String(64), primary_key=True),
            Column("state", Text, nullable=False),
        ),
    }
