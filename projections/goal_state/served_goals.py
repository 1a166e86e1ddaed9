"""Goals as they are served: the documents that are kept, each with what follows on the day of looking, beside the plan
and the other goals of its patient.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, or_, select

from events.flag import Audience
from events.goal.facts import GoalFacts
from events.goal.flags import Around
from events.goal.goals_of_patient import GoalsOfPatient, goals_of_patient
from events.goal.reading import Part, asked_for, what_follows, written_goal
from events.goal.state import OPEN
from events.identity import GoalId
from events.plan.facts import PlanFacts
from projections.engine.key_lookup import id_elements, narrowed
from projections.engine.paging import AnySelect
from projections.engine.plan_join import of_the_patient
from projections.engine.statements import fetch
from projections.goal_state.copies import copies, other_patients, patients_with_text
from projections.goal_state.diary import read_diary
from projections.goal_state.quarantined import IS_QUARANTINED, quarantined_of_rows
from projections.goal_state.stored_states import diaries, of_the_goal, state_with_diary
from projections.goal_state.tables import tables

_TABLES = tables()
_GOALS, _DOCUMENTS, _PLANS = (_TABLES[name] for name in ("goals", "documents", "plans"))

read_facts = TypeAdapter(GoalFacts).validator.validate_json
"""Out of the column `facts` of a document."""
read_plan_facts = TypeAdapter(PlanFacts).validator.validate_json
"""Out of the column `facts` of a plan."""


class GoalRow(NamedTuple):
    """What a goal is served from; `plan` has the facts of its patient's plan, if there is one."""

    org: str
    patient: str
    goal: str
    version: int
    position: int
    recorded_at: datetime
    diary: str
    status: str
    statement_hash: str
    document: str
    plan: str | None
    is_quarantined: bool


_OF_A_ROW = GoalRow._fields[:-3]
_NOTHING: Mapping[str, object] = {}


class Looking(NamedTuple):
    """Who looks at goals, when, and at what of that which grows with their diaries."""

    now: datetime
    audience: Audience = "staff"
    include: Collection[Part] = ()


def goals_to_serve(document: ColumnElement[str] = _DOCUMENTS.c.document) -> AnySelect:
    """The rows that goals are served from, each beside its patient's plan: the columns of :class:`GoalRow`.

    Args:
        document: The document, where not every row's is wanted.
    """
    columns = (_GOALS.c[name] for name in _OF_A_ROW)
    return select(*columns, document.label("document"), _PLANS.c.facts.label("plan"), IS_QUARANTINED).select_from(
        _GOALS.join(_DOCUMENTS, of_the_goal(_DOCUMENTS, _GOALS)).outerjoin(_PLANS, of_the_patient(_PLANS, _GOALS))
    )


def served_goal(connection: Connection, goal_id: GoalId, looking: Looking) -> str | None:
    """One goal as JSON; None when there is none."""
    goals: list[tuple[str, str]] = []
    found: tuple[GoalRow, int | None] | None = None
    for *values, facts, patients in fetch(connection, _ONE_BESIDE_OTHERS, goal_id._asdict()):
        row = GoalRow._make(values)
        goals.append((row.goal, facts))
        if row.goal == goal_id.goal:
            found = row, patients
    if found is None:
        return None
    row, patients = found
    return _served(connection, [row], {goal_id.patient: goals}, {row.statement_hash: patients}, looking)[0]


def served_goals(connection: Connection, rows: Sequence[GoalRow], looking: Looking) -> list[str]:
    """Goals of one organisation as JSON, in the order of their rows."""
    if not rows:
        return []
    org = rows[0].org
    goals: dict[str, list[tuple[str, str]]] = {row.patient: [] for row in rows}
    asked = {"org": org, "wanted": to_json([*goals]).decode()}
    for patient, goal, facts in fetch(connection, _FACTS, asked):
        goals[patient].append((goal, facts))
    patients = copies(connection, org, {row.statement_hash for row in rows if row.status in OPEN})
    return _served(connection, rows, goals, patients, looking)


