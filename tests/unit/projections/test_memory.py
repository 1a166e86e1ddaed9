"""The bounded memory of folded states."""

from events.identity import GoalId
from projections.engine.memory import Memory
from projections.engine.projection import Remembered

A, B, C = (GoalId("northside", "pt-1", name) for name in ("a", "b", "c"))


def remember(memory: Memory[str], *goals: GoalId) -> None:
    for goal in goals:
        memory.keep(goal, Remembered(goal.goal, weight=10))


def test_what_was_kept_is_recalled() -> None:
    memory: Memory[str] = Memory()
    remember(memory, A)
    assert memory.recall(A) == "a"
    assert memory.recall(B) is None


def test_the_longest_unused_falls_out_when_the_weight_is_reached() -> None:
    memory: Memory[str] = Memory(capacity=25)
    remember(memory, A, B)
    memory.recall(A)
    remember(memory, C)
    assert [memory.recall(goal) for goal in (A, B, C)] == ["a", None, "c"]


def test_a_newer_state_takes_the_place_of_the_older() -> None:
    memory: Memory[str] = Memory(capacity=25)
    remember(memory, A, A, A, B)
    assert memory.recall(A) == "a"


def test_one_state_heavier_than_the_capacity_is_still_kept() -> None:
    memory: Memory[str] = Memory(capacity=5)
    remember(memory, A)
    assert memory.recall(A) == "a"


def test_what_is_forgotten_makes_room() -> None:
    memory: Memory[str] = Memory(capacity=25)
    remember(memory, A, B)
    memory.forget(A)
    memory.forget(C)
    remember(memory, C)
    assert [memory.recall(goal) for goal in (A, B, C)] == [None, "b", "c"]
