"""Clinics of any size, quickly: a few patients go through the projections, and their rows are copied for many more."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, Table, select

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.plan import types as p
from projections.catalog import NAMES, projection_named
from projections.engine.database import reading, writing
from projections.engine.projection import Projected
from projections.engine.rows import collect, write
from projections.engine.writer import ProjectionWriter
from tests.builders import active_goal, entry, event, gas, proposed, recorded
from tests.stored import as_message

ORG, OTHER_ORG = "northside", "southside"
TODAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
PATIENTS = 10
"""So many patients are projected, and copied; each has a goal that is worked on, and one that is closed."""
_DAY_COLUMNS = frozenset({"due_on", "next_review_on"})
_ROWS_AT_ONCE = 5_000


def build(engine: Engine, copies: int, orgs: Iterable[str] = (ORG, OTHER_ORG), entries: int = 12) -> None:
    """Fill an empty database with organisations of :data:`PATIENTS` times `copies` patients each.

    Copies have other ids, positions, texts and days of reviews, and are otherwise alike.
    """
    events = recorded([each for org in orgs for number in range(PATIENTS) for each in _patient(org, number, entries)])
    messages = [as_message(each) for each in events]
    for projection in map(projection_named, NAMES):
        writer: ProjectionWriter[Any] = ProjectionWriter(engine, projection, "CAIRN_LOG")
        writer.resume()
        writer.take(messages, head=len(messages))
        assert writer.go_live(["CAIRN_LOG"])
        for name, table in projection.tables().items():
            _copy(engine, name, table, copies, span=len(messages))


def _patient(org: str, number: int, entries: int) -> list[Event]:
    """One in ten has a setback, a dip, a review overdue, one due today, nothing told for days, or is waited for."""
    walk, gone = GoalId(org, f"p{number}", "walk"), GoalId(org, f"p{number}", "gone")
    due = {2: TODAY - timedelta(days=40), 3: TODAY}.get(number, TODAY + timedelta(days=20))
    told = {"setback": number == 0 or None, "motivation": 1 if number == 1 else 8}
    events = [
        *active_goal(walk),
        *(event(walk, entry(f"e{day}", TODAY - timedelta(days=30 - day))) for day in range(entries)),
        event(walk, g.Revised(changes=g.Changes(wording=f"Walk by river {number}"), reason="too_easy")),
        event(walk, g.Agreed(), role="clinician", actor="c1"),
        _by_cairn(walk, g.ReviewScheduled(due_on=TODAY - timedelta(days=60), cause="routine")),
        event(walk, g.Reviewed(on=TODAY - timedelta(days=60), participants=("patient", "clinician"), decision="keep")),
        _by_cairn(walk, g.ReviewScheduled(due_on=due, cause="routine")),
        event(walk, entry("last", TODAY - timedelta(days=9 if number == 5 else 1), **told)),
        event(walk.plan, p.Measured(instrument="phq9", score=11, on=TODAY), role="clinician", actor="c1"),
        *active_goal(gone)[1:],
        _by_cairn(gone, g.ReviewScheduled(due_on=TODAY, cause="initial")),
        event(gone, g.Closed(outcome="achieved", reason="done"), role="clinician", actor="c1"),
    ]
    if number == 4:
        events.append(event(GoalId(org, "p4", "asked"), proposed(statement="Feel better", gas=gas())))
    if number == 6:
        asked = proposed(statement="Sleep better")
        events.append(event(GoalId(org, "p6", "offered"), asked, role="clinician", actor="c1"))
    return events


def _by_cairn(goal_id: GoalId, data: g.GoalPayload) -> Event:
    return event(goal_id, data, role="system", actor="cairn", source="urn:cairn")


def _copy(engine: Engine, name: str, table: Table, copies: int, span: int) -> None:
    with reading(engine) as connection:
        # With names that are texts and no more: of SQLAlchemy's own, JSON asks each time what they are.
        rows = [{str(name): value for name, value in row._mapping.items()} for row in connection.execute(select(table))]
    some: list[Mapping[str, object]] = []
    for number in range(1, copies):
        some += (_copied(row, number, number * span) for row in rows)
        if len(some) >= _ROWS_AT_ONCE or number == copies - 1:
            with writing(engine) as connection:
                write(connection, {name: table}, collect([Projected({name: some})]))
            some = []


def _copied(row: Mapping[str, Any], number: int, further: int) -> dict[str, object]:  # Any: values of many types
    found = dict(row)
    if "patient" in found:
        found["patient"] = f"{row['patient']}-{number}"
    if "position" in found:
        found["position"] += further
    if "recorded_at" in found:
        found["recorded_at"] += timedelta(seconds=further)
    if "since" in found:
        found["since"] += timedelta(seconds=further)
    if "clinician" in found:
        found["clinician"] = f"c{number // 2}"
    if "statement_hash" in found:
        found["statement_hash"] = sha256(f"{row['statement_hash']}{number}".encode()).hexdigest()
    if row.get("state"):
        found["state"] = row["state"].replace(f'"patient":"{row.get("patient")}"', f'"patient":"{found["patient"]}"')
    for day in _DAY_COLUMNS & found.keys():
        if found[day] not in (None, TODAY, date.max):
            found[day] += timedelta(days=number % 15)
    return found
