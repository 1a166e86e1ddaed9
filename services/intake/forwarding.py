"""How one waiting submission is carried to the goals service, and what is done with its outcome."""

import asyncio
import logging
from collections.abc import Mapping
from urllib.parse import quote
from weakref import WeakValueDictionary

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic_core import from_json, to_json

from events.attribute_headers import by_lower_case_name
from events.errors import Rejected
from events.identity import INTAKE, OUTCOME, REJECTED, SUBMIT
from events.log.placement import Placement
from events.outcome import Outcome, RejectedOutcome, encode_outcome
from events.submission import read_submission
from services.intake.streams import INTAKE_STREAM, REJECTED_STREAM
from services.submission_client import ask

_log = logging.getLogger("cairn.intake")

CODE_HEADER, DETAIL_HEADER = "cairn-code", "cairn-detail"
"""Headers of a refused submission, percent-encoded as CloudEvents attributes are."""
SEQUENCE_HEADER = "cairn-intake-sequence"
"""The place of the submission in CAIRN_INTAKE, on its outcome and, if it was refused, on what is kept of it."""

_ANSWER_SECONDS = 10.0
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_OF_THE_SERVER = ("nats-", "status", "description")
"""Beginnings of header names that NATS gives a meaning to; what the sender put there must not act a second time."""
_SAFE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in '"%')


class Forwarder:
    """Carries submissions, those of one patient in the order in which they were accepted, as a goal builds on its plan.

    The order holds across failures, crashes and several services, because the stream itself is asked: a submission is
    carried only when no earlier one of its patient is still waiting.

    Args:
        placement: Which organisations there are. A goals service hears only of those that it serves.
    """

    def __init__(self, nc: Client, placement: Placement):
        self._nc = nc
        self._placement = placement
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def carry(self, message: Msg) -> None:
        """Carry one submission; it is acknowledged when its outcome is known and, if it was refused, kept.

        While the goals service does not answer, or nothing can be recorded, it goes back to the stream for a while.
        """
        lane = self._lanes.setdefault(_patient(message), asyncio.Lock())
        async with lane:
            try:
                if not await self._carried(message):
                    await message.nak(_pause(message))
            except (NatsError, TimeoutError) as error:
                # Not acknowledged, so it is delivered again; the goals service knows it by its id.
                _log.warning("a submission has to wait: %s", type(error).__name__)

    async def _carried(self, message: Msg) -> bool:
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
        await message.ack_sync(timeout=_ANSWER_SECONDS)
        return True

    async def _outcome(self, message: Msg) -> Outcome:
        try:
            by_lower_case_name(message.headers)  # of a doubled header only one would be carried on
            self._placement.stream_of(message.subject.split(".")[2])
        except Rejected as rejection:
            return RejectedOutcome.of(rejection)
        return await ask(self._nc, _moved(message, SUBMIT), message.data, _sendable(message), _ANSWER_SECONDS)

    async def _first_waiting(self, subjects: str) -> int | None:
        """The place of the oldest submission under these subjects in the stream."""
        request = to_json({"seq": 1, "next_by_subj": subjects})
        reply = await self._nc.request(f"$JS.API.STREAM.MSG.GET.{INTAKE_STREAM}", request, timeout=_ANSWER_SECONDS)
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
            **{name: value for name, value in _sendable(message).items() if value},
            **{f"original-{name}": value for name, value in set_aside},
            CODE_HEADER: outcome.code,
            DETAIL_HEADER: quote(outcome.detail, safe=_SAFE),
            SEQUENCE_HEADER: sequence,
            "Nats-Msg-Id": f"{INTAKE_STREAM}-{sequence}",  # kept once, though a crash may bring it here twice
        }
        js = self._nc.jetstream(timeout=_ANSWER_SECONDS)
        await js.publish(_moved(message, REJECTED), message.data, stream=REJECTED_STREAM, headers=headers)


def _patient(message: Msg) -> str:
    """The subjects of all that the submission's patient has waiting."""
    return f"{message.subject.rpartition('.')[0]}.*"


def _moved(message: Msg, prefix: str) -> str:
    """The same goal's subject under another prefix, also where its ids are no tokens."""
    return prefix + message.subject.removeprefix(INTAKE)


def _sendable(message: Msg) -> dict[str, str]:
    headers: Mapping[str, str] = message.headers or {}
    return {name: value for name, value in headers.items() if not name.lower().startswith(_OF_THE_SERVER)}


def _key_of(message: Msg) -> dict[str, str]:
    """The submission's own id and source, by which its sender knows the outcome; nothing when it has none."""
    try:
        event = read_submission(message.data, message.headers)
    except Rejected:
        headers = _sendable(message).items()
        return {name: value for name, value in headers if name.lower() in ("ce-id", "ce-source")}
    return {"ce-id": quote(event.id, safe=_SAFE), "ce-source": quote(event.source, safe=_SAFE)}


def _pause(message: Msg) -> float:
    """Seconds until the next try, longer from one to the next."""
    tries = min(message.metadata.num_delivered, 10)
    return min(_LONGEST_PAUSE, _SHORTEST_PAUSE * 2.0 ** (tries - 1))
