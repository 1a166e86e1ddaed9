"""In which state which event makes sense: every event type against every state a goal can be in."""

import pytest

from events.catalog import TYPES
from events.goal import GOAL_EVENTS
from events.goal import types as g
from events.vocabulary import External, ReviewDecision
from tests.builders import TODAY, entry, gas, proposed
from tests.specification import Past, by, clinician, patient
from tests.unit.goals import stories

EXTERNAL = (External(system="ehr", value="1"),)


def _reviewed(decision: ReviewDecision) -> g.Reviewed:
    return g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision=decision)


def _past(state: str) -> Past:
    """A goal in a state, with an entry, a milestone and a change request where it can have them."""
    closed = g.Closed(outcome="achieved", reason="Done")
    match state:
        case "no plan":
            return stories.NOTHING
        case "no goal":
            return stories.opened_plan()
        case "proposed":
            return _with_parts(stories.own_words(gas=gas()))
        case "agreed":
            return _with_parts(stories.agreed())
        case "contested":
            return _past("agreed").when(patient(g.Contested(reason="No"))).then()
        case "active":
            return _with_parts(stories.active()).when(patient(entry("e1"))).then()
        case "held":
            return _past("active").when(clinician(g.Held(reason="A pause"))).then()
        case "closed":
            return _past("active").when(clinician(closed)).then()
        case "closed by review":
            return _past("active").when(clinician(_reviewed("achieve"))).then()
    return _past("active").when(clinician(g.EnteredInError(reason="Wrong patient"))).then()


def _with_parts(past: Past) -> Past:
    past = past.when(clinician(g.MilestoneSet(milestone="m1", text="First group", due=TODAY))).then()
    return past.when(patient(g.ChangeRequested(request="r1", text="Evenings"))).then()


STATES = (
    *("no plan", "no goal", "proposed", "agreed", "contested", "active", "held"),
    *("closed", "closed by review", "entered in error"),
)
PASTS = {state: _past(state) for state in STATES}
OVER = {"goal.closed": ["closed", "closed by review", "entered in error"]}
ABSENT = {"plan.missing": ["no plan"], "goal.unknown": ["no goal"]}

EVENTS: list[tuple[str, g.GoalPayload, dict[str, list[str]]]] = [
    ("proposed", proposed(), {"plan.missing": ["no plan"], "goal.exists": [*STATES[2:]]}),
    (
        "imported",
        g.Imported(statement="Walk", status="active", external=EXTERNAL),
        {"plan.missing": ["no plan"], "goal.exists": [*STATES[2:]]},
    ),
    ("agreed", g.Agreed(), ABSENT | OVER),
    ("contested", g.Contested(reason="No"), ABSENT | OVER),
    (
        "activated",
        g.Activated(),
        ABSENT
        | OVER
        | {"goal.not_agreed": ["proposed"], "goal.contested": ["contested"], "goal.state": ["active", "held"]},
    ),
    ("revised", g.Revised(changes=g.Changes(wording="Walk daily"), reason="clinical"), ABSENT | OVER),
    ("change_requested", g.ChangeRequested(request="r2", text="Mornings"), ABSENT | OVER),
    ("change_answered", g.ChangeAnswered(request="r1", answer="accepted", text="Yes"), ABSENT | OVER),
    (
        "contest answered",
        g.ChangeAnswered(answer="accepted", text="Yes"),
        ABSENT | OVER | {"event.invalid": ["proposed", "agreed", "active", "held"]},
    ),
    ("milestone_set", g.MilestoneSet(milestone="m2", text="Second group", due=TODAY), ABSENT | OVER),
    ("milestone_met", g.MilestoneMet(milestone="m1", on=TODAY), ABSENT | OVER),
    (
        "progress_logged",
        entry("e2"),
        ABSENT | {"progress.not_open": ["proposed", "agreed", "contested", "entered in error"]},
    ),
    (
        "progress_corrected",
        g.ProgressCorrected(entry="e1", mood=5, reason="Mistyped"),
        ABSENT | {"entry.unknown": ["proposed", "agreed", "contested"], "goal.closed": ["entered in error"]},
    ),
    (
        "progress_withdrawn",
        g.ProgressWithdrawn(entry="e1", reason="Wrong goal"),
        ABSENT | {"entry.unknown": ["proposed", "agreed", "contested"], "goal.closed": ["entered in error"]},
    ),
    (
        "review_scheduled",
        g.ReviewScheduled(due_on=TODAY, cause="requested"),
        ABSENT | OVER | {"goal.state": ["proposed", "agreed", "contested"]},
    ),
    (
        "reviewed",
        _reviewed("keep"),
        ABSENT | OVER | {"goal.state": ["proposed", "agreed", "contested"]},
    ),
    (
        "reviewed: hold",
        _reviewed("hold"),
        ABSENT | OVER | {"goal.state": ["proposed", "agreed", "contested", "held"]},
    ),
    (
        "reviewed: resume",
        _reviewed("resume"),
        ABSENT | OVER | {"goal.state": ["proposed", "agreed", "contested", "active"]},
    ),
    ("held", g.Held(reason="x"), ABSENT | OVER | {"goal.state": ["proposed", "agreed", "contested", "held"]}),
    ("resumed", g.Resumed(reason="x"), ABSENT | OVER | {"goal.state": ["proposed", "agreed", "contested", "active"]}),
    (
        "closed",
        g.Closed(outcome="achieved", reason="Done"),
        ABSENT | {"goal.closed": ["closed", "entered in error"]},
    ),
    (
        "reopened",
        g.Reopened(reason="Closed by mistake"),
        ABSENT
        | {"goal.closed": ["entered in error"]}
        | {"goal.state": ["proposed", "agreed", "contested", "active", "held"]},
    ),
    ("entered_in_error", g.EnteredInError(reason="x"), ABSENT | {"goal.closed": ["entered in error"]}),
    # Whether it may be voided is seen in the log, and nobody can offer it.
    ("voided", g.Voided(position=1, reason="x"), {}),
]
"""Each event, and by code the states in which it is refused. In every other state it is recorded."""


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("name", "data", "refused"), EVENTS, ids=[name for name, *_ in EVENTS])
def test_an_event_makes_sense_or_is_refused(
    state: str, name: str, data: g.GoalPayload, refused: dict[str, list[str]]
) -> None:
    offer = PASTS[state].when(by("system" if name == "imported" else "clinician", data))
    code = next((code for code, states in refused.items() if state in states), None)

    if code is None:
        offer.then_something()
    else:
        offer.then_rejected(code)


def test_every_event_type_of_a_goal_is_in_the_table() -> None:
    assert {type(data) for _, data, _ in EVENTS} == set(GOAL_EVENTS) <= set(TYPES.values())


@pytest.mark.parametrize("state", STATES[2:])
def test_the_states_are_what_they_are_called(state: str) -> None:
    assert PASTS[state].goal.status.replace("_", " ") == state.removesuffix(" by review")
