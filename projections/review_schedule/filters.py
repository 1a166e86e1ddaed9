"""The filter of the list of reviews: HTTP parameters inherit it, and the query takes it."""

from datetime import date
from typing import Literal

from pydantic import Field

from events.vocabulary import Token
from projections.engine.filters import Filter

ReviewStatus = Literal["upcoming", "due", "overdue"]


class ReviewFilter(Filter):
    """Which of the next reviews, and from which day they are looked at."""

    status: ReviewStatus | None = Field(None, description="What the review is on the day.")
    until: date | None = Field(None, description="Due on or before this day.")
    day: date | None = Field(
        None, description="The day to look from; today in each plan's time zone when it is not given."
    )
    patient: Token | None = None
