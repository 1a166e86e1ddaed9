"""The state that a plan's events fold into."""

from datetime import date, datetime
from typing import Literal

from events.plan.consent_terms import Ended, Paper, Purpose, Recipient, Signature, Statements, Until
from events.time_zones import time_zone
from events.vocabulary import (
    Accommodation,
    Allowed,
    Instrument,
    Priority,
    Program,
    TreatmentReason,
    Value,
)

SHORT_REVIEW_DAYS = 7
"""The longest cadence for someone whose plan asks for short reviews (DOMAIN: what follows by itself)."""


class Measurement(Value):
    """A score of a distress or mood instrument on a day."""

    instrument: Instrument
    score: int
    on: date
    version: int


class Consent(Value):
    """A consent with its terms as they were given, and its end, if it has come otherwise than by its last day.

    Whether it is in force on a day is for `events/plan/consents.py` to say.
    """

    consent: str
    version: int
    given_at: datetime
    recipient: Recipient
    purposes: tuple[Purpose, ...]
    what: tuple[Allowed, ...]
    information: str
    until: Until
    signed: Signature
    statements: Statements | None = None
    paper: Paper | None = None
    ended: Ended | None = None


class PlanState(Value):
    """One patient's plan after all its events so far."""

    org: str
    patient: str
    version: int
    position: int
    status: Literal["open", "closed"]
    opened_at: datetime
    updated_at: datetime
    reasons: tuple[TreatmentReason, ...]
    clinician: str
    program: Program | None
    review_every_days: int
    active_goal_limit: int
    accommodations: tuple[Accommodation, ...]
    time_zone: str
    priorities: tuple[Priority, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    consents: tuple[Consent, ...] = ()
    closed_reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the plan has not been closed."""
        return self.status == "open"

    @property
    def simplified(self) -> bool:
        """Whether the plan asks for simplified language."""
        return "simplified_language" in self.accommodations

    def day(self, instant: datetime) -> date:
        """The day of an instant in the clinic's time zone."""
        return instant.astimezone(time_zone(self.time_zone)).date()

    def cadence(self, goal_days: int | None) -> int:
        """Days between reviews of a goal: its own, or the plan's, capped for short reviews."""
        days = goal_days or self.review_every_days
        return min(days, SHORT_REVIEW_DAYS) if "short_reviews" in self.accommodations else days
