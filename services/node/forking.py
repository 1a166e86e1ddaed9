"""Services as forks of one process that has imported everything: quick to start, and most of their memory is shared.

`cairn up` imports what its services need, and divides itself. The child becomes the node. The parent keeps still: no
thread, no event loop, no connection; it forks a service whenever the node asks for one, so that a service which is
started again needs no import either.

A request goes over a pair of sockets, together with three files: the service's standard output, its standard error, and
a pipe on which the parent writes the process id at once and the exit code at the end.
"""

import asyncio
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from time import monotonic, sleep
from types import FrameType
from typing import Any, NoReturn

from setproctitle import getproctitle, setproctitle

from events.log.child_process import end_with_parent

Run = Callable[[Sequence[str]], int]
Handlers = Mapping[signal.Signals, Callable[[int, FrameType | None], Any] | int | None]
_IMPORTED = (
    *("projections.catalog", "projections.engine.service", "services.access", "services.cli.serve"),
    *(f"services.{name}.service" for name in ("access", "gateway", "goals", "intake", "reminders")),
    "services.node.node",
)
_LENGTH_BYTES = 4
_FILES = 3
_CHUNK_BYTES = 64 * 1024
_STOP_FORKS_SECONDS = 15.0
_UNKNOWN_EXIT_CODE = 255
"""The exit code of a service whose real one nobody can tell, because the parent has ended."""


class ForkedProcess:
    """A service that runs as a fork.

    Attributes:
        pid: Its process id.
        returncode: Its exit code, negative when it was ended by a signal; None as long as it runs.
    """

    def __init__(self, pid: int, ending: "asyncio.Task[int]"):
        self.pid = pid
        self._ending = ending

    @property
    def returncode(self) -> int | None:
        """The exit code, once it is known."""
        return self._ending.result() if self._ending.done() and not self._ending.cancelled() else None

    async def wait(self) -> int:
        """Wait for the end, and give the exit code."""
        return await asyncio.shield(self._ending)

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Forks:
    """The node's side: asks the parent to fork services."""

    def __init__(self, parent: socket.socket):
        self._parent = parent
        self._asking = asyncio.Lock()

    async def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], out: int, err: int
    ) -> ForkedProcess:
        """Start a service.

        Args:
            arguments: What follows `cairn`.
            environment: All of it.
            out, err: File descriptors, which the service gets as its standard output and standard error.

        Raises:
            OSError: the parent has ended.
        """
        read_end, write_end = os.pipe()
        request = json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode()
        async with self._asking:
            try:
                message = len(request).to_bytes(_LENGTH_BYTES) + request
                sent = socket.send_fds(self._parent, [message], [out, err, write_end])
                self._parent.sendall(message[sent:])
            finally:
                os.close(write_end)
            status = asyncio.StreamReader()
            await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(status), os.fdopen(read_end, "rb")
            )
            pid = int(await status.readline() or b"0")
        if not pid:
            raise OSError("the process that forks services has ended")
        return ForkedProcess(pid, asyncio.create_task(_end(status)))


async def _end(status: asyncio.StreamReader) -> int:
    return int(await status.readline() or _UNKNOWN_EXIT_CODE)


def divide(run: Run) -> Forks:
    """Import what services need and fork. Only the child returns from here; the parent forks services until it ends.

    Args:
        run: Runs a service in a fork of the parent, by the arguments that follow `cairn`; gives its exit code.

    Raises:
        SystemExit: in the parent, with the exit code of the child.
    """
    getproctitle()  # setproctitle finds its place in memory by the environment, which a fork exchanges
    for module in _IMPORTED:
        import_module(module)
    gc.collect()
    gc.freeze()  # what is imported stays; a collection would write to, and so copy, each page that forks share
    requests, parent = socket.socketpair()
    child = os.fork()
    if child == 0:
        requests.close()
        end_with_parent()
        return Forks(parent)
    parent.close()
    sys.exit(_Parent(requests, child, run).serve())


class _Parent:
    """The parent's side: forks, hears of ends, and ends with its child."""

    def __init__(self, requests: socket.socket, child: int, run: Run):
        self._requests = requests
        self._child = child
        self._run = run
        self._status: dict[int, int] = {}

    def serve(self) -> int:
        """Fork until the child ends; then end what still runs. Gives the child's exit code."""
        woken, wake = os.pipe()
        for end in (woken, wake):
            os.set_blocking(end, False)
        before = {number: signal.signal(number, self._pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, _nothing)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._requests, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if woken in ready:
                    with suppress(BlockingIOError):
                        os.read(woken, _CHUNK_BYTES)
                    code = self._hear_of_ends()
                    if code is not None:
                        self._end_the_rest()
                        return code
                if self._requests in ready and not self._take(before):
                    selector.unregister(self._requests)

    def _take(self, handlers: Handlers) -> bool:
        """Fork for one request; false when there will be no more."""
        message, files, _, _ = socket.recv_fds(self._requests, _CHUNK_BYTES, _FILES)
        if not message:
            return False
        length = int.from_bytes(message[:_LENGTH_BYTES])
        while len(message) < _LENGTH_BYTES + length:
            more = self._requests.recv(_CHUNK_BYTES)
            if not more:
                return False
            message += more
        request = json.loads(message[_LENGTH_BYTES:])
        out, err, status = files
        pid = os.fork()
        if pid == 0:
            self._become(request["arguments"], request["environment"], out, err, handlers)
        os.close(out)
        os.close(err)
        self._status[pid] = status
        _tell(status, pid)
        return True

    def _become(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        out: int,
        err: int,
        handlers: Handlers,
    ) -> NoReturn:
        """Be a service from here on."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            end_with_parent()
            os.setsid()  # Ctrl-C reaches the node alone, which ends everything in order
            os.dup2(out, 1)
            os.dup2(err, 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            _close_all_but_standard_files()
            os.environ.clear()
            os.environ.update(environment)
            setproctitle(" ".join(("cairn", *arguments)))
            code = self._run(arguments)
        finally:
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)  # what the parent would do at its end is not for its forks to do

    def _hear_of_ends(self) -> int | None:
        """Pass on the exit codes of services; the child's own, once it has ended."""
        ended = None
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return ended
            if pid == 0:
                return ended
            code = os.waitstatus_to_exitcode(status)
            if pid == self._child:
                ended = code if code >= 0 else 128 - code
            elif pid in self._status:
                pipe = self._status.pop(pid)
                _tell(pipe, code)
                os.close(pipe)

    def _end_the_rest(self) -> None:
        """The child ends its services in good order; if it was killed, they are ended here."""
        self._signal(signal.SIGTERM)
        give_up = monotonic() + _STOP_FORKS_SECONDS
        while self._status and monotonic() < give_up:
            sleep(0.05)
            self._hear_of_ends()
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._status:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _pass_on(self, number: int, _: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._child, number)


def _tell(pipe: int, number: int) -> None:
    with suppress(BrokenPipeError):  # the node is gone
        os.write(pipe, f"{number}\n".encode())


def _close_all_but_standard_files() -> None:
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _nothing(_: int, __: object) -> None:
    """Only so that the signal wakes the loop."""
