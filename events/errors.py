"""How Cairn says no: a published code, a sentence for a person, and the fields it is about."""

from dataclasses import dataclass

CODES: dict[str, str] = {
    "plan.missing": "Goals need an opened plan for the patient.",
    "plan.exists": "The patient's plan is open already.",
    "plan.closed": "The plan was closed; it takes no further events.",
    "goal.exists": "A goal with this id exists already.",
    "goal.unknown": "There is no goal with this id.",
    "goal.closed": "The goal is closed; it takes no further events.",
    "goal.state": "The event makes no sense in the goal's present state.",
    "goal.not_agreed": "Activation needs the agreement of the patient and of a clinician.",
    "goal.limit_reached": "The patient has as many active goals as the plan allows.",
    "goal.vague": "Activation needs a usable definition: SMART, or GAS levels.",
    "goal.contested": "A contested goal must be answered before it can be activated.",
    "goal.setback_unreviewed": "Retiring a goal after a setback needs a review on or after it.",
    "goal.supports_unknown": "A goal can only support a long-term goal of the same patient.",
    "goal.supports_cycle": "Goals cannot support each other in a circle.",
    "gas.levels": "A GAS scale needs distinct, non-empty texts; a level is -2 to +2.",
    "progress.out_of_range": "A value lies outside its scale, or its date in the future.",
    "progress.not_open": "Progress goes to active or held goals.",
    "review.not_scheduled": "An active goal always has a next review.",
    "version.conflict": "The goal has moved on from the expected version.",
    "event.invalid": "The event does not fit its schema.",
    "event.unknown_type": "The event type is not in the catalog.",
    "identity.mismatch": "The ids disagree, or are no subject tokens.",
    "org.unknown": "The organisation has no place in this Cairn.",
    "event.id_reused": "An earlier event of this goal has the same source and id, and another content.",
    "log.unreadable": "The log holds an event on which this one depends and which this version of Cairn cannot read.",
    "log.replaced": "The log is another one than before; nothing is recorded until its operator has decided.",
    "log.unfit": "The log's stream is set up so that it would forget; nothing is recorded until that is mended.",
    "log.unavailable": "The log cannot be written now. Send the event again with the same id: it is recorded once.",
    "log.busy": "Too many events are waiting; nothing was recorded. Try again.",
}
"""Every code that an integrating system can be answered with, and what it means in general."""

RETRYABLE = frozenset({"log.unavailable", "log.busy", "log.replaced", "log.unfit"})
"""Codes that speak of Cairn's state and not of the event: the same submission may succeed later."""


class CairnError(Exception):
    """The root of the errors that Cairn raises on purpose."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong in one field.

    `field` is the path with dots (`smart.measure.target`), empty for the event as a whole.
    """

    field: str
    detail: str


class Rejected(CairnError):
    """A submission that is refused, with everything its sender needs to mend it."""

    def __init__(self, code: str, detail: str, errors: tuple[FieldError, ...] = (), version: int | None = None):
        super().__init__(f"{code}: {detail}")
        if code not in CODES:
            raise ValueError(f"{code} is not a published code")
        self.code = code
        self.detail = detail
        self.errors = errors
        self.version = version
