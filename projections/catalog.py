"""Which projections there are. Each is a folder here, imported when it is asked for."""

from importlib import import_module
from typing import Any, cast

from events.errors import CairnError
from projections.engine.projection import Projection

NAMES: tuple[str, ...] = ("goal_state", "audit_trail", "review_schedule")
"""Every projection, by the name of its folder."""


class UnknownProjection(CairnError):
    """There is no projection of this name."""


def projection_named(name: str) -> Projection[Any]:  # Any: each projection remembers a state of its own type
    """The projection of this name.

    Raises:
        UnknownProjection: with the names that there are.
    """
    if name not in NAMES:
        raise UnknownProjection(f"There is no projection “{name}”; there are {', '.join(NAMES)}.")
    return cast("Projection[Any]", import_module(f"projections.{name}.projection").PROJECTION)
