"""One version of a goal in a file."""

from dataclasses import dataclass
from datetime import datetime

from services.fhir.incoming.goal import MappedGoal
from services.fhir.incoming.version_in_file import VersionInFile

DELETED = "The other system has deleted the goal (FHIR import)."


@dataclass(frozen=True, slots=True)
class GoalVersion(VersionInFile):
    """One version of a goal in a file: the Goal as mapped; None for a deletion before any version has been found."""

    mapped: MappedGoal | None


def time_of(mapped: MappedGoal, now: datetime) -> datetime:
    """When a version happened: the best of its dates that has come, else the time of the import."""
    return next((date for date in mapped.dates if date <= now), now)
