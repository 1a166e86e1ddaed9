"""Benchmarks whose own commands of Cairn are forked: to start one costs half a second of the processor otherwise.

What another build runs, and every other program, is started as it is outside of tests.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pytest

from tests.forked import CAIRN, Forked

_OURS = (sys.executable, "-P", "-m", CAIRN)
_started = asyncio.create_subprocess_exec


@pytest.fixture(scope="module", autouse=True)
def forked_commands() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(asyncio, "create_subprocess_exec", _forked_or_started)
        yield


async def _forked_or_started(*command: str, **options: Any) -> "asyncio.subprocess.Process | ForkedProcess":
    """What `asyncio.create_subprocess_exec` does, but for commands of this build."""
    if command[: len(_OURS)] != _OURS:
        return await _started(*command, **options)
    assert (options.get("stdin", DEVNULL), options["stdout"]) == (DEVNULL, PIPE)
    return await ForkedProcess.started(command[len(_OURS) :], options["env"], options["stderr"])


class ForkedProcess:
    """A command of Cairn as a process of asyncio, as far as benchmarks use one.

    Attributes:
        pid: Its id.
        stdout: What it says.
        returncode: With which it has ended; None as long as it runs.
    """

    def __init__(self, process: Forked, out: "_Pipe", err: "_Pipe | None"):
        self._process, self._out, self._err = process, out, err
        self.pid = process.pid
        self.stdout = out.reader
        self.returncode: int | None = None
        self._ending = asyncio.create_task(self._end())

    @classmethod
    async def started(
        cls, arguments: tuple[str, ...], environment: Mapping[str, str], errors: int | IO[bytes]
    ) -> "ForkedProcess":
        """Start a command, whose errors go to a pipe or a file."""
        out = await _Pipe.opened()
        if not isinstance(errors, int):
            return cls(Forked(arguments, environment, out.end, Path(errors.name)), out, None)
        err = await _Pipe.opened()
        return cls(Forked(arguments, environment, out.end, err.end), out, err)

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for the end; gives the exit code."""
        return await asyncio.shield(self._ending)

    async def communicate(self) -> tuple[bytes, bytes]:
        """All that it says until it ends, and its errors."""
        said = await asyncio.gather(*(each.reader.read() for each in (self._out, self._err) if each is not None))
        await self.wait()
        return said[0], b"".join(said[1:])

    async def _end(self) -> int:
        self.returncode = await self._process.ended()
        for pipe in (self._out, self._err):
            if pipe is not None:
                os.close(pipe.writing)
        return self.returncode


class _Pipe:
    """A pipe that a process writes to, which has opened it by its path.

    Attributes:
        writing: The end to write to, which is open here until the process has ended.
        reader: The other end.
    """

    def __init__(self, writing: int, reader: asyncio.StreamReader, transport: asyncio.BaseTransport):
        self.writing, self.reader = writing, reader
        self._transport = transport  # which closes what it reads from when nobody has it

    @classmethod
    async def opened(cls) -> "_Pipe":
        reading, writing = os.pipe()
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading, "rb")
        )
        return cls(writing, reader, transport)

    @property
    def end(self) -> Path:
        """Where others open the end to write to."""
        return Path(f"/proc/{os.getpid()}/fd/{self.writing}")
