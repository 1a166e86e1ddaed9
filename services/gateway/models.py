"""What answers look like, for the OpenAPI description. The tests hold real answers against these."""

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from events.goal.state import GoalState
from events.plan.state import PlanState
from events.vocabulary import ActorRole, ReviewCause, Status

Item = TypeVar("Item")
_DAY_OR_NULL: dict[str, Any] = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}

# Any in this module: JSON Schemas.


class ListOf(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="Pass it as `cursor` for the page after; null at the end.")


class ProjectionStatus(BaseModel):
    """How one projection is doing."""

    model_config = ConfigDict(extra="forbid")

    name: str
    version: int = Field(description="The version of its tables.")
    stream: str
    state: Literal["never_started", "catching_up", "live", "failing", "stopped"]
    position: int = Field(description="The last log position that is in its tables.")
    head: int = Field(description="The last position of the log.")
    lag: int = Field(description="Events between the two.")
    rate: float = Field(description="Events per second while it last had work.")
    quarantined: int = Field(description="Events that it could not take.")
    recorded_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    updated_at: datetime | None


class ProjectionList(ListOf[ProjectionStatus]):
    """Every projection."""


def _with_what_follows(schema: dict[str, Any]) -> None:
    schema["properties"].update(
        awaiting_agreement={
            "type": "array",
            "items": {"enum": ["patient", "clinician"]},
            "description": "Whose agreement is outstanding.",
        },
        missing={
            "type": "array",
            "items": {"type": "string"},
            "description": "What keeps the goal from being activated.",
        },
        latest_level={
            "anyOf": [{"type": "integer", "minimum": -2, "maximum": 2}, {"type": "null"}],
            "description": "The most recent GAS attainment level.",
        },
        last_review_on=_DAY_OR_NULL,
        last_setback_on=_DAY_OR_NULL,
    )


class GoalReading(GoalState):
    """A goal: every field of its state under its name, and what follows from them."""

    model_config = ConfigDict(title="Goal", json_schema_extra=_with_what_follows)


class PlanReading(PlanState):
    """A patient's treatment plan: every field of its state under its name."""

    model_config = ConfigDict(title="Plan")


class GoalList(ListOf[GoalReading]):
    """Goals of an organisation or a patient."""


class Change(BaseModel):
    """One field that was changed."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(description="Its path with dots.", examples=["smart.measure.target"])
    before: Any = Field(description="Its value before; null when there was none.")
    after: Any = Field(description="Its value after; null when there is none.")


class AuditEntry(BaseModel):
    """One event: who, when, what, and what it changed."""

    model_config = ConfigDict(extra="forbid")

    org: str
    patient: str
    goal: str = Field(description="The goal's id, or `plan`.")
    version: int
    position: int
    type: str
    actor: str
    actorrole: ActorRole
    time: datetime = Field(description="When it happened.")
    recordedtime: datetime = Field(description="When Cairn stored it.")
    source: str
    id: str
    causeversion: int | None = Field(description="The version of the event that this one followed from by itself.")
    data: dict[str, Any]
    changes: list[Change] = Field(description="For revisions, amendments and corrections: each changed field.")


class AuditList(ListOf[AuditEntry]):
    """Events in the order of the log."""


class Difference(BaseModel):
    """What differs between two versions of a goal or plan."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    org: str
    patient: str
    goal: str
    from_: int = Field(alias="from")
    to: int
    changes: list[Change]
    events: list[AuditEntry] = Field(description="What happened in between.")


class ReviewEntry(BaseModel):
    """The next review of one goal."""

    model_config = ConfigDict(extra="forbid")

    org: str
    patient: str
    goal: str
    due_on: date
    status: Literal["upcoming", "due", "overdue"] = Field(description="On the day that was asked for.")
    cause: ReviewCause
    sequence: int = Field(description="How often the goal's review was set.")
    goal_status: Status
    statement: str
    wording: str | None
    clinician: str | None
    time_zone: str | None
    version: int
    position: int


class ReviewList(ListOf[ReviewEntry]):
    """Reviews, the longest due first."""
