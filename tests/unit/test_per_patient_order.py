"""One patient's submissions go one after another, patients side by side, and outcomes keep the order."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from functools import partial

import pytest

from services.per_patient_order import PerPatientOrder, Stop, outcomes_in_order


class Service:
    """Answers a submission when it is told to; notes the order in which submissions reach it."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self._answers: defaultdict[str, asyncio.Future[str]] = defaultdict(asyncio.get_running_loop().create_future)

    async def send(self, submission: str) -> str:
        self.reached.append(submission)
        return await self._answers[submission]

    def answer(self, submission: str, outcome: str = "recorded") -> None:
        self._answers[submission].set_result(outcome)

    def fail(self, submission: str) -> None:
        self._answers[submission].set_exception(OSError("the connection broke"))


class Desk:
    """Hands submissions such as `p1.plan` (patient, goal) to an order."""

    def __init__(self, order: PerPatientOrder[str]) -> None:
        self.service = Service()
        self._order = order

    def submit(self, *submissions: str) -> list[asyncio.Task[str]]:
        return [asyncio.create_task(self.outcome(each)) for each in submissions]

    async def outcome(self, submission: str) -> str:
        return await self._order.submit(submission.split(".", maxsplit=1)[0], partial(self.service.send, submission))


async def settled() -> None:
    """Everything that can run has run."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_patient_s_submissions_wait_for_each_other_and_for_nobody_else_s() -> None:
    desk = Desk(PerPatientOrder())
    tasks = desk.submit("p1.plan", "p1.g1", "p2.plan", "p1.g2")

    await settled()
    assert desk.service.reached == ["p1.plan", "p2.plan"]
    desk.service.answer("p1.plan")
    await settled()
    assert desk.service.reached == ["p1.plan", "p2.plan", "p1.g1"]
    for each in ("p1.g1", "p1.g2", "p2.plan"):
        desk.service.answer(each)
    assert await asyncio.gather(*tasks) == ["recorded"] * 4
    assert desk.service.reached[-1] == "p1.g2"


async def test_after_an_uncertain_answer_nothing_more_of_the_patient_is_sent() -> None:
    desk = Desk(PerPatientOrder(Stop(after=lambda outcome: outcome == "uncertain", answer="not tried")))
    tasks = desk.submit("p1.plan", "p1.g1", "p2.plan", "p2.g1")

    desk.service.answer("p1.plan", "uncertain")
    desk.service.answer("p2.plan", "rejected")
    desk.service.answer("p2.g1")
    assert await asyncio.gather(*tasks) == ["uncertain", "not tried", "rejected", "recorded"]
    assert await desk.outcome("p1.g2") == "not tried"
    assert sorted(desk.service.reached) == ["p1.plan", "p2.g1", "p2.plan"]


async def test_without_a_stop_an_uncertain_answer_changes_nothing() -> None:
    desk = Desk(PerPatientOrder())
    for each in ("p1.plan", "p1.g1"):
        desk.service.answer(each, "uncertain")
    assert await asyncio.gather(*desk.submit("p1.plan", "p1.g1")) == ["uncertain", "uncertain"]


async def test_no_more_than_so_many_are_under_way_and_those_that_wait_for_their_patient_do_not_count() -> None:
    desk = Desk(PerPatientOrder(at_once=2))
    tasks = desk.submit("p1.plan", "p1.g1", "p1.g2", "p2.plan", "p3.plan")

    await settled()
    assert desk.service.reached == ["p1.plan", "p2.plan"]
    for each in ("p2.plan", "p3.plan", "p1.plan", "p1.g1", "p1.g2"):
        desk.service.answer(each)
    assert await asyncio.gather(*tasks) == ["recorded"] * 5


async def test_an_error_and_a_cancellation_let_the_patient_s_next_submission_go() -> None:
    desk = Desk(PerPatientOrder(at_once=1))
    broken, cancelled, waiting, last = desk.submit("p1.plan", "p1.g1", "p1.g2", "p1.g3")

    desk.service.fail("p1.plan")
    with pytest.raises(OSError, match="the connection broke"):
        await broken
    await settled()
    waiting.cancel()
    cancelled.cancel()
    desk.service.answer("p1.g3")
    assert await last == "recorded"
    assert desk.service.reached == ["p1.plan", "p1.g1", "p1.g3"]


async def test_outcomes_keep_the_order_of_the_submissions_although_they_come_at_once() -> None:
    service = Service()
    outcomes = asyncio.create_task(collected(["1", "2", "3"], service))

    await settled()
    assert service.reached == ["1", "2", "3"]
    for each in ("3", "2", "1"):
        service.answer(each, f"outcome of {each}")
    assert await outcomes == ["outcome of 1", "outcome of 2", "outcome of 3"]


async def test_nothing_submitted_has_no_outcomes() -> None:
    assert await collected([], Service()) == []


async def test_no_more_than_a_bounded_part_of_a_stream_is_read_ahead_of_its_outcomes() -> None:
    service = Service()
    read: list[str] = []

    def endless() -> Iterator[str]:
        for number in range(1_000_000):
            read.append(str(number))
            yield str(number)

    async with aclosing(outcomes_in_order(endless(), service.send, in_hand=3)) as outcomes:
        for number in range(10):
            service.answer(str(number))
            assert await anext(outcomes) == "recorded"
            await settled()
            assert len(service.reached) <= number + 4
            assert len(read) <= number + 5


async def test_an_outcome_comes_while_the_next_submission_is_waited_for() -> None:
    written = asyncio.Event()

    async def pipe() -> AsyncIterator[str]:
        yield "1"
        await written.wait()
        yield "2"

    service = Service()
    service.answer("1")
    service.answer("2", "duplicate")
    async with aclosing(outcomes_in_order(pipe(), service.send, in_hand=3)) as outcomes:
        assert await anext(outcomes) == "recorded"
        written.set()
        assert await anext(outcomes) == "duplicate"


async def test_trouble_with_reading_comes_after_the_outcomes_of_what_was_read() -> None:
    async def broken() -> AsyncIterator[str]:
        yield "1"
        raise OSError("the pipe broke")

    service = Service()
    service.answer("1")
    outcomes = outcomes_in_order(broken(), service.send, in_hand=3)
    assert await anext(outcomes) == "recorded"
    with pytest.raises(OSError, match="the pipe broke"):
        await anext(outcomes)


@pytest.mark.parametrize("end", ["error", "closed"])
async def test_when_it_ends_early_nothing_is_left_under_way(end: str) -> None:
    service = Service()
    ended: list[str] = []

    async def send(submission: str) -> str:
        try:
            return await service.send(submission)
        finally:
            ended.append(submission)

    outcomes = outcomes_in_order([str(number) for number in range(10)], send, in_hand=3)
    service.answer("0")
    await anext(outcomes)
    await settled()
    if end == "error":
        service.fail("1")
        with pytest.raises(OSError, match="the connection broke"):
            await anext(outcomes)
    else:
        await outcomes.aclose()
    assert sorted(ended) == sorted(service.reached)
    assert len(service.reached) < 10


async def collected(submissions: list[str], service: Service) -> list[str]:
    return [outcome async for outcome in outcomes_in_order(submissions, service.send, in_hand=10)]
