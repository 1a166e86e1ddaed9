"""What every goal and plan is now: as it is served, and beside it what lists are filtered by and added up from.

Of patients, what their goals add up to is kept as well, in `caseload`.

A diary grows every day, so its entries have rows of their own; so have the scores of a plan. An entry changes a row of
the table `goals` as well, and nothing but that: what a goal is beside its diary stands in `documents`, which no entry
touches. `projections.goal_state.stored_states` puts a goal together again.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

from projections.engine.columns import Instant
from projections.engine.naming import Naming
from projections.engine.of_postgresql import on_postgresql
from projections.engine.projection import SUMS, Tables

VERSION = 11
"""Raised whenever the tables, what the projector puts into them, the views, or the fold (`FOLD_VERSION`) change."""
_LIVE = Naming("goal_state")


@cache
def tables(naming: Naming = _LIVE) -> Tables:
    """The tables of one build by their names: of goals, and of patients."""
    metadata = MetaData()
    made = (
        _goals,
        _documents,
        _entries,
        _review_steps,
        _revisions,
        _waiting,
        _plans,
        _cadences,
        _measurements,
        _caseload,
    )
    return {make.__name__[1:]: make(naming, metadata) for make in made}


def _goals(naming: Naming, metadata: MetaData) -> Table:
    goals = Table(
        naming.table("goals"),
        metadata,
        *_of_a_goal(),
        Column("status", String(24), nullable=False),
        Column("outcome", String(24)),
        Column("kind", String(24)),
        Column("horizon", String(24)),
        Column("life_area", String(24)),
        # smart, gas, both with a comma, or empty while the goal is in own words only.
        Column("framework", String(24), nullable=False),
        # Whose agreement is outstanding: patient, clinician, both with a comma, or empty.
        Column("awaiting", String(24), nullable=False),
        Column("next_review_on", Date),
        Column("raise_at_next_session", Boolean, nullable=False),
        # Whether the statement is the patient's: it came from them (true), from someone else (false), or nobody knows.
        Column("own_words", Boolean),
        # Who entered the patient's agreement, where the patient did not.
        Column("patient_agreement_entered_by", Text),
        # Whether nothing is missing in the definition; the second for plans in simplified language.
        Column("measurable", Boolean, nullable=False),
        Column("measurable_simplified", Boolean, nullable=False),
        Column("last_entry_on", Date),
        # The day from which the present work counts, while it goes on: silence is no longer than that.
        Column("worked_since", Date),
        # Those that no review has looked at, by the order of the log.
        Column("setbacks", Integer, nullable=False),
        # The day of the first of them, and of the dip for which the goal is to be raised; null where nobody knows.
        Column("setback_on", Date),
        Column("dip_on", Date),
        # The latest GAS attainment level.
        Column("level", SmallInteger),
        # The goal in the patient's own words, and how it is put now.
        Column("statement", Text, nullable=False),
        Column("wording", Text),
        # Both, case-folded, with single spaces; and the SHA-256 of the statement without punctuation.
        Column("search", Text, nullable=False),
        Column("statement_hash", String(64), nullable=False),
        *_as_recorded(),
        # `projections.goal_state.diary`: what the next entry is seen against, and what the diary comes to, as JSON.
        Column("diary", Text, nullable=False),
        # Entries are by far the most frequent events, and change no column that an index is of, but for the few that
        # tell of a setback or a dip.
        Index(naming.index("goals", "status"), "org", "status", "patient", "goal"),
        # With all that is asked for when copies of a statement are counted, so that no row has to be read for it.
        Index(naming.index("goals", "statement"), "org", "statement_hash", "status", "patient"),
    )
    # Of the few goals that are to be raised; with all that is asked for, so that SQLite takes no other for as good.
    raised = goals.c.raise_at_next_session
    dip = Index(naming.index("goals", "dip"), *(goals.c.org, goals.c.patient, raised), sqlite_where=raised)
    on_postgresql(dip, where=raised)
    # Every event of a goal writes its row anew; with room beside it, PostgreSQL leaves the indexes as they are.
    return on_postgresql(goals, **{"with": {"fillfactor": 50}})


def _documents(naming: Naming, metadata: MetaData) -> Table:
    """Goals as they are served, after their last event that was no diary entry."""
    return Table(
        naming.table("documents"),
        metadata,
        *_of_a_goal(),
        # `events.goal.facts.GoalFacts` as JSON. It comes first, so that reading it alone does not read the document.
        Column("facts", Text, nullable=False),
        # `events.goal.reading.goal_document`.
        Column("document", Text, nullable=False),
    )


def _entries(naming: Naming, metadata: MetaData) -> Table:
    """The diary, with corrections applied. What an entry does not say is null: unknown, neither zero nor no."""
    entries = Table(
        naming.table("entries"),
        metadata,
        *_of_a_goal(),
        # Of the event that logged it.
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("entry", String(64), nullable=False),
        # The day that it is about.
        Column("day", Date, nullable=False),
        Column("actor", Text, nullable=False),
        Column("actor_role", String(16), nullable=False),
        Column("done", Boolean),
        Column("value", Double),
        Column("level", SmallInteger),
        Column("mood", SmallInteger),
        Column("motivation", SmallInteger),
        Column("note", Text),
        Column("setback", Boolean),
        # Of the event that told of the setback.
        Column("setback_version", Integer),
        Column("corrected", Boolean, nullable=False),
        # What was told of the last weeks is found without reading the years before.
        Index(naming.index("entries", "day"), "org", "patient", "day", "goal"),
    )
    # Few entries tell a level; with all that is asked for when levels are drawn over time.
    tells_level = entries.c.level.is_not(None)
    level = Index(
        naming.index("entries", "level"),
        *(entries.c[name] for name in ("org", "patient", "goal", "day", "version", "level")),
        sqlite_where=tells_level,
    )
    on_postgresql(level, where=tells_level)
    return entries


def _review_steps(naming: Naming, metadata: MetaData) -> Table:
    """What a goal's reviews are judged by (`events.goal.review_evidence`): one row for each event that is a step."""
    return Table(
        naming.table("review_steps"),
        metadata,
        *_of_a_goal(),
        # Of the event.
        Column("version", Integer, primary_key=True, autoincrement=False),
        # begun, set, held or ended.
        Column("step", String(8), nullable=False),
        Column("happened_at", Instant, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("actor", Text, nullable=False),
        Column("actor_role", String(16), nullable=False),
        # The goal's own days between reviews after the event.
        Column("every_days", SmallInteger),
        # Of a day that was set.
        Column("due_on", Date),
        Column("cause", String(24)),
        # Of a review that took place.
        Column("held_on", Date),
        Column("with_patient", Boolean),
        Column("closes", Boolean),
    )


def _revisions(naming: Naming, metadata: MetaData) -> Table:
    """What each revision of a goal changed, which the goal itself only names (`projections.goal_state.revisions`)."""
    return Table(
        naming.table("revisions"),
        metadata,
        *_of_a_goal(),
        # Of the event.
        Column("version", Integer, primary_key=True, autoincrement=False),
        # Each field with what stood there before and after, as a JSON list.
        Column("changes", Text, nullable=False),
    )


def _waiting(naming: Naming, metadata: MetaData) -> Table:
    """What waits for whom, one row for each word that is awaited (`events.goal.waiting`)."""
    return Table(
        naming.table("waiting"),
        metadata,
        *_of_a_goal(),
        Column("role", String(16), primary_key=True),
        # agreement, answer_to_contest or answer_to_change_request.
        Column("awaited", String(32), primary_key=True),
        # The id of the change request; empty for anything else.
        Column("request", String(64), primary_key=True),
        Column("since", Instant, nullable=False),
        # What was asked for, or why it was contested.
        Column("text", Text),
        Index(naming.index("waiting", "since"), "org", "since", "patient", "goal"),
        Index(naming.index("waiting", "role"), "org", "role", "since", "patient", "goal"),
    )


def _plans(naming: Naming, metadata: MetaData) -> Table:
    return Table(
        naming.table("plans"),
        metadata,
        *_of_a_patient(),
        Column("status", String(24), nullable=False),
        Column("clinician", Text, nullable=False),
        Column("setting", String(24)),
        Column("time_zone", String(64), nullable=False),
        Column("simplified", Boolean, nullable=False),
        *_as_recorded(),
        # `events.plan.facts.PlanFacts` as JSON.
        Column("facts", Text, nullable=False),
        # PlanState as JSON, without the measurements, and without the fields that have their default.
        Column("state", Text, nullable=False),
        Index(naming.index("plans", "clinician"), "org", "clinician", "patient"),
        Index(naming.index("plans", "zone"), "org", "time_zone"),
    )


def _cadences(naming: Naming, metadata: MetaData) -> Table:
    """The days between reviews that a plan asks for, one row for each time that it came to ask for others."""
    return Table(
        naming.table("cadences"),
        metadata,
        *_of_a_patient(),
        # Of the plan's event.
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("happened_at", Instant, nullable=False),
        Column("every_days", SmallInteger, nullable=False),
        # The longest that is allowed for any goal; empty where there is none.
        Column("at_most_days", SmallInteger),
    )


def _measurements(naming: Naming, metadata: MetaData) -> Table:
    """The scores of distress and mood instruments."""
    return Table(
        naming.table("measurements"),
        metadata,
        *_of_a_patient(),
        # Of the plan's event that tells it.
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("instrument", String(32), nullable=False),
        Column("score", SmallInteger, nullable=False),
        Column("day", Date, nullable=False),
    )


def _caseload(naming: Naming, metadata: MetaData) -> Table:
    """What asks for attention of everyone, over their open goals (`projections.goal_state.caseload_rows`)."""
    caseload = Table(
        naming.table("caseload"),
        metadata,
        *_of_a_patient(),
        # The place in `caseload_needs.NEEDS` of the most pressing reason, of those that depend on no day; behind all
        # of them without any, and behind that for who is no longer in treatment.
        Column("need", SmallInteger, nullable=False),
        # The earliest; the last day there is where none is set.
        Column("next_review_on", Date, nullable=False),
        # Since when nothing was entered for a goal that is worked on; the longest.
        Column("silent_since", Date),
        # The same of the shortest: since when nothing was entered for any of them.
        Column("quiet_since", Date),
        # From which day on that asks for attention.
        Column("silent_from", Date),
        # Since when the first of the clinician's words is awaited.
        Column("waiting_since", Instant),
        Column("clinician", Text),
        Column("setting", String(24)),
        Column("plan_status", String(24)),
        Column("time_zone", String(64)),
        Column("open_goals", Integer, nullable=False),
        Column("active_goals", Integer, nullable=False),
        Column("setbacks_since_review", Integer, nullable=False),
        Column("raise_at_next_session", Integer, nullable=False),
        Column("waiting_for_patient", Integer, nullable=False),
        Column("waiting_for_clinician", Integer, nullable=False),
        # As it is told; what orders rows stands in next_review_on.
        Column("earliest_review_on", Date),
        Column("last_entry_on", Date),
        Column("agreements_entered", Integer, nullable=False),
        # What is told of the goals, and of the words that are awaited, as JSON (`caseload_rows`).
        Column("goals", Text, nullable=False),
        Column("awaited", Text, nullable=False),
        Index(naming.index("caseload", "need"), "org", "need", "next_review_on", "patient"),
        info={SUMS: True},
    )
    # An entry writes the row anew, as it does that of its goal.
    return on_postgresql(caseload, **{"with": {"fillfactor": 50}})


def _of_a_patient() -> Iterator[Column[str]]:
    yield Column("org", String(64), primary_key=True)
    yield Column("patient", String(64), primary_key=True)


def _of_a_goal() -> Iterator[Column[str]]:
    yield from _of_a_patient()
    yield Column("goal", String(64), primary_key=True)


def _as_recorded() -> Iterator[Column[Any]]:  # Any: columns of several types
    yield Column("version", Integer, nullable=False)
    yield Column("position", BigInteger, nullable=False)
    yield Column("recorded_at", Instant, nullable=False)
