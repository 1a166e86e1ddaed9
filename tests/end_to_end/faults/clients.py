"""Integrating systems: each offers its events over plain NATS, and again under the same id until they are recorded."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from typing import NamedTuple, Self

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from pydantic import TypeAdapter

from events.envelope import STRUCTURED
from events.event import Event
from events.identity import SUBMIT, GoalId
from events.log.client.address import read_address
from events.outcome import Outcome, RecordedOutcome, RejectedOutcome
from tests.builders import as_bytes
from tests.end_to_end.faults.stories import story

_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)
_ANSWER_SECONDS = 1.0
_LONGEST_ANSWER_SECONDS = 8.0
_PAUSE_SECONDS = 0.05
_WORKING_SECONDS = 200
_CONNECTING_SECONDS = 60
_ALWAYS = asyncio.Event()
_ALWAYS.set()


class Answer(NamedTuple):
    """A submission that was recorded, and the outcome that said so."""

    submission: Event
    outcome: RecordedOutcome


async def ask(nc: Client, submission: Event, seconds: float = _ANSWER_SECONDS) -> Outcome | None:
    """The outcome of a submission that is offered once; None when nobody is there, or none comes in time."""
    subject, headers = submission.goal_id.on(SUBMIT), {"content-type": STRUCTURED}
    try:
        reply = await nc.request(subject, as_bytes(submission), timeout=seconds, headers=headers)
    except (NatsError, OSError, TimeoutError):
        return None
    return _OUTCOME.validate_json(reply.data)


async def submit(nc: Client, submission: Event, *, while_set: asyncio.Event = _ALWAYS) -> RecordedOutcome:
    """Offer a submission until it is recorded, waiting twice as long for an answer each time that none came.

    Who keeps asking in a second's time while all others do gives a service on a busy machine ever more to do.

    Args:
        while_set: Nothing is sent while this is not set.

    Raises:
        AssertionError: it is refused for good, or not recorded in minutes. They are counted here: a time limit
            around this may be swallowed by nats-py, whose requests wait with asyncio.wait_for of Python 3.11.
    """
    seconds = _ANSWER_SECONDS
    end = monotonic() + _WORKING_SECONDS
    while True:
        await while_set.wait()
        began = monotonic()
        match answer := await ask(nc, submission, seconds):
            case RecordedOutcome() as outcome:
                return outcome
            case RejectedOutcome(retryable=False) as refusal:
                raise AssertionError(f"{submission.goal_id} {submission.type_name}: {refusal}")
        if monotonic() > end:
            raise AssertionError(
                f"{submission.goal_id} {submission.type_name} is not recorded in {_WORKING_SECONDS} s;"
                f" last: {answer}; connected: {nc.is_connected}, closed: {nc.is_closed}"
            )
        if monotonic() - began >= seconds:  # otherwise nobody was there, or the log was not
            seconds = min(2 * seconds, _LONGEST_ANSWER_SECONDS)
        await asyncio.sleep(_PAUSE_SECONDS)  # as a considerate sender does between two tries


class Clients:
    """Several clients at work, each with a connection of its own and several patients.

    Args:
        connections: One a client.
        org: The organisation of the patients.
        patients: How many patients each client has; it submits for all of them at the same time, in order for each.
        days: How long each patient's story is.
    """

    def __init__(self, connections: Iterable[Client], org: str, *, patients: int = 6, days: int = 12):
        self.answers: list[Answer] = []
        self._connections = list(connections)
        self._stories = [
            (nc, story(GoalId(org, f"pt-{number}-{patient}", "walk"), days))
            for number, nc in enumerate(self._connections)
            for patient in range(patients)
        ]
        self._answered = asyncio.Condition()
        self._may_send = asyncio.Event()
        self._may_send.set()

    @property
    def connection(self) -> Client:
        """One of the clients' connections."""
        return self._connections[0]

    @property
    def at_once(self) -> int:
        """The most submissions that are under way at the same time."""
        return len(self._stories)

    @property
    def total(self) -> int:
        """How many submissions there are in all."""
        return sum(len(told) for _, told in self._stories)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Self]:
        """Everything is submitted, while the block lasts and for as long as it takes until all of it is recorded."""
        async with asyncio.timeout(_WORKING_SECONDS), asyncio.TaskGroup() as group:
            for nc, told in self._stories:
                group.create_task(self._tell(nc, told))
            yield self

    async def have_recorded(self, number: int) -> None:
        """Wait until so many submissions have been answered as recorded."""
        async with self._answered:
            await self._answered.wait_for(lambda: len(self.answers) >= number)

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Nobody sends anything while the block lasts; what is under way may still be answered."""
        self._may_send.clear()
        yield
        self._may_send.set()

    async def _tell(self, nc: Client, told: list[Event]) -> None:
        for submission in told:
            outcome = await submit(nc, submission, while_set=self._may_send)
            async with self._answered:
                self.answers.append(Answer(submission, outcome))
                self._answered.notify_all()


@asynccontextmanager
async def connected(servers: list[str], number: int = 8) -> AsyncIterator[list[Client]]:
    """Connections as integrating systems have them: by plain nats-py, and patient.

    The token is given apart from the addresses, as servers of a cluster name each other without it.
    """
    address = read_address(",".join(servers))
    async with AsyncExitStack() as stack:
        connections = []
        for _ in range(number):
            async with asyncio.timeout(_CONNECTING_SECONDS):
                nc = await nats.connect(
                    address.servers,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.05,
                    error_cb=_unheard,
                    **address.credentials,
                )
            stack.push_async_callback(nc.close)
            connections.append(nc)
        yield connections


async def _unheard(_: Exception) -> None:
    """Connections break here; what matters is what comes of the submissions."""
