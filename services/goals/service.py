"""The NATS endpoint of the goals service: request/reply on `cairn.submit.ORG.PATIENT.GOAL`, by FastStream.

What a service of Cairn submits for somebody else comes on `cairn.forwarded.ORG.PATIENT.GOAL`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from events.event import Event
from events.identity import FEED, FORWARDED, PLAN, SUBMIT, parse_subject
from events.log import connect, declare_log
from events.log.cancellation import until_cancelled
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.comparison import REPLACED, LogComparison
from events.log.placement import Placed, Placement
from events.log.snapshots import Snapshots
from events.outcome import encode_outcome
from events.submission import read_submission
from events.vocabulary import Allowed
from services.access.nats_requests import NatsRequests, forwarded_for
from services.access.policy import check_submission
from services.access.principal import Principal
from services.administration.care import declare_care
from services.goals.application import Answer
from services.goals.health import HEALTH, Health
from services.goals.operators import hear_operators
from services.goals.refusals import BUSY, refusal
from services.goals.stream_partition import StreamPartition
from services.goals.watch import Watch
from services.messaging.broker import Broker, telling
from services.presence import cairn_version
from services.reply_subjects import may_be_answered
from services.settings import Settings

_log = logging.getLogger("cairn.goals")
_QUEUE = "goals"
_ADVISORIES = "$JS.EVENT.ADVISORY.STREAM"
_BUSY = encode_outcome(BUSY)
_FORWARDED = f"{FORWARDED}."
_NOTHING: frozenset[Allowed] = frozenset()
_MAX_BYTES_UNDER_WAY = 256 * 1024 * 1024
"""How many bytes all submissions that are being decided may have together."""


async def serve(settings: Settings, ready: Callable[[str], None], streams: Sequence[str] = ()) -> None:
    """Answer submissions until cancelled; submissions that were accepted are answered first.

    Args:
        streams: The streams of the placement whose organisations this service answers; all when none are named. When
            none are named, an organisation without a place is answered too, with `org.unknown`.

    Raises:
        NotReachable: when there is no NATS server at the address.
        BadPlacement: the placement has no such stream.
        BadNatsUsers: the file that says who the users of the NATS server are cannot be used.
        WrongStream: a stream cannot be the log.
    """
    requests = NatsRequests.by(settings.nats_principals)
    placement = settings.placement
    for stream in streams:
        placement.check(stream)
    served = tuple(streams) or placement.streams
    async with AsyncExitStack() as closing:
        nc = await connect(settings.nats_address, name="cairn-goals")
        closing.push_async_callback(nc.close)
        for stream in served:
            await declare_log(
                nc, stream, settings.log_replicas, placement.subjects(stream), create=settings.may_make_streams
            )
        snapshots = Snapshots(nc)
        closing.push_async_callback(snapshots.close)
        await snapshots.declare(settings.log_replicas)
        await declare_care(nc, settings.log_replicas)
        partitions = Placed(
            placement, lambda stream: StreamPartition(nc, stream, snapshots, settings, of=len(served)), served
        )
        closing.push_async_callback(_close, partitions)
        endpoint = SubmissionEndpoint(partitions, nc, requests, limit=settings.max_waiting)
        hearing = await connect(settings.nats_address, name="cairn-goals-submit", on_error=telling(endpoint.refuse))
        closing.push_async_callback(hearing.close)
        closing.push_async_callback(endpoint.finish)
        addressed = _addressed([org for stream in streams for org in placement.organisations(stream)])
        broker = Broker(hearing)
        hear_submissions(broker, addressed, settings.max_waiting, endpoint.take)
        hear_operators(broker, addressed, partitions.of, requests)
        watches = {stream: partition.watch for stream, partition in partitions.items()}
        answer_health(broker, watches, watches.__getitem__)
        signals = StreamSignals(watches)
        hear_comparisons(broker, signals.compared)
        await signals.ask()
        closing.push_async_callback(broker.stop)
        for subject in _plans(placement, served):
            changes = await nc.subscribe(subject, cb=endpoint.plan_changed)
            closing.push_async_callback(changes.unsubscribe)
        for stream in served:
            advisories = await nc.subscribe(f"{_ADVISORIES}.*.{stream}", cb=signals.changed)
            closing.push_async_callback(advisories.unsubscribe)
        await broker.start()
        where = f" on {', '.join(streams)}" if streams else ""
        ready(f"goals: answering {SUBMIT}.ORG.PATIENT.GOAL{where}")
        await until_cancelled()


def hear_submissions(broker: Broker, addressed: Iterable[str], limit: int, take: Callable[[Msg], None]) -> None:
    """Subscribe to submissions, straight from the connection: they are what has to be quick (decision 0014).

    Args:
        addressed: What the subjects end with: whose submissions are answered.
        limit: How many may wait.
        take: Takes one.
    """
    for each in addressed:
        broker.hear(
            f"{SUBMIT}.{each}",
            _QUEUE,
            limit,
            take,
            title="submit",
            says="Submit an event, and be answered when it is recorded or refused. A request that is not answered is"
            " sent again: an event is recorded once.",
        )
        broker.hear(
            f"{FORWARDED}.{each}",
            _QUEUE,
            limit,
            take,
            title="forwarded",
            says="A submission that came over HTTP, or was left, with whom it is from.",
        )


def answer_health(broker: Broker, streams: Iterable[str], watch_of: Callable[[str], Watch]) -> None:
    """Answer on `cairn.health.goals.STREAM` for each stream.

    Args:
        watch_of: The watch over a stream.
    """
    since = datetime.now(UTC)

    def answering(stream: str) -> Callable[[], Awaitable[Health]]:
        async def health() -> Health:
            process = {"version": cairn_version(), "since": since, "handled": broker.counts.handled}
            return watch_of(stream).health.model_copy(update=process)

        return health

    for stream in streams:
        broker.answer(
            f"{HEALTH}.{stream}",
            answering(stream),
            queue=_QUEUE,
            title="health",
            says="Whether submissions to a stream of the log are recorded.",
        )


def hear_comparisons(broker: Broker, compared: Callable[[LogComparison], None]) -> None:
    """Hear on `cairn.replaced.NAME` whether the log is the one that somebody remembers.

    Args:
        compared: Takes in what was compared.
    """

    async def replaced(announcement: LogComparison) -> None:
        compared(announcement)

    # Every copy of this service hears it, so there is no queue.
    broker.subscriber(
        f"{REPLACED}.{{projection}}",
        no_reply=True,
        title="replaced",
        description="Whether the log is the one that somebody remembers: a projection each second, and a goals service"
        " every few seconds while it objects.",
    )(replaced)


def _addressed(organisations: Sequence[str]) -> list[str]:
    """What the subjects of some organisations end with; those of all when none are named, so that all get an answer."""
    return [f"{org}.>" for org in organisations] or [">"]


def _plans(placement: Placement, streams: Iterable[str]) -> list[str]:
    """The subjects on which the log republishes the events of plans."""
    return [f"{FEED}.{org}.*.{PLAN}" for stream in streams for org in placement.organisations(stream)]


async def _close(partitions: Iterable[StreamPartition]) -> None:
    await asyncio.gather(*(partition.close() for partition in partitions))


class StreamSignals:
    """Hears when a stream was changed or replaced.

    Args:
        watches: The watch over each stream.
    """

    def __init__(self, watches: Mapping[str, Watch]):
        self._watches = watches

    async def ask(self) -> None:
        """Learn whether the streams are the log that is remembered, before the first submission is taken."""
        await asyncio.gather(*(watch.ask() for watch in self._watches.values()))
        # Also what this service remembers itself: whoever asks how it is once it is ready is told that.
        await asyncio.gather(*(watch.look() for watch in self._watches.values() if watch.is_due))

    def compared(self, comparison: LogComparison) -> None:
        """Take in whether the log is the one that somebody remembers."""
        watch = self._watches.get(comparison.stream)
        if watch is not None:
            watch.compared(comparison)

    async def changed(self, message: Msg) -> None:
        """The server announces that a stream was created, changed, deleted or restored."""
        self._watches[message.subject.rpartition(".")[2]].doubt()


class SubmissionEndpoint:
    """Hands each submission to its partition when it arrives, and replies when its outcome is known."""

    def __init__(self, partitions: Placed[StreamPartition], nc: ResilientClient, requests: NatsRequests, *, limit: int):
        self._partitions = partitions
        self._nc = nc
        self._requests = requests
        self._limit = limit
        self._under_way = 0
        self._bytes = 0
        self._ended: asyncio.Future[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def plan_changed(self, message: Msg) -> None:
        """Load a plan again before it is used, because another copy of this service may have changed it."""
        plan = parse_subject(FEED, message.subject)
        self._partitions.of(plan.org).goals.forget(plan)

    async def finish(self) -> None:
        """Wait until every submission that was accepted has its answer."""
        if self._under_way:
            self._ended = asyncio.get_running_loop().create_future()
            await self._ended
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._nc.is_connected:
            await flush(self._nc)

    def take(self, message: Msg) -> None:
        """Decide about a submission, and answer it once its outcome is known."""
        if not may_be_answered(message.reply):
            _log.warning("a submission was not taken: its reply subject is Cairn's or the server's own")
            return
        size = len(message.data)
        if self._under_way >= self._limit or self._bytes + size > _MAX_BYTES_UNDER_WAY:
            self.refuse(message.reply)
            return
        self._under_way += 1
        self._bytes += size
        answer = partial(self._answer, message.reply, size)
        try:
            principal, submission = self._read(message)
            if principal.has("family") and submission.goal_id.org in principal.orgs:
                self._start(self._of_family(principal, submission, answer))
            else:
                self._submit(principal, submission, _NOTHING, answer)
        except Exception as error:  # noqa: BLE001 - a defect of Cairn's is answered too
            answer(encode_outcome(refusal(error)))

    def _read(self, message: Msg) -> tuple[Principal, Event]:
        """Who submits with a message, and what.

        Raises:
            Denied: nobody is known who submits it.
            Rejected: as :func:`read_submission`.
        """
        if message.subject.startswith(_FORWARDED):
            principal, prefix = forwarded_for(message.headers), FORWARDED
        else:
            principal, prefix = self._requests.sender(message.headers), SUBMIT
        return principal, read_submission(message.data, message.headers, parse_subject(prefix, message.subject))

    async def _of_family(self, principal: Principal, submission: Event, answer: Answer) -> None:
        """Submit for a member of the family, who may do what the patient allows."""
        try:
            goals = self._partitions.of(submission.goal_id.org).goals
            allowed = await goals.allowed_by_patient(submission.goal_id, principal.id)
            self._submit(principal, submission, allowed, answer)
        except Exception as error:  # noqa: BLE001 - a defect of Cairn's is answered too
            answer(encode_outcome(refusal(error)))

    def _submit(self, principal: Principal, submission: Event, allowed: frozenset[Allowed], answer: Answer) -> None:
        """Submit what the policy allows.

        Raises:
            Denied: it does not.
            Rejected: `org.unknown`.
        """
        submitted = _submitted_by(principal, submission, allowed)
        self._partitions.of(submission.goal_id.org).goals.begin(submitted, answer)

    def _answer(self, reply: str, size: int, outcome: bytes) -> None:
        """Send the answer to a submission that was under way."""
        self._under_way -= 1
        self._bytes -= size
        if reply:
            if self._nc.is_connected:
                self._send(reply, outcome)
            else:
                self._start(self._send_later(reply, outcome))
        if self._ended is not None and not self._under_way and not self._ended.done():
            self._ended.set_result(None)

    def refuse(self, reply: str) -> None:
        """Answer `log.busy` at once to a submission that is not taken."""
        if reply and may_be_answered(reply):
            self._send(reply, _BUSY)

    def _send(self, reply: str, outcome: bytes) -> None:
        try:
            self._nc.send(reply, {}, outcome)
        except NatsError as error:
            _not_sent(error)

    async def _send_later(self, reply: str, outcome: bytes) -> None:
        try:
            await self._nc.publish(reply, outcome)  # nats-py keeps it until there is a connection again
        except (NatsError, OSError) as error:
            _not_sent(error)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _not_sent(error: Exception) -> None:
    # The sender gets no answer and sends the event again; its id keeps it from being recorded twice.
    _log.warning("an answer could not be sent: %s", error)


def _submitted_by(principal: Principal, submission: Event, allowed: frozenset[Allowed]) -> Event:
    """The submission with its submitter.

    Args:
        allowed: What the patient allows the principal.

    Raises:
        Denied: the policy does not let them submit it.
    """
    goal_id, actor = submission.goal_id, submission.actor
    role = check_submission(
        principal,
        type_name=submission.type_name,
        org=goal_id.org,
        patient=goal_id.patient,
        actor=actor.id,
        role=actor.role,
        entered_by=submission.entered_by,
        allowed=allowed,
    )
    return submission.submitted(principal.id, role)
