"""Goals out of their rows as they are shown: with their diaries, and beside their patients' plans and other goals."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, and_, bindparam, case, select

from events.goal import GoalState
from events.goal.state import OPEN
from events.identity import GoalId
from projections.engine.key_lookup import PATIENT, lookup, wanted
from projections.engine.paging import AnyRow
from projections.engine.plan_join import of_the_patient
from projections.goal_state.copies import patients_by_text
from projections.goal_state.goal_columns import goals_beside_plans
from projections.goal_state.quarantined import IS_QUARANTINED
from projections.goal_state.stored_states import Diary
from projections.goal_state.tables import tables

_GOALS, _PLANS = (tables()[name] for name in ("goals", "plans"))
_AS_RECORDED = ("version", "position", "recorded_at")

GOALS_BESIDE_PLANS = goals_beside_plans(tables())
_SHOWN = (
    *(_GOALS.c[name] for name in ("org", "patient", "goal", *_AS_RECORDED, "raise_at_next_session", "state")),
    _PLANS.c.state.label("plan"),
    IS_QUARANTINED,
)


def without_diary(row: AnyRow) -> GoalState:
    """The goal of a row, as other goals are seen beside it: nobody asks these for their diaries."""
    return GoalState.model_validate_json(row.state)


def with_diary(goal: GoalState, row: AnyRow, diary: Diary) -> GoalState:
    """The same goal with its diary, and with all else that entries change of it."""
    return goal.model_copy(
        update={
            "version": row.version,
            "position": row.position,
            "updated_at": row.recorded_at,
            "raise_at_next_session": row.raise_at_next_session,
            "progress": tuple(diary),
        }
    )


def rows_beside(connection: Connection, goal_id: GoalId) -> Sequence[AnyRow]:
    """All goals of the patient of one goal, itself among them.

    Its own row has `patients`, how many of the organisation have a goal with the same text (S22); None when it is over.
    """
    return connection.execute(_ONE_AND_OTHERS, goal_id._asdict()).all()


def rows_of_patients(connection: Connection, patients: Collection[GoalId]) -> Sequence[AnyRow]:
    """All goals of some patients, who are named by the ids of their plans."""
    return connection.execute(_OF_PATIENTS, wanted(patients, PATIENT)).all()


_OTHERS = _GOALS.alias("others")
_BY_TEXT = patients_by_text(_OTHERS)
_PATIENTS = (
    _BY_TEXT.with_only_columns(_BY_TEXT.selected_columns.patients, maintain_column_froms=True)
    .where(_OTHERS.c.org == _GOALS.c.org, _OTHERS.c.statement_hash == _GOALS.c.statement_hash)
    .correlate(_GOALS)
    .scalar_subquery()
)
_IS_ASKED_AND_OPEN = and_(_GOALS.c.goal == bindparam("goal"), _GOALS.c.status.in_(sorted(OPEN)))
_ONE_AND_OTHERS = (
    select(*_SHOWN, case((_IS_ASKED_AND_OPEN, _PATIENTS)).label("patients"))
    .select_from(GOALS_BESIDE_PLANS)
    .where(_GOALS.c.org == bindparam("org"), _GOALS.c.patient == bindparam("patient"))
)
_OF_PATIENTS = select(*_SHOWN).select_from(lookup(_GOALS, PATIENT).outerjoin(_PLANS, of_the_patient(_PLANS, _GOALS)))
