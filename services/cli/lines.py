"""Lines from a file or a pipe, as they come and never longer than they may be."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO

from events.media_types import without_byte_order_mark

_CHUNK = 64 * 1024


class LineCutter:
    """Cuts chunks of bytes into lines. Of a line above `limit` bytes, `limit` + 1 are kept, so that it shows."""

    def __init__(self, limit: int):
        self._keep = limit + 1
        self._line = bytearray()

    def cut(self, chunk: bytes) -> Iterator[bytes]:
        """The lines that end in this chunk, without their line ends."""
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            self._extend(part)
            yield self.rest()
        self._extend(rest)

    def rest(self) -> bytes:
        """What is left of the last line."""
        line = bytes(self._line)
        self._line.clear()
        return line

    def _extend(self, part: bytes) -> None:
        self._line += part[: self._keep - len(self._line)]


async def lines_of(file: BinaryIO, limit: int) -> AsyncIterator[bytes]:
    """The lines of a file that say something. A pipe's lines come as soon as they are written."""
    cutter = LineCutter(limit)
    async for chunk in _chunks(file):
        for line in cutter.cut(chunk):
            if _says_something(line):
                yield line
    last = cutter.rest()
    if _says_something(last):
        yield last


def _says_something(line: bytes) -> bool:
    return bool(without_byte_order_mark(line).strip())


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes | OSError] = asyncio.Queue(maxsize=4)
    # Unbuffered, in a daemon thread: a read that waits for a person then holds no lock and does not hinder Ctrl-C.
    raw = getattr(file, "raw", file)

    def read() -> None:
        chunk: bytes | OSError = b""
        while True:
            try:
                chunk = raw.read(_CHUNK)
            except OSError as error:
                chunk = error
            try:
                asyncio.run_coroutine_threadsafe(chunks.put(chunk), loop).result()
            except RuntimeError:  # the loop has ended meanwhile
                return
            if not chunk or isinstance(chunk, OSError):
                return

    threading.Thread(target=read, name="lines", daemon=True).start()
    while True:
        chunk = await chunks.get()
        if isinstance(chunk, OSError):
            raise chunk
        if not chunk:
            return
        yield chunk
