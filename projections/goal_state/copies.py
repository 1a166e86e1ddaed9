"""How many patients of an organisation have a goal with the same text (S22)."""

from collections.abc import Collection

from pydantic_core import to_json
from sqlalchemy import Connection, FromClause, func, select

from projections.engine.key_lookup import id_elements, narrowed
from projections.engine.paging import AnySelect
from projections.engine.statements import fetch
from projections.goal_state.tables import tables

_GOALS = tables()["goals"]


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
