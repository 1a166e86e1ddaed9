"""The filters of the list of reviews and of its calendar: HTTP parameters inherit them, and the queries take them."""

from typing import Literal

from pydantic import Field

from events.vocabulary import Token
from projections.engine.filters import Day, Filter, PersonId

ReviewStatus = Literal["upcoming", "due", "overdue"]


class ReviewFilter(Filter):
    """Which of the next reviews, and from which day they are looked at."""

    status: ReviewStatus | None = Field(None, description="What the review is on the day.")
    until: Day | None = Field(None, description="Due on or before this day.")
    day: Day | None = Field(
        None, description="The day to look from; today in each plan's time zone when it is not given."
    )
    patient: Token | None = None
    clinician: PersonId | None = Field(None, description="Only reviews of this clinician's patients.")


class CalendarFilter(Filter):
    """Which reviews a calendar shows."""

    clinician: PersonId | None = Field(None, description="Only reviews of this clinician's patients.")
