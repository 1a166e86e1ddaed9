"""Goals and plans as their events add up to them, for tests of what is read from them."""

from datetime import datetime

from events.event import Event
from events.goal import GoalPayload, GoalState, fold_goals
from events.identity import GoalId
from events.plan import PlanPayload, PlanState, fold_plans
from events.vocabulary import ActorRole
from tests.builders import GOAL, NOON, PLAN, event, opened, recorded


def goal(*said: GoalPayload | Event, on: GoalId = GOAL) -> GoalState:
    """A goal after these events, each the patient's at noon unless it says otherwise."""
    state = fold_goals(recorded(each if isinstance(each, Event) else event(on, each) for each in said))
    assert state is not None
    return state


def by(role: ActorRole, data: GoalPayload, time: datetime = NOON, on: GoalId = GOAL) -> Event:
    """What someone in another role said."""
    return event(on, data, actor=f"{role}-1", role=role, time=time)


def plan(*said: PlanPayload, **fields: object) -> PlanState:
    """A plan opened with these fields, and what came after."""
    state = fold_plans(recorded(event(PLAN, each, role="clinician") for each in (opened(**fields), *said)))
    assert state is not None
    return state


def called(token: str) -> GoalId:
    """Another goal of the same patient."""
    return GOAL._replace(goal=token)