def _served(
    connection: Connection,
    rows: Sequence[GoalRow],
    goals: Mapping[str, Sequence[tuple[str, str]]],
    copies: Mapping[str, int | None],
    looking: Looking,
) -> list[str]:
    """The rows of goals as JSON.

    Args:
        goals: All goals of each of their patients: their ids, and their facts as they are kept.
        copies: How many patients have a goal with the same text, by its hash.
    """
    now, audience, include = looking
    quarantined = quarantined_of_rows(connection, rows)
    entries = diaries(connection, _TABLES, [GoalId(*row[:3]) for row in rows]) if include else {}
    beside = {patient: tuple(of_patient) for patient, of_patient in goals.items()}
    written = []
    for row in rows:
        goal_id = GoalId(*row[:3])
        plan = _plan_facts(row.plan) if row.plan else None
        kept = _Kept(
            row, beside[row.patient], copies.get(row.statement_hash), plan.day(now) if plan else now.date(), audience
        )
        if not include and goal_id not in quarantined:
            written.append(_usually_written(kept))
            continue
        more = {}
        if include:
            more = asked_for(state_with_diary(row, read_diary(row.diary), entries.get(goal_id, ())), include)
        written.append(_written(kept, quarantined.get(goal_id), more))
    return written


class _Kept(NamedTuple):
    """All that the JSON of a goal is made of, but for what is asked for besides.

    Attributes:
        goals: All goals of the patient: their ids, and their facts as they are kept.
        patients: How many have a goal with the same text.
        today: In the clinic's time zone.
    """

    row: GoalRow
    goals: tuple[tuple[str, str], ...]
    patients: int | None
    today: date
    audience: Audience


def _written(
    kept: _Kept, quarantined: Mapping[str, object] | None = None, more: Mapping[str, object] = _NOTHING
) -> str:
    row, of_patient, patients, today, audience = kept
    org, patient, goal, version, position, updated_at, diary, _, _, document, plan, _ = row
    facts, together = _facts_of_patient(of_patient)
    around = Around(
        _plan_facts(plan) if plan else None, today, together, other_patients(patients), read_diary(diary).facts
    )
    follows = what_follows(facts[goal], around, updated_at=updated_at, quarantined=quarantined, audience=audience)
    return written_goal(GoalId(org, patient, goal), document, {**follows, **more}, version=version, position=position)


@lru_cache(maxsize=1024)  # A dashboard shows the same goals again and again; a third of the time is to fetch them.
def _usually_written(kept: _Kept) -> str:
    return _written(kept)


@lru_cache(maxsize=256)
def _facts_of_patient(goals: tuple[tuple[str, str], ...]) -> tuple[Mapping[str, GoalFacts], GoalsOfPatient]:
    """The facts of each goal of a patient, and what they are together."""
    facts = {goal: read_facts(kept) for goal, kept in goals}
    return facts, goals_of_patient(facts.values())


@lru_cache(maxsize=1024)
def _plan_facts(kept: str) -> PlanFacts:
    read: PlanFacts = read_plan_facts(kept)
    return read


_ASKED = _GOALS.c.goal == bindparam("goal")
_OTHERS = _GOALS.alias("others")
_PATIENTS = patients_with_text(_OTHERS, _GOALS).scalar_subquery()
# IN would be put together anew each time.
_IS_OPEN = or_(*(_GOALS.c.status == status for status in sorted(OPEN)))
_ONE_BESIDE_OTHERS = (
    goals_to_serve(case((_ASKED, _DOCUMENTS.c.document)))
    .add_columns(_DOCUMENTS.c.facts, case((and_(_ASKED, _IS_OPEN), _PATIENTS)).label("patients"))
    .where(_GOALS.c.org == bindparam("org"), _GOALS.c.patient == bindparam("patient"))
)
_FACTS = select(_DOCUMENTS.c.patient, _DOCUMENTS.c.goal, _DOCUMENTS.c.facts).select_from(
    narrowed(_DOCUMENTS, "patient", id_elements)
)
