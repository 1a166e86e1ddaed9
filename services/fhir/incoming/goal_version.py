"""One version of a goal in a file."""

from dataclasses import dataclass
from datetime import datetime

from services.fhir.incoming.documents import Document, Found
from services.fhir.incoming.goal import MappedGoal
from services.fhir.incoming.people import SERVER
from services.fhir.incoming.versions import Versioned, mark_of

DELETED = "The other system has deleted the goal (FHIR import)."


@dataclass(frozen=True, slots=True)
class GoalVersion:
    """One version of a goal in a file: the Goal as mapped; None for a deletion before any version has been found.

    Attributes:
        server: The server that the patient is on.
    """

    document: Document
    found: Found
    mapped: MappedGoal | None
    server: str | None = None

    @property
    def versioned(self) -> Versioned:
        """Its place among other versions."""
        return Versioned(mark_of(self.found), self.found.newest_first)

    @property
    def attributes(self) -> dict[str, str]:
        """What its events carry about where it comes from."""
        return {**({SERVER: self.server} if self.server else {}), **self.versioned.mark.attributes()}


def time_of(mapped: MappedGoal, now: datetime) -> datetime:
    """When a version happened: the best of its dates that has come, else the time of the import."""
    return next((date for date in mapped.dates if date <= now), now)
