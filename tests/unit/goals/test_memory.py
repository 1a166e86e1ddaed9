"""The service's memory is bounded by histories and by events; what was used last stays."""

import pytest

from events.identity import GoalId
from services.goals.history import History
from services.goals.memory import EVENTS_PER_HISTORY, Memory
from tests.builders import GOAL, entry, event, recorded


def goal_id(name: str) -> GoalId:
    return GOAL._replace(goal=name)


def history(name: str, events: int = 1) -> History:
    remembered = History(goal_id(name))
    grow(remembered, events)
    return remembered


def grow(remembered: History, by: int) -> None:
    entries = [event(remembered.goal_id, entry(f"e{number}")) for number in range(by)]
    for each in recorded(entries, first_position=remembered.position + 1):
        remembered.take(each)


class Kept:
    """A memory, and what has left it for want of room."""

    def __init__(self, limit: int, *names: str):
        self.left: list[str] = []
        self.memory = Memory(limit, leaving=lambda remembered: self.left.append(remembered.goal_id.goal))
        for name in names:
            self.memory.keep(history(name))

    @property
    def names(self) -> list[str]:
        return [each.goal_id.goal for each in self.memory]


def test_keeps_what_fits() -> None:
    kept = Kept(3, "a", "b", "c")
    assert kept.names == ["c", "b", "a"]
    assert kept.left == []


def test_of_too_many_drops_what_has_not_been_used_for_longest() -> None:
    kept = Kept(3, "a", "b", "c")
    kept.memory.get(goal_id("a"))
    kept.memory.keep(history("d"))
    assert kept.names == ["d", "a", "c"]
    assert kept.left == ["b"]


def test_long_histories_take_the_room_of_several() -> None:
    kept = Kept(4, "a", "b", "c")
    kept.memory.keep(history("long", 4 * EVENTS_PER_HISTORY - 1))
    assert kept.names == ["long", "c"]


def test_a_history_that_grows_takes_more_room() -> None:
    kept = Kept(2, "a", "b")
    growing = kept.memory.get(goal_id("b"))
    assert growing is not None
    grow(growing, 2 * EVENTS_PER_HISTORY)
    kept.memory.grown(growing)
    assert kept.names == ["b"]
    assert kept.left == ["a"]


def test_what_is_used_now_is_kept_however_long() -> None:
    kept = Kept(1)
    kept.memory.keep(history("long", 2 * EVENTS_PER_HISTORY))
    assert kept.names == ["long"]


def test_a_history_that_is_not_here_takes_no_room_when_it_grows() -> None:
    kept = Kept(2, "a", "b")
    elsewhere = history("a", 3 * EVENTS_PER_HISTORY)
    kept.memory.grown(elsewhere)
    assert kept.names == ["b", "a"]


def test_a_history_takes_the_place_of_another_of_the_same_goal() -> None:
    kept = Kept(2, "a", "b")
    kept.memory.keep(history("a", 2))
    assert kept.names == ["a", "b"]
    assert kept.left == []


def test_what_is_forgotten_leaves_its_room_to_others() -> None:
    kept = Kept(2, "a", "b")
    kept.memory.drop(goal_id("a"))
    kept.memory.keep(history("c", 2 * EVENTS_PER_HISTORY - 1))
    assert kept.memory.get(goal_id("a")) is None
    assert kept.names == ["c", "b"]
    assert kept.left == []


def test_of_many_histories_those_used_last_are_ready_and_the_others_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[str] = []
    monkeypatch.setattr(History, "pack", lambda remembered: packed.append(remembered.goal_id.goal))
    kept = Kept(20, "a", "b", "c")
    assert packed == ["a"]
    kept.memory.get(goal_id("b"))
    kept.memory.get(goal_id("a"))
    assert packed == ["a", "c"]
    assert kept.left == []
