"""The answer to a submission: recorded once, or rejected with the reason."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json

from events.codes import RETRYABLE
from events.errors import Rejected
from events.event import RecordedEvent


class OutcomeEvent(BaseModel):
    """One event that a submission put into the log."""

    model_config = ConfigDict(frozen=True)

    type: str
    position: int
    version: int


class OutcomeError(BaseModel):
    """One thing wrong in one field; `field` is a path with dots, empty for the event as a whole."""

    model_config = ConfigDict(frozen=True)

    field: str
    detail: str


class RecordedOutcome(BaseModel):
    """The submission is stored in the log, durably.

    `duplicate` means that the submission was stored before; `events` are then those of the first time.

    `notes` are sentences to show to the sender (an override was used, goals stay open).
    """

    model_config = ConfigDict(frozen=True)

    status: Literal["recorded"] = "recorded"
    duplicate: bool = False
    events: tuple[OutcomeEvent, ...]
    notes: tuple[str, ...] = ()


class RejectedOutcome(BaseModel):
    """Nothing was recorded. `version` is the goal's current version if it is known, 0 when the goal does not exist."""

    model_config = ConfigDict(frozen=True)

    status: Literal["rejected"] = "rejected"
    code: str
    detail: str
    errors: tuple[OutcomeError, ...] = ()
    version: int | None = None

    @classmethod
    def of(cls, rejection: Rejected) -> Self:
        """The outcome of a rejection."""
        return cls(
            code=rejection.code,
            detail=rejection.detail,
            errors=tuple(OutcomeError(field=each.field, detail=each.detail) for each in rejection.errors),
            version=rejection.version,
        )

    @property
    def retryable(self) -> bool:
        """Whether the same submission may succeed later."""
        return self.code in RETRYABLE


Outcome = RecordedOutcome | RejectedOutcome


def encode_recorded(events: Sequence[RecordedEvent], notes: Sequence[str]) -> bytes:
    """The outcome of a submission that was recorded for the first time, as JSON: as :func:`encode_outcome` writes it,
    in a fifth of the time."""
    lines = ",".join(
        [f'{{"type":"{each.type_name}","position":{each.position},"version":{each.version}}}' for each in events]
    )
    said = to_json(notes).decode() if notes else "[]"
    return f'{{"status":"recorded","duplicate":false,"events":[{lines}],"notes":{said}}}'.encode()


def encode_outcome(outcome: Outcome) -> bytes:
    """The outcome as JSON."""
    return outcome.__pydantic_serializer__.to_json(outcome, exclude_none=True)
