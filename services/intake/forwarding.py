"""How one waiting submission is forwarded to the goals service, and what is done with its outcome."""

import logging
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from urllib.parse import quote

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from events.attribute_headers import by_lower_case_name
from events.errors import Rejected
from events.identity import INTAKE, OUTCOME, REJECTED, WAITING, GoalId, goal_id_of
from events.log.client.jetstream_api import ApiRefused, ApiUnanswered, ask_api
from events.log.client.resilient import ResilientClient
from events.log.placement import Placement
from events.outcome import Outcome, RejectedOutcome, encode_outcome
from events.submission import read_submission
from services.access.principal import HEADER, everyone_of
from services.intake.message_ids import MESSAGE_IDS, id_of_sender
from services.intake.streams import INTAKE_STREAM, REJECTED_STREAM
from services.per_patient_order import PerPatientOrder
from services.submission_client import forward

_log = logging.getLogger("cairn.intake")

CODE_HEADER, DETAIL_HEADER = "cairn-code", "cairn-detail"
"""Headers of a refused submission, percent-encoded as CloudEvents attributes are."""
SEQUENCE_HEADER = "cairn-intake-sequence"
"""The sequence of the submission in CAIRN_INTAKE: a header of its outcome, and of the copy of a refused one."""

_NATS_ANSWER_SECONDS = 10.0
_SHORTEST_RETRY_PAUSE_SECONDS, _LONGEST_RETRY_PAUSE_SECONDS = 0.1, 5.0
_SUBMITTED_BEFORE_SENDERS_WERE_KNOWN = "intake"
"""Recorded as the submitter of what an earlier version accepted, which did not know from whom."""
_NATS_HEADER_PREFIXES = ("nats-", "status", "description")
"""How header names begin that have a meaning for NATS. The sender's own must not act a second time."""
_UNQUOTED_CHARACTERS = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in '"%')


class Forwarder:
    """Forwards submissions, those of one patient in the order in which they were accepted.

    The order holds across failures, crashes and several services, because the stream is asked before each submission:
    it is forwarded only when no earlier one of its patient is waiting. After an uncertain answer the stream delivers
    the submission again, and the patient's later ones wait for it; so no patient has to be stopped here.

    Args:
        placement: Says which organisations exist; a goals service receives only submissions for those that it serves.
    """

    def __init__(self, nc: ResilientClient, placement: Placement):
        self._nc = nc
        self._placement = placement
        self._order: PerPatientOrder[None] = PerPatientOrder()

    async def forward(self, message: Msg) -> None:
        """Forward one submission. It is acknowledged once its outcome is known, and a refused one is kept first.

        While the goals service does not answer or cannot record, the submission is given back to the stream.
        """
        await self._order.submit(_patient(message), partial(self._try, message))

    async def _try(self, message: Msg) -> None:
        try:
            if not await self._forwarded(message):
                await message.nak(_pause(message))
        except (ApiRefused, ApiUnanswered, NatsError, TimeoutError) as error:
            # Not acknowledged, so it is delivered again; the goals service knows it by its id.
            _log.warning("a submission has to wait: %s", type(error).__name__)

    async def _forwarded(self, message: Msg) -> bool:
        sequence = message.metadata.sequence.stream
        first = await self._first_waiting(_patient(message))
        if first is None or first > sequence:
            await message.ack()  # done at an earlier delivery, of which the acknowledgement came late
            return True
        if first < sequence:
            return False
        outcome = await self._outcome(message)
        if isinstance(outcome, RejectedOutcome):
            if outcome.retryable:
                return False
            await self._keep(message, outcome)
        headers = {SEQUENCE_HEADER: str(sequence), **_key_of(message)}
        await self._nc.publish(_goal_id(message).on(OUTCOME), encode_outcome(outcome), headers=headers)
        await message.ack_sync(timeout=_NATS_ANSWER_SECONDS)
        return True

    async def _outcome(self, message: Msg) -> Outcome:
        try:
            by_lower_case_name(message.headers)  # of a doubled header only one would be carried on
            goal_id = _goal_id(message)
            self._placement.stream_of(goal_id.org)
        except Rejected as rejection:
            return RejectedOutcome.of(rejection)
        headers = _sendable(message)
        return await forward(self._nc, _principal(message), goal_id, message.data, headers, _NATS_ANSWER_SECONDS)

    async def _first_waiting(self, subjects: str) -> int | None:
        """The sequence of the oldest submission in the stream under these subjects; None if there is none."""
        request = {"seq": 1, "next_by_subj": subjects}
        try:
            found = await ask_api(self._nc, f"STREAM.MSG.GET.{INTAKE_STREAM}", request, seconds=_NATS_ANSWER_SECONDS)
        except ApiRefused as refused:
            if refused.code == HTTPStatus.NOT_FOUND:
                return None
            raise
        return int(found["message"]["seq"])

    async def _keep(self, message: Msg, outcome: RejectedOutcome) -> None:
        sequence = str(message.metadata.sequence.stream)
        set_aside = (message.headers or {}).items() - _sendable(message).items()
        originals = {name: _as_sent(name, value, message) for name, value in set_aside if name.lower() != HEADER}
        headers = {
            **{name: value for name, value in _sendable(message).items() if value},
            **{f"original-{name}": value for name, value in originals.items()},
            HEADER: _principal(message),
            CODE_HEADER: outcome.code,
            DETAIL_HEADER: quote(outcome.detail, safe=_UNQUOTED_CHARACTERS),
            SEQUENCE_HEADER: sequence,
            "Nats-Msg-Id": f"{INTAKE_STREAM}-{sequence}",  # kept once, though a crash may bring it here twice
        }
        js = self._nc.jetstream(timeout=_NATS_ANSWER_SECONDS)
        await js.publish(_goal_id(message).on(REJECTED), message.data, stream=REJECTED_STREAM, headers=headers)


