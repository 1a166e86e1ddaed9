"""What answers about a whole clinic look like, for the OpenAPI description; the tests hold real answers to it."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from events.vocabulary import ActorRole, LifeArea, Outcome, Party, ReviewCause, Setting, Status
from projections.goal_state.caseload_needs import Need
from services.gateway.models import NO_WORDS, QUARANTINED, ListOf, QuarantinedAt, QuarantinedGoal


class _Told(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")


class WaitingFor(_Told):
    """How much waits for each side."""

    patient: int
    clinician: int


class ReasonForAttention(_Told):
    """Why one of a patient's goals asks for attention."""

    why: Need
    goal: str
    statement: str | None = Field(description=NO_WORDS)
    wording: str | None
    since: date | None = Field(
        description="The day of the first setback or dip, on which the review is due, from which a word is awaited, or"
        " since which nothing was entered; null where nobody knows."
    )
    awaited: Literal["agreement", "answer_to_contest", "answer_to_change_request"] | None = Field(
        description="What is waited for, when `why` is waiting_for_clinician or waiting_for_patient."
    )


class PatientInCare(_Told):
    """A patient in treatment, and what asks for attention."""

    org: str
    patient: str
    clinician: str | None
    setting: Setting | None
    plan_status: Literal["open", "closed"] | None
    day: date = Field(description="The day from which it is looked at.")
    need: Need | None = Field(
        description="The most pressing reason to look at the patient, by which the list is ordered: setback,"
        " review_overdue, motivation_dip, waiting_for_clinician, review_due, no_entry (for seven days, of a goal that"
        " is worked on), waiting_for_patient, none. Within one, the earliest next review comes first, then the lower"
        " id."
    )
    reasons: list[ReasonForAttention] = Field(description="The most pressing first, then the longest standing.")
    open_goals: int
    active_goals: int
    overdue: int = Field(description="Reviews that were due before the day.")
    due: int = Field(description="Reviews that are due on the day.")
    next_review_on: date | None
    waiting: int = Field(description="Agreements and answers that are awaited.")
    waiting_for: WaitingFor
    setbacks_since_review: int = Field(description="Setbacks after the last review of their goal.")
    raise_at_next_session: int = Field(description="Goals whose motivation has dipped since their last review.")
    agreements_entered: int = Field(description="Goals to which somebody else entered the patient's agreement.")
    last_entry_on: date | None
    days_since_last_entry: int | None = Field(description="Null while nothing was entered: unknown, not zero.")
    quarantined: list[QuarantinedGoal] = Field(
        description="The patient's goals (and plan) whose later events are in quarantine."
    )


class Caseload(ListOf[PatientInCare]):
    """The patients in treatment."""


class Awaited(_Told):
    """A word that a goal waits for."""

    org: str
    patient: str
    goal: str
    role: Party = Field(description="Whose word is awaited.")
    for_: Literal["agreement", "answer_to_contest", "answer_to_change_request"] = Field(alias="for")
    request: str | None = Field(description="The change request's id.")
    since: datetime
    text: str | None = Field(description="What was asked for, or why the goal was contested.")
    goal_status: Status
    statement: str | None = Field(description=NO_WORDS)
    wording: str | None
    clinician: str | None
    version: int
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class WaitingList(ListOf[Awaited]):
    """What waits, the longest awaited first."""


class ReviewCounts(_Told):
    """How many reviews were expected, and what became of them, in the period that is asked about."""

    reviews_expected: int = Field(
        description="Reviews that were expected by the cadence, before today or until the end of the work: those that"
        " took place, those never held, and those that are missing and can still take place."
    )
    reviews: int = Field(description="Reviews that took place.")
    timely: int = Field(description="Of these, those on the day that counts (`due_on`) or before.")
    late: int = Field(description="Of these, those after it.")
    with_patient: int = Field(description="Of these, those with the patient.")
    recorded_later: int = Field(description="Of these, those that were recorded on a later day.")
    never_held: int = Field(description="Reviews that were expected by the cadence and never took place.")
    moved: int = Field(description="How often a review was set on another day.")
    far_away: int = Field(description="Next reviews that are further away than twice the plan's cadence.")


class MovedReview(_Told):
    """A review was set on another day."""

    from_: date = Field(alias="from")
    to: date
    by: str = Field(description="Who set it; `cairn` where it follows from an event by itself.")
    role: ActorRole
    on: date = Field(description="The day on which that was recorded, where the patient is treated.")
    cause: ReviewCause = Field(description="Why.")


class ExpectedReview(_Told):
    """The review that was expected after the one before, or after the work began."""

    since: date = Field(description="The day of the review before, or on which the work began.")
    due_on: date = Field(
        description="The day that counts: the one that was set, or moved to with at least a week's notice, or else the"
        " one by the cadence. A day that is moved on its eve still counts."
    )
    held_on: date | None = Field(description="Null while it did not take place (in the period).")
    days_late: int | None = Field(description="From `due_on` to `held_on`; 0 when it was in time.")
    recorded_on: date | None
    recorded_days_after: int | None = Field(description="From `held_on` to `recorded_on`.")
    with_patient: bool | None
    moves: list[MovedReview]
    never_held_on: list[date] = Field(description="The days by the cadence that passed without a review meanwhile.")
    awaited: bool = Field(description="Whether it can still take place.")
    missing: bool = Field(description="Whether it is awaited, and was expected before today.")
    next_review_on: date | None = Field(description="The day that is set now, where it is awaited.")
    far_away: bool = Field(description="Whether the day that was set is further away than twice the plan's cadence.")


class GoalEvidence(ReviewCounts):
    """The evidence for one goal."""

    org: str
    patient: str
    goal: str
    clinician: str | None
    status: Status
    outcome: Outcome | None
    life_area: LifeArea | None
    framework: Literal["smart", "gas", "both", "none"]
    statement: str | None = Field(description=NO_WORDS)
    wording: str | None
    own_words: bool | None = Field(description="Whether the statement came from the patient; null: nobody knows.")
    patient_agreement_entered_by: str | None = Field(
        description="Who entered the patient's agreement; null where the patient did, or has not agreed."
    )
    copies: int | None = Field(
        description="Other patients who have a goal with the same text; null where the patient or the family reads."
    )
    measurable: bool = Field(description="Whether nothing is missing in the definition.")
    expected_reviews: list[ExpectedReview] = Field(description="By their days.")
    next_review_on: date | None
    overdue: bool
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class EvidenceInTotal(ReviewCounts):
    """What the evidence of all goals comes to."""

    goals: int
    own_words: int
    own_words_unknown: int
    agreements_entered: int = Field(description="Goals to which somebody else entered the patient's agreement.")
    measurable: int
    overdue: int = Field(description="Goals whose review is.")
    quarantined: int = Field(description="Goals whose later events are in quarantine.")


class Evidence(ListOf[GoalEvidence]):
    """Evidence goal by goal, and in total over all pages."""

    total: EvidenceInTotal
