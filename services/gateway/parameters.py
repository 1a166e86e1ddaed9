"""What a request may ask for: ids as tokens, instants with an offset, pages with bounds. Nothing unknown is ignored."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from events.flag import Audience
from events.goal.reading import Part
from events.instants import read_instant
from events.vocabulary import Token
from projections.audit_trail.filters import AuditFilter
from projections.engine.filters import FIRST_DAY, LAST_DAY, Day, PersonId
from projections.goal_state.filters import CaseloadFilter, EvidenceFilter, GoalFilter, TodayFilter, WaitingFilter
from projections.review_schedule.filters import CalendarFilter, ReviewFilter
from services.gateway.as_of import Axis, Moment
from services.gateway.routing import Path

YEARS_ACCOUNTED_FOR = timedelta(days=3 * 366)
"""How far back disclosures are listed unless more is asked for: the three years of 42 CFR 2.25, and no day less."""
_LOST_PLUS = re.compile(r" (?=\d\d:\d\d$)", re.ASCII)
_LAST_POSITION = 2**63 - 1

Org = Annotated[Token, Path(description="The organisation.", examples=["northside"])]
Patient = Annotated[Token, Path(description="The patient's opaque id.", examples=["p1"])]
Goal = Annotated[Token, Path(description="The goal's opaque id; `plan` stands for the plan.", examples=["g1"])]

Position = Annotated[int, Field(ge=0, le=_LAST_POSITION)]
AtPosition = Annotated[Position, Path(description="A position of the organisation's log.", examples=["273"])]
Version = Annotated[int, Field(ge=0, le=_LAST_POSITION)]
Order = Literal["oldest", "newest"]
Cursor = Annotated[str, Field(min_length=1, max_length=500, description="`next` of the page before.")]


def _instant(value: object) -> object:
    if isinstance(value, datetime):
        return value
    # In a query string a plus sign that was not encoded arrives as a space.
    text = _LOST_PLUS.sub("+", value) if isinstance(value, str) else ""
    instant = read_instant(text)
    if instant is None or instant.tzinfo is None:
        raise PydanticCustomError(
            "instant",
            "It must be an instant with an offset, such as 2026-01-31T09:30:00Z or 2026-01-31T09:30:00+01:00",
        )
    return instant


_FIRST, _LAST = (datetime.combine(day, time(), UTC) for day in (FIRST_DAY, LAST_DAY))
Instant = Annotated[datetime, BeforeValidator(_instant), Field(ge=_FIRST, le=_LAST)]


class Read(BaseModel):
    """What every read takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_position: Position | None = Field(
        None,
        description="Wait until what is read has reached this position of the organisation's log: read your own write.",
    )


class Page(Read):
    """What every list takes."""

    limit: int = Field(100, ge=1, le=500, description="The most items to return.")
    cursor: Cursor | None = None


class ForAudience(BaseModel):
    """Who reads."""

    audience: Audience = Field(
        "staff",
        description="Who reads: where the patient does, the flags, offers and reasons that are for staff are left out.",
    )


def _split(given: object) -> object:
    return [part for each in given for part in str(each).split(",")] if isinstance(given, list) else given


class Including(BaseModel):
    """What is wanted of that which grows with a diary."""

    include: Annotated[list[Part], BeforeValidator(_split)] = Field(
        [],
        description="What is wanted beside the goal itself, separated by commas: `progress`, its whole diary, and"
        " `weekly_wins`. Both grow with the diary; …/entries has it in pages.",
    )


class GoalsOfPatient(Page, GoalFilter, ForAudience, Including):
    """Which goals of a patient."""


class GoalsOfOrg(GoalsOfPatient):
    """Which goals of an organisation."""

    patient: Token | None = None


class ThatMoment(Read):
    """The moment at which a goal is read; now, when nothing is given."""

    as_of: Instant | None = Field(None, description="As it stood at this instant.", examples=["2026-03-01T12:00:00Z"])
    by: Axis | None = Field(
        None,
        description="Which time `as_of` is compared with: of recording (the default), or of happening.",
    )
    position: Position | None = Field(None, description="As it stood at this log position.")

    @model_validator(mode="after")
    def _one_moment(self) -> Self:
        if self.as_of is not None and self.position is not None:
            raise PydanticCustomError("two_moments", "give as_of or position, not both")
        if self.by is not None and self.as_of is None:
            raise PydanticCustomError(
                "axis_alone", "by says which time of an event as_of is compared with; give as_of too"
            )
        return self

    @property
    def moment(self) -> Moment | None:
        """The earlier moment that is asked for; None for now."""
        if self.as_of is None and self.position is None:
            return None
        return Moment(position=self.position, instant=self.as_of, by=self.by or "recorded")


class ForAudienceThen(ThatMoment, ForAudience):
    """Who reads, and the moment that is asked for."""


class OneGoal(ForAudienceThen, Including):
    """Who reads a goal, the moment that is asked for, and what is wanted of its diary."""


class ThatDay(ThatMoment):
    """The moment at which something is read, and the day from which it is looked at."""

    day: Day | None = Field(
        None, description="The day to look from; by default that of the moment, or today, where the patient is treated."
    )


class FromDay(Read):
    """The day from which something is looked at."""

    day: Day | None = Field(
        None, description="The day to look from; today where the patient is treated when it is not given."
    )


