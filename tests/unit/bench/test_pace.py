"""Operations at a steady rate."""

import asyncio
from itertools import pairwise

import pytest

from bench.driving import pace


async def test_operations_begin_whatever_the_answers_do_and_all_are_waited_for() -> None:
    last_has_begun = asyncio.Event()
    answered: list[int] = []

    async def operation(number: int, _: float) -> None:
        if number == 4:
            last_has_begun.set()
        await last_has_begun.wait()
        answered.append(number)

    await pace(1000, 0.005, operation)
    assert sorted(answered) == [0, 1, 2, 3, 4]


async def test_each_is_due_in_its_turn() -> None:
    due: list[float] = []

    async def operation(_: int, at: float) -> None:
        due.append(at)

    await pace(1000, 0.004, operation)
    # As fine as the clock is of a machine that has been up for months.
    assert [later - sooner for sooner, later in pairwise(due)] == pytest.approx([0.001] * 3, abs=1e-6)


async def test_the_first_failure_ends_the_rest() -> None:
    ended: list[int] = []

    async def operation(number: int, _: float) -> None:
        if number == 2:
            raise ValueError("no")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)

    with pytest.raises(ValueError, match="no"):
        await pace(1000, 600, operation)
    assert {0, 1} <= set(ended)
