"""Fetching ahead: while one batch is being written, the next ones are already on their way."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from events.log import Batch


async def fetched_ahead(source: AsyncIterator[Batch], most: int) -> AsyncGenerator[Batch, None]:
    """The same messages in the same order, put together into as few batches as there is a demand for.

    Args:
        source: Batches of the log.
        most: How many messages may wait. A batch holds as many at most, and the source's own last one on top.
    """
    waiting: list[Batch] = []
    arrived, wanted = asyncio.Event(), asyncio.Event()

    async def fetch() -> None:
        try:
            async for batch in source:
                waiting.append(batch)
                arrived.set()
                if sum(len(each.messages) for each in waiting) >= most:
                    wanted.clear()
                    await wanted.wait()
        finally:
            arrived.set()
            if isinstance(source, AsyncGenerator):
                await source.aclose()

    fetching = asyncio.create_task(fetch())
    try:
        while True:
            await arrived.wait()
            if not waiting:
                await fetching
                return
            batch = Batch(tuple(message for each in waiting for message in each.messages), waiting[-1].head)
            waiting.clear()
            if not fetching.done():
                arrived.clear()
            wanted.set()
            yield batch
    finally:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)
