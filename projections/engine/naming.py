"""What a projection's tables are called, so that several builds of it can stand side by side."""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where a build of a projection stands."""

    LIVE = "live"
    """It is what is read."""
    NEXT = "next"
    """It is being built beside the live one, whose place it will take."""
    LAST = "last"
    """It was live before, and is kept until it is dropped."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of one build's tables and indexes.

    The live tables have plain names, `goal_state_goals`, which no rebuild and no new version changes; the others have
    their place behind it, `goal_state_goals__next`. Tables are renamed when a build goes live. Indexes keep the name
    that they were made with, as SQLite cannot rename them, so they carry the number of the build.
    """

    projection: str
    place: Place = Place.LIVE
    build: int = 0

    def table(self, name: str) -> str:
        """The name of a table in the database."""
        return table_name(self.projection, name, self.place)

    def index(self, name: str, by: str) -> str:
        """The name of an index on a table."""
        return f"{self.projection}_{name}_by_{by}_{self.build}"


def table_name(projection: str, name: str, place: Place) -> str:
    """The name of a projection's table in one place."""
    return f"{projection}_{name}" + ("" if place is Place.LIVE else f"__{place}")
