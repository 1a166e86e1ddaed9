"""What the rows of a patient add up to: a goal is projected by itself, and lists of patients are about all of them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from events.identity import GoalId
from projections.engine.naming import Slot
from projections.engine.projection import Projection

AnyProjection = Projection[Any]  # Any: nothing here depends on what it remembers


def add_up_changes(connection: Connection, projection: AnyProjection, slot: Slot, patients: Collection[GoalId]) -> None:
    """Add up anew what changes of some patients, already written, may have moved; in the transaction that writes them.

    Args:
        patients: By their plans.
    """
    if projection.add_up is not None and slot is Slot.LIVE and patients:
        projection.add_up(connection, projection.tables(), patients)


def add_up_build(connection: Connection, projection: AnyProjection) -> None:
    """Add up everything of the build that is about to go live."""
    if projection.add_up is not None:
        projection.add_up(connection, projection.tables(Slot.BUILDING), None)
