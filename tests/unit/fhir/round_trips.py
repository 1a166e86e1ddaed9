"""From a goal to FHIR and back, and what has to be the same then."""

from collections.abc import Iterable
from typing import Any

from events.event import Event
from events.goal import GoalState, fold_goals
from events.identity import GoalId
from events.vocabulary import ActorRole
from services.fhir.incoming.run import Run
from services.fhir.outgoing.elements import Json, Release
from services.fhir.outgoing.goal import write_goal
from services.fhir.outgoing.observations import write_observations
from services.fhir.vocabulary import EXPRESSED_BY, GOAL_IDENTIFIER, REFERENCE_SYSTEM
from tests.builders import recorded
from tests.unit.fhir.resources import document, planned

_SAME = (
    *("statement", "wording", "kind", "horizon", "life_area", "priority", "supports", "smart", "gas", "relevance"),
    *("interventions", "clinical_target", "template", "status", "started_on", "status_on"),
)
_OF_THE_RECORD = frozenset({GOAL_IDENTIFIER, REFERENCE_SYSTEM, EXPRESSED_BY})
_OF_REVIEWS = ("review-", "closing")

# Any below: JSON of mixed values, to compare.


def written(state: GoalState, release: Release) -> list[Json]:
    """The Goal and its Observations."""
    return [write_goal(state, release), *write_observations(state)]


def submitted(run: Run) -> list[Event]:
    """Everything that an import would submit, in its order."""
    assert run.refused_goals == ()
    assert run.refused_scores == ()
    of_patients = [(*patient.goals, *patient.scores) for patient in run.patients]
    return [submission.event for submissions in of_patients for submission in submissions]


def there_and_back(state: GoalState, release: Release) -> GoalState:
    """The goal as another organisation has it after importing what was written."""
    return folded(submitted(planned(document(*written(state, release)))), state.patient, state.goal)


def folded(events: Iterable[Event], patient: str, goal: str, org: str = "org") -> GoalState:
    """What one goal's events among them add up to."""
    state = fold_goals(recorded(each for each in events if each.goal_id == GoalId(org, patient, goal)))
    assert state is not None
    return state


def what_comes_back(state: GoalState) -> dict[str, Any]:
    """Everything of a goal that is not its history here: who recorded what when, reviews, revisions, milestones."""
    said = state.model_dump(mode="json")
    ended = {"outcome": state.outcome, "replaced_by": state.replaced_by} if state.status == "closed" else {}
    contested = state.status == "contested" and state.contest is not None
    elsewhere = [[each.system, each.value] for each in state.external if each.system not in _OF_THE_RECORD]
    found: dict[str, Any] = _filled(
        {
            **{name: said[name] for name in _SAME},
            **ended,
            "agreed_by": sorted(state.agreed_by),
            "reason": state.contest.reason if contested and state.contest else state.reason,
            "external": elsewhere,
            "progress": sorted(_entries(state), key=repr),
        }
    )
    return found


def _entries(state: GoalState) -> list[dict[str, Any]]:
    found = []
    for entry in state.progress:
        if not entry.entry.startswith(_OF_REVIEWS):
            said = entry.model_dump(mode="json", exclude={"version", "setback_version", "corrected", "actor"})
            found.append(_filled({**said, "role": _party(entry.actor.role)}))
    return found


def _party(role: ActorRole) -> ActorRole:
    """A supervisor is a Practitioner in FHIR, and comes back as a clinician."""
    return "clinician" if role == "supervisor" else role


def _filled(value: Any) -> Any:
    """Without what says nothing: an empty SMART and none at all are the same."""
    if isinstance(value, dict):
        inner = {name: _filled(each) for name, each in value.items()}
        return {name: each for name, each in inner.items() if each is not None and each not in ({}, [])}
    return [_filled(each) for each in value] if isinstance(value, list) else value
