"""What answers about a whole clinic look like, for the OpenAPI description; the tests hold real answers to it."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from events.vocabulary import LifeArea, Outcome, Party, Setting, Status
from services.gateway.models import QUARANTINED, ListOf, QuarantinedAt, QuarantinedGoal


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WaitingFor(_Told):
    """How much waits for each side."""

    patient: int
    clinician: int


class PatientInCare(_Told):
    """A patient in treatment, and what asks for attention."""

    org: str
    patient: str
    clinician: str | None
    setting: Setting | None
    plan_status: Literal["open", "closed"] | None
    day: date = Field(description="The day from which it is looked at.")
    open_goals: int
    active_goals: int
    overdue: int = Field(description="Reviews that were due before the day.")
    due: int = Field(description="Reviews that are due on the day.")
    next_review_on: date | None
    waiting: int = Field(description="Agreements and answers that are awaited.")
    waiting_for: WaitingFor
    setbacks_since_review: int = Field(description="Setbacks after the last review of their goal.")
    raise_at_next_session: int = Field(description="Goals whose motivation has dipped since their last review.")
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
    statement: str
    wording: str | None
    clinician: str | None
    version: int
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class WaitingList(ListOf[Awaited]):
    """What waits, the longest awaited first."""


class GoalEvidence(_Told):
    """The evidence for one goal."""

    org: str
    patient: str
    goal: str
    clinician: str | None
    status: Status
    outcome: Outcome | None
    life_area: LifeArea | None
    framework: Literal["smart", "gas", "both", "none"]
    statement: str
    wording: str | None
    own_words: bool | None = Field(description="Whether the statement came from the patient; null: nobody knows.")
    copies: int = Field(description="Other patients who have a goal with the same text.")
    measurable: bool = Field(description="Whether nothing is missing in the definition.")
    reviews: int = Field(description="Reviews that took place.")
    timely: int = Field(description="Of these, those that took place on the day they were due or before.")
    with_patient: int = Field(description="Of these, those with the patient.")
    next_review_on: date | None
    overdue: bool
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class EvidenceInTotal(_Told):
    """What the evidence of all goals comes to."""

    goals: int
    own_words: int
    own_words_unknown: int
    measurable: int
    overdue: int = Field(description="Goals whose review is.")
    quarantined: int = Field(description="Goals whose later events are in quarantine.")
    reviews: int
    timely: int
    with_patient: int


class Evidence(ListOf[GoalEvidence]):
    """Evidence goal by goal, and in total over all pages."""

    total: EvidenceInTotal
