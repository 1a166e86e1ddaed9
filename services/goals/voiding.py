"""Voiding: an operator declares that a message which Cairn cannot read counts for nothing.

A request on `cairn.void.ORG.PATIENT.GOAL` is checked against the messages in the log itself. The voiding is recorded as
an event after them, and like every other event only if nothing else was recorded for the goal meanwhile.
"""

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from events.envelope import StoredMessage, read_recorded
from events.errors import FieldError, Rejected
from events.event import Event
from events.goal import types as goal_types
from events.identity import LOG, GoalId
from events.log import Append, Log, LogBusy, LogFull, LogUnavailable, LogUnreachable, WrongVersion
from events.outcome import Outcome, OutcomeEvent, RecordedOutcome, RejectedOutcome
from events.plan import types as plan_types
from events.vocabulary import Actor, Label, Position, Text
from events.voiding import reason_unreadable, version_behind, voided_by
from services.goals.appends import CAIRN
from services.goals.histories import Histories
from services.goals.refusals import BUSY, refusal
from services.goals.watch import Watch

_MAX_APPEND_ATTEMPTS = 25
"""How often a message is looked at again because the goal has moved on, before the answer is `log.busy`."""
_UNAVAILABLE = RejectedOutcome(
    code="log.unavailable", detail="The log cannot be reached now. Void the message again: that is recorded once."
)


class VoidRequest(BaseModel):
    """What an operator asks for.

    Attributes:
        position: Where in the log the message is.
        reason: Why it is void, in the operator's words.
        actor: The operator's id.
    """

    model_config = ConfigDict(frozen=True)

    position: Position
    reason: Text
    actor: Label


class Voiding:
    """Records that messages are void.

    Args:
        log: The log.
        histories: The histories, from which that of the goal is dropped, as it changes without the message.
        watch: The watch over the stream, which says whether anything may be recorded now.
    """

    def __init__(self, log: Log, histories: Histories, watch: Watch):
        self._log = log
        self._histories = histories
        self._watch = watch

    async def void(self, goal_id: GoalId, request: VoidRequest, submitter: str) -> Outcome:
        """Void a message and return the outcome; a repeated request has the first outcome, as a duplicate.

        Args:
            submitter: The id of the principal whose request it is, which is recorded.
        """
        try:
            await self._watch.look_if_due()
            if (refused := self._watch.refusal) is not None:
                return refused
            return await self._voided(goal_id, request, submitter)
        except Rejected as rejection:
            return RejectedOutcome.of(rejection)
        except LogBusy:
            return BUSY
        except LogFull as error:
            self._watch.full(error)
            return refusal(error)
        except (LogUnavailable, LogUnreachable):
            return _UNAVAILABLE
        finally:
            self._histories.drop(goal_id)

    async def _voided(self, goal_id: GoalId, request: VoidRequest, submitter: str) -> Outcome:
        for _ in range(_MAX_APPEND_ATTEMPTS):
            last = await self._log.last(goal_id)
            messages = await self._log.read_stored(goal_id.on(LOG), last)
            earlier = next((each for each in messages if voided_by(each) == request.position), None)
            if earlier is not None:
                return _outcome(earlier.position, read_recorded(earlier).version, goal_id, duplicate=True)
            _check(goal_id, request.position, messages)
            before = version_behind(messages, request.position) - 1
            try:
                (recorded,) = await self._log.append(Append((_event(goal_id, request, submitter),), before, last))
            except WrongVersion:
                continue
            return _outcome(recorded.position, recorded.version, goal_id, duplicate=False)
        return BUSY


def _check(goal_id: GoalId, position: int, messages: list[StoredMessage]) -> None:
    """Only a message of the goal's own that cannot be read may be voided.

    Raises:
        Rejected: `event.invalid`.
    """
    message = next((each for each in messages if each.position == position), None)
    if message is None:
        raise _refusal(f"The log has no message on {goal_id.on(LOG)} at position {position}; nothing was voided.")
    if reason_unreadable(message) is None:
        raise _refusal(
            f"The event at position {position} can be read, so it cannot be voided. What is wrong in it is corrected by"
            " another event, such as cairn.goal.progress_corrected.v1 or cairn.goal.entered_in_error.v1."
        )


def _refusal(detail: str) -> Rejected:
    return Rejected("event.invalid", detail, (FieldError("position", detail),))


def _event(goal_id: GoalId, request: VoidRequest, submitter: str) -> Event:
    kind = plan_types.Voided if goal_id.is_plan else goal_types.Voided
    return Event(
        goal_id=goal_id,
        source=CAIRN,
        id=f"void:{request.position}",
        time=datetime.now(UTC),
        actor=Actor(id=request.actor, role="system"),
        data=kind(position=request.position, reason=request.reason),
        submitted_by=submitter,
        submitter_role="operator",
    )


def _outcome(position: int, version: int, goal_id: GoalId, *, duplicate: bool) -> RecordedOutcome:
    kind = plan_types.Voided if goal_id.is_plan else goal_types.Voided
    event = OutcomeEvent(type=kind.type_name, position=position, version=version)
    return RecordedOutcome(duplicate=duplicate, events=(event,))
