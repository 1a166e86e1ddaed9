"""The life of one synthetic goal: what happens to a goal over ten weeks, made without chance."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from bench.entry import PATIENT, SOURCE
from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.payload import Payload
from events.plan import types as p
from events.vocabulary import Actor, Measure, Smart

BEGINNING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When every synthetic goal is proposed that has a whole life; a Monday."""
GOAL_EVENTS = 20
"""How many events :func:`life` has about the goal; one about the plan comes before them."""
LIFE_EVENTS = GOAL_EVENTS + 1
"""How many events it has with that one."""
CLINICIAN = Actor(id="c1", role="clinician")
_SYSTEM = Actor(id="cairn", role="system")

Step = tuple[Event, ...]
"""Events of one goal or plan that are recorded together."""


def goal_ids(org: str, count: int) -> list[GoalId]:
    """So many goals, each of a patient of its own."""
    return [GoalId(org, f"p{number:07d}", "walk") for number in range(count)]


def activation(goal_id: GoalId, begins: datetime = BEGINNING) -> Iterator[Step]:
    """From the opened plan to the active goal with its first review: 1 event of the plan, 4 of the goal.

    Args:
        begins: When all of it happens; the review is due two weeks later.
    """
    smart = Smart(measure=Measure(what="walks", target=3, per="week", direction="at_least"), for_weeks=10)
    yield (_event_at(begins, goal_id.plan, 1, CLINICIAN, p.Opened(reasons=(), clinician="c1")),)
    statement = "I want to walk by the river again without looking over my shoulder"
    proposed = g.Proposed(statement=statement, kind="process", horizon="short_term", relevance=9, smart=smart)
    yield (_event_at(begins, goal_id, 1, PATIENT, proposed),)
    yield (_event_at(begins, goal_id, 2, CLINICIAN, g.Agreed()),)
    review = g.ReviewScheduled(due_on=(begins + timedelta(days=14)).date(), cause="initial")
    yield (
        _event_at(begins, goal_id, 3, CLINICIAN, g.Activated(review_every_days=14)),
        _event_at(begins, goal_id, 4, _SYSTEM, review, cause=3),
    )


def life(goal_id: GoalId) -> Iterator[Step]:
    """1 event of the plan and :data:`GOAL_EVENTS` of the goal: entries, a review, a revision."""
    yield from activation(goal_id)
    for version in range(5, 11):
        yield _entry(goal_id, version, 2 * version)
    reviewed = g.Reviewed(on=_day(28), participants=("patient", "clinician"), decision="adjust_scale")
    yield (
        _event(goal_id, 11, CLINICIAN, 28, reviewed),
        _event(goal_id, 12, _SYSTEM, 28, g.ReviewScheduled(due_on=_day(42), cause="routine"), cause=11),
    )
    changes = g.Changes(wording="Walk by the river twice a week", relevance=10)
    yield (_event(goal_id, 13, CLINICIAN, 28, g.Revised(changes=changes, reason="too_hard")),)
    for version in range(14, 21):
        yield _entry(goal_id, version, 3 * version)


def _entry(goal_id: GoalId, version: int, day: int) -> Step:
    data = g.ProgressLogged(
        entry=f"day-{day}",
        on=_day(day),
        done=version % 3 > 0,
        value=version % 4,
        mood=4 + version % 4,
        motivation=6 + version % 2,
        note="Twenty minutes along the river after the evening group, with the dog, before it got dark.",
    )
    return (_event(goal_id, version, PATIENT, day, data),)


def _event(goal_id: GoalId, version: int, actor: Actor, day: int, data: Payload, cause: int | None = None) -> Event:
    return _event_at(BEGINNING + timedelta(days=day), goal_id, version, actor, data, cause)


def _event_at(
    time: datetime, goal_id: GoalId, version: int, actor: Actor, data: Payload, cause: int | None = None
) -> Event:
    return Event(goal_id, SOURCE, f"v{version}", time, actor, data, cause=cause)


def _day(day: int) -> date:
    return (BEGINNING + timedelta(days=day)).date()
