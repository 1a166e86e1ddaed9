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
from events.identity import INTAKE, OUTCOME, REJECTED, SUBMIT, goal_id_of
from events.log.client.jetstream_api import ApiRefused, ApiUnanswered, ask_api
from events.log.client.resilient import ResilientClient
from events.log.placement import Placement
from events.outcome import Outcome, RejectedOutcome, encode_outcome
from events.submission import read_submission
from services.intake.streams import INTAKE_STREAM, REJECTED_STREAM
from services.per_patient_order import PerPatientOrder
from services.submission_client import ask

_log = logging.getLogger("cairn.intake")

CODE_HEADER, DETAIL_HEADER = "cairn-code", "cairn-detail"
"""Headers of a refused submission, percent-encoded as CloudEvents attributes are."""
SEQUENCE_HEADER = "cairn-intake-sequence"
"""The sequence of the submission in CAIRN_INTAKE: a header of its outcome, and of the copy of a refused one."""

_NATS_ANSWER_SECONDS = 10.0
_SHORTEST_RETRY_PAUSE_SECONDS, _LONGEST_RETRY_PAUSE_SECONDS = 0.1, 5.0
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
        await self._nc.publish(_moved(message, OUTCOME), encode_outcome(outcome), headers=headers)
        await message.ack_sync(timeout=_NATS_ANSWER_SECONDS)
        return True

    async def _outcome(self, message: Msg) -> Outcome:
        try:
            by_lower_case_name(message.headers)  # of a doubled header only one would be carried on
            self._placement.stream_of(goal_id_of(message.subject, INTAKE).org)
        except Rejected as rejection:
            return RejectedOutcome.of(rejection)
        return await ask(self._nc, _moved(message, SUBMIT), message.data, _sendable(message), _NATS_ANSWER_SECONDS)

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
        headers = {
            **{name: value for name, value in _sendable(message).items() if value},
            **{f"original-{name}": value for name, value in set_aside},
            CODE_HEADER: outcome.code,
            DETAIL_HEADER: quote(outcome.detail, safe=_UNQUOTED_CHARACTERS),
            SEQUENCE_HEADER: sequence,
            "Nats-Msg-Id": f"{INTAKE_STREAM}-{sequence}",  # kept once, though a crash may bring it here twice
        }
        js = self._nc.jetstream(timeout=_NATS_ANSWER_SECONDS)
        await js.publish(_moved(message, REJECTED), message.data, stream=REJECTED_STREAM, headers=headers)


def _patient(message: Msg) -> str:
    """The subjects of all waiting submissions of the patient."""
    return goal_id_of(message.subject, INTAKE).patient_on(INTAKE)


def _moved(message: Msg, prefix: str) -> str:
    """The subject of the same goal under another prefix, also if its ids are not valid tokens."""
    return goal_id_of(message.subject, INTAKE).on(prefix)


def _sendable(message: Msg) -> dict[str, str]:
    headers: Mapping[str, str] = message.headers or {}
    return {name: value for name, value in headers.items() if not name.lower().startswith(_NATS_HEADER_PREFIXES)}


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
