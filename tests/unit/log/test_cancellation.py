"""A cancellation that was swallowed ends a coroutine nevertheless."""

import asyncio
from contextlib import suppress

import pytest

from events.log.cancellation import until_cancelled


async def test_a_service_that_was_cancelled_while_it_began_ends() -> None:
    began = asyncio.Event()

    async def serve() -> None:
        began.set()
        with suppress(asyncio.CancelledError):  # as wait_for does before Python 3.12, if the answer has just come
            await asyncio.Event().wait()
        await until_cancelled()

    serving = asyncio.create_task(serve())
    await began.wait()
    serving.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(serving, 60)


async def test_a_service_serves_until_it_is_cancelled() -> None:
    serving = asyncio.create_task(until_cancelled())
    await asyncio.sleep(0)
    assert not serving.done()

    serving.cancel()

    await asyncio.wait([serving])
    assert serving.cancelled()