def _goal_id(message: Msg) -> GoalId:
    """Whom a waiting submission is about, also if its ids are not valid tokens."""
    return goal_id_of(message.subject, INTAKE if _is_of_an_earlier_version(message) else WAITING)


def _patient(message: Msg) -> str:
    """The subjects of all waiting submissions of the patient, those of an earlier version included."""
    return _goal_id(message).patient_on("cairn.*")


def _is_of_an_earlier_version(message: Msg) -> bool:
    """Whether a submission was accepted before it was written who submits it."""
    return message.subject.startswith(f"{INTAKE}.")


def _principal(message: Msg) -> str:
    """Whose submission it is, encoded; empty if it was put into the stream by nobody who had to say so."""
    if _is_of_an_earlier_version(message):
        # Its sender could write any header. The server let it publish for this organisation, and that was all it asked.
        return everyone_of(frozenset({_goal_id(message).org}), _SUBMITTED_BEFORE_SENDERS_WERE_KNOWN).encoded()
    return (message.headers or {}).get(HEADER, "")


def _sendable(message: Msg) -> dict[str, str]:
    """The sender's own headers that are sent on."""
    headers: Mapping[str, str] = message.headers or {}
    return {
        name: value
        for name, value in headers.items()
        if not name.lower().startswith(_NATS_HEADER_PREFIXES) and name.lower() != HEADER
    }


def _as_sent(name: str, value: str, message: Msg) -> str:
    """What the sender wrote into a header."""
    return id_of_sender(value, message.subject) if name.lower() in MESSAGE_IDS else value


def _key_of(message: Msg) -> dict[str, str]:
    """The submission's id and source, by which its sender recognises the outcome; empty if the submission has none."""
    try:
        event = read_submission(message.data, message.headers)
    except Rejected:
        headers = _sendable(message).items()
        return {name: value for name, value in headers if name.lower() in ("ce-id", "ce-source")}
    return {
        "ce-id": quote(event.id, safe=_UNQUOTED_CHARACTERS),
        "ce-source": quote(event.source, safe=_UNQUOTED_CHARACTERS),
    }


def _pause(message: Msg) -> float:
    """The seconds until the next try; they double with each try."""
    tries = min(message.metadata.num_delivered, 10)
    return min(_LONGEST_RETRY_PAUSE_SECONDS, _SHORTEST_RETRY_PAUSE_SECONDS * 2.0 ** (tries - 1))
