"""What counts as the same event sent again, and what as another one under a used id."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from pydantic_core import from_json, to_json

from events.envelope import read_recorded, structured
from events.event import Event
from events.goal import types as g
from events.submission import read_submission
from events.vocabulary import Actor
from services.goals.same_content import same_content
from tests.builders import GOAL, NOON, TODAY, entry, event, gas, proposed, recorded
from tests.stored import as_message

FIRST = event(GOAL, entry("e1", done=True, mood=6), id="1")
SCALED = event(GOAL, proposed(gas=gas()), id="2")


def same(first: Event, again: Event) -> bool:
    """As the log would hand the first one out."""
    return same_content(read_recorded(as_message(recorded([first])[0])), again)


@pytest.mark.parametrize(
    "again",
    [
        FIRST,
        replace(FIRST, time=NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))),
        replace(FIRST, expected_version=7),
        replace(FIRST, extensions={"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}),
        read_submission(to_json({**structured(FIRST), "time": "2026-03-02T12:00:00.000000Z"})),
        read_submission(to_json({**structured(FIRST), "data": dict(reversed(structured(FIRST)["data"].items()))})),
        read_submission(to_json({**structured(FIRST), "data": {**structured(FIRST)["data"], "note": None}})),
    ],
    ids=["all the same", "offset", "expected version", "trace", "digits of a second", "order of fields", "a null"],
)
def test_the_same_however_it_is_written(again: Event) -> None:
    assert same(FIRST, again)


@pytest.mark.parametrize(
    "other",
    [
        replace(FIRST, data=entry("e1", on=TODAY - timedelta(days=1), done=True, mood=6)),
        replace(FIRST, data=entry("e1", done=True, mood=2)),
        replace(FIRST, data=entry("e1", done=True)),
        replace(FIRST, data=g.Agreed()),
        replace(FIRST, time=NOON + timedelta(microseconds=1)),
        replace(FIRST, actor=Actor(id="p2", role="patient")),
        replace(FIRST, actor=Actor(id="p1", role="clinician")),
    ],
    ids=["day", "mood", "no mood", "type", "time", "actor", "role"],
)
def test_another_event_whatever_differs(other: Event) -> None:
    assert not same(FIRST, other)


def test_the_order_of_a_scale_s_levels_says_nothing() -> None:
    offered = from_json(to_json(structured(SCALED)))
    levels = offered["data"]["gas"]["levels"]
    offered["data"]["gas"]["levels"] = dict(reversed(levels.items()))
    assert same(SCALED, read_submission(to_json(offered)))
