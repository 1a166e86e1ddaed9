"""One row for each goal and one for each plan: the folded state, and the columns that lists are filtered by."""

from functools import cache

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, String, Table, Text

from projections.engine.columns import Instant
from projections.engine.projection import Tables

VERSION = 1
"""Raised whenever the tables, or what the projector puts into them, change."""


@cache
def tables(version: int = VERSION) -> Tables:
    """The tables of one version: `goals` and `plans`."""
    metadata = MetaData()
    goals = f"goal_state_goals_v{version}"
    return {
        "goals": Table(
            goals,
            metadata,
            Column("org", String(64), primary_key=True),
            Column("patient", String(64), primary_key=True),
            Column("goal", String(64), primary_key=True),
            Column("status", String(24), nullable=False),
            Column("outcome", String(24)),
            Column("kind", String(24)),
            Column("horizon", String(24)),
            Column("life_area", String(24)),
            # Whose agreement is outstanding: patient, clinician, both with a comma, or empty.
            Column("awaiting", String(24), nullable=False),
            Column("next_review_on", Date),
            # Statement and wording, case-folded, with single spaces.
            Column("search", Text, nullable=False),
            Column("version", Integer, nullable=False),
            Column("position", BigInteger, nullable=False),
            Column("recorded_at", Instant, nullable=False),
            # GoalState as JSON, without the fields that have their default.
            Column("state", Text, nullable=False),
            Index(f"{goals}_by_status", "org", "status"),
        ),
        "plans": Table(
            f"goal_state_plans_v{version}",
            metadata,
            Column("org", String(64), primary_key=True),
            Column("patient", String(64), primary_key=True),
            Column("status", String(24), nullable=False),
            Column("clinician", Text, nullable=False),
            Column("time_zone", String(64), nullable=False),
            Column("version", Integer, nullable=False),
            Column("position", BigInteger, nullable=False),
            Column("recorded_at", Instant, nullable=False),
            # PlanState as JSON, without the fields that have their default.
            Column("state", Text, nullable=False),
        ),
    }
