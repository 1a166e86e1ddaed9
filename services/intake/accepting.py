"""How a submission is accepted: it is put into CAIRN_INTAKE, with whoever submits it, and then acknowledged.

nats-server says who sends a message, and takes that away again when a stream stores the message. So this service hears
`cairn.intake.ORG.PATIENT.GOAL` in the place of the stream, writes the sender into a header of its own, and passes the
stream's acknowledgement on. It acknowledges nothing by itself: what the sender has an acknowledgement for is on the
disk, and while no such service runs the sender gets no acknowledgement, and NATS says at once that nobody answers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from faststream.nats import NatsMessage
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic_core import to_json

from events.attribute_headers import OddHeaders, by_lower_case_name
from events.errors import Rejected
from events.identity import INTAKE, WAITING, goal_id_of
from events.log.client.connection import flush
from events.log.client.replies import Replies, status_of
from events.log.client.resilient import ResilientClient
from services.access.nats_requests import REQUEST_INFO, NatsRequests
from services.access.policy import Denied
from services.access.principal import HEADER
from services.intake.message_ids import MESSAGE_IDS, id_in_stream
from services.messaging.broker import Broker
from services.reply_subjects import may_be_answered

_log = logging.getLogger("cairn.intake")

SUBMISSIONS_ACCEPTED_AT_ONCE = 256
"""How many submissions may be on their way into the stream at the same time; further ones wait."""
_MAX_SUBMISSIONS_WAITING = 4096
"""How many more may wait here; one that comes then is answered 503."""
_QUEUE = "intake"
_STREAM_ANSWER_SECONDS = 5.0
_NOT_THE_SENDERS = frozenset({HEADER, REQUEST_INFO.lower()})
_EXPECTED_ON_SUBJECT = "nats-expected-last-subject-sequence-subject"
_BAD_REQUEST, _STORE_FAILED = 10003, 10077
"""How nats-server numbers these errors of JetStream's API."""


