"""The answer to a submission, as its sender reads it."""

import json

import pytest

from events.errors import FieldError, Rejected
from events.goal import types as g
from events.outcome import OutcomeEvent, RecordedOutcome, RejectedOutcome, encode_outcome, encode_recorded
from tests.builders import GOAL, event, proposed, recorded


def test_recorded_names_every_event_with_its_position_and_version() -> None:
    line = OutcomeEvent(type="cairn.goal.proposed.v1", position=812, version=1)

    said = json.loads(encode_outcome(RecordedOutcome(events=(line,), notes=("Well.",))))

    assert said == {
        "status": "recorded",
        "duplicate": False,
        "events": [{"type": "cairn.goal.proposed.v1", "position": 812, "version": 1}],
        "notes": ["Well."],
    }


@pytest.mark.parametrize("notes", [(), ("So.", "“Well”\n\\ then.")])
def test_what_was_recorded_just_now_is_written_as_any_outcome(notes: tuple[str, ...]) -> None:
    events = recorded([event(GOAL, proposed()), event(GOAL, g.Agreed())], first_position=812)
    lines = tuple(OutcomeEvent(type=each.type_name, position=each.position, version=each.version) for each in events)

    assert encode_recorded(events, notes) == encode_outcome(RecordedOutcome(events=lines, notes=notes))


def test_rejected_carries_all_its_sender_needs() -> None:
    rejection = Rejected("goal.limit_reached", "3 goals are active.", (FieldError("override", "Give one."),), version=9)

    assert json.loads(encode_outcome(RejectedOutcome.of(rejection))) == {
        "status": "rejected",
        "code": "goal.limit_reached",
        "detail": "3 goals are active.",
        "errors": [{"field": "override", "detail": "Give one."}],
        "version": 9,
    }


def test_a_version_that_is_not_known_is_left_out() -> None:
    assert "version" not in json.loads(encode_outcome(RejectedOutcome.of(Rejected("event.invalid", "No."))))


def test_only_what_speaks_of_cairns_own_state_is_worth_trying_again() -> None:
    codes = ("log.unavailable", "log.busy", "goal.limit_reached", "event.invalid", "version.conflict")

    assert [code for code in codes if RejectedOutcome(code=code, detail="x").retryable] == [
        "log.unavailable",
        "log.busy",
    ]
