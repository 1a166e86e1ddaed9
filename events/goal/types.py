"""What can happen to a goal: one frozen payload for each event type (DOMAIN: events)."""

from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from events.payload import Payload
from events.vocabulary import (
    ActorRole,
    Answer,
    Days,
    External,
    GasScale,
    Horizon,
    Kind,
    Level,
    LifeArea,
    Number,
    Outcome,
    Party,
    Position,
    Rating,
    ReviewCause,
    ReviewDecision,
    RevisionReason,
    Smart,
    Status,
    Template,
    Text,
    Token,
    Value,
)

Interventions = Annotated[tuple[Text, ...], Field(max_length=20)]
Mood = Annotated[int, Field(ge=1, le=10)]


class GoalPayload(Payload):
    """An event about one goal."""


class GoalDefinition(GoalPayload):
    """What a goal is when it first appears. `statement` is in the patient's own words and is never overwritten."""

    statement: Text
    life_area: LifeArea | None = None
    priority: Token | None = None
    supports: Token | None = None
    smart: Smart | None = None
    gas: GasScale | None = None
    relevance: Rating | None = None
    interventions: Interventions = ()
    clinical_target: Text | None = None
    template: Template | None = None
    external: Annotated[tuple[External, ...], Field(max_length=20)] = ()


class Proposed(GoalDefinition):
    """A goal was put forward, by the patient or by a clinician; whoever proposes has agreed."""

    type_name: ClassVar = "cairn.goal.proposed.v1"

    kind: Kind
    horizon: Horizon


