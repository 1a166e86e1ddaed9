"""A patient's record, as the tests of what is read out of it put it together."""

from datetime import date, timedelta

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.plan import types as p
from events.vocabulary import ActorRole, Priority
from projections.goal_state.patient.record import PatientRecord, fold_patient
from tests.builders import NOON, PLAN, entry, event, opened, proposed, recorded

KIDS, WORK, SLEEP = (
    Priority(id=token, text=text, rank=rank)
    for rank, (token, text) in enumerate((("kids", "My kids"), ("work", "A job"), ("sleep", "Sleep")), 1)
)
MONDAY = NOON.date()


def day(number: int) -> date:
    """So many days after the Monday on which everything begins."""
    return MONDAY + timedelta(days=number)


def record(*events: Event) -> PatientRecord:
    """The record of a patient with three priorities."""
    ranked = p.PrioritiesRanked(priorities=(KIDS, WORK, SLEEP))
    plan = [event(PLAN, opened(), role="clinician", actor="c1"), event(PLAN, ranked)]
    return fold_patient(recorded([*plan, *events]))


def goal_id(token: str) -> GoalId:
    return GoalId(PLAN.org, PLAN.patient, token)


def put_forward(token: str, **fields: object) -> Event:
    return event(goal_id(token), proposed(**{"statement": f"What {token} is about", **fields}))


def done(token: str, role: ActorRole = "clinician") -> Event:
    return event(goal_id(token), g.Closed(outcome="achieved", reason="done"), role=role)


def diary(token: str, **days: dict[str, object]) -> list[Event]:
    """Entries by day: `d3={"mood": 4}` is about the day three days after the Monday."""
    return [event(goal_id(token), entry(name, day(int(name[1:])), **said)) for name, said in days.items()]
