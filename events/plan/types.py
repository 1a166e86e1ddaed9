"""What can happen to a patient's treatment plan: one frozen payload for each event type (DOMAIN: events)."""

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from events.payload import RECORDED, Payload
from events.plan.consent_terms import Paper, Purpose, Purposes, Recipient, Signature, Statements, Until, What
from events.plan.grounds import Ground
from events.time_zones import is_time_zone
from events.vocabulary import (
    INSTRUMENT_RANGES,
    Accommodation,
    Days,
    Instrument,
    Label,
    Position,
    Priority,
    Program,
    Text,
    Token,
    TreatmentReason,
)


def _known_zone(name: str, info: ValidationInfo) -> str:
    # What was recorded under an earlier release of the database stays readable.
    if not is_time_zone(name) and info.context is not RECORDED:
        raise PydanticCustomError("time_zone", "It is not a time zone of the IANA database, such as Europe/Vienna")
    return name


TimeZone = Annotated[Label, AfterValidator(_known_zone)]
Reasons = Annotated[tuple[TreatmentReason, ...], Field(max_length=20)]
ActiveGoalLimit = Annotated[int, Field(ge=1, le=5)]
Accommodations = Annotated[tuple[Accommodation, ...], Field(max_length=3)]


class PlanPayload(Payload):
    """An event about one patient's plan."""


class Opened(PlanPayload):
    """Treatment planning begins: why the patient is here, who works with them, and how often goals are reviewed."""

    type_name: ClassVar = "cairn.plan.opened.v1"

    reasons: Reasons
    clinician: Label
    program: Program | None = None
    review_every_days: Days = 14
    active_goal_limit: ActiveGoalLimit = 3
    accommodations: Accommodations = ()
    time_zone: TimeZone = "UTC"


class Amended(PlanPayload):
    """Parts of the plan changed, for a reason."""

    type_name: ClassVar = "cairn.plan.amended.v1"

    reasons: Reasons | None = None
    clinician: Label | None = None
    program: Program | None = None
    review_every_days: Days | None = None
    active_goal_limit: ActiveGoalLimit | None = None
    accommodations: Accommodations | None = None
    time_zone: TimeZone | None = None
    reason: Text

    def changes(self) -> dict[str, object]:
        """The amended fields, by name."""
        return {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name != "reason" and getattr(self, name) is not None
        }

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.changes():
            raise PydanticCustomError("no_change", "name at least one amended field")
        return self


class PrioritiesRanked(PlanPayload):
    """What would make recovery feel worth it, ranked by the patient; three to five are expected."""

    type_name: ClassVar = "cairn.plan.priorities_ranked.v1"

    priorities: Annotated[tuple[Priority, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        if len({priority.id for priority in self.priorities}) < len(self.priorities):
            raise PydanticCustomError("same_id", "every priority needs an id of its own")
        if len({priority.rank for priority in self.priorities}) < len(self.priorities):
            raise PydanticCustomError("same_rank", "every priority needs a rank of its own")
        return self


class Measured(PlanPayload):
    """A distress or mood score; its range is that of the instrument."""

    type_name: ClassVar = "cairn.plan.measured.v1"

    instrument: Instrument
    score: int
    on: date

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        low, high = INSTRUMENT_RANGES[self.instrument]
        if not low <= self.score <= high:
            raise PydanticCustomError(
                "progress.out_of_range",
                "{instrument} runs from {low} to {high}",
                {"instrument": self.instrument, "low": low, "high": high},
            )
        return self


class ConsentGiven(PlanPayload):
    """The patient consents that information goes to somebody, for stated purposes, until a stated end.

    It has what 42 CFR 2.31(a) asks of a written consent, but for names: those are on the signed document.

    Attributes:
        consent: The id of the consent within the plan.
        recipient: To whom, by name or class.
        purposes: Each purpose.
        what: Which kinds of data in Cairn it is about, and whether the recipient may contribute.
        information: The information in words, specific and meaningful to the patient.
        until: When it ends.
        signed: By whom, and on which day; it is in force from that day on.
        statements: What else it says. Needed unless `paper` has it.
        paper: Where the signed document is.
    """

    type_name: ClassVar = "cairn.plan.consent_given.v1"

    consent: Token
    recipient: Recipient
    purposes: Purposes
    what: What
    information: Text
    until: Until
    signed: Signature
    statements: Statements | None = None
    paper: Paper | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.statements is None and self.paper is None:
            raise PydanticCustomError("incomplete", "give statements, or the paper that has them, or both")
        return self


class ConsentRevoked(PlanPayload):
    """A consent ends: the patient revokes it, or the event has come until which it was given.

    From then on nothing is disclosed on it. What was disclosed before stays as it was.
    """

    type_name: ClassVar = "cairn.plan.consent_revoked.v1"

    consent: Token
    because: Literal["revoked", "event_came"] = "revoked"
    reason: Text | None = None


class Disclosed(PlanPayload):
    """Information about the patient goes to somebody outside. It is recorded before the information is handed out.

    Attributes:
        recipient: To whom: a person or an organisation.
        purpose: What for.
        ground: The section of 42 CFR Part 2 under which it is disclosed, and what that section asks to be said.
        what: The kinds of data.
        description: What was disclosed, in short (45 CFR 164.528(b)(2)(iii)).
    """

    type_name: ClassVar = "cairn.plan.disclosed.v1"

    recipient: Recipient
    purpose: Purpose
    ground: Ground
    what: What
    description: Text


class Closed(PlanPayload):
    """Treatment planning ends."""

    type_name: ClassVar = "cairn.plan.closed.v1"

    reason: Text


class Voided(PlanPayload):
    """A message on the plan's subject that cannot be read is void. Only Cairn's operator records that, never a sender.

    Attributes:
        position: Where in the log the message is.
    """

    type_name: ClassVar = "cairn.plan.voided.v1"

    position: Position
    reason: Text


PLAN_EVENTS: tuple[type[PlanPayload], ...] = (
    Opened,
    Amended,
    PrioritiesRanked,
    Measured,
    ConsentGiven,
    ConsentRevoked,
    Disclosed,
    Closed,
    Voided,
)
