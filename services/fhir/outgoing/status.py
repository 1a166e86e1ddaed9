"""Cairn's status and outcome as FHIR's two status axes (DOMAIN: FHIR, the table read from left to right)."""

from events.goal.fold import party_of
from events.goal.state import GoalState
from events.identity import GoalId
from events.vocabulary import Outcome, Party, Status
from services.fhir.outgoing.elements import Json, concept, extension
from services.fhir.outgoing.references import to_goal, to_patient
from services.fhir.vocabulary import (
    ACCEPTANCE,
    ACHIEVEMENT,
    EXPRESSED_BY,
    OUTCOME,
    REASON_REJECTED,
    RELATIONSHIP,
    RELATIONSHIP_TYPE,
)

_LIFECYCLE: dict[Status, str] = {
    "proposed": "proposed",
    "contested": "rejected",
    "agreed": "accepted",
    "active": "active",
    "held": "on-hold",
    "closed": "completed",
    "entered_in_error": "entered-in-error",
}
_CANCELLED: frozenset[Outcome | None] = frozenset({"retired", "replaced"})
_ENDED: dict[Outcome | None, str] = {
    "achieved": "achieved",
    "partially_achieved": "not-achieved",
    "not_achieved": "not-achieved",
}
_EXPECTED = 0
"""The attainment level of the expected outcome: at it, and above, the goal is met (Kiresuk & Sherman 1968)."""
_WORDS = {
    "in-progress": "Under way",
    "improving": "Above where it began",
    "no-change": "As it began",
    "worsening": "Below where it began, for now",
    "sustaining": "At or above the expected level",
    "achieved": "Achieved",
    "partially_achieved": "Partly achieved",
    "not_achieved": "Ended before it was reached",
}
"""What a person reads, by the code or, where a goal ended, by the outcome."""
_PARTIES: tuple[Party, ...] = ("patient", "clinician")


def lifecycle_status(state: GoalState) -> str:
    """`lifecycleStatus`: a goal that was retired or replaced is cancelled, any other that is over completed."""
    if state.status == "closed" and state.outcome in _CANCELLED:
        return "cancelled"
    return _LIFECYCLE[state.status]


def achievement_status(state: GoalState) -> Json | None:
    """`achievementStatus`, where the table has one.

    Work that goes on is seen from where it began and from the expected level, and not from the day before: a step back
    that stays above the start is still an improvement. Of an imported goal that is on hold and has no levels the last
    value is not known, so none is given.

    The coding has no display: some of FHIR's displays (“Worsening”, “Not Achieved”) read as a verdict on a person, and
    a coding must not bear any other. What people read is `text`.
    """
    match state.status:
        case "closed":
            code = _ENDED.get(state.outcome)
        case "active":
            code = _attainment(state) or "in-progress"
        case "held":
            code = _attainment(state) or (None if state.imported else "in-progress")
        case "agreed":
            code = "in-progress" if state.imported else None  # agreed and under way elsewhere; here not begun
        case _:
            code = None
    if code is None:
        return None
    words = _WORDS[state.outcome] if state.status == "closed" and state.outcome else _WORDS[code]
    return concept(ACHIEVEMENT, code, text=words)


def status_reason(state: GoalState) -> str | None:
    """`statusReason`; why a goal was contested has an extension of its own instead."""
    return None if state.status == "contested" else state.reason


def status_extensions(state: GoalState) -> list[Json]:
    """Who accepts the goal, why it was rejected, what replaced it, and how exactly it ended."""
    goal_id = GoalId(state.org, state.patient, state.goal)
    found = _acceptances(state, goal_id)
    rejected = state.contest.reason if state.contest else state.reason
    if state.status == "contested" and rejected:
        found.append(extension(REASON_REJECTED, valueCodeableConcept={"text": rejected}))
    if state.replaced_by:
        kind = concept(RELATIONSHIP_TYPE, "replacement", "Replacement")
        other = to_goal(goal_id._replace(goal=state.replaced_by))
        parts = [extension("type", valueCodeableConcept=kind), extension("target", valueReference=other)]
        found.append({"url": RELATIONSHIP, "extension": parts})
    if state.status == "closed" and state.outcome is not None:
        found.append(extension(OUTCOME, valueCode=state.outcome))
    return found


def expressed_elsewhere(state: GoalState) -> tuple[str, str] | None:
    """The type and the id of whoever expressed an imported goal; None where that is not known."""
    expressed_by = next((each.value for each in state.external if each.system == EXPRESSED_BY), None)
    kind, slash, who = (expressed_by or "").partition("/")
    return (kind, who) if slash else None


def _attainment(state: GoalState) -> str | None:
    """The latest level beside the expected level and the baseline; None when it says no more than “in progress”.

    Without a baseline the first level takes its place, if it is below the expected one. A goal that was met before, and
    is below the expected level now, is in progress again, as goal-achievement defines that code.
    """
    latest = state.latest_level
    if latest is None:
        return None
    if latest >= _EXPECTED:
        return "sustaining"
    start = state.gas.baseline if state.gas is not None else None
    if start is None:
        levels = _levels(state)
        start = levels[0] if len(levels) > 1 and levels[0] < _EXPECTED else None
    if start is None:
        return None
    return "no-change" if latest == start else "improving" if latest > start else "worsening"


def _levels(state: GoalState) -> list[int]:
    """The levels of entries and reviews, the earliest first."""
    seen = [(entry.on, entry.version, entry.level) for entry in state.progress if entry.level is not None]
    seen += [(review.on, review.version, review.level) for review in state.reviews if review.level is not None]
    return [level for *_, level in sorted(seen)]


def _acceptances(state: GoalState, goal_id: GoalId) -> list[Json]:
    found = []
    for party in _PARTIES:
        acceptance = _acceptance(state, party)
        if acceptance is not None:
            # Which clinician agreed is told by the Provenance of the agreement; the goal only knows that one did.
            who = to_patient(goal_id) if party == "patient" else {"type": "Practitioner", "display": "Clinician"}
            parts = [extension("individual", valueReference=who), extension("status", valueCode=acceptance)]
            found.append({"url": ACCEPTANCE, "extension": parts})
    return found


def _acceptance(state: GoalState, party: Party) -> str | None:
    if party in state.agreed_by:
        return "agree"
    contest = state.contest
    waits = contest is not None and contest.answer is None and state.is_open
    if contest and waits and (contest.actor.role == "patient") == (party == "patient"):
        return "disagree"
    # Of a goal that was agreed elsewhere nobody here waits for anyone; but whoever expressed it would be taken to
    # agree, so that must be said where it is not so.
    elsewhere = state.imported and state.status not in ("proposed", "contested") and not state.revisions
    return "pending" if not elsewhere or _expresser(state) == party else None


def _expresser(state: GoalState) -> Party | None:
    if not state.imported:
        return party_of(state.created_by.role)
    expressed_by = expressed_elsewhere(state)
    if expressed_by == ("Patient", state.patient):
        return "patient"
    return "clinician" if expressed_by and expressed_by[0] in ("Practitioner", "PractitionerRole") else None
