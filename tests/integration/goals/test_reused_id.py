"""A source and id that were used: the same event again is a duplicate, another one is refused and nothing is lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.log import Log
from events.outcome import RecordedOutcome, RejectedOutcome
from events.vocabulary import Actor
from tests.builders import NOON, TODAY, active_goal, entry, event
from tests.conftest import Submit
from tests.integration.goals.steps import code

pytestmark = pytest.mark.usefixtures("goals_service")
Change = Callable[[Event], Event]


def with_data(data: g.GoalPayload) -> Change:
    return lambda first: replace(first, data=data)


OTHERS: dict[str, Change] = {
    "day": with_data(entry("k1", on=TODAY - timedelta(days=1), done=True, mood=6, note="secret-words")),
    "mood": with_data(entry("k1", done=True, mood=2, note="secret-words")),
    "entry": with_data(entry("k2", done=True, mood=6, note="secret-words")),
    "type": with_data(g.Held(reason="secret-words")),
    "time": lambda first: replace(first, time=NOON - timedelta(hours=1)),
    "actor": lambda first: replace(first, actor=Actor(id="p2", role="patient")),
    "role": lambda first: replace(first, actor=Actor(id="p1", role="clinician")),
}
SAME: dict[str, Change] = {
    "time in another zone": lambda first: replace(first, time=NOON.astimezone(timezone(timedelta(hours=-7)))),
    "expected version": lambda first: replace(first, expected_version=77),
    "extension": lambda first: replace(first, extensions={"comment": "again"}),
}


@pytest.fixture
async def logged(submit: Submit, goal_id: GoalId) -> Event:
    """An entry of a goal that is being worked on, recorded as version 5, with another behind it."""
    for each in active_goal(goal_id):
        assert code(await submit(each)) == "recorded"
    first = event(goal_id, entry("k1", done=True, mood=6, note="secret-words"))
    for each in (first, event(goal_id, entry("k3"))):
        assert code(await submit(each)) == "recorded"
    return first


@pytest.mark.parametrize("change", OTHERS.values(), ids=list(OTHERS))
async def test_another_event_under_a_used_id_is_refused(
    submit: Submit, log: Log, logged: Event, change: Change
) -> None:
    [position] = [each.position for each in await log.read(logged.goal_id) if each.event.key == logged.key]
    head = await log.head()

    refused = await submit(change(logged))

    assert isinstance(refused, RejectedOutcome)
    assert (refused.code, refused.version) == ("event.id_reused", 6)
    assert f"version 5, at position {position} of the log, cairn.goal.progress_logged.v1" in refused.detail
    assert "secret-words" not in refused.detail
    assert await log.head() == head


@pytest.mark.parametrize("change", SAME.values(), ids=list(SAME))
async def test_the_same_event_written_otherwise_is_a_duplicate(
    submit: Submit, log: Log, logged: Event, change: Change
) -> None:
    head = await log.head()

    again = await submit(change(logged))

    assert isinstance(again, RecordedOutcome)
    assert (again.duplicate, [each.version for each in again.events]) == (True, [5])
    assert await log.head() == head
