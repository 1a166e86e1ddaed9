"""One reading of the log for several processes: each gets on its standard input what was read.

A process that is slow, or takes nothing at all, does not keep the others waiting for long: it is given no more, and
reads the rest by itself, as it does when whoever reads for it dies.
"""

import asyncio
import marshal
from asyncio import StreamReader, StreamReaderProtocol, StreamWriter
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import aclosing, suppress
from typing import BinaryIO, NamedTuple

from events.log.follower_process import PIPE_BYTES, framed, frames, unpack
from events.log.reading import Batch

_AHEAD_BYTES = 8 * 1024 * 1024
"""How much may wait for one that is slower than others."""
_STEP_BYTES = 1024 * 1024
"""How much of it one must have taken before it is given more."""
_PATIENCE_SECONDS = 30.0
"""How long others wait for that."""


async def hand_over(packed: AsyncIterable[bytes], stream: str, after: int, takers: Sequence[StreamWriter]) -> None:
    """Hand what was read to processes, as :class:`HandedOver` takes it; their standard input is then closed.

    Args:
        packed: As :func:`events.log.follower_process.read_packed` gives it.
        after: The position behind which it begins.
    """
    left = list(takers)
    for taker in left:
        taker.transport.set_write_buffer_limits(_AHEAD_BYTES, _AHEAD_BYTES - _STEP_BYTES)
        taker.write(framed(marshal.dumps((stream, after))))
    try:
        async for each in packed:
            frame = framed(each)
            for taker in left:
                taker.write(frame)
            left = await _with_room(left)
            if not left:
                return
    finally:
        for taker in takers:
            taker.close()


async def _with_room(takers: Sequence[StreamWriter]) -> list[StreamWriter]:
    """Those that take more: all, unless one has ended, or keeps another that wants more waiting for too long."""
    draining = {asyncio.create_task(taker.drain()): taker for taker in takers}
    try:
        await asyncio.wait(draining, return_when=asyncio.FIRST_COMPLETED)
        done, late = await asyncio.wait(draining, timeout=_PATIENCE_SECONDS)
    finally:
        for task in draining:
            task.cancel()
    for task in late:
        draining[task].transport.abort()
    return [draining[task] for task in done if task.exception() is None]


class Given(NamedTuple):
    """A batch that is handed over, and the position behind which the first of them began."""

    begin: int
    batch: Batch


class HandedOver:
    """What another process has read of a stream, and hands over to this one.

    Args:
        source: Where it comes, such as the standard input. It can be taken once.
    """

    def __init__(self, source: BinaryIO):
        self._source = source

    def decline(self) -> None:
        """Take nothing of it, so that nobody waits for this one."""
        self._source.close()

    async def batches(self, stream: str, after: int) -> AsyncGenerator[Batch, None]:
        """What is behind a position, without a gap or a repeat, as far as it is handed over.

        There is nothing if it begins later, or is of another stream.
        """
        async with aclosing(self.given(stream)) as all_given:
            async for begin, batch in all_given:
                if begin > after:
                    return
                if messages := tuple(each for each in batch.messages if each.position > after):
                    yield Batch(messages, batch.head)

    async def given(self, stream: str) -> AsyncGenerator[Given, None]:
        """All that is handed over; nothing if it is of another stream."""
        output = StreamReader(PIPE_BYTES)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: StreamReaderProtocol(output), self._source)
        try:
            with suppress(OSError):
                async with aclosing(frames(output)) as all_frames:
                    begin = await anext(all_frames, None)
                    its_stream, after = marshal.loads(begin) if begin else ("", 0)  # noqa: S302 - from our own
                    if its_stream != stream:
                        return
                    async for packed in all_frames:
                        yield Given(after, unpack(packed))
        finally:
            transport.close()
