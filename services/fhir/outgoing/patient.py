"""All that one patient has: from the events of the log to what FHIR resources are written of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

from events.event import RecordedEvent
from events.goal import GoalState, fold_goal, fold_goals
from events.identity import GoalId
from events.plan import PlanState, fold_plans
from services.fhir.outgoing.bundles import Version
from services.fhir.outgoing.care_plan import write_care_plan
from services.fhir.outgoing.elements import Json, Release
from services.fhir.outgoing.goal import write_goal
from services.fhir.outgoing.observations import write_observations
from services.fhir.outgoing.person import write_patient
from services.fhir.outgoing.provenance import write_provenance
from services.fhir.outgoing.security import security_labels

ResourceType = Literal["Patient", "CarePlan", "Goal", "Observation", "Provenance"]
"""The FHIR resources that Cairn writes."""
TYPES: tuple[ResourceType, ...] = get_args(ResourceType)


@dataclass(frozen=True, slots=True)
class PatientHistory:
    """One patient's plan, if there is one, goals in the order of their ids, and events in the order of the log."""

    plan: PlanState | None
    goals: tuple[GoalState, ...]
    events: tuple[RecordedEvent, ...]

    def resources(self, release: Release) -> Iterator[Json]:
        """Everything as FHIR: the Patient, CarePlan and Goals, their Observations, and a Provenance for each event."""
        for kind in TYPES:
            yield from self.resources_of(kind, release)

    def resources_of(self, kind: ResourceType, release: Release) -> Iterator[Json]:
        """The resources of one type."""
        match kind:
            case "Patient":
                if self.events:
                    yield write_patient(self.events[0].goal_id.plan, self.events[0].recorded_at)
            case "CarePlan":
                if self.plan is not None:
                    yield write_care_plan(self.plan, self.goals, release)
            case "Goal":
                yield from (write_goal(goal, release) for goal in self.goals)
            case "Observation":
                by_goal = _by_goal(self.events)
                for goal in self.goals:
                    yield from write_observations(goal, by_goal[GoalId(goal.org, goal.patient, goal.goal)])
            case "Provenance":
                security = {goal.goal: security_labels(goal) for goal in self.goals}
                for recorded in self.events:
                    yield write_provenance(recorded, release, security.get(recorded.goal_id.goal, ()))


def history_of(events: Iterable[RecordedEvent]) -> PatientHistory:
    """What one patient's events add up to."""
    kept = tuple(events)
    by_goal = _by_goal(kept)
    plan: PlanState | None = None
    goals = []
    for goal_id in sorted(by_goal):
        if goal_id.is_plan:
            plan = fold_plans(by_goal[goal_id])
        elif (state := fold_goals(by_goal[goal_id])) is not None:
            goals.append(state)
    return PatientHistory(plan, tuple(goals), kept)


def goal_versions(events: Iterable[RecordedEvent], release: Release) -> Iterator[Version]:
    """A Goal as it stood after each of its events."""
    for number, (recorded, state) in enumerate(versions_of(events)):
        yield Version(recorded, partial(write_goal, state, release), number == 0)


def versions_of(events: Iterable[RecordedEvent]) -> Iterator[tuple[RecordedEvent, GoalState]]:
    """Each event of one goal, with the goal as it stood then."""
    state: GoalState | None = None
    for recorded in events:
        state = fold_goal(state, recorded)
        if state is not None:
            yield recorded, state


def care_plan_versions(events: Iterable[RecordedEvent], release: Release) -> Iterator[Version]:
    """A CarePlan as it stood after each event of a patient: of the plan, and of any of its goals."""
    plan: PlanState | None = None
    goals: dict[GoalId, GoalState] = {}
    first = True
    for recorded in events:
        if recorded.goal_id.is_plan:
            plan = fold_plans([recorded], plan)
        elif (state := fold_goal(goals.get(recorded.goal_id), recorded)) is not None:
            goals[recorded.goal_id] = state
        if plan is not None:
            as_it_stood = [goals[each] for each in sorted(goals)]
            yield Version(recorded, partial(write_care_plan, plan, as_it_stood, release), first)
            first = False


def _by_goal(events: Iterable[RecordedEvent]) -> dict[GoalId, list[RecordedEvent]]:
    found: dict[GoalId, list[RecordedEvent]] = defaultdict(list)
    for recorded in events:
        found[recorded.goal_id].append(recorded)
    return found
