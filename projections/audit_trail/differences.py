"""Two states side by side: which fields differ, by their dotted paths, and what stood there before and after."""

from collections.abc import Iterator, Mapping, Set
from typing import Any, NamedTuple

from events.goal import GoalState
from events.plan import PlanState

State = GoalState | PlanState
Tree = Mapping[str, Any]  # JSON values by field name; lists of things that have an id are mappings by that id


class Difference(NamedTuple):
    """One field that is not what it was. `before` and `after` are JSON values, None where there is nothing."""

    field: str
    before: object
    after: object


_NAMED_BY = {
    "progress": "entry",
    "milestones": "milestone",
    "change_requests": "request",
    "priorities": "id",
    "reviews": "version",
    "revisions": "version",
    "measurements": "version",
    "consents": "consent",
}
"""Lists of things that keep their identity while they change, and the field that names them."""


def as_tree(state: State | None, *, only: Set[str] | None = None, leave_out: Set[str] = frozenset()) -> Tree:
    """A state as nested JSON values.

    Args:
        only: Only these top-level fields; all by default.
        leave_out: All but these top-level fields.
    """
    if state is None:
        return {}
    tree = state.model_dump(mode="json", include=set(only) if only is not None else None, exclude=set(leave_out))
    for name, key in _NAMED_BY.items():
        if name in tree:
            tree[name] = {str(each[key]): each for each in tree[name]}
    return tree


def differences(before: Tree, after: Tree, path: str = "") -> Iterator[Difference]:
    """The fields that differ, in the order of the fields; a part that is new or gone counts as one field."""
    for name in (*after, *(name for name in before if name not in after)):
        old, new = before.get(name), after.get(name)
        if old == new and type(old) is type(new):
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from differences(old, new, f"{path}{name}.")
        else:
            yield Difference(f"{path}{name}", old, new)
