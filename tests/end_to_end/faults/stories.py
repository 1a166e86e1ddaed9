"""What clients submit: a goal is set up, then worked on day by day, with a setback and its review now and then."""

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from tests.builders import TODAY, active_goal, entry, event

_SETBACK_EVERY = 4


def story(goal_id: GoalId, days: int) -> list[Event]:
    """The submissions about one goal, in order; some of them have consequences, which share their commit."""
    told = active_goal(goal_id)
    for day in range(1, days + 1):
        if day % _SETBACK_EVERY:
            told.append(event(goal_id, entry(f"day-{day}")))
        else:
            told.append(event(goal_id, entry(f"day-{day}", setback=True)))
            told.append(event(goal_id, _review(), role="clinician", actor="c1"))
    return told


def _review() -> g.Reviewed:
    return g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="keep")
