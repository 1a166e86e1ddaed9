"""What a batch brings, when some of it cannot be read or projected."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from weakref import ref

from events.envelope import StoredMessage
from events.event import RecordedEvent
from events.goal import types as g
from events.goal.types import ProgressLogged
from events.identity import LOG, GoalId
from projections.engine.decoding import Arrival, project_goal
from projections.engine.projection import Projected
from projections.goal_state.projection import PROJECTION
from tests.builders import GOAL, active_goal, entry, event, proposed, recorded
from tests.stored import as_message, stored

OTHER = GoalId("northside", "pt-2", "read")


def test_events_come_goal_by_goal_in_order() -> None:
    arrival = Arrival(stored([event(GOAL, proposed()), event(OTHER, proposed()), event(GOAL, g.Agreed())]), {})
    assert {str(goal): [each.version for each in events] for goal, events in arrival.goals()} == {
        str(GOAL): [1, 2],
        str(OTHER): [1],
    }
    assert arrival.quarantined == []


def test_events_are_decoded_when_it_is_their_goal_s_turn() -> None:
    messages = stored([event(GOAL, proposed()), event(OTHER, proposed())])
    messages[1] = messages[1]._replace(data=b"{not json")
    arrival = Arrival(messages, {})
    goals = arrival.goals()
    assert next(goals)[0] == GOAL
    assert arrival.quarantined == []
    assert list(goals) == []
    assert [each.position for each in arrival.quarantined] == [2]


def test_messages_are_dropped_once_their_goal_has_had_its_turn() -> None:
    class Headers(dict[str, str]):  # of which there are weak references
        pass

    messages = [
        each._replace(headers=Headers(each.headers))
        for each in stored([event(GOAL, proposed()), event(OTHER, proposed())])
    ]
    first, second = (ref(each.headers) for each in messages)
    arrival = Arrival(messages, {})
    messages.clear()
    goals = arrival.goals()
    next(goals)
    assert second() is not None
    next(goals)
    assert first() is None
    assert list(goals) == []
    assert second() is None


def test_an_unreadable_event_holds_its_goal_and_no_other() -> None:
    messages = stored(
        [event(GOAL, proposed()), event(GOAL, g.Agreed()), event(GOAL, g.Agreed()), event(OTHER, proposed())]
    )
    messages[1] = messages[1]._replace(data=b"{not json")
    arrival = Arrival(messages, {})
    assert {goal: len(events) for goal, events in arrival.goals()} == {GOAL: 1, OTHER: 1}
    assert [each.position for each in arrival.quarantined] == [2, 3]
    assert arrival.quarantined[1].reason == "quarantined since position 2"


def test_the_reason_does_not_repeat_what_a_patient_wrote() -> None:
    messages = stored([event(GOAL, entry("e1", note="I drank on Tuesday"))])
    broken = messages[0].data.replace(b'"entry":"e1"', b'"entry":"I drank on Tuesday"')
    arrival = Arrival([messages[0]._replace(data=broken)], {})
    assert not list(arrival.goals())
    (quarantined,) = arrival.quarantined
    assert "entry" in quarantined.reason
    assert "Tuesday" not in quarantined.reason


def test_a_goal_that_is_in_quarantine_already_stays_there() -> None:
    arrival = Arrival(stored([event(GOAL, proposed())]), {GOAL.on(LOG): 7})
    assert not list(arrival.goals())
    assert arrival.quarantined[0].reason == "quarantined since position 7"


def test_what_was_held_comes_again_once_the_message_is_void() -> None:
    before = stored([event(GOAL, proposed()), event(GOAL, g.Agreed())])
    unread = before[1]._replace(data=b"{not json")
    void = recorded([event(GOAL, g.Voided(position=2, reason="Not ours"))], first_position=3)[0]
    batch = [as_message(replace(void, version=2)), *other_goal(at=4)]
    whole = [before[0], unread, *batch[:1], as_message(replace(void, position=9, version=3))]

    arrival = Arrival(batch, {GOAL.on(LOG): 2}, {GOAL.on(LOG): whole})

    assert {goal: [each.position for each in events] for goal, events in arrival.goals()} == {
        GOAL: [3],
        OTHER: [4],
    }
    assert arrival.quarantined == []
    assert arrival.again == {GOAL.on(LOG)}


def test_what_is_behind_another_unreadable_message_stays_in_quarantine() -> None:
    before = stored([event(GOAL, proposed()), event(GOAL, g.Agreed()), event(GOAL, g.Agreed())])
    unread = [each._replace(data=b"{not json") for each in before[1:]]
    void = recorded([event(GOAL, g.Voided(position=3, reason="Not ours"))], first_position=4)[0]
    batch = [as_message(replace(void, version=2))]

    arrival = Arrival(batch, {GOAL.on(LOG): 2}, {GOAL.on(LOG): [before[0], *unread, *batch]})

    assert not list(arrival.goals())
    assert [each.position for each in arrival.quarantined] == [2, 3, 4]
    assert arrival.quarantined[2].reason == "quarantined since position 2"


def other_goal(at: int) -> list[StoredMessage]:
    return [as_message(each) for each in recorded([event(OTHER, proposed())], first_position=at)]


def fails_on_entries(state: Any, events: Sequence[RecordedEvent]) -> Projected[Any]:
    if any(isinstance(each.data, ProgressLogged) for each in events):
        raise LookupError("I drank on Tuesday")
    return PROJECTION.project(state, events)


def test_what_comes_before_a_poison_event_is_projected() -> None:
    events = recorded(each for each in active_goal() if not each.goal_id.is_plan)
    events = recorded([*(each.event for each in events), event(GOAL, entry("e1")), event(GOAL, g.Held(reason="ill"))])
    projected, refused = project_goal(replace(PROJECTION, project=fails_on_entries), None, events)
    assert projected is not None
    assert projected.upserts["goals"][0]["version"] == 3
    assert [each.position for each in refused] == [4, 5]
    assert refused[0].subject == GOAL.on(LOG)
    assert refused[0].reason.startswith("LookupError in test_decoding.py, fails_on_entries, line ")
    assert refused[1].reason == "quarantined since position 4"


def test_a_goal_whose_first_event_is_poison_has_no_row() -> None:
    events = recorded([event(GOAL, entry("e1")), event(GOAL, entry("e2"))])
    projected, refused = project_goal(replace(PROJECTION, project=fails_on_entries), None, events)
    assert projected is None
    assert len(refused) == 2
