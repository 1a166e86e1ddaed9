"""A clinic to read pages of: few patients, each with several goals whose diaries are long."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from bench.entry import PATIENT, SOURCE
from bench.filling import fill
from bench.life import BEGINNING, CLINICIAN, Step, activation
from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.log.client.resilient import ResilientClient
from events.payload import Payload
from events.vocabulary import Actor

GOALS_EACH = 3
"""As many as a plan allows at a time unless it says otherwise."""
_DIARY_DAYS = 300
_ENTRIES_BETWEEN_REVIEWS = 30
_ACTIVATION_EVENTS = 4
_SYSTEM = Actor(id="cairn", role="system")
_NOTES = (
    "Twenty minutes along the river after the evening group, with the dog, before it got dark.",
    "Stayed in. It rained, and my brother called.",
    "Went a little further than last week and was glad of it.",
)


def clinic_goals(org: str, patients: int) -> list[GoalId]:
    """The goals of all patients, each patient's together."""
    return [GoalId(org, f"p{number:05d}", name) for number in range(patients) for name in _NAMES]


async def fill_clinic(nc: ResilientClient, org: str, patients: int, events: int) -> None:
    """Record a clinic of so many patients and about so many events."""
    goals = clinic_goals(org, patients)
    of_a_goal = max(1, events // len(goals) - _ACTIVATION_EVENTS)
    for number, name in enumerate(_NAMES):
        life = partial(_life, events=of_a_goal, opens=number == 0)
        await fill(nc, [goal_id for goal_id in goals if goal_id.goal == name], life)


_NAMES: Sequence[str] = tuple(f"walk{number}" for number in range(1, GOALS_EACH + 1))


def _life(goal_id: GoalId, events: int, *, opens: bool) -> Iterator[Step]:
    """The first goal of a patient comes with the plan. Then entries day by day; now and then a review or a revision."""
    steps = activation(goal_id)
    opening = next(steps)
    if opens:
        yield opening
    yield from steps
    for number in range(events):
        at = BEGINNING + timedelta(days=_DIARY_DAYS * number // events)
        yield (_event(goal_id, number, at, *_deed(number, at.date())),)


def _deed(number: int, on: date) -> tuple[Actor, Payload]:
    turn, rest = divmod(number + 1, _ENTRIES_BETWEEN_REVIEWS)
    if rest == 0:
        reviewed = g.Reviewed(on=on, participants=("patient", "clinician"), decision="keep")
        return CLINICIAN, reviewed
    if rest == 1 and turn:
        return _SYSTEM, g.ReviewScheduled(due_on=on + timedelta(days=28), cause="routine")
    if rest == 2 and turn:
        wording = f"Walk by the river, as agreed in talk {turn}"
        return PATIENT, g.Revised(changes=g.Changes(wording=wording), reason="motivation", note="I know the way now.")
    data = g.ProgressLogged(
        entry=f"e{number}",
        on=on,
        done=number % 4 > 0,
        value=number % 3,
        mood=4 + number % 4,
        motivation=6 + number % 2,
        note=_NOTES[number % len(_NOTES)],
    )
    return PATIENT, data


def _event(goal_id: GoalId, number: int, at: datetime, actor: Actor, data: Payload) -> Event:
    return Event(goal_id, SOURCE, f"c{number}", at, actor, data)
