"""One event of each type that Cairn takes, and what has to be recorded before it: the samples of the documentation.

Each is about a patient of its own, so that whoever tries one after another is never in the way of what comes next.
They are always the same, and long past: an event may be told late.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

from events.catalog import TYPES
from events.event import Event
from events.goal import types as g
from events.identity import PLAN, GoalId
from events.payload import Payload
from events.plan import types as p
from events.plan.consent_terms import Purpose, Recipient, Signature, Statements, Until
from events.plan.grounds import Consented
from events.vocabulary import (
    Achievable,
    Actor,
    ActorRole,
    External,
    GasScale,
    Measure,
    Priority,
    Program,
    Smart,
    TreatmentReason,
)

ORG = "clinic"
SOURCE = "urn:clinic:ehr"
_GOAL = "nights"
_ACTORS: Mapping[ActorRole, str] = {"clinician": "c1", "system": "ehr"}
"""Who acts in each role; a patient acts under the patient's own id."""
_FIRST_DAY = date(2026, 3, 2)
_ZONE = timezone(timedelta(hours=1))
_SISTER = Recipient(kind="person", id="sister-1", text="My sister")
_SUPPORT = Purpose(code="FAMRQT", text="To support me")


class Sample(NamedTuple):
    """An event, and what has to be recorded before it can be.

    Attributes:
        before: Events of the same patient, in their order.
    """

    event: Event
    before: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    """What happens, on which day of the story, who says so, and after which types of events."""

    data: Payload
    day: int
    role: ActorRole
    after: tuple[type[Payload], ...] = ()


def has_sample(type_name: str) -> bool:
    """Whether anybody can submit events of a type, so that there is a sample of it."""
    return TYPES[type_name] in _STORY


def sample_of(type_name: str, patient: str | None = None) -> Sample:
    """The sample of a type that can be submitted.

    Args:
        patient: Whom it is about; a patient of the type's own where nobody is named.
    """
    payload = TYPES[type_name]
    whose = patient or patient_of(type_name)
    *before, event = (_event(each, whose) for each in _way_to(payload))
    return Sample(event, tuple(before))


def patient_of(type_name: str) -> str:
    """The patient whom the sample of a type is about, such as `pt-goal-held`."""
    return f"pt-{_word(type_name)}"


def _way_to(payload: type[Payload]) -> Iterator[type[Payload]]:
    """What has to happen before an event, each once, and then the event itself."""
    found: dict[type[Payload], None] = {}
    for needed in _STORY[payload].after:
        found.update(dict.fromkeys(_way_to(needed)))
    yield from found
    yield payload


def _event(payload: type[Payload], patient: str) -> Event:
    step = _STORY[payload]
    # A payload says whose plan or goal it is about, and minutes keep what happens on one day in its order.
    goal = PLAN if issubclass(payload, p.PlanPayload) else _GOAL
    minute = list(_STORY).index(payload)
    day = _FIRST_DAY + timedelta(days=step.day)
    return Event(
        goal_id=GoalId(ORG, patient, goal),
        source=SOURCE,
        id=_word(payload.type_name),
        time=datetime(day.year, day.month, day.day, 9, minute, tzinfo=_ZONE),
        actor=Actor(id=_ACTORS.get(step.role, patient), role=step.role),
        data=step.data,
    )


def _word(type_name: str) -> str:
    """`goal-held` of `cairn.goal.held.v1`."""
    _, about, what, _ = type_name.split(".")
    return f"{about}-{what.replace('_', '-')}"


def _day(number: int) -> date:
    return _FIRST_DAY + timedelta(days=number)