class WinsQuery(Read):
    """Which wins."""

    goal: Token | None = Field(None, description="Only of this goal and of those that lead to it.")
    limit: int = Field(3, ge=1, le=50, description="The most wins to return.")


class SessionsQuery(Page, FromDay):
    """Whose talks, and of which day."""

    clinician: PersonId | None = Field(None, description="Only those of this clinician's patients.")


class Days(BaseModel):
    """Days from one to another."""

    from_: Day | None = Field(None, alias="from", description="The first day; from the beginning by default.")
    to: Day | None = Field(None, description="The last day; to the end by default.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ is not None and self.to is not None and self.from_ > self.to:
            raise PydanticCustomError("days_order", "from must not be after to")
        return self


class EntriesQuery(Page, Days):
    """Which entries of a diary, and in which order."""

    order: Order = Field(
        "oldest", description="Whether the entry that came in first comes first, or the one that came in last."
    )


class LevelsQuery(Read, Days):
    """Which levels of a goal."""


class MomentsQuery(Page):
    """Which moments of a goal, and in which order."""

    order: Order = Field("oldest", description="Whether what was recorded first comes first, or last.")


class HistoryQuery(MomentsQuery):
    """Which events of a goal, and in which order."""

    diary: bool = Field(True, description="Whether the entries of the diary are among them.")


class SeriesQuery(ThatDay, Days):
    """Which days of a series."""


class TwoVersions(Read):
    """Two versions of a goal to compare; 0 is before its first event."""

    from_: Version = Field(alias="from", description="The version to compare from.")
    to: Version = Field(description="The version to compare with; an earlier one looks back.")


class Reviews(Page, ReviewFilter):
    """Which reviews."""


class CalendarQuery(Read, CalendarFilter, Days):
    """Which reviews of a calendar."""

    from_: Day | None = Field(None, alias="from", description="The first day; 366 days before today by default.")
    to: Day | None = Field(None, description="The last day; 366 days behind today by default.")


class CaseloadQuery(Page, CaseloadFilter):
    """Which patients of a caseload."""


class TodayQuery(Page, TodayFilter):
    """Which patients of Today."""

    limit: int = Field(50, ge=1, le=500, description="The most items to return.")


class TodayPageQuery(CaseloadFilter):
    """Which patients of the page of today."""

    cursor: Cursor | None = None


class ReviewsPageQuery(CalendarFilter):
    """Which reviews the page of reviews has, and from which day they are looked at."""

    day: Day | None = Field(None, description="Today when it is not given.")
    cursor: Cursor | None = Field(None, description="Where the list goes on; without it the calendar is there, too.")


class TodayRowQuery(Read):
    """Whose row of the page of today is read anew, among whose patients."""

    patient: Token
    clinician: PersonId | None = None


class WaitingQuery(Page, WaitingFilter):
    """What waits, and for whom."""


class EvidenceQuery(Read, EvidenceFilter):
    """Which evidence, and in what form."""

    format: Literal["json", "csv"] | None = Field(None, description="By the header Accept when it is not given.")
    limit: int | None = Field(None, ge=1, le=500, description="The most goals; JSON has 100 by default, CSV all.")
    cursor: Cursor | None = None


class Audit(Read, AuditFilter):
    """Which entries of the audit trail, and in what form."""

    cursor: Cursor | None = None
    since: Instant | None = Field(None, description="Recorded at or after this instant.")
    until: Instant | None = Field(None, description="Recorded before this instant.")
    happened_since: Instant | None = Field(None, description="Happened at or after this instant.")
    happened_until: Instant | None = Field(None, description="Happened before this instant.")
    order: Literal["oldest", "newest"] = Field(
        "oldest", description="Whether the event that was recorded first comes first, or the one recorded last."
    )
    count: bool = Field(False, description="Also count the events on all pages.")
    format: Literal["json", "csv"] | None = Field(None, description="By the header Accept when it is not given.")
    limit: int | None = Field(
        None, ge=1, le=500, description="The most events; JSON has 100 by default, CSV up to 10,000."
    )

    @property
    def newest_first(self) -> bool:
        """Whether the event that was recorded last comes first."""
        return self.order == "newest"


class AuditedEventQuery(Read):
    """Whose event one must be."""

    patient: Token | None = Field(None, description="The patient whom it must be about; for who may read of one only.")


class DisclosuresQuery(Page):
    """Which disclosures."""

    since: Instant | None = Field(None, description="Made at or after this instant; three years back by default.")
    all: bool = Field(False, description="All that were ever made.")

    @model_validator(mode="after")
    def _one_span(self) -> Self:
        if self.since is not None and self.all:
            raise PydanticCustomError("two_spans", "give since or all, not both")
        return self

    def from_(self, now: datetime) -> datetime | None:
        """The instant from which disclosures are asked for; None for all."""
        return None if self.all else self.since or now - YEARS_ACCOUNTED_FOR


class Live(BaseModel):
    """Which events of the live feed, and from where."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    org: Token | None = Field(None, description="Needed where the log is kept in several streams.")
    patient: Token | None = None
    after: Position | None = Field(
        None, description="Begin behind this log position; at the head when neither this nor Last-Event-ID is given."
    )
