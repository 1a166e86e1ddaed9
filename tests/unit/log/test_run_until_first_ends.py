"""Coroutines that run until one of them ends: what is raised, and that all of them have ended."""

import asyncio
import gc
from contextlib import suppress

import pytest

from events.log.run_until_first_ends import run_until_first_ends


class Stumbled(Exception):
    """What one of them raises."""


async def stumble(why: str) -> None:
    raise Stumbled(why)


async def stumble_when_cancelled(why: str) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        raise Stumbled(why)


async def test_what_the_first_raises_comes_before_what_the_others_raise_as_they_end() -> None:
    with pytest.raises(Stumbled, match="first"):
        await run_until_first_ends(stumble_when_cancelled("later"), stumble("first"))


async def test_what_another_raises_as_it_ends_is_raised_when_the_first_raised_nothing() -> None:
    with pytest.raises(Stumbled, match="later"):
        await run_until_first_ends(stumble_when_cancelled("later"), asyncio.sleep(0))


async def test_several_that_raise_at_once_raise_one_error_and_leave_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(Stumbled, match="one"):
        await run_until_first_ends(stumble("one"), stumble("two"), stumble_when_cancelled("three"))
    gc.collect()
    assert not caplog.records


async def test_one_that_swallows_a_cancellation_is_cancelled_again() -> None:
    swallowed = asyncio.Event()

    async def swallow() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        swallowed.set()
        await asyncio.Event().wait()

    await run_until_first_ends(swallow(), asyncio.sleep(0))
    assert swallowed.is_set()
