"""Equal parts of the many states in memory are kept only once.

The service keeps thousands of folded goals, each with its entries. pydantic notes for each value which of its fields
were given, in a set that is larger than the value itself; and each entry brings its own copy of who made it.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

from events.goal import GoalState
from events.goal.entries import ProgressEntry
from events.goal.state import PastReview, Revision
from events.plan import PlanState
from events.plan.state import Consent, Measurement
from events.vocabulary import Actor, Value

_Part = ProgressEntry | PastReview | Revision | Measurement | Consent
_NONE_NOTED: set[str] = set()
"""In place of the fields that were given. Nobody asks that of a state, and pydantic changes only copies of it."""


def share(state: GoalState | PlanState | None) -> None:
    """Let a state that has just been read share all its parts with other states."""
    if state is not None:
        _lighten((state, *chain.from_iterable(_parts(state))))


def share_newest(state: GoalState | PlanState | None) -> None:
    """Let a state share the parts that the last event has added; they stand last in its lists."""
    if state is not None:
        for part in _parts(state):
            if part and part[-1].version == state.version:
                _lighten((part[-1],))


def _parts(state: GoalState | PlanState) -> tuple[Sequence[_Part], ...]:
    if isinstance(state, GoalState):
        return state.progress.unpacked, state.reviews, state.revisions
    return state.measurements, state.consents


def _lighten(values: Iterable[Value]) -> None:
    for value in values:
        object.__setattr__(value, "__pydantic_fields_set__", _NONE_NOTED)
        actor = value.__dict__.get("actor")
        if actor is not None:
            value.__dict__["actor"] = _the_same(actor)


@lru_cache(maxsize=4096)
def _the_same(actor: Actor) -> Actor:
    return actor
