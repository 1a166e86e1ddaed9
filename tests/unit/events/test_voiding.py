"""Messages that cannot be read, and the events by which an operator voids them: what readers make of both."""

from dataclasses import replace

import pytest

from events.envelope import StoredMessage, UnreadableEvent
from events.event import Event
from events.goal import fold_goals
from events.goal import types as g
from events.identity import LOG
from events.plan import types as p
from events.voiding import read_events, readable, version_behind, voided, voided_by
from tests.builders import GOAL, PLAN, entry, event, opened, proposed, recorded
from tests.stored import as_message, stored

OTHER = GOAL._replace(goal="read")


def voiding(position: int, version: int, *, at: int, plan: bool = False) -> StoredMessage:
    """The message at a position that voids another."""
    kind = p.Voided if plan else g.Voided
    void = event(PLAN if plan else GOAL, kind(position=position, reason="Not ours"), actor="op", role="system")
    (kept,) = recorded([void], first_position=at)
    return as_message(replace(kept, version=version))


def broken(position: int, goal: str = str(GOAL)) -> StoredMessage:
    return StoredMessage(f"{LOG}.{goal}", position, 0, {}, b"no event")


def history(*events: Event) -> list[StoredMessage]:
    return stored(events or [event(GOAL, proposed()), event(GOAL, g.Agreed(), role="clinician")])


def test_without_a_void_the_first_unreadable_message_is_raised() -> None:
    with pytest.raises(UnreadableEvent) as caught:
        readable([*history(), broken(3), broken(4)])
    assert caught.value.position == 3


def test_a_void_message_is_passed_over_and_versions_count_what_is_read() -> None:
    events = readable([*history(), broken(3), voiding(3, 3, at=4)])

    assert [(each.position, each.version) for each in events] == [(1, 1), (2, 2), (4, 3)]


def test_a_message_is_void_only_by_a_later_one_on_its_own_subject() -> None:
    assert voided([voiding(3, 1, at=3), voiding(9, 1, at=4)]) == frozenset()
    with pytest.raises(UnreadableEvent):
        readable([broken(3, str(OTHER)), voiding(3, 1, at=4)])
    assert voided([voiding(1, 1, at=2, plan=True)]) == {(PLAN.on(LOG), 1)}


def test_a_voiding_message_that_cannot_be_read_itself_voids_nothing() -> None:
    message = voiding(1, 1, at=2)._replace(data=b"{")

    assert voided_by(message) is None


def test_a_void_may_be_the_first_event_of_a_goal() -> None:
    messages = [
        broken(1),
        voiding(1, 1, at=2),
        as_message(replace(recorded([event(GOAL, proposed())])[0], position=3, version=2)),
    ]

    state = fold_goals(readable(messages))

    assert state is not None
    assert (state.version, state.position) == (2, 3)


def test_what_a_newer_cairn_recorded_behind_it_is_counted_anew_with_its_causes() -> None:
    """It could read the message, as version 2, and went on to 3 and to 4, which followed from 3."""
    entries = recorded(
        [event(GOAL, proposed()), event(GOAL, entry("e0")), event(GOAL, entry("e1")), event(GOAL, entry("e2"))]
    )
    messages = [as_message(each) for each in entries]
    messages[1] = messages[1]._replace(data=b"of tomorrow")
    messages[3] = as_message(replace(entries[3], event=replace(entries[3].event, cause=3)))

    later = as_message(replace(recorded([event(GOAL, g.Held(reason="ill"))], first_position=6)[0], version=5))

    events = readable([*messages, voiding(2, 4, at=5), later])

    assert [(each.position, each.version, each.event.cause) for each in events] == [
        (1, 1, None),
        (3, 2, None),
        (4, 3, 2),
        (5, 4, None),
        (6, 5, None),
    ]


def test_a_message_that_is_void_is_passed_over_even_if_it_can_be_read() -> None:
    assert [each.position for each in readable([*history(), voiding(2, 2, at=3)])] == [1, 3]


def test_each_subject_is_read_up_to_its_own_first_unreadable_message() -> None:
    messages = [
        *stored([event(PLAN, opened()), event(OTHER, proposed()), event(GOAL, proposed())]),
        broken(4),
        as_message(replace(recorded([event(OTHER, g.Agreed())], first_position=5)[0], version=2)),
        as_message(replace(recorded([event(GOAL, g.Agreed())], first_position=6)[0], version=2)),
    ]

    found = read_events(messages)

    assert [each.position for each in found.events] == [1, 2, 3, 5]
    assert {subject: error.position for subject, error in found.unreadable.items()} == {GOAL.on(LOG): 4}


def test_the_version_of_a_void_counts_neither_what_it_voids_nor_what_cannot_be_read() -> None:
    messages = [*history(), broken(3), broken(4)]

    assert version_behind(messages, 3) == 3
    assert version_behind([*messages, voiding(3, 3, at=5)], 4) == 4
    assert readable([*messages, voiding(3, 3, at=5), voiding(4, 4, at=6)])[-1].version == 4
