"""From events to rows: the fold of goals and plans, and the columns that lists are filtered by."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import zip_longest

from events.event import RecordedEvent
from events.goal import GoalState, fold_goal, missing_parts
from events.goal.state import ProgressEntry
from events.goal.types import Reviewed
from events.goal.waiting import waiting
from events.plan import PlanState, fold_plans
from projections.engine.projection import Projected, Row
from projections.engine.sequence import expect_next
from projections.goal_state.stored import AS_IT_IS, State, remembered


def project(state: State | None, events: Sequence[RecordedEvent]) -> Projected[State]:
    """The rows of one goal or plan after its next events.

    Raises:
        OutOfSequence: when an event is missing between the state and these.
    """
    expect_next(state.version if state else None, events)
    if events[0].goal_id.is_plan:
        return _project_plan(state if isinstance(state, PlanState) else None, events)
    return _project_goal(state if isinstance(state, GoalState) else None, events)


def searchable(text: str) -> str:
    """A text as it is searched: case-folded, with single spaces."""
    return " ".join(text.casefold().split())


def statement_hash(text: str) -> str:
    """The same for texts that differ in nothing but case, spacing and punctuation."""
    letters = "".join(character if character.isalnum() else " " for character in text)
    return sha256((searchable(letters) or searchable(text)).encode()).hexdigest()


def _project_goal(before: GoalState | None, events: Sequence[RecordedEvent]) -> Projected[State]:
    goal = before
    reviews: list[Row] = []
    for recorded in events:
        if goal is not None and isinstance(recorded.data, Reviewed):
            reviews.append(_review_row(goal, recorded.data, recorded.version))
        goal = fold_goal(goal, recorded)
    if goal is None:
        return Projected()
    stored = goal.model_dump_json(exclude_defaults=True, exclude={"progress"})
    awaited = _waiting_rows(goal)
    awaited_before = _waiting_rows(before) if before else {}
    return Projected(
        {
            "goals": ({**_row_of(goal), **_goal_columns(goal), "state": stored},),
            "entries": tuple(_new_entries(before, goal)),
            "reviews": reviews,
            "waiting": [row for key, row in awaited.items() if awaited_before.get(key) != row],
        },
        deletes={"waiting": [_key_of(row) for key, row in awaited_before.items() if key not in awaited]},
        after=remembered(goal, stored),
    )


def _project_plan(before: PlanState | None, events: Sequence[RecordedEvent]) -> Projected[State]:
    plan = fold_plans(events, before)
    if plan is None:
        return Projected()
    stored = plan.model_dump_json(exclude_defaults=True, exclude={"measurements"})
    known = len(before.measurements) if before else 0
    key = {"org": plan.org, "patient": plan.patient}
    return Projected(
        {
            "plans": ({**_row_of(plan), **_plan_columns(plan), "state": stored},),
            "measurements": [
                {**key, "version": score.version, "instrument": score.instrument, "score": score.score, "day": score.on}
                for score in plan.measurements[known:]
            ],
        },
        after=remembered(plan, stored),
    )


def _row_of(state: State) -> Row:
    return {
        "org": state.org,
        "patient": state.patient,
        "status": state.status,
        "version": state.version,
        "position": state.position,
        "recorded_at": state.updated_at,
    }


def _goal_columns(state: GoalState) -> Row:
    return {
        "goal": state.goal,
        "outcome": state.outcome,
        "kind": state.kind,
        "horizon": state.horizon,
        "life_area": state.life_area,
        "framework": ",".join(name for name in ("smart", "gas") if getattr(state, name) is not None),
        "awaiting": ",".join(state.awaiting_agreement),
        "next_review_on": state.next_review.due_on if state.next_review else None,
        "raise_at_next_session": state.raise_at_next_session,
        "own_words": None if state.created_by.role == "system" else state.created_by.role == "patient",
        "measurable": not missing_parts(state, simplified=False),
        "measurable_simplified": not missing_parts(state, simplified=True),
        "last_entry_on": max((entry.on for entry in state.progress), default=None),
        "setbacks": _setbacks_since_review(state),
        "level": state.latest_level,
        "search": searchable(f"{state.statement} {state.wording or ''}"),
        "statement_hash": statement_hash(state.statement),
    }


def _setbacks_since_review(state: GoalState) -> int:
    reviewed = state.last_review_on
    return sum(1 for entry in state.progress if entry.setback and (reviewed is None or entry.on > reviewed))


def _plan_columns(state: PlanState) -> Row:
    return {
        "clinician": state.clinician,
        "setting": state.program.setting if state.program else None,
        "time_zone": state.time_zone,
        "simplified": state.simplified,
    }


def _new_entries(before: GoalState | None, after: GoalState) -> Iterator[Row]:
    """The entries that were written or corrected. The fold keeps the others as the very same objects."""
    known = before.progress if before else ()
    for entry, former in zip_longest(after.progress, known[: len(after.progress)]):
        if entry is not former:
            yield _entry_row(after, entry)


def _entry_row(state: GoalState, entry: ProgressEntry) -> Row:
    return {
        **_goal_key(state),
        **{name: getattr(entry, name) for name in AS_IT_IS},
        "day": entry.on,
        "actor": entry.actor.id,
        "actor_role": entry.actor.role,
        "value": None if entry.value is None else float(entry.value),
    }


def _review_row(goal: GoalState, review: Reviewed, version: int) -> Row:
    due_on = goal.next_review.due_on if goal.next_review else None
    return {
        **_goal_key(goal),
        "version": version,
        "day": review.on,
        "due_on": due_on,
        "timely": due_on is None or review.on <= due_on,
        "decision": review.decision,
        "level": review.level,
        "with_patient": "patient" in review.participants,
    }


def _waiting_rows(state: GoalState) -> Mapping[tuple[str, str, str], Row]:
    texts = {request.request: request.text for request in state.change_requests}
    rows: dict[tuple[str, str, str], Row] = {}
    for each in waiting(state):
        request = each["request"] or ""
        contested = state.contest.reason if state.contest and each["for"] == "answer_to_contest" else None
        rows[each["role"], each["for"], request] = {
            **_goal_key(state),
            "role": each["role"],
            "awaited": each["for"],
            "request": request,
            "since": each["since"],
            "text": texts.get(request, contested),
        }
    return rows


def _goal_key(state: GoalState) -> dict[str, str]:
    return {"org": state.org, "patient": state.patient, "goal": state.goal}


def _key_of(row: Row) -> Row:
    return {name: row[name] for name in ("org", "patient", "goal", "role", "awaited", "request")}
