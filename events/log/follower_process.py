"""Following the log where many events are ahead: a follower process reads what the server sends.

Reading takes a fifth of the time of a rebuild, and Python does one thing at a time in a process. What was read comes
through a pipe in the form that Python itself keeps its compiled modules in, which is the quickest that it has; both
ends are the same Python.
"""

import asyncio
import gc
import logging
import marshal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import BinaryIO, cast

import uvloop
from pydantic_core import from_json, to_json

from events.attribute_headers import OddHeaders
from events.envelope import StoredMessage
from events.log.child_process import end_with_parent
from events.log.client.connection import connect
from events.log.client.headers import headers_of
from events.log.client.resilient import JETSTREAM_API
from events.log.following import Follower
from events.log.reading import Batch

WORTH_A_PROCESS = 50_000
"""How many events make it worth to start a process: about as many as are read while it starts."""
_PROGRAM = "from events.log.follower_process import main; main()"
_BATCH_MESSAGES = 1000
PIPE_BYTES = 4 * 1024 * 1024
"""What may wait at the end of a pipe that reads."""
_SIZE_BYTES = 4

_log = logging.getLogger("cairn.log")


async def read_in_process(
    url: str, stream: str, after: int, until: int, log_api: str = JETSTREAM_API
) -> AsyncGenerator[Batch, None]:
    """Read the messages of a stream from behind one position up to another, in order, without a gap or a repeat.

    The iteration ends early when the process dies; the caller goes on from the last position by itself.

    Args:
        url, log_api: Of the NATS server, as :func:`events.log.connect` takes them.
    """
    position = after
    async with aclosing(read_packed(url, stream, after, until, log_api)) as all_packed:
        async for packed in all_packed:
            batch = unpack(packed)
            position = batch.messages[-1].position
            yield batch
            if position >= until:
                return
    _log.info("no process reads %s any more, at position %d; going on without one", stream, position)


async def read_packed(
    url: str, stream: str, after: int, until: int, log_api: str = JETSTREAM_API
) -> AsyncGenerator[bytes, None]:
    """As :func:`read_in_process`, in the form that :func:`unpack` takes."""
    with suppress(OSError):
        async with _reader() as (commands, output):
            # Not among the arguments, which everybody on the machine can read: the address may hold a password.
            commands.write(to_json([url, log_api, stream, after, until]))
            commands.write_eof()
            async with aclosing(frames(output)) as all_frames:
                async for packed in all_frames:
                    yield packed


def framed(packed: bytes) -> bytes:
    """Something to be sent through a pipe, with its size."""
    return len(packed).to_bytes(_SIZE_BYTES) + packed


async def frames(output: asyncio.StreamReader) -> AsyncGenerator[bytes, None]:
    """What was sent through a pipe as :func:`framed`, until the other end ends, perhaps in the middle."""
    with suppress(asyncio.IncompleteReadError):
        while True:
            size = int.from_bytes(await output.readexactly(_SIZE_BYTES))
            yield await output.readexactly(size)


@asynccontextmanager
async def _reader() -> AsyncGenerator[tuple[asyncio.StreamWriter, asyncio.StreamReader], None]:
    """Start the process that reads, and end it with the block; yields its standard input and its standard output."""
    reader = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _PROGRAM),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=PIPE_BYTES,
        # Ctrl-C is meant for the process that reads from this one, and that process ends this one.
        start_new_session=True,
        preexec_fn=end_with_parent,
    )
    try:
        yield cast(asyncio.StreamWriter, reader.stdin), cast(asyncio.StreamReader, reader.stdout)
    finally:
        with suppress(ProcessLookupError):
            reader.kill()
        await reader.wait()


def main() -> None:
    """Run in the follower process: take on standard input what to read, and end when nobody reads the output."""
    gc.set_threshold(5_000, 20, 1_000_000)  # only young objects: messages are in no cycle, and there are many of them
    url, log_api, stream, after, until = from_json(sys.stdin.buffer.read())
    with suppress(BrokenPipeError):
        uvloop.run(_read(url, log_api, stream, (after, until), sys.stdout.buffer))


async def _read(url: str, log_api: str, stream: str, part: tuple[int, int], out: BinaryIO) -> None:
    after, until = part
    nc = await connect(url, name=f"cairn reading {stream}", log_api=log_api)
    async with aclosing(Follower(nc, stream, after, batch=_BATCH_MESSAGES).batches()) as batches:
        async for batch in batches:
            if batch.messages:
                # In a thread, so that the connection stays alive while the other end is busy.
                await asyncio.to_thread(out.write, framed(pack(batch)))
                await asyncio.to_thread(out.flush)
            # Where the log holds no message at the last position any more, an empty batch marks the end.
            if not batch.messages or batch.messages[-1].position >= until:
                break
    await nc.close()


def pack(batch: Batch) -> bytes:
    """A batch in the form in which it goes through a pipe."""
    # Values that are equal become the same one, which is then written once; names are mostly the same ones already.
    same: dict[str, str] = {}
    one = same.setdefault
    messages = [
        (
            subject,
            position,
            recorded_ns,
            # What a dictionary does not hold goes as it came, and is read again at the other end.
            headers.block
            if isinstance(headers, OddHeaders)
            else {name: one(value, value) for name, value in headers.items()},
            data,
        )
        for subject, position, recorded_ns, headers, data in batch.messages
    ]
    return marshal.dumps((batch.head, messages))


def unpack(packed: bytes) -> Batch:
    """A batch that :func:`pack` has packed."""
    head, messages = marshal.loads(packed)  # noqa: S302 - it is our own process that packed it
    return Batch(
        tuple(
            [
                StoredMessage(subject, position, recorded_ns, headers_of(headers), data)
                if type(headers) is bytes
                else StoredMessage(subject, position, recorded_ns, headers, data)
                for subject, position, recorded_ns, headers, data in messages
            ]
        ),
        head,
    )
