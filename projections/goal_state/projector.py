"""From events to rows: the fold of goals and plans, and the columns that lists are filtered by."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter

from pydantic_core import to_json

from events.errors import CairnError
from events.event import RecordedEvent
from events.goal import GoalState, fold_goal
from events.goal.entries import ProgressEntry
from events.goal.facts import GoalFacts
from events.goal.facts_of_goals import goal_facts
from events.goal.fold import logged_entry
from events.goal.reading import goal_document
from events.goal.types import Imported, ProgressCorrected, ProgressLogged, ProgressWithdrawn, Proposed
from events.goal.waiting import waiting
from events.identity import GoalId
from events.plan import PlanState
from events.plan.facts import plan_facts
from projections.engine.projection import Projected, Remembered, Row
from projections.engine.sequence import expect_next
from projections.goal_state.diary import Diary, diary_of, in_order, with_entry, with_goal
from projections.goal_state.goals_before_events import GoalBeforeEvents
from projections.goal_state.review_steps import cadence_rows, step_row
from projections.goal_state.revisions import revision_row
from projections.goal_state.stored_states import AS_IT_IS

State = GoalBeforeEvents | PlanState
_NO_LETTERS = re.compile(r"[\W_]+")
_OF_THE_DIARY = frozenset({ProgressLogged, ProgressCorrected, ProgressWithdrawn})
_WAITED_FOR = attrgetter("status", "created_at", "agreed_by", "agreement_since", "contest", "change_requests")
"""All of a goal that decides what it waits for (`events.goal.waiting`)."""


_REMEMBERED_CHARACTERS = 1_000
"""As how much stored text a goal counts in the memory for states, which has neither its own state nor its entries."""

_SCORE_CHARACTERS = 60
"""About how much text a score of a plan would be."""


class NotAllKnown(CairnError):
    """What was read of a goal is not enough for its next event."""


def project(state: State | None, events: Sequence[RecordedEvent]) -> Projected[State]:
    """The rows of one goal or plan after its next events.

    Raises:
        OutOfSequence: when an event is missing between the state and these.
    """
    expect_next(state.version if state else None, events)
    if events[0].goal_id.is_plan:
        return _project_plan(state if isinstance(state, PlanState) else None, events)
    return _project_goal(state if isinstance(state, GoalBeforeEvents) else None, events)


def searchable(text: str) -> str:
    """A text as it is searched: case-folded, with single spaces."""
    return " ".join(text.casefold().split())


@lru_cache(256)  # a goal that was proposed is agreed to and begun soon, and often in the same session
def statement_hash(text: str) -> str:
    """The same for texts that differ in nothing but case, spacing and punctuation."""
    letters = searchable(_NO_LETTERS.sub(" ", text))
    return sha256((letters or searchable(text)).encode()).hexdigest()


def _project_goal(before: GoalBeforeEvents | None, events: Sequence[RecordedEvent]) -> Projected[State]:
    known = before
    entries: dict[int, Row | None] = {}
    steps: list[Row] = []
    revisions: list[Row] = []
    for recorded in events:
        if type(recorded.event.data) not in _OF_THE_DIARY:
            former = known.goal if known else None
            known = _after(known, recorded)
            if known and known.goal and (step := step_row(known.goal, recorded)):
                steps.append(step)
            if former and known and known.goal and (revision := revision_row(former, known.goal, recorded)):
                revisions.append(revision)
        elif known is not None:
            known = _after_entry(known, recorded, entries)
    if known is None:
        return Projected()
    after: Remembered[State] = Remembered(known, _REMEMBERED_CHARACTERS)
    last = events[-1]
    org, patient, token = last.goal_id
    now = {
        "org": org,
        "patient": patient,
        "goal": token,
        "version": last.version,
        "position": last.position,
        "recorded_at": last.recorded_at,
        **known.diary.columns,
    }
    rows: dict[str, Sequence[Row]] = {}
    deletes: dict[str, Sequence[Row]] = {}
    if written := [row for row in entries.values() if row is not None]:
        rows["entries"] = written
    if gone := [version for version, row in entries.items() if row is None]:
        deletes["entries"] = [{**last.goal_id._asdict(), "version": version} for version in gone]
    if steps:
        rows["review_steps"] = steps
    if revisions:
        rows["revisions"] = revisions
    goal, former = known.goal, before.goal if before else None
    if goal is None or goal is former:
        # Entries leave everything else as it is, so it is neither read nor written.
        return Projected(rows, deletes, {"goals": (now,)}, after, not before or _adds_up(before) != _adds_up(known))
    facts = goal_facts(goal)
    rows["goals"] = ({**_goal_columns(goal, facts), **now},)
    rows["documents"] = ({**last.goal_id._asdict(), "facts": to_json(facts).decode(), "document": goal_document(goal)},)
    if former and _WAITED_FOR(former) == _WAITED_FOR(goal):
        return Projected(rows, deletes, {}, after)
    awaited = _waiting_rows(goal)
    awaited_before = _waiting_rows(former) if former else {}
    rows["waiting"] = [row for key, row in awaited.items() if awaited_before.get(key) != row]
    no_more = [_key_of(row) for key, row in awaited_before.items() if key not in awaited]
    return Projected(rows, {**deletes, "waiting": no_more}, {}, after)


def _adds_up(known: GoalBeforeEvents) -> tuple[object, ...]:
    """All of a diary that a patient's row of the caseload is about."""
    diary = known.diary
    return diary.last_entry_on, len(diary.setbacks), diary.raised


