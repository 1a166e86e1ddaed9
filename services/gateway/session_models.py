"""What answers about talks look like, for the OpenAPI description. The tests hold real answers against these."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from events.vocabulary import Accommodation, Per, Status
from projections.goal_state.patient.talk import About
from services.gateway.models import QUARANTINED, ListOf, QuarantinedAt


class _Told(BaseModel):
    model_config = ConfigDict(defer_build=True, extra="forbid")


class WinTold(_Told):
    """Something that went well on a day: milestones that were met, a note of a day done or of a step up, or both."""

    on: date
    goal: str
    note: str | None
    by_patient: bool | None = Field(description="Whether the patient wrote the note; null without one.")
    entry: str | None = Field(description="The entry with the note.")
    milestones: list[str] = Field(description="What was met that day, in the words of the milestones.")
    is_step_up: bool = Field(description="Whether the day came with a step up the scale.")


class WinList(_Told):
    """What went well lately, the newest first."""

    org: str
    patient: str
    items: list[WinTold]


class StepOfScale(_Told):
    """A step of a goal's scale."""

    level: int
    text: str
    by_patient: bool


class WeekOfGoal(_Told):
    """How far a week came with a goal. What nobody told is unknown: it adds nothing and takes nothing."""

    goal: str
    days_told: int
    days_done: int = Field(description="On how many days it was told as done, or with a number above zero.")
    what: str | None = Field(description="What is counted; null where the goal counts nothing.")
    unit: str | None
    low: int | float | None = Field(description="At least so much is aimed for.")
    high: int | float | None = Field(description="At most so much is aimed for.")
    per: Per | None
    amount: int | float | None = Field(description="What was told comes to so much; null where that cannot be said.")


class MilestoneAhead(_Told):
    """A milestone that is due in the rest of the week."""

    goal: str
    text: str
    due: date


class Sheet(_Told):
    """A goal, with what leads to it, as it is printed for a talk."""

    goal: str
    status: Status
    statement: str
    own_words: bool | None = Field(description="Whether the statement came from the patient; null where nobody knows.")
    talk_on: date | None = Field(description="The next review of the goals on the sheet, from the day on.")
    steps: list[StepOfScale] = Field(description="The highest first; empty for a goal without a scale.")
    began: int | None = Field(description="The level of the step at which the goal began.")
    now: int | None = Field(description="The level of the step where it stands.")
    reached: list[int] = Field(description="The levels that were told.")
    week_begins: date = Field(description="The Monday of the week that is told.")
    is_last_week: bool = Field(
        description="Whether it is the week before the present one: while something is told of it and nothing of this."
    )
    week: list[WeekOfGoal]
    milestones: list[MilestoneAhead]
    wins: list[WinTold]
    asks_about: About = Field(description="What the question of the sheet is about: one state, the most pressing one.")
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class Session(_Told):
    """What is printed for a talk with one patient."""

    org: str
    patient: str
    day: date = Field(description="The day from which it is looked at.")
    accommodations: list[Accommodation]
    sheets: list[Sheet] = Field(description="One for each open goal that supports no other, the earliest talk first.")


class SessionList(ListOf[Session]):
    """The talks of a day, by patient."""
