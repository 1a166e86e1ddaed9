"""A goal as JSON: one shape for HTTP, commands and replays, so that all of them agree.

It has two parts. The document changes with the goal's own events, but with none of its diary: a read model renders it
once and keeps it as it is served (:func:`goal_document`). What follows from the goal on a day, beside the plan and the
patient's other goals and for whoever reads, is told of its facts each time that it is read (:func:`what_follows`).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal, get_args

from pydantic_core import from_json, to_json

from events.flag import Audience, readable_by
from events.goal.definition import WHY, WHY_FOR_STAFF
from events.goal.facts import GoalFacts
from events.goal.facts_of_goals import diary_facts, goal_facts
from events.goal.flags import Around, audience_of, sentences
from events.goal.goals_of_patient import goals_of_patient
from events.goal.offers import offers
from events.goal.state import GoalState
from events.goal.suggestion import Suggestion
from events.goal.waiting import waiting
from events.goal.wins import weekly_wins
from events.identity import GoalId
from events.plan.facts import plan_facts
from events.plan.state import PlanState

Part = Literal["progress", "weekly_wins"]
"""What a goal reads with only where it is asked for, because it grows with the diary: every entry, and every week with
a win."""
PARTS: tuple[Part, ...] = get_args(Part)

_BEFORE = ("org", "patient", "goal", "version", "position")
"""The members that come before the document."""
_WITH_EACH_EVENT = ("version", "position", "updated_at", "raise_at_next_session")
"""The fields that diary entries change."""
_NOT_IN_DOCUMENT = {*_BEFORE, *_WITH_EACH_EVENT, "progress", "override_reason"}


def goal_document(state: GoalState) -> str:
    """The part of a goal's JSON that no entry, day, plan or other goal changes, as a JSON object.

    These are all fields but the ids, `progress` and what every event changes, and what follows from them alone:
    `awaiting_agreement`, `waiting` and `last_review_on`; then `override_reason`.
    """
    fields = state.__pydantic_serializer__.to_json(state, exclude=_NOT_IN_DOCUMENT)
    follows = to_json(
        {
            "awaiting_agreement": state.awaiting_agreement,
            "waiting": waiting(state),
            "last_review_on": state.last_review_on,
            "override_reason": state.override_reason,
        }
    )
    return f"{fields[:-1].decode()},{follows[1:].decode()}"


def read_goal_document(
    goal_id: GoalId, document: str, *, version: int, position: int, updated_at: datetime, raised: bool = False
) -> GoalState:
    """The goal that a document is of, without its diary.

    Args:
        version, position, updated_at: Of its last event.
        raised: Whether it is to be raised at the next session, for what its diary says.
    """
    org, patient, goal = goal_id  # tokens: nothing in them is escaped in JSON
    known = (
        f'{{"org":"{org}","patient":"{patient}","goal":"{goal}","version":{version},"position":{position},'
        f'"updated_at":"{updated_at.isoformat()}","raise_at_next_session":{str(raised).lower()},'
    )
    return GoalState.model_validate_json(known + document[1:], extra="ignore")


def written_goal(
    goal_id: GoalId,
    document: str,
    follows: Mapping[str, object],
    *,
    version: int,
    position: int,
) -> str:
    """The JSON of a goal: its document as it is kept, with its ids before it and what follows behind it.

    The document is what people recorded, and the same for whoever may read the goal.

    Args:
        follows: From :func:`what_follows`.
    """
    org, patient, goal = goal_id  # tokens: nothing in them is escaped in JSON
    return (
        f'{{"org":"{org}","patient":"{patient}","goal":"{goal}","version":{version},"position":{position},'
        f"{document[1:-1]},{to_json(follows)[1:].decode()}"
    )


def what_follows(
    goal: GoalFacts,
    around: Around,
    *,
    updated_at: datetime,
    quarantined: Mapping[str, object] | None = None,
    audience: Audience = "staff",
) -> dict[str, object]:
    """What a goal reads with beside its document.

    Args:
        updated_at: When its last event was recorded.
    """
    diary, simplified = around.diary, around.plan is not None and around.plan.simplified
    flags = [
        {"sentence": sentence, "audience": audience_of(code), "code": code}
        for code, sentence in sentences(goal, around)
    ]
    missing = goal.missing_simplified if simplified else goal.missing
    suggested = None if audience == "patient" else goal.suggested_simplified if simplified else goal.suggested
    unexplained = WHY_FOR_STAFF if audience == "patient" else ()
    return {
        "updated_at": updated_at,
        "raise_at_next_session": diary.raise_at_next_session,
        "flags": [each for each in flags if audience in ("staff", each["audience"])],
        "missing": missing,
        "unsaid": goal.unsaid,
        "missing_reasons": {part: WHY[part] for part in (*missing, *goal.unsaid) if part not in unexplained},
        "suggested_framework": Suggestion(framework=suggested[0], sentence=suggested[1]) if suggested else None,
        "offers": readable_by(audience, offers(goal, diary)),
        "latest_level": diary.latest_level,
        "last_entry_on": diary.last_entry_on,
        "last_setback_on": diary.last_setback_on,
        "quarantined": quarantined,
    }


def asked_for(state: GoalState, include: Collection[Part]) -> dict[str, object]:
    """The parts of a goal with its whole diary that are read only where they are asked for."""
    parts: dict[str, object] = {}
    if "progress" in include:
        parts["progress"] = list(state.progress)
    if "weekly_wins" in include:
        parts["weekly_wins"] = weekly_wins(state)
    return parts


def read_goal(
    state: GoalState,
    plan: PlanState | None,
    *,
    at: datetime | None = None,
    others: Collection[GoalState] | None = None,
    copies: int = 0,
    quarantined: Mapping[str, object] | None = None,
    audience: Audience = "staff",
    include: Collection[Part] = (),
) -> dict[str, Any]:  # Any: a JSON object of mixed values
    """A goal as a JSON-ready object: the fields of its state under their names, but for `progress`, and what follows.

    Added are `awaiting_agreement` (roles), `waiting` (what for, from whom, since when), `flags` (code and sentence),
    `missing` (what keeps the goal from being activated), `unsaid` (parts of SMART that are still open),
    `missing_reasons` (why each of both is wanted), `suggested_framework` (for a draft), `offers` (after a dip in
    motivation or a setback), `latest_level` (GAS), `last_entry_on`, `last_review_on`, `last_setback_on`, and
    `quarantined`.

    Args:
        plan: The patient's plan at the same moment; without one, no accommodation is assumed.
        at: The present instant; without it, no flag that depends on the day is raised.
        others: The patient's other goals at the same moment; without them, no flag that depends on them is raised.
        copies: How many other patients have a goal with the same text.
        quarantined: Where a read model could not take in the goal's next event, so that it has less than the log: the
            `version` that is read, the `position` of that event, and the `reason`.
        audience: Who reads. Where the patient does, only those flags and reasons are there that are for the patient,
            and neither offers nor a suggested framework. What people recorded is there for everybody.
        include: What is wanted of that which grows with the diary: `progress`, every entry, and `weekly_wins`.
    """
    facts, beside = goal_facts(state), plan_facts(plan) if plan else None
    goals = None if others is None else goals_of_patient([facts, *map(goal_facts, others)])
    today = None if at is None else beside.day(at) if beside else at.date()
    follows = what_follows(
        facts,
        Around(beside, today, goals, copies, diary_facts(state)),
        updated_at=state.updated_at,
        quarantined=quarantined,
        audience=audience,
    )
    read: dict[str, Any] = from_json(
        written_goal(
            GoalId(state.org, state.patient, state.goal),
            goal_document(state),
            {**follows, **asked_for(state, include)},
            version=state.version,
            position=state.position,
        )
    )
    return read
