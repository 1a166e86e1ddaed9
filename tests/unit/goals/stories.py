"""Pasts that the tests of the rules start from: the same patient and goal at different points of the work."""

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from tests.builders import GOAL, opened, proposed, smart
from tests.specification import Past, clinician, given, patient

NOTHING = given()


def opened_plan(**fields: object) -> Past:
    """A plan and no goal yet."""
    return given(_plan(**fields))


def own_words(**fields: object) -> Past:
    """A goal in the patient's own words, and whatever else is given."""
    return given(_plan(), patient(proposed(**fields)))


def agreed(**plan: object) -> Past:
    """A goal that both have agreed to, well enough defined to be activated."""
    return given(_plan(**plan), *_to_agreement(GOAL))


def active(**plan: object) -> Past:
    """A goal that is worked on since noon on the Monday."""
    return given(_plan(**plan), *to_work(GOAL))


def active_goals(count: int, **plan: object) -> Past:
    """As many other goals being worked on, and one more that waits to be activated."""
    work = [event for number in range(count) for event in to_work(goal_called(f"other-{number}"))]
    return given(_plan(**plan), *work, *_to_agreement(GOAL))


def goal_called(token: str) -> GoalId:
    """Another goal of the same patient."""
    return GOAL._replace(goal=token)


def _plan(**fields: object) -> Event:
    return clinician(opened(**fields), on=GOAL.plan)


def _to_agreement(goal_id: GoalId) -> list[Event]:
    return [patient(proposed(smart=smart()), on=goal_id), clinician(g.Agreed(), on=goal_id)]


def to_work(goal_id: GoalId) -> list[Event]:
    """The usual way from a proposal to a goal that is worked on."""
    return [*_to_agreement(goal_id), clinician(g.Activated(), on=goal_id)]
