"""What answers look like, for the OpenAPI description. The tests hold real answers against these.

A gateway makes answers without them, so pydantic works them out when somebody asks for the description.
"""

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from events.flag import Flag
from events.goal.entries import ProgressEntry
from events.goal.measured import Measured
from events.goal.offers import Offer
from events.goal.state import GoalState
from events.goal.suggestion import Suggestion
from events.goal.wins import Wins
from events.vocabulary import ActorRole, Party, ReviewCause, Status, SubmitterRole

Item = TypeVar("Item")
_DAY_OR_NULL: dict[str, Any] = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}

# Any in this module: JSON Schemas.


class ListOf(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(defer_build=True)

    items: list[Item]
    next: str | None = Field(description="Pass it as `cursor` for the page after; null at the end.")


class ProjectionBuild(BaseModel):
    """What is being built beside the tables that are read."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    version: int
    position: int
    head: int
    percent: int = Field(description="Of the log that is in it.")
    rate: float = Field(description="Events per second.")
    quarantined: int
    updated_at: datetime | None = Field(description="When it last got on.")


class ProjectionStatus(BaseModel):
    """How one projection is doing."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    name: str
    version: int | None = Field(description="The version of the tables that are read; null while there are none.")
    stream: str
    state: Literal["never_started", "building", "catching_up", "live", "stopped", "log_replaced"]
    position: int = Field(description="The last log position that is in its tables.")
    head: int = Field(description="The last position of the log.")
    lag: int | None = Field(description="Events between the two; null while the log is another one.")
    lag_seconds: float | None = Field(
        description="Since the first event that waits was recorded, by the clock of the log's server; 0 when none"
        " waits, null while the log is silent or is another one."
    )
    rate: float = Field(description="Events per second while it last had work.")
    quarantined: int = Field(description="Events that it could not take, and those of the same goals behind them.")
    recorded_at: datetime | None
    last_error: str | None = Field(
        description="The last trouble since its service began. It stays until the next one; in the state `live` it is"
        " over."
    )
    last_error_at: datetime | None
    updated_at: datetime | None
    building: ProjectionBuild | None


class ProjectionList(ListOf[ProjectionStatus]):
    """Every projection."""


class AwaitedWord(BaseModel):
    """A word that a goal waits for."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    role: Party = Field(description="Whose word is awaited.")
    for_: Literal["agreement", "answer_to_contest", "answer_to_change_request"] = Field(alias="for")
    since: datetime
    request: str | None = Field(description="The change request's id.")


class QuarantinedAt(BaseModel):
    """Where a goal is quarantined: until the cause is mended and it is tried again, reads have less than the log."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    version: int = Field(description="The version that is read; 0 when nothing is.")
    position: int = Field(description="The log position of the next event, which could not be taken in.")
    reason: str = Field(description="What went wrong, without anybody's words.")


class QuarantinedGoal(QuarantinedAt):
    """A goal (or plan) that is quarantined, and where."""

    org: str
    patient: str
    goal: str


NO_WORDS = "Null for those who may not read what people said."
QUARANTINED = (
    "Set while the projection cannot take in the goal's next event. `cairn projections quarantine` releases it."
)


def _list_of(item: dict[str, Any], description: str) -> dict[str, Any]:
    return {"type": "array", "items": item, "description": description}


def _wins() -> dict[str, Any]:
    """The schema of a week's wins, with nothing in it that points elsewhere in the document."""
    schema = Wins.model_json_schema()
    schema.pop("$defs")
    schema["properties"]["measured"] = {
        "anyOf": [Measured.model_json_schema(), {"type": "null"}],
        "description": "How far the week came by the goal's measure, as so much of so much.",
    }
    return schema


def _only_where_asked_for(member: dict[str, Any], what: str) -> dict[str, Any]:
    return {**member, "description": f"{what} It is there only where it was asked for with `include`."}


def _with_what_follows(schema: dict[str, Any]) -> None:
    schema["required"] = [name for name in schema["required"] if name != "progress"]
    schema["properties"].update(
        progress=_only_where_asked_for(schema["properties"]["progress"], "The whole diary."),
        awaiting_agreement=_list_of({"enum": ["patient", "clinician"]}, "Whose agreement is outstanding."),
        waiting=_list_of(AwaitedWord.model_json_schema(), "What the goal waits for, the longest awaited first."),
        flags=_list_of(Flag.model_json_schema(), "What is worth a second look; nothing is refused for it."),
        missing=_list_of({"type": "string"}, "What keeps the goal from being activated."),
        unsaid=_list_of({"type": "string"}, "Parts of SMART that are still open, and need not be said."),
        missing_reasons={
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Why each part that is missing or unsaid is wanted.",
        },
        suggested_framework={
            "anyOf": [Suggestion.model_json_schema(), {"type": "null"}],
            "description": "What to work a draft out with.",
        },
        offers=_list_of(Offer.model_json_schema(), "What to offer at the next session, after a setback or a dip."),
        weekly_wins=_only_where_asked_for(_list_of(_wins(), ""), "What went well, week by week."),
        latest_level={
            "anyOf": [{"type": "integer", "minimum": -2, "maximum": 2}, {"type": "null"}],
            "description": "The most recent GAS attainment level.",
        },
        last_entry_on=_DAY_OR_NULL,
        last_review_on=_DAY_OR_NULL,
        last_setback_on=_DAY_OR_NULL,
        quarantined={"anyOf": [QuarantinedAt.model_json_schema(), {"type": "null"}], "description": QUARANTINED},
    )


class GoalReading(GoalState):
    """A goal: every field of its state under its name, and what follows from them."""

    model_config = ConfigDict(defer_build=True, title="Goal", json_schema_extra=_with_what_follows)


class GoalList(ListOf[GoalReading]):
    """Goals of an organisation or a patient."""


class EntryList(ListOf[ProgressEntry]):
    """The entries of a goal's diary."""

    first_on: date | None = Field(description="The first day that the diary tells of, whatever was asked for.")
    last_on: date | None = Field(description="The last day that it tells of.")
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class Change(BaseModel):
    """One field that was changed."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    field: str = Field(description="Its path with dots.", examples=["smart.measure.target"])
    before: Any = Field(description="Its value before; null when there was none.")
    after: Any = Field(description="Its value after; null when there is none.")


class AuditEntry(BaseModel):
    """One event: who, when, what, and what it changed."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    org: str
    patient: str
    goal: str = Field(description="The goal's id, or `plan`.")
    version: int
    position: int
    type: str
    actor: str
    actorrole: ActorRole
    enteredby: str | None = Field(description="Who typed it in, where that was not the actor.")
    submittedby: str | None = Field(
        description="Who submitted it, as Cairn knows them; `cairn` where it follows by itself, null before Cairn knew."
    )
    submitterrole: SubmitterRole | None = Field(description="The role in which it was submitted.")
    time: datetime = Field(description="When it happened.")
    recordedtime: datetime = Field(description="When Cairn stored it.")
    source: str
    id: str
    causeversion: int | None = Field(description="The version of the event that this one followed from by itself.")
    data: dict[str, Any]
    sentence: str = Field(
        description="The same in words: who did what, when it happened (on the sender's clock), and when it was"
        " recorded (on the clinic's)."
    )
    changes: list[Change] = Field(description="For revisions, amendments and corrections: each changed field.")


class EventCount(BaseModel):
    """How many events there are."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    number: int = Field(description="How many were counted.")
    more: bool = Field(description="Whether there are more: after 10,000, no more are counted.")


class AuditList(ListOf[AuditEntry]):
    """Events in the order of the log."""

    count: EventCount | None = Field(description="How many there are on all pages; null unless it is asked for.")

    quarantined: list[QuarantinedGoal] = Field(
        description="Goals whose later events are in quarantine; the first hundred."
    )


class StoredMessage(BaseModel):
    """An event as the log has it."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    subject: str
    headers: dict[str, str] = Field(description="Its headers, in the order in which they are stored.")
    body: str = Field(description="Its body, which is the JSON that `data` is read from.")


class AuditedEvent(AuditEntry):
    """One event, and how it is stored."""

    stored: StoredMessage | None = Field(description="The message in the log; null while the log does not answer.")


class History(ListOf[AuditEntry]):
    """The events of a goal, in order."""

    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class Difference(BaseModel):
    """What differs between two versions of a goal or plan."""

    model_config = ConfigDict(defer_build=True, extra="forbid", populate_by_name=True)

    org: str
    patient: str
    goal: str
    from_: int = Field(alias="from")
    to: int
    changes: list[Change]
    events: list[AuditEntry] = Field(description="What happened in between.")
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class ReviewEntry(BaseModel):
    """The next review of one goal."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    org: str
    patient: str
    goal: str
    due_on: date
    status: Literal["upcoming", "due", "overdue"] = Field(description="On the day that was asked for.")
    cause: ReviewCause
    sequence: int = Field(description="How often the goal's review was set.")
    moved_from: date | None = Field(
        description="The day that it was on before, where it was moved without a review; else null."
    )
    goal_status: Status
    statement: str | None = Field(description=NO_WORDS)
    own_words: bool | None = Field(description="Whether the statement came from the patient; null: nobody knows.")
    wording: str | None
    clinician: str | None
    time_zone: str | None
    version: int
    position: int
    quarantined: QuarantinedAt | None = Field(description=QUARANTINED)


class ReviewList(ListOf[ReviewEntry]):
    """Reviews, the longest due first."""
