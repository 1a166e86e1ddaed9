"""The order of submissions: one patient's one after another, those of different patients side by side.

The order matters because a later submission may build on an earlier one, as a goal builds on its plan. The module knows
neither events nor NATS: the caller says how a submission is sent and what an outcome is.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Hashable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.keyed_lock import KeyedLock

Submission = TypeVar("Submission")
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Stop(Generic[Outcome]):
    """When a patient's later submissions are no longer sent.

    Attributes:
        after: Whether an outcome stops its patient. Such an outcome leaves open whether the submission was recorded,
            and a later one could overtake it.
        answer: The outcome of each later submission of the patient, which is not sent.
    """

    after: Callable[[Outcome], bool]
    answer: Outcome


class PerPatientOrder(Generic[Outcome]):
    """Sends submissions, those of one patient in the order in which `submit` was called for them.

    Memory is used for the submissions that wait, and for the patients that were stopped.

    Args:
        stop: When a patient is stopped; never, if it is not given.
        at_once: How many submissions may be under way at the same time; without limit, if it is not given.
    """

    def __init__(self, stop: Stop[Outcome] | None = None, at_once: int | None = None):
        self._stop = stop
        self._room: AbstractAsyncContextManager[None] = asyncio.Semaphore(at_once) if at_once else nullcontext()
        self._patients = KeyedLock()
        self._stopped: set[Hashable] = set()

    async def submit(self, patient: Hashable, send: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Send one submission after all earlier ones of its patient have their outcomes.

        An error that `send` raises reaches the caller, and the patient's next submission is sent.
        """
        async with self._patients.of(patient):
            if self._stop is not None and patient in self._stopped:
                return self._stop.answer
            async with self._room:
                outcome = await send()
            if self._stop is not None and self._stop.after(outcome):
                self._stopped.add(patient)
            return outcome


async def outcomes_in_order(
    submissions: Iterable[Submission] | AsyncIterable[Submission],
    outcome_of: Callable[[Submission], Awaitable[Outcome]],
    in_hand: int,
) -> AsyncGenerator[Outcome, None]:
    """The outcomes of a list or a stream of submissions, in its order, many of them asked for at the same time.

    Args:
        submissions: What to submit; a stream is read as far as there is room in hand, also while outcomes are awaited.
        outcome_of: Gives the outcome of one submission. The calls begin in the order of the submissions.
        in_hand: How many submissions may be begun of which the outcome is not yet yielded; it bounds the memory.

    Raises:
        Exception: what reading or `outcome_of` raised; what is still under way is then cancelled.
    """
    room = asyncio.Semaphore(in_hand)
    begun: asyncio.Queue[asyncio.Future[Outcome] | None] = asyncio.Queue()
    unfinished: set[asyncio.Future[Outcome]] = set()

    async def begin_each() -> None:
        try:
            async for submission in _each(submissions):
                await room.acquire()
                future = asyncio.ensure_future(outcome_of(submission))
                unfinished.add(future)
                begun.put_nowait(future)
        finally:
            begun.put_nowait(None)

    beginning = asyncio.create_task(begin_each())
    try:
        while (future := await begun.get()) is not None:
            outcome = await future
            unfinished.discard(future)
            yield outcome
            room.release()
        await beginning  # raises what reading raised
    finally:
        beginning.cancel()
        for future in unfinished:
            future.cancel()
        await asyncio.gather(beginning, *unfinished, return_exceptions=True)


async def _each(submissions: Iterable[Submission] | AsyncIterable[Submission]) -> AsyncIterator[Submission]:
    if isinstance(submissions, AsyncIterable):
        async for submission in submissions:
            yield submission
    else:
        for submission in submissions:
            yield submission
