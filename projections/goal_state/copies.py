"""How many patients of an organisation have a goal with the same text (S22)."""

from collections.abc import Collection

from pydantic_core import to_json
from sqlalchemy import Connection, FromClause, func, select

from events.goal.flags import MOST_COPIES_TOLD
from projections.engine.key_lookup import id_elements, narrowed
from projections.engine.paging import AnySelect, without_index
from projections.engine.statements import fetch
from projections.goal_state.tables import tables

_GOALS = tables()["goals"]


def patients_with_text(goals: FromClause, of: FromClause) -> AnySelect:
    """How many patients have a goal with the text of a goal, and no more of them than it takes to tell of them.

    A text that comes from a template may be thousands of patients', and one goal is read without counting them all.
    Goals entered in error do not count.

    Args:
        goals: Those that are counted.
        of: The goal, of a query around this one.
    """
    same = (goals.c.org == of.c.org, goals.c.statement_hash == of.c.statement_hash)
    # SQLite would go through all patients in the order of their ids, to leave out doubles without remembering any.
    patient = without_index(goals.c.patient).label("patient")
    some = select(patient).distinct().where(goals.c.status != "entered_in_error", *same).correlate(of)
    return select(func.count()).select_from(some.limit(MOST_COPIES_TOLD + 2).subquery())  # the goal's own, and one more


def patients_by_text(goals: FromClause) -> AnySelect:
    """A row for each text of an organisation: `org`, `statement_hash`, and how many `patients` have a goal with it.

    Goals entered in error do not count.
    """
    text = (goals.c.org, goals.c.statement_hash)
    patients = func.count(goals.c.patient.distinct()).label("patients")
    return select(*text, patients).where(goals.c.status != "entered_in_error").group_by(*text)


def copies(connection: Connection, org: str, hashes: Collection[str]) -> dict[str, int]:
    """How many patients of an organisation have a goal with each of some texts, by its `statement_hash`."""
    if not hashes:
        return {}
    asked = {"org": org, "wanted": to_json(sorted(hashes)).decode()}
    return {text: patients for _, text, patients in fetch(connection, _PATIENTS_BY_HASH, asked)}


_PATIENTS_BY_HASH = patients_by_text(_GOALS).select_from(narrowed(_GOALS, "statement_hash", id_elements))


def other_patients(patients: int | None) -> int:
    """Of the patients who have a text, all but the one whose goal is read; 0 where nobody was counted."""
    return max(0, (patients or 0) - 1)
