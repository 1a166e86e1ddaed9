"""In which order a patient's goals are submitted: what is referred to comes first."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from events.event import Event

Item = TypeVar("Item")


def supported_first(goals: Sequence[Item], event_of: Callable[[Item], Event]) -> list[Item]:
    """The goals in their order, but each behind the one that it supports; a circle is left as it is."""
    by_goal = {event_of(each).goal_id.goal: each for each in reversed(goals)}
    ordered: dict[int, Item] = {}

    def place(goal: Item, below: frozenset[str]) -> None:
        supported = by_goal.get(getattr(event_of(goal).data, "supports", None) or "")
        if supported is not None and event_of(supported).goal_id.goal not in below:
            place(supported, below | {event_of(supported).goal_id.goal})
        ordered.setdefault(id(goal), goal)

    for goal in goals:
        place(goal, frozenset({event_of(goal).goal_id.goal}))
    return list(ordered.values())
