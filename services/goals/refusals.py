"""What a submission is answered that was not recorded, by what was in the way."""

import logging

from events.envelope import UnreadableEvent
from events.errors import Rejected
from events.identity import goal_id_of
from events.log import LogBusy, LogFull, LogUnavailable, LogUnreachable, MessageTooLarge
from events.outcome import OutcomeError, RejectedOutcome
from services.access.policy import Denied
from services.goals.histories import EventsMissing

_log = logging.getLogger("cairn.goals")

BUSY = RejectedOutcome(
    code="log.busy", detail="Too many events are waiting; nothing was recorded. Try again in a moment."
)
_TOO_LARGE = RejectedOutcome(
    code="event.invalid",
    detail="The event is larger than the log takes; nothing was recorded.",
    errors=(OutcomeError(field="", detail="Make the event smaller."),),
)
_ROOM = (
    "Nothing was recorded. Whoever runs this Cairn has to make room for the log; keep the event, and send it again with"
    " the same id then."
)
_INCOMPLETE = RejectedOutcome(
    code="log.unfit",
    detail="The log no longer holds all events of this goal, or of what it depends on; nothing was recorded. Its"
    " operator can bring them back from a backup (`cairn log restore`).",
)


def refusal(error: Exception) -> RejectedOutcome:
    """The answer to a submission that met with an error; one that nobody expected is logged too."""
    match error:
        case Denied():
            return RejectedOutcome.of(error.rejection)
        case Rejected():
            return RejectedOutcome.of(error)
        case LogBusy():
            return BUSY
        case MessageTooLarge():
            return _TOO_LARGE
        case LogFull(told=True):
            return RejectedOutcome(code="log.full", detail=f"{error} {_ROOM}")
        case LogUnavailable() | LogUnreachable():
            return RejectedOutcome(code="log.unavailable", detail=_unavailable(error))
        case EventsMissing():
            return _INCOMPLETE
        case UnreadableEvent():
            return RejectedOutcome(code="log.unreadable", detail=_unreadable(error))
    return _failed(error)


def _failed(error: Exception) -> RejectedOutcome:
    # Also after a defect of Cairn's the sender gets an answer. The exception's text may hold a patient's words, so
    # only its type and place are logged.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_qualname}:{place.tb_lineno}" if place else "unknown"
    _log.error("a submission failed: %s in %s", type(error).__name__, where)
    return RejectedOutcome(
        code="log.unavailable",
        detail="Cairn failed to take this event; it may or may not have been recorded."
        " Send it again with the same id: it is recorded once.",
    )


def _unreadable(error: UnreadableEvent) -> str:
    goal_id = goal_id_of(error.subject)
    return (
        f"Nothing was recorded: the log holds a message at position {error.position}, of {goal_id}, that this version"
        " of Cairn cannot read. A newer version may read it; otherwise Cairn's operator can void it:"
        f" cairn log void {goal_id} {error.position}."
    )


def _unavailable(error: LogUnavailable | LogUnreachable) -> str:
    if isinstance(error, LogUnavailable) and not error.certain:
        return (
            "The log went away before it answered, so it is not known yet whether the event was recorded."
            " Send it again with the same id: it is recorded once."
        )
    if isinstance(error, LogFull):
        return f"{error} Nothing was recorded. Send the event again later with the same id."
    return "The log cannot be reached now; nothing was recorded. Send the event again with the same id."
