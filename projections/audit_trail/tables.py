"""One row for each event, for each field that a revision, amendment or correction changed, and for each plan."""

from functools import cache

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from events.goal.types import ProgressLogged
from projections.engine.columns import Instant
from projections.engine.naming import Naming
from projections.engine.of_postgresql import on_postgresql
from projections.engine.projection import Tables

VERSION = 8
"""Raised whenever the tables, what the projector puts into them, the views, or the fold (`FOLD_VERSION`) change."""
DIARY_TYPE = ProgressLogged.type_name
"""The type of the events that a goal has most of by far."""
_LIVE = Naming("audit_trail")


@cache
def tables(naming: Naming = _LIVE) -> Tables:
    """The tables of one build: `events`, `changes` and `plans`."""
    metadata = MetaData()
    made = {
        "events": Table(
            naming.table("events"),
            metadata,
            # An organisation lives on one stream, so that its positions are its own.
            Column("org", String(64), primary_key=True),
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            Column("patient", String(64), nullable=False),
            Column("goal", String(64), nullable=False),
            Column("version", Integer, nullable=False),
            Column("type", String(100), nullable=False),
            Column("actor", Text, nullable=False),
            Column("actor_role", String(16), nullable=False),
            # Who typed it in, where that was not the actor.
            Column("entered_by", Text),
            # Who submitted it, and in which role, as Cairn knows them; null for what was recorded before it knew.
            Column("submitted_by", Text),
            Column("submitter_role", String(16)),
            # When it happened, and the sender's offset from UTC then, in minutes.
            Column("happened_at", Instant, nullable=False),
            Column("happened_offset", Integer, nullable=False),
            Column("recorded_at", Instant, nullable=False),
            Column("source", Text, nullable=False),
            Column("event_id", Text, nullable=False),
            # The version of the event of the same goal that this one followed from by itself.
            Column("cause", Integer),
            Column("data", Text, nullable=False),
            # Who did what, in words. When is added where it is read: it is told in the plan's time zone.
            Column("deed", Text, nullable=False),
            # Positions are found in these alone; the rows at them are read afterwards.
            Index(naming.index("events", "goal"), "org", "patient", "goal", "position"),
            Index(naming.index("events", "type"), "org", "type", "position"),
            Index(naming.index("events", "actor"), "org", "actor", "position"),
            Index(naming.index("events", "role"), "org", "actor_role", "position"),
            Index(naming.index("events", "named"), "org", "goal", "position"),
            Index(naming.index("events", "time"), "org", "recorded_at", "position"),
            Index(naming.index("events", "happened"), "org", "happened_at", "position"),
        ),
        "changes": Table(
            naming.table("changes"),
            metadata,
            Column("org", String(64), primary_key=True),
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            # The path of the field with dots: smart.measure.target.
            Column("field", String(200), primary_key=True),
            # JSON; null where there was, or is, nothing.
            Column("before", Text, nullable=False),
            Column("after", Text, nullable=False),
            # Of a revision: why, and why in words. A view that took them out of the event's JSON would have no type.
            Column("reason", String(24)),
            Column("note", Text),
        ),
        # What is known of an event only by the patient's plan, as it is now.
        "plans": Table(
            naming.table("plans"),
            metadata,
            Column("org", String(64), primary_key=True),
            Column("patient", String(64), primary_key=True),
            Column("clinician", Text, nullable=False),
            Column("time_zone", String(64), nullable=False),
            Index(naming.index("plans", "clinician"), "org", "clinician", "patient"),
        ),
    }
    events = made["events"]
    # A diary grows every day, and what else happened to a goal is found without it.
    moments = Index(
        naming.index("events", "moments"),
        *(events.c[name] for name in ("org", "patient", "goal", "position")),
        sqlite_where=events.c.type != DIARY_TYPE,
    )
    on_postgresql(moments, where=events.c.type != DIARY_TYPE)
    return made
