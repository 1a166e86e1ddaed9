"""What a projection's tables are called, so that several builds of it can stand side by side."""

from dataclasses import dataclass
from enum import StrEnum


class Slot(StrEnum):
    """Which of a projection's builds one is: the one that is read, the one being built, or the one before."""

    LIVE = "live"
    """It is what is read."""
    BUILDING = "building"
    """It is being built beside the live one, whose place it will take."""
    PREVIOUS = "previous"
    """It was live before, and is kept until it is dropped."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of one build's tables and indexes.

    The live tables have plain names, `goal_state_goals`, which no rebuild and no new version changes; the others have
    their slot behind it, `goal_state_goals__building`. Tables are renamed when a build goes live. Indexes keep the
    name that they were made with, as SQLite cannot rename them, so they carry the number of the build.
    """

    projection: str
    slot: Slot = Slot.LIVE
    build: int = 0

    def table(self, name: str) -> str:
        """The name of a table in the database."""
        return table_name(self.projection, name, self.slot)

    def index(self, name: str, by: str) -> str:
        """The name of an index on a table."""
        return f"{self.projection}_{name}_by_{by}_{self.build}"


def table_name(projection: str, name: str, slot: Slot) -> str:
    """The name of a projection's table in one slot."""
    return f"{projection}_{name}" + ("" if slot is Slot.LIVE else f"__{slot}")