class Imported(GoalDefinition):
    """A goal as another system knew it. No agreement is invented; what is unknown stays unknown.

    `wording` is how the goal was put last, where that differs from the statement.
    """

    type_name: ClassVar = "cairn.goal.imported.v1"

    wording: Text | None = None
    kind: Kind | None = None
    horizon: Horizon | None = None
    status: Status
    outcome: Outcome | None = None
    replaced_by: Token | None = None
    agreed_by: Annotated[tuple[Party, ...], Field(max_length=2)] = ()
    started_on: date | None = None
    status_on: date | None = None
    reason: Text | None = None
    external: Annotated[tuple[External, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _outcome_of_the_closed(self) -> Self:
        if (self.status == "closed") != (self.outcome is not None):
            raise PydanticCustomError("outcome", "outcome goes with status closed, and only with it")
        return self


class Agreed(GoalPayload):
    """The party in the envelope's `actorrole` agrees to the goal as it stands."""

    type_name: ClassVar = "cairn.goal.agreed.v1"

    note: Text | None = None


class Contested(GoalPayload):
    """The patient or a clinician contests the goal; the contest is open until a clinician answers.

    Before the work on the goal has begun, the agreements fall away. A goal that is active or held stays as it is: the
    work goes on, with its entries and reviews, while the contest waits for its answer.
    """

    type_name: ClassVar = "cairn.goal.contested.v1"

    reason: Text


class Override(Value):
    """Why one more active goal than the plan allows is right for this person."""

    reason: Text


class Activated(GoalPayload):
    """Work on the goal begins. The first review is scheduled in the same commit."""

    type_name: ClassVar = "cairn.goal.activated.v1"

    review_every_days: Days | None = None
    first_review_on: date | None = None
    override: Override | None = None


class Changes(Value):
    """The parts of a goal that a revision may change; the statement itself stays, `wording` is how it is put now."""

    wording: Text | None = None
    smart: Smart | None = None
    gas: GasScale | None = None
    kind: Kind | None = None
    horizon: Horizon | None = None
    life_area: LifeArea | None = None
    priority: Token | None = None
    supports: Token | None = None
    relevance: Rating | None = None
    interventions: Interventions | None = None
    clinical_target: Text | None = None
    due: date | None = None
    review_every_days: Days | None = None

    def given(self) -> dict[str, Any]:
        """The changed fields by name, in the order of the schema; None where a field is cleared."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("no_change", "name at least one changed field")
        for name in ("kind", "horizon", "interventions"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise PydanticCustomError("cannot_clear", "{name} cannot be cleared", {"name": name})
        return self

    @model_serializer(mode="plain")
    def _given(self) -> dict[str, object]:
        # A null means "cleared", so it must survive where other payloads leave nulls out.
        return self.given()


class Revised(GoalPayload):
    """The goal was changed, at any time and for a reason. Never counted as a failure.

    `changes` holds the new value of each changed field; a field given as null is cleared. `review` is the log
    position of the review that led to the revision.
    """

    type_name: ClassVar = "cairn.goal.revised.v1"

    changes: Changes
    reason: RevisionReason
    note: Text | None = None
    review: Annotated[int, Field(ge=1)] | None = None


class ChangeRequested(GoalPayload):
    """Someone asks for the goal to be changed."""

    type_name: ClassVar = "cairn.goal.change_requested.v1"

    request: Token
    text: Text


class ChangeAnswered(GoalPayload):
    """A change request, or a contest, is answered."""

    type_name: ClassVar = "cairn.goal.change_answered.v1"

    request: Token | None = None
    answer: Answer
    text: Text


class MilestoneSet(GoalPayload):
    """A weekly target or milestone on the way to the goal."""

    type_name: ClassVar = "cairn.goal.milestone_set.v1"

    milestone: Token
    text: Text
    due: date


class MilestoneMet(GoalPayload):
    """A milestone was reached."""

    type_name: ClassVar = "cairn.goal.milestone_met.v1"

    milestone: Token
    on: date


class ProgressFields(GoalPayload):
    """What a daily entry can say. `value` is in the measure's unit; `level` is a GAS attainment level."""

    done: bool | None = None
    value: Number | None = None
    level: Level | None = None
    mood: Mood | None = None
    motivation: Rating | None = None
    note: Text | None = None
    setback: bool | None = None

    def said(self) -> dict[str, Any]:
        """The fields that were given, by name."""
        return {name: value for name in _SAID if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _something(self) -> Self:
        # The first check is quick and holds for nearly every entry.
        if self.done is None and not self.said():
            raise PydanticCustomError(
                "nothing_said", "give at least one of done, value, level, mood, motivation, note, setback"
            )
        return self


_SAID = tuple(ProgressFields.model_fields)


class ProgressLogged(ProgressFields):
    """A daily entry. A day without one is unknown, never a failure."""

    type_name: ClassVar = "cairn.goal.progress_logged.v1"

    entry: Token
    on: date


class ProgressCorrected(ProgressFields):
    """An entry was wrong; these fields are right, and a field given as null is cleared.

    The first version stays in the log.
    """

    type_name: ClassVar = "cairn.goal.progress_corrected.v1"

    entry: Token
    on: date | None = None
    reason: Text

    def said(self) -> dict[str, Any]:
        """The fields that are put right, by name, None where one is cleared; the day may be one of them."""
        given = {name: getattr(self, name) for name in _SAID if name in self.model_fields_set}
        return {**given, **({"on": self.on} if self.on else {})}

    @model_serializer(mode="plain")
    def _given(self) -> dict[str, object]:
        # A null means "cleared", so it must survive where other payloads leave nulls out.
        return {"entry": self.entry, **self.said(), "reason": self.reason}


class ProgressWithdrawn(GoalPayload):
    """An entry should not be there: it was about another goal, or another person. It stays in the log, as withdrawn."""

    type_name: ClassVar = "cairn.goal.progress_withdrawn.v1"

    entry: Token
    reason: Text


class ReviewScheduled(GoalPayload):
    """The goal's next review is due on a day in the clinic's time zone."""

    type_name: ClassVar = "cairn.goal.review_scheduled.v1"

    due_on: date
    cause: ReviewCause


class Reviewed(GoalPayload):
    """Patient and team looked at the goal together and decided how to go on."""

    type_name: ClassVar = "cairn.goal.reviewed.v1"

    on: date
    participants: Annotated[tuple[ActorRole, ...], Field(min_length=1, max_length=20)]
    level: Level | None = None
    decision: ReviewDecision
    note: Text | None = None
    next_review_on: date | None = None


class Held(GoalPayload):
    """Work on the goal pauses."""

    type_name: ClassVar = "cairn.goal.held.v1"

    reason: Text


class Resumed(GoalPayload):
    """Work on a held goal goes on."""

    type_name: ClassVar = "cairn.goal.resumed.v1"

    reason: Text


class Closed(GoalPayload):
    """Work on the goal ends, with an outcome."""

    type_name: ClassVar = "cairn.goal.closed.v1"

    outcome: Outcome
    level: Level | None = None
    replaced_by: Token | None = None
    reason: Text


class Reopened(GoalPayload):
    """A goal that was closed by mistake is open again, as it was before.

    Its next review is scheduled in the same commit. The patient, a clinician or a supervisor may open it again, not
    beyond the plan's limit of active goals.
    """

    type_name: ClassVar = "cairn.goal.reopened.v1"

    reason: Text


class EnteredInError(GoalPayload):
    """The goal should never have been recorded. A correction by a new fact; nothing is deleted."""

    type_name: ClassVar = "cairn.goal.entered_in_error.v1"

    reason: Text


class Voided(GoalPayload):
    """A message on the goal's subject that cannot be read is void. Only Cairn's operator records that, never a sender.

    Attributes:
        position: Where in the log the message is.
    """

    type_name: ClassVar = "cairn.goal.voided.v1"

    position: Position
    reason: Text


GOAL_EVENTS: tuple[type[GoalPayload], ...] = (
    Proposed,
    Imported,
    Agreed,
    Contested,
    Activated,
    Revised,
    ChangeRequested,
    ChangeAnswered,
    MilestoneSet,
    MilestoneMet,
    ProgressLogged,
    ProgressCorrected,
    ProgressWithdrawn,
    ReviewScheduled,
    Reviewed,
    Held,
    Resumed,
    Closed,
    Reopened,
    EnteredInError,
    Voided,
)
