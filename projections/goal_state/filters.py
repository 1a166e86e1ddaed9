"""The filters of the lists over goals: HTTP parameters inherit them, and queries take them."""

from pydantic import Field

from events.vocabulary import Party, Status, Token
from projections.engine.filters import Day, Filter, PersonId, SearchText

DAY = "The day to look from; today in each plan's time zone when it is not given."


class GoalFilter(Filter):
    """Which goals of an organisation, or of a patient."""

    status: Status | None = None
    overdue: bool | None = Field(None, description="Only goals whose review is overdue (or, when false, is not).")
    raise_at_next_session: bool | None = Field(
        None, description="Only goals that are to be raised at the next session (or, when false, are not)."
    )
    day: Day | None = Field(None, description=DAY)
    text: SearchText | None = Field(
        None, description="Words in the statement or wording, in any case and order; a goal has to have each of them."
    )
    clinician: PersonId | None = Field(None, description="Only goals of this clinician's patients.")


class CaseloadFilter(Filter):
    """Which patients of a caseload, and from which day it is looked at."""

    day: Day | None = Field(None, description=DAY)
    clinician: PersonId | None = Field(None, description="Only this clinician's patients.")


class TodayFilter(CaseloadFilter):
    """Which patients of Today, and from which day they are looked at."""

    patient: Token | None = Field(None, description="Only this patient, as one row that is read anew.")


class WaitingFilter(Filter):
    """Which of the words that goals wait for."""

    role: Party | None = Field(None, description="Whose word is awaited.")
    patient: Token | None = None
    clinician: PersonId | None = Field(None, description="Only goals of this clinician's patients.")


class EvidenceFilter(Filter):
    """Which goals an evidence export has, and which days its evidence of reviews is about."""

    patient: Token | None = None
    clinician: PersonId | None = Field(None, description="Only this clinician's patients.")
    since: Day | None = Field(
        None,
        description="Only reviews that took place, or were expected, on this day or after; and what was moved since.",
    )
    until: Day | None = Field(
        None,
        description="Only reviews that took place, or were expected, by this day; and what was moved by then.",
    )
