"""Which goals are quarantined: of these, reads show less than the log has."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from events.identity import LOG, PLAN, GoalId, goal_id_of
from projections.engine.key_lookup import GOAL, PATIENT, lookup, wanted
from projections.engine.naming import Slot
from projections.engine.paging import Json
from projections.engine.quarantine import GoalQuarantine, anything_in_quarantine, quarantined_goals, quarantined_in_org
from projections.engine.tables import QUARANTINE
from projections.engine.views import is_quarantined
from projections.goal_state.tables import tables

_NAME = "goal_state"
_GOALS, _PLANS = (tables()[name] for name in ("goals", "plans"))

IS_QUARANTINED = is_quarantined(_NAME, _GOALS).label("is_quarantined")
"""A column that rows of goals have for :func:`quarantined_of_rows`."""


def quarantined_of_rows(
    connection: Connection,
    rows: Iterable[Any],  # Any: rows of several queries
) -> Mapping[GoalId, Json]:
    """Where goals are quarantined, as :func:`events.goal.reading.read_goal` tells it.

    Args:
        rows: Of goals, with their `version` and :data:`IS_QUARANTINED`. Nothing is asked about those that are not.
    """
    versions = {GoalId(row.org, row.patient, row.goal): row.version for row in rows if row.is_quarantined}
    found = quarantined_goals(connection, _NAME, versions) if versions else {}
    return {goal_id: quarantined.at(versions[goal_id]) for goal_id, quarantined in found.items()}


def quarantined_of_patients(
    connection: Connection, org: str, patients: Collection[str]
) -> Mapping[GoalId, GoalQuarantine]:
    """The goals (and plans) of some patients that are quarantined, in the order of the log. Cheap while nothing is.

    Asked after what it is asked about, as :func:`projections.engine.quarantine.quarantined_goals` is.
    """
    if not anything_in_quarantine(connection, _NAME):
        return {}
    of_the_org = (
        QUARANTINE.c.projection == _NAME,
        QUARANTINE.c.slot == Slot.LIVE,
        QUARANTINE.c.subject.startswith(f"{LOG}.{org}.", autoescape=True),
    )
    subjects = connection.scalars(select(QUARANTINE.c.subject).where(*of_the_org).distinct())
    found = map(goal_id_of, subjects)
    # To SQLite's LIKE, small and capital letters are alike.
    asked = [goal_id for goal_id in found if goal_id.org == org and goal_id.patient in patients]
    return quarantined_goals(connection, _NAME, asked) if asked else {}


def quarantined_by_patient(connection: Connection, org: str, patients: Collection[str]) -> Mapping[str, list[Json]]:
    """The same by patient and as reads tell it: `org`, `patient`, `goal`, and `version` (0 when nothing of it is read),
    `position` and `reason` as in :func:`events.goal.reading.read_goal`.
    """
    found = quarantined_of_patients(connection, org, patients)
    versions = _versions(connection, found) if found else {}
    by_patient: dict[str, list[Json]] = defaultdict(list)
    for goal_id, quarantined in found.items():
        by_patient[goal_id.patient].append({**goal_id._asdict(), **quarantined.at(versions.get(goal_id, 0))})
    return by_patient


def unread_goals(connection: Connection, org: str, patient: str | None = None) -> list[GoalId]:
    """The goals of an organisation or patient of which nothing could be taken in, so that no list has them; a hundred
    at most. Cheap while nothing is in quarantine."""
    found = quarantined_in_org(connection, _NAME, org, patient)
    versions = _versions(connection, found) if found else {}
    return [goal_id for goal_id in sorted(found) if not goal_id.is_plan and goal_id not in versions]


def _versions(connection: Connection, goal_ids: Collection[GoalId]) -> dict[GoalId, int]:
    """The versions that are read of some goals and plans."""
    goals = wanted((goal_id for goal_id in goal_ids if not goal_id.is_plan), GOAL)
    plans = wanted((goal_id for goal_id in goal_ids if goal_id.is_plan), PATIENT)
    return {
        **{GoalId(row.org, row.patient, row.goal): row.version for row in connection.execute(_OF_GOALS, goals)},
        **{GoalId(row.org, row.patient, PLAN): row.version for row in connection.execute(_OF_PLANS, plans)},
    }


_OF_GOALS = select(*(_GOALS.c[name] for name in GOAL), _GOALS.c.version).select_from(lookup(_GOALS, GOAL))
_OF_PLANS = select(*(_PLANS.c[name] for name in PATIENT), _PLANS.c.version).select_from(lookup(_PLANS, PATIENT))
