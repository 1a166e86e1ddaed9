"""Processes that wait until they are told what to catch up with, and end where nothing is to be caught up with.

They are forked from a process that has imported everything, while it has no event loop, no thread and no connection
yet. So they have nothing to import, share most of their memory with it, and meet no lock that a thread held which is
not there any more.
"""

import asyncio
import os
import signal
import socket
from asyncio import StreamWriter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import BinaryIO, NoReturn, cast

from pydantic_core import from_json, to_json

from events.log.child_process import be_fork, close_all_but_standard_files, end_with_parent, write_out

Run = Callable[[Sequence[str], BinaryIO | None], int]
"""Catches up for projections, by their names, perhaps with what comes from where; gives the exit code."""
_IN, _OUT = 0, 1


class Worker:
    """A process that catches up once.

    Args:
        run: What it runs in the process.
    """

    def __init__(self, run: Run):
        ours, its = socket.socketpair()
        write_out()  # or the fork would say once more what this process has yet to write
        self._pid = os.fork()
        if self._pid == 0:
            _become(run, its.detach())
        its.close()
        self._socket = ours
        self._input: StreamWriter | None = None
        self._ending: asyncio.Task[int] | None = None

    async def begin(self, names: Sequence[str], *, handed_over: bool) -> StreamWriter:
        """Let it catch up for projections, by their names.

        Args:
            handed_over: Whether they are given what another process reads, by what is returned, which is closed
                otherwise.
        """
        _, self._input = await asyncio.open_unix_connection(sock=self._socket)
        self._input.write(to_json([names, handed_over]) + b"\n")
        if not handed_over:
            self._input.close()
        return self._input

    async def ended(self) -> int:
        """Wait until it ends, and give the exit code, negative when it was ended by a signal."""
        if self._ending is None:
            self._ending = asyncio.create_task(asyncio.to_thread(_exit_code, self._pid))
        return await asyncio.shield(self._ending)

    async def end(self) -> None:
        """End it: it finishes its transaction first. One that was told nothing ends because nobody can tell it."""
        if self._input is None:
            self._socket.close()
        else:
            self._input.transport.abort()
            if self._ending is None or not self._ending.done():
                with suppress(ProcessLookupError):
                    os.kill(self._pid, signal.SIGTERM)
        await self.ended()


async def end_all(workers: Sequence[Worker]) -> None:
    """End workers, which may have ended already."""
    await asyncio.gather(*(worker.end() for worker in workers))


def _become(run: Run, told: int) -> NoReturn:
    """Be the worker from here on, which ends with the process that has forked it."""

    def catch_up() -> int:
        end_with_parent()
        os.setsid()  # Ctrl-C is meant for the process that waits for this one, and that process ends this one
        os.dup2(told, _IN)
        os.dup2(os.open(os.devnull, os.O_WRONLY), _OUT)
        close_all_but_standard_files()
        return _told(run)

    be_fork(catch_up)


def _told(run: Run) -> int:
    source = open(_IN, "rb", buffering=0)  # noqa: SIM115 - by its number; it is read to the end of the process
    line = source.readline()
    if not line:
        return 0
    names, handed_over = from_json(line)
    return run(names, cast(BinaryIO, source) if handed_over else None)


def _exit_code(pid: int) -> int:
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)