class Accepting:
    """Puts submissions into the stream for their senders, in the order in which they come here.

    Args:
        nc: The connection on which the stream is written, and senders are answered.
        requests: Finds out whose a submission is.
    """

    def __init__(self, nc: ResilientClient, requests: NatsRequests):
        self._nc = nc
        self._requests = requests
        self._replies = Replies(nc)
        self._room = asyncio.Semaphore(SUBMISSIONS_ACCEPTED_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Hear what the stream answers. From then on submissions can be accepted."""
        await self._replies.open()

    async def finish(self) -> None:
        """Wait until the stream has answered for all that was sent to it, and hear no more of it."""
        if self._under_way:
            await asyncio.wait(self._under_way)
        if self._nc.is_connected:
            await flush(self._nc)
        await self._replies.close()

    async def accept(self, message: NatsMessage) -> None:
        """Send one submission to the stream. Its sender is answered when the stream has answered."""
        await self._room.acquire()
        task = asyncio.create_task(self._answer(message.reply_to, self._sent(message.raw_message)))
        self._under_way.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._room.release()

    def _sent(self, submission: Msg) -> "_Sent | bytes":
        """The submission on its way to the stream, or the error for its sender where it is not sent."""
        try:
            principal = self._requests.sender(submission.headers)
            if isinstance(submission.headers, OddHeaders) and submission.headers.doubled:
                by_lower_case_name(submission.headers)
        except Denied as denied:
            return _error(403, _BAD_REQUEST, f"access.denied: {denied.detail}")
        except Rejected as rejection:
            return _error(400, _BAD_REQUEST, f"{rejection.code}: {rejection.detail}")
        subject = goal_id_of(submission.subject, INTAKE).on(WAITING)
        headers = {**_kept(submission.headers or {}, subject, principal.id), HEADER: principal.encoded()}
        answer: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()

        def take(message: Msg) -> None:
            if not answer.done():
                answer.set_result(message)

        inbox = self._replies.expect(take)
        try:
            self._nc.send(subject, headers, submission.data, inbox)
        except NatsError:
            self._replies.forget(inbox)
            return _error(503, _STORE_FAILED, "NATS cannot be reached; nothing was kept. Publish it again.")
        return _Sent(inbox, answer)

    async def _answer(self, reply: str, sent: "_Sent | bytes") -> None:
        """Pass the stream's answer on to the sender, or an error in the form of the stream's."""
        answer = sent if isinstance(sent, bytes) else await self._answered(sent)
        if not reply:
            return
        try:
            await self._nc.publish(reply, answer)
        except (NatsError, OSError) as error:
            # The sender gets no answer and publishes the event again; its id keeps it from being recorded twice.
            _log.warning("an answer could not be sent: %s", type(error).__name__)

    async def _answered(self, sent: "_Sent") -> bytes:
        try:
            async with self._nc.answer_within(_STREAM_ANSWER_SECONDS):
                answer = await sent.answer
        except TimeoutError:
            return _error(503, _STORE_FAILED, "It is not known whether the event was kept. Publish it again.")
        finally:
            self._replies.forget(sent.inbox)
        if status_of(answer) == "503":
            return _error(503, _STORE_FAILED, "The stream of waiting events is not there; nothing was kept.")
        return answer.data

    def refuse_dropped(self, reply: str) -> None:
        """Answer 503 to a submission that was dropped because too many wait."""
        if not reply or not may_be_answered(reply):
            return
        try:
            self._nc.send(reply, {}, _error(503, _STORE_FAILED, "Too much waits; nothing was kept. Publish it again."))
        except NatsError as error:
            _log.warning("an answer could not be sent: %s", type(error).__name__)


def hear_intake(broker: Broker, accept: Callable[[NatsMessage], Awaitable[None]]) -> None:
    """Subscribe to what is left for later. Services of one Cairn share it.

    With several workers FastStream would let submissions overtake each other, so there is one, which does not wait.

    Args:
        accept: Accepts one.
    """

    async def left(message: NatsMessage) -> None:
        await accept(message)

    broker.subscriber(
        f"{INTAKE}.{{org}}.{{patient}}.{{goal}}",
        queue=_QUEUE,
        no_reply=True,
        pending_msgs_limit=_MAX_SUBMISSIONS_WAITING,
        decoder=_undecoded,
        title="intake",
        description="Leave an event while services are down. Once it is acknowledged it is on the disk, with its"
        " sender, and its outcome comes on the subject of outcomes.",
    )(left)


class _Sent(NamedTuple):
    """A submission that was sent to the stream.

    Attributes:
        inbox: Where the stream answers.
        answer: What it answers.
    """

    inbox: str
    answer: "asyncio.Future[Msg]"


async def _undecoded(message: NatsMessage) -> bytes:
    """The body as it came: whatever it is, it waits, and the goals service judges it."""
    return message.body


def _kept(headers: Mapping[str, str], subject: str, sender: str) -> dict[str, str]:
    """The sender's own headers, as they are to act on the stream.

    A sender may expect a position of the subject that it knows; in the stream that has another name. An id of a message
    keeps out what the same sender repeats, and nothing of anybody else.
    """
    kept = {name: value for name, value in headers.items() if name.lower() not in _NOT_THE_SENDERS}
    for name, value in kept.items():
        if name.lower() == _EXPECTED_ON_SUBJECT and value.startswith(f"{INTAKE}."):
            kept[name] = f"{WAITING}{value.removeprefix(INTAKE)}"
        if name.lower() in MESSAGE_IDS:
            kept[name] = id_in_stream(value, subject, sender)
    return kept


def _error(code: int, err_code: int, description: str) -> bytes:
    """An answer by which JetStream's clients know that a message was not kept, and why."""
    return to_json({"error": {"code": code, "err_code": err_code, "description": description}})