def _after(known: GoalBeforeEvents | None, recorded: RecordedEvent) -> GoalBeforeEvents | None:
    """After one more event that is not of the diary."""
    former = known.goal if known else None
    goal = fold_goal(former, recorded)
    if goal is None:
        return None
    if known is None or isinstance(recorded.data, Proposed | Imported):
        return GoalBeforeEvents(recorded.version, with_goal(Diary(), goal), goal, ())
    return GoalBeforeEvents(recorded.version, with_goal(known.diary, goal), goal, known.entries)


def _after_entry(known: GoalBeforeEvents, recorded: RecordedEvent, entries: dict[int, Row | None]) -> GoalBeforeEvents:
    """After one more event of the diary.

    Args:
        entries: Here the rows go of the entries that it writes, by their versions; None of one that was withdrawn.
    """
    data = recorded.data
    if isinstance(data, ProgressLogged) and in_order(known.diary, data):
        entries[recorded.version] = _logged_row(data, recorded)
        diary = None if known.entries is None else (*known.entries, logged_entry(data, recorded))
        return GoalBeforeEvents(recorded.version, with_entry(known.diary, data, recorded.version), known.goal, diary)
    if known.goal is None or known.entries is None:
        raise NotAllKnown(f"version {recorded.version} of {recorded.goal_id} is about the whole diary")
    whole = {"progress": known.entries, "raise_at_next_session": known.diary.raised}
    goal = fold_goal(known.goal.with_changes(whole), recorded)
    if goal is None:
        return known
    former = {each.version: each for each in known.entries}
    for entry in goal.progress:
        if entry is not former.pop(entry.version, None):
            entries[entry.version] = _entry_row(recorded.goal_id, entry)
    entries.update(dict.fromkeys(former))  # What is left over was withdrawn.
    without = (
        known.goal if goal.withdrawn == known.goal.withdrawn else known.goal.with_changes({"withdrawn": goal.withdrawn})
    )
    return GoalBeforeEvents(recorded.version, diary_of(goal), without, tuple(goal.progress))


def _project_plan(before: PlanState | None, events: Sequence[RecordedEvent]) -> Projected[State]:
    plan, cadences = cadence_rows(before, events)
    if plan is None:
        return Projected()
    stored = plan.model_dump_json(exclude_defaults=True, exclude={"measurements"})
    known = len(before.measurements) if before else 0
    key = {"org": plan.org, "patient": plan.patient}
    return Projected(
        {
            "plans": ({**_row_of(plan), **_plan_columns(plan), "state": stored},),
            "cadences": cadences,
            "measurements": [
                {**key, "version": score.version, "instrument": score.instrument, "score": score.score, "day": score.on}
                for score in plan.measurements[known:]
            ],
        },
        after=Remembered(plan, len(stored) + _SCORE_CHARACTERS * len(plan.measurements)),
    )


def _row_of(state: PlanState) -> Row:
    return {
        "org": state.org,
        "patient": state.patient,
        "status": state.status,
        "version": state.version,
        "position": state.position,
        "recorded_at": state.updated_at,
    }


def _goal_columns(state: GoalState, facts: GoalFacts) -> Row:
    return {
        "status": state.status,
        "outcome": state.outcome,
        "kind": state.kind,
        "horizon": state.horizon,
        "life_area": state.life_area,
        "framework": ",".join(name for name in ("smart", "gas") if getattr(state, name) is not None),
        "awaiting": ",".join(state.awaiting_agreement),
        "next_review_on": facts.next_review_on,
        "worked_since": _worked_since(state),
        "own_words": None if state.created_by.role == "system" else state.created_by.role == "patient",
        "patient_agreement_entered_by": state.patient_agreement_entered_by,
        "measurable": not facts.missing,
        "measurable_simplified": not facts.missing_simplified,
        "statement": state.statement,
        "wording": state.wording,
        "search": searchable(f"{state.statement} {state.wording or ''}"),
        "statement_hash": statement_hash(state.statement),
    }


def _worked_since(state: GoalState) -> date | None:
    if state.status != "active":
        return None
    return max(filter(None, (state.started_on, state.status_on)), default=None)


def _plan_columns(state: PlanState) -> Row:
    return {
        "clinician": state.clinician,
        "setting": state.program.setting if state.program else None,
        "time_zone": state.time_zone,
        "simplified": state.simplified,
        "facts": to_json(plan_facts(state)).decode(),
    }


def _logged_row(logged: ProgressLogged, recorded: RecordedEvent) -> Row:
    """As :func:`_entry_row` of the entry that an event logs, in a quarter of the time: nothing is as frequent."""
    event = recorded.event
    org, patient, goal = event.goal_id
    return {
        "org": org,
        "patient": patient,
        "goal": goal,
        "version": recorded.version,
        "entry": logged.entry,
        "done": logged.done,
        "level": logged.level,
        "mood": logged.mood,
        "motivation": logged.motivation,
        "note": logged.note,
        "setback": logged.setback,
        "setback_version": recorded.version if logged.setback else None,
        "corrected": False,
        "day": logged.on,
        "actor": event.actor.id,
        "actor_role": event.actor.role,
        "value": None if logged.value is None else float(logged.value),
    }


def _entry_row(goal_id: GoalId, entry: ProgressEntry) -> Row:
    return {
        **goal_id._asdict(),
        **{name: getattr(entry, name) for name in AS_IT_IS},
        "day": entry.on,
        "actor": entry.actor.id,
        "actor_role": entry.actor.role,
        "value": None if entry.value is None else float(entry.value),
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
