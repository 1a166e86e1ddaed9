"""What the answer about today in a clinic looks like, for OpenAPI; the tests hold real answers to it."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from events.goal.measured import Measured
from events.vocabulary import (
    Accommodation,
    Actor,
    Measure,
    Party,
    ReviewDecision,
    RevisionReason,
    Setting,
    Status,
)
from projections.goal_state.caseload_needs import Need
from projections.goal_state.today_week import DayState
from services.gateway.models import NO_WORDS, ListOf, QuarantinedGoal


class _Told(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")


class ReasonToday(_Told):
    """Why a patient is to be looked at today."""

    why: Need
    since: date | None = Field(description="As in the caseload; null where nobody knows.")
    days: int | None = Field(description="From `since` to the day of looking.")
    goal: str
    statement: str | None = Field(description=NO_WORDS)
    wording: str | None
    awaited: Literal["agreement", "answer_to_contest", "answer_to_change_request"] | None
    request: str | None = Field(description="The change request's id.")
    at: datetime | None = Field(description="When it came to be awaited.")
    text: str | None = Field(description="What was asked for, why it was contested, or what a setback was told with.")
    who: Actor | None = Field(description="Who said that, or set what is to be agreed to.")


class WordsToday(_Told):
    """What stands largest in a patient's row."""

    goal: str
    of: Literal["statement", "setback", "answer_to_contest", "answer_to_change_request"]
    text: str | None = Field(description=NO_WORDS)
    who: Actor = Field(description="Whose words they are: the patient's wherever there are any.")


class NoteToday(_Told):
    """The latest words of the diary in four weeks."""

    goal: str
    on: date
    text: str | None = Field(description=NO_WORDS)
    setback: bool
    who: Actor


class Step(_Told):
    """From one step of a goal's scale to another."""

    from_: int | None = Field(alias="from", description="Null where none was told before.")
    to: int
    on: date
    text: str | None = Field(description="The step as the scale puts it.")


class ReviewToday(_Told):
    """The last review of a goal."""

    on: date
    decision: ReviewDecision
    who: Actor
    with_patient: bool
    text: str | None = Field(description="Its note.")
    step: Step | None = Field(description="The step that it told.")


class ChangedField(_Told):
    """A field before and after a revision."""

    field: str = Field(description="Its path with dots, such as smart.due.")
    before: Any = Field(description="Null where there was nothing.")
    after: Any


class RevisionToday(_Told):
    """A revision since the last review."""

    version: int
    on: date
    who: Actor
    reason: RevisionReason
    text: str | None = Field(description="Its note.")
    agreed: bool | None = Field(description="Whether both agree to it; null where a later one took its place.")
    changes: list[ChangedField]


class DayToday(_Told):
    """A day of a week."""

    on: date
    state: DayState = Field(
        description="kept, otherwise, told (neither of both), untold (it is over, and nobody knows), today (nothing is"
        " told yet), ahead."
    )
    value: float | None
    level: int | None
    setback: bool


class WeekToday(_Told):
    """A week of a goal. A day that nobody told of is unknown: neither zero nor a failure."""

    from_: date = Field(alias="from", description="Its Monday.")
    measure: Measure | None
    days: list[DayToday]
    told: int
    kept: int
    otherwise: int
    untold: int
    ahead: int = Field(description="Days still to come, and the day of looking while nothing is told of it.")
    value: float | None = Field(description="The sum of the values that were told; null while there are none.")
    measured: Measured | None = Field(description="How far the week came by the goal's measure.")


class OfferToday(_Told):
    """What a review could decide before the goal is given up."""

    decision: ReviewDecision
    text: str | None


class GoalToday(_Told):
    """An open goal."""

    goal: str
    status: Status
    statement: str | None = Field(description=NO_WORDS)
    wording: str | None
    who: Actor = Field(description="Whose words the statement is.")
    next_review_on: date | None
    last_entry_on: date | None
    awaiting_agreement: list[Party]
    review: ReviewToday | None = Field(description="The last one; null before the first.")
    step: Step | None = Field(description="The step to the latest level, where that was told after the last review.")
    revisions: list[RevisionToday] = Field(description="Since the last review.")
    week: WeekToday | None = Field(description="Null while the goal is not worked on.")
    last_week: WeekToday | None = Field(
        description="The week before, while something is told of it and nothing of this week; else null."
    )
    offers: list[OfferToday] = Field(description="After a dip in motivation or a setback.")


class MoodToday(_Told):
    """A mood of one day: of several, the last that was told with a goal, the goals by their ids."""

    on: date
    value: int
    goal: str | None = Field(description="Null of one that was measured with the plan.")


class ScoreToday(_Told):
    """A score, other than of mood."""

    on: date
    instrument: str
    score: int


class ScoreOfDay(_Told):
    """A score of a day."""

    on: date
    score: int


class MeasureToday(_Told):
    """The first and the last score of an instrument."""

    instrument: str
    first: ScoreOfDay
    last: ScoreOfDay


class NextReview(_Told):
    """The next review of a goal."""

    goal: str
    due_on: date


class PatientToday(_Told):
    """A patient in treatment, and why to look at them today."""

    org: str
    patient: str
    clinician: str | None
    setting: Setting | None
    plan_status: Literal["open", "closed"] | None
    accommodations: list[Accommodation]
    day: date = Field(description="The day from which the patient is looked at.")
    need: Need | None = Field(description="The first reason; null without any.")
    waiting_since: datetime | None = Field(description="Since when the first word of the clinician is awaited.")
    quiet_since: date | None = Field(
        description="Since which day nothing was entered for any goal that is worked on; null while none is."
    )
    place: tuple[int, date, str] = Field(
        description="What rows are ordered by; a row that is read again by itself has its new place."
    )
    reasons: list[ReasonToday] = Field(description="In the order of Today.")
    words: WordsToday | None
    note: NoteToday | None
    last_review_on: date | None
    goals: list[GoalToday]
    mood: list[MoodToday] = Field(description="Four weeks, by day.")
    distress: list[ScoreToday] = Field(description="Four weeks, by day.")
    measures: list[MeasureToday]
    next_reviews: list[NextReview]
    quarantined: list[QuarantinedGoal] = Field(
        description="The patient's goals (and plan) whose later events are in quarantine."
    )


class OfClinician(_Told):
    """How many patients a clinician leads the plans of."""

    clinician: str | None
    patients: int


class TodayCounts(_Told):
    """How many patients there are on all pages."""

    patients: int
    by_clinician: list[OfClinician] = Field(description="Of the whole organisation.")
    by_need: dict[Need, int] = Field(description="By their first reason.")
    by_reason: dict[Need, int] = Field(description="By any of their reasons.")


class Today(ListOf[PatientToday]):
    """The patients in treatment, the most pressing first."""

    counts: TodayCounts | None = Field(description="Null where one patient is asked for.")
