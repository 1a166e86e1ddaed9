"""Which projections there are: Cairn's own, each a folder here, and those that other packages bring.

A package brings one by an entry point of the group `cairn.projections`: its name is the projection's, and it leads to
the :class:`Projection`. Nothing of Cairn is edited for that; docs/projections.md shows it. Cairn's own have none: Cairn
also runs where it is not installed.
"""

import re
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from events.errors import CairnError
from projections.engine.projection import Projection

NAMES: tuple[str, ...] = ("goal_state", "audit_trail", "review_schedule")
"""Cairn's own, by the names of their folders."""
GROUP = "cairn.projections"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What can begin the names of tables, end a subject, and stand in a metric's label."""


class UnknownProjection(CairnError):
    """There is no projection of this name."""


class UnusableProjection(CairnError):
    """What a package brings under this name is none."""


def every_name() -> tuple[str, ...]:
    """The projections that can be served: Cairn's own, and those of the packages installed beside it."""
    return (*NAMES, *brought_names())


def brought_names() -> tuple[str, ...]:
    """Those of the packages installed beside Cairn."""
    return tuple(sorted(_brought()))


def projection_named(name: str) -> Projection[Any]:  # Any: each projection remembers a state of its own type
    """The projection of this name, imported when it is asked for.

    Raises:
        UnknownProjection: with the names that there are.
        UnusableProjection: when a package names it and does not have it.
    """
    if name in NAMES:
        return cast("Projection[Any]", import_module(f"projections.{name}.projection").PROJECTION)
    brought = _brought().get(name)
    if brought is None:
        raise UnknownProjection(f"There is no projection “{name}”; there are {', '.join(every_name())}.")
    return _loaded(brought)


def _brought() -> dict[str, EntryPoint]:
    return {each.name: each for each in entry_points(group=GROUP) if each.name not in NAMES}


def _loaded(brought: EntryPoint) -> Projection[Any]:  # Any: as above
    try:
        found = brought.load()
    except (ImportError, AttributeError) as error:
        detail = f"The projection {brought.name} cannot be loaded from {brought.value}: {error}"
        raise UnusableProjection(detail) from error
    if not isinstance(found, Projection):
        raise UnusableProjection(f"What {brought.value} gives for {brought.name} is no projection.")
    if found.name != brought.name or not _NAME.fullmatch(found.name):
        raise UnusableProjection(
            f"The projection “{found.name}” is brought as “{brought.name}”: it has one name, of lower-case letters,"
            " digits and underscores, 40 at most."
        )
    return found