_STEPS: tuple[_Step, ...] = (
    _Step(
        p.Opened(
            reasons=(TreatmentReason(text="I want to sleep again", whose="own"),),
            clinician="c1",
            program=Program(setting="outpatient"),
            time_zone="Europe/Vienna",
        ),
        0,
        "clinician",
    ),
    _Step(p.Amended(review_every_days=7, reason="A week is easier to look back on"), 1, "clinician", (p.Opened,)),
    _Step(
        p.PrioritiesRanked(
            priorities=(
                Priority(id="rest", text="Rest", rank=1),
                Priority(id="kids", text="The children", rank=2),
                Priority(id="work", text="Work again", rank=3),
            )
        ),
        0,
        "patient",
        (p.Opened,),
    ),
    _Step(p.Measured(instrument="phq9", score=14, on=_day(0)), 0, "clinician", (p.Opened,)),
    _Step(
        p.ConsentGiven(
            consent="sister",
            recipient=_SISTER,
            purposes=(_SUPPORT,),
            what=("goals", "schedule"),
            information="My goals, and when we meet",
            until=Until(end_of_treatment=True),
            signed=Signature(by="guardian-1", capacity="representative", on=_day(0)),
            statements=Statements(discloser="This clinic", revocation="In writing at the desk, at any time"),
        ),
        0,
        "patient",
        (p.Opened,),
    ),
    _Step(p.ConsentRevoked(consent="sister", reason="We fell out"), 3, "patient", (p.ConsentGiven,)),
    _Step(
        p.Disclosed(
            recipient=_SISTER,
            purpose=_SUPPORT,
            ground=Consented(section="2.31", consent="sister"),
            what=("goals",),
            description="The goals as they were that day, on paper",
        ),
        2,
        "clinician",
        (p.ConsentGiven,),
    ),
    _Step(p.Closed(reason="Treatment went as planned"), 60, "clinician", (p.Opened,)),
    _Step(
        g.Proposed(
            statement="Sleep through, most nights, without pills.",
            kind="process",
            horizon="short_term",
            life_area="health",
            smart=Smart(
                measure=Measure(what="nights without pills", target=4, per="week", direction="at_least"),
                achievable=Achievable(confidence=6),
                for_weeks=4,
            ),
        ),
        0,
        "patient",
        (p.Opened,),
    ),
    _Step(
        g.Imported(
            statement="Sleep without pills",
            kind="process",
            horizon="short_term",
            status="active",
            started_on=_day(-20),
            external=(External(system="urn:clinic:ehr", value="goal-4711"),),
        ),
        0,
        "system",
        (p.Opened,),
    ),
    _Step(g.Agreed(note="A good first step"), 0, "clinician", (g.Proposed,)),
    _Step(g.Contested(reason="I can agree to three nights, not to four."), 0, "patient", (g.Proposed,)),
    _Step(g.Activated(), 0, "clinician", (g.Agreed,)),
    _Step(
        g.Revised(
            changes=g.Changes(
                wording="Sleep most nights without pills.",
                gas=GasScale(
                    levels={
                        "-2": "A pill every night",
                        "-1": "One night without",
                        "0": "Four nights without",
                        "1": "Six nights without",
                        "2": "No pills, and rested",
                    },
                    baseline=-2,
                ),
            ),
            reason="too_hard",
            note="Most is enough for now.",
        ),
        14,
        "patient",
        (g.Activated,),
    ),
    _Step(g.ChangeRequested(request="weekends", text="Could weekends count for less?"), 10, "patient", (g.Activated,)),
    _Step(
        g.ChangeAnswered(request="weekends", answer="adapted", text="Yes: Saturday is free."),
        11,
        "clinician",
        (g.ChangeRequested,),
    ),
    _Step(g.MilestoneSet(milestone="two-nights", text="Two nights", due=_day(7)), 1, "patient", (g.Activated,)),
    _Step(g.MilestoneMet(milestone="two-nights", on=_day(5)), 6, "patient", (g.MilestoneSet,)),
    _Step(
        g.ProgressLogged(entry="day-1", on=_day(1), done=True, mood=6, note="Slept until four."),
        2,
        "patient",
        (g.Activated,),
    ),
    _Step(
        g.ProgressCorrected(entry="day-1", mood=5, reason="I was kinder to myself than true"),
        3,
        "patient",
        (g.ProgressLogged,),
    ),
    _Step(g.ProgressWithdrawn(entry="day-1", reason="It was about another goal"), 4, "patient", (g.ProgressLogged,)),
    _Step(g.ReviewScheduled(due_on=_day(21), cause="moved"), 12, "clinician", (g.Activated,)),
    _Step(
        g.Reviewed(on=_day(14), participants=("patient", "clinician"), decision="keep", note="It goes well."),
        14,
        "clinician",
        (g.Activated,),
    ),
    _Step(g.Held(reason="In hospital for a week"), 15, "clinician", (g.Activated,)),
    _Step(g.Resumed(reason="Home again"), 22, "clinician", (g.Held,)),
    _Step(g.Closed(outcome="achieved", reason="Four nights, four weeks running"), 30, "clinician", (g.Activated,)),
    _Step(g.Reopened(reason="It was the neighbour's goal that ended"), 31, "clinician", (g.Closed,)),
    _Step(g.EnteredInError(reason="It belongs to another patient"), 1, "clinician", (g.Proposed,)),
)
_STORY: Mapping[type[Payload], _Step] = {type(step.data): step for step in _STEPS}
