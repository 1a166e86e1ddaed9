"""Equal parts of the many states in memory are kept only once.

The service keeps thousands of folded goals, each with its entries. pydantic notes for each value which of its fields
were given, in a set that is larger than the value itself; and each entry brings its own copy of who made it.
"""

from collections.abc import Iterable
from functools import lru_cache

from events.goal import GoalState
from events.plan import PlanState
from events.vocabulary import Actor, Value

_EVERY, _LAST = slice(None), slice(-1, None)
_NONE_NOTED: set[str] = set()
"""In place of the fields that were given. Nobody asks that of a state, and pydantic changes only copies of it."""


def share(state: GoalState | PlanState | None) -> None:
    """Let a state that has just been read share all its parts with other states."""
    _share(state, _EVERY)


def share_newest(state: GoalState | PlanState | None) -> None:
    """Let a state share the parts that the last event has added; they stand last in its lists."""
    _share(state, _LAST)


def _share(state: GoalState | PlanState | None, which: slice) -> None:
    if isinstance(state, GoalState):
        _lighten((state, *state.progress.unpacked[which], *state.reviews[which], *state.revisions[which]))
    elif state is not None:
        _lighten((state, *state.measurements[which], *state.consents[which]))


def _lighten(values: Iterable[Value]) -> None:
    for value in values:
        object.__setattr__(value, "__pydantic_fields_set__", _NONE_NOTED)
        actor = value.__dict__.get("actor")
        if actor is not None:
            value.__dict__["actor"] = _the_same(actor)


@lru_cache(maxsize=4096)
def _the_same(actor: Actor) -> Actor:
    return actor
