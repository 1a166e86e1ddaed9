"""Builders for the events that tests offer and fold."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count

from pydantic_core import to_json

from events.envelope import structured
from events.event import Event, RecordedEvent
from events.goal import types as g
from events.identity import GoalId
from events.payload import Payload
from events.plan import types as p
from events.vocabulary import Actor, ActorRole, GasScale, Measure, Smart
from services.access.policy import SUBMITTED

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""The instant at which events happen unless a test says otherwise; a Monday."""
TODAY = NOON.date()
GOAL = GoalId("northside", "pt-1", "walk")
PLAN = GOAL.plan
CLINICIAN = Actor(id="c1", role="clinician")

_ids = count(1)


def event(
    goal_id: GoalId,
    data: Payload,
    *,
    actor: str | None = None,
    role: ActorRole | None = None,
    time: datetime = NOON,
    id: str | None = None,
    source: str = "urn:test",
    expected_version: int | None = None,
) -> Event:
    """An event as an integrating system offers it: of the patient p1 unless the test says otherwise, and of the
    clinician c1 where its type is none that a patient submits.
    """
    usual = Actor(id="p1", role="patient") if data.type_name in SUBMITTED["patient"] else CLINICIAN
    who = Actor(id=actor or (usual.id if role is None else "p1"), role=role or usual.role)
    return Event(goal_id, source, id or f"e{next(_ids)}", time, who, data, expected_version)


def recorded(events: Iterable[Event], *, first_position: int = 1, at: datetime = NOON) -> list[RecordedEvent]:
    """Events as the log keeps them: positions in order, versions counted for each goal."""
    versions: dict[GoalId, int] = {}
    kept = []
    for position, each in enumerate(events, first_position):
        versions[each.goal_id] = versions.get(each.goal_id, 0) + 1
        kept.append(RecordedEvent(each, position, versions[each.goal_id], at + timedelta(seconds=position)))
    return kept


def as_bytes(offered: Event) -> bytes:
    """A structured CloudEvent as it travels."""
    return to_json(structured(offered))


def opened(**fields: object) -> p.Opened:
    return p.Opened.model_validate({"reasons": (), "clinician": "c1", **fields})


def smart(**fields: object) -> Smart:
    """A definition with all that activation needs: three groups a week for four weeks."""
    measure = Measure(what="groups attended", target=3, per="week", direction="at_least")
    return Smart.model_validate({"measure": measure, "for_weeks": 4, **fields})


def gas(**fields: object) -> GasScale:
    """A five-level scale."""
    levels = {
        "-2": "Stays in all week",
        "-1": "Goes out once",
        "0": "Goes out three times",
        "1": "Goes out daily",
        "2": "Goes out daily and meets a friend",
    }
    return GasScale.model_validate({"levels": levels, **fields})


def proposed(**fields: object) -> g.Proposed:
    return g.Proposed.model_validate(
        {"statement": "I want to wake up without dread", "kind": "process", "horizon": "short_term", **fields}
    )


def entry(name: str, on: date = TODAY, **fields: object) -> g.ProgressLogged:
    return g.ProgressLogged.model_validate({"entry": name, "on": on, **(fields or {"done": True})})


def active_goal(goal_id: GoalId = GOAL, *, time: datetime = NOON) -> list[Event]:
    """The usual way to an active goal: a plan, a proposal, both agreements, activation."""
    return [
        event(goal_id.plan, opened(), role="clinician", actor="c1", time=time),
        event(goal_id, proposed(smart=smart()), time=time),
        event(goal_id, g.Agreed(), role="clinician", actor="c1", time=time),
        event(goal_id, g.Activated(), role="clinician", actor="c1", time=time),
    ]
