"""How one waiting submission is forwarded to the goals service, and what is done with its outcome."""

import logging
from collections.abc import Mapping
from functools import partial
from urllib.parse import quote

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic_core import from_json, to_json

from events.errors import Rejected
from events.identity import INTAKE, OUTCOME, REJECTED, SUBMIT, goal_id_of
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
"""The place of the submission in CAIRN_INTAKE, on its outcome and, if it was refused, on what is kept of it."""

_NATS_ANSWER_SECONDS = 10.0
_SHORTEST_RETRY_PAUSE_SECONDS, _LONGEST_RETRY_PAUSE_SECONDS = 0.1, 5.0
_NATS_HEADER_PREFIXES = ("nats-", "status", "description")
"""Beginnings of header names that NATS gives a meaning to; what the sender put there must not act a second time."""
_UNQUOTED_CHARACTERS = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in '"%')


class Forwarder:
    """Forwards submissions, those of one patient in the order in which they were accepted.

    The order holds across failures, crashes and several services, because the stream itself is asked: a submission is
    forwarded only when no earlier one of its patient is still waiting. So a patient is never stopped for long: after an
    uncertain answer, the stream delivers the submission again, and the later ones wait for it.

    Args:
        placement: Which organisations there are. A goals service hears only of those that it serves.
    """

    def __init__(self, nc: Client, placement: Placement):
        self._nc = nc
        self._placement = placement
        self._order: PerPatientOrder[None] = PerPatientOrder()

    async def forward(self, message: Msg) -> None:
        """Forward one submission; it is acknowledged when its outcome is known and, if it was refused, kept.

        While the goals service does not answer, or nothing can be recorded, it goes back to the stream for a while.
        """
        await self._order.submit(_patient(message), partial(self._try, message))

    async def _try(self, message: Msg) -> None:
        try:
            if not await self._forwarded(message):
                await message.nak(_pause(message))
        except (NatsError, TimeoutError) as error:
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
            self._placement.stream_of(goal_id_of(message.subject, INTAKE).org)
        except Rejected as rejection:
            return RejectedOutcome.of(rejection)
        return await ask(self._nc, _moved(message, SUBMIT), message.data, _sendable(message), _NATS_ANSWER_SECONDS)

    async def _first_waiting(self, subjects: str) -> int | None:
        """The place of the oldest submission under these subjects in the stream."""
        request = to_json({"seq": 1, "next_by_subj": subjects})
        reply = await self._nc.request(f"$JS.API.STREAM.MSG.GET.{INTAKE_STREAM}", request, timeout=_NATS_ANSWER_SECONDS)
        found = from_json(reply.data)
        if "error" not in found:
            return int(found["message"]["seq"])
        if found["error"].get("code") == 404:
            return None
        raise NatsError(f"the stream {INTAKE_STREAM} cannot be read")

    async def _keep(self, message: Msg, outcome: RejectedOutcome) -> None:
        sequence = str(message.metadata.sequence.stream)
        set_aside = (message.headers or {}).items() - _sendable(message).items()
        headers = {
            **_sendable(message),
            **{f"original-{name}": value for name, value in set_aside},
            CODE_HEADER: outcome.code,
            DETAIL_HEADER: quote(outcome.detail, safe=_UNQUOTED_CHARACTERS),
            SEQUENCE_HEADER: sequence,
            "Nats-Msg-Id": f"{INTAKE_STREAM}-{sequence}",  # kept once, though a crash may bring it here twice
        }
        js = self._nc.jetstream(timeout=_NATS_ANSWER_SECONDS)
        await js.publish(_moved(message, REJECTED), message.data, stream=REJECTED_STREAM, headers=headers)


def _patient(message: Msg) -> str:
    """The subjects of all that the submission's patient has waiting."""
    return goal_id_of(message.subject, INTAKE).patient_on(INTAKE)


def _moved(message: Msg, prefix: str) -> str:
    """The same goal's subject under another prefix, also where its ids are no tokens."""
    return goal_id_of(message.subject, INTAKE).on(prefix)


def _sendable(message: Msg) -> dict[str, str]:
    headers: Mapping[str, str] = message.headers or {}
    return {name: value for name, value in headers.items() if not name.lower().startswith(_NATS_HEADER_PREFIXES)}


def _key_of(message: Msg) -> dict[str, str]:
    """The submission's own id and source, by which its sender knows the outcome; nothing when it has none."""
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
    """Seconds until the next try, longer from one to the next."""
    tries = min(message.metadata.num_delivered, 10)
    return min(_LONGEST_RETRY_PAUSE_SECONDS, _SHORTEST_RETRY_PAUSE_SECONDS * 2.0 ** (tries - 1))
