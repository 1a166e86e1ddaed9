"""Outcomes read back out of their JSON."""

from pydantic import TypeAdapter

from events.outcome import Outcome

_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)


def outcome_of(answer: bytes) -> Outcome:
    """The outcome that a submission was answered."""
    return _OUTCOME.validate_json(answer)
