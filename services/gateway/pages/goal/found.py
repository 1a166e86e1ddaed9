"""What is read for the page of a goal, before anything is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from events.goal import GoalState
from events.goal.entries import ProgressEntry
from events.time_zones import UTC_ZONE, time_zone
from projections.audit_trail.moments import Version
from projections.engine.paging import Json
from projections.goal_state.patient.levels import LevelSeen
from projections.goal_state.patient.record import PatientRecord
from services.gateway.as_of import Axis
from services.gateway.pages.pictures.diary import Span, span_of

MAX_ENTRIES = 1_000
"""How many entries of the weeks that are drawn the page shows, those that came in last."""
MAX_EVENTS = 24
"""How many events of its way the page shows at a time; earlier ones have an address of their own."""
MAX_MOMENTS = 100
"""How many moments there are to choose from, the last ones."""


@dataclass(frozen=True, slots=True)
class GoalDays:
    """The days of a goal.

    Attributes:
        today: The day of looking, where the patient is treated.
        began: The first day of the work, or of a goal that nobody has begun.
        ended: The last day of a goal that is over.
    """

    today: date
    began: date
    ended: date | None

    @property
    def last(self) -> date:
        """The last day that there is something to draw of."""
        return max(self.ended or self.today, self.began)

    def span(self, first: date | None, last: date | None) -> Span:
        """The weeks of the calendar."""
        return span_of(self.began, self.last, first=first, last=last)


def days_of(goal: GoalState, record: PatientRecord, now: datetime) -> GoalDays:
    """The days of a goal, as they are told where its patient is treated."""
    today = record.day(now)
    began = goal.started_on or record.day(goal.created_at)
    ended = None if goal.is_open else goal.status_on
    return GoalDays(today, min(began, today), ended)


@dataclass(frozen=True, slots=True)
class GoalFound:
    """A goal as it is.

    Attributes:
        goal: Without its diary.
        record: The plan and the other goals of its patient.
        levels: Every level that was told of it.
        entries: Those of the weeks of `span`.
        is_whole: Whether these are all of them.
        versions: The goal before and after each event that gave it words.
    """

    goal: GoalState
    record: PatientRecord
    days: GoalDays
    span: Span
    levels: Sequence[LevelSeen]
    entries: Sequence[ProgressEntry]
    is_whole: bool
    versions: Sequence[Version] = ()

    @property
    def zone(self) -> tzinfo:
        """Where the patient is treated."""
        plan = self.record.plan
        return time_zone(plan.time_zone if plan else UTC_ZONE)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A goal as it stood at an earlier moment.

    Attributes:
        goal: None where it was not there yet.
    """

    at: datetime
    by: Axis
    goal: GoalState | None
    day: date
    levels: Sequence[LevelSeen] = ()
    versions: Sequence[Version] = ()


@dataclass(frozen=True, slots=True)
class HistoryFound:
    """What happened to it.

    Attributes:
        moments: All that there are to look back at.
        events: Of the way, the newest first.
        is_newest: Whether these are the last that happened.
        before: The cursor of what happened earlier.
    """

    moments: Sequence[Json]
    events: Sequence[Json]
    is_newest: bool
    before: str | None
