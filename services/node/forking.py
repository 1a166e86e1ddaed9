"""Services as forks of one process that has imported everything: quick to start, and most of their memory is shared.

`cairn up` imports what several of its services need, and divides itself. The child becomes the node. The parent keeps
still: no thread, no event loop, no connection; it forks a service whenever the node asks for one, so that a service
which is started again need not import that again either. What one service alone needs is imported in its own process:
in another's it would only cost memory. Of a service for which that takes long, a fork begins with it while the node
still starts nats-server, and then waits until the node asks for the service.

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
from typing import Any, NamedTuple, NoReturn

from setproctitle import getproctitle, setproctitle

from events.log.child_process import end_with_parent

Run = Callable[[Sequence[str]], int]
Handlers = Mapping[signal.Signals, Callable[[int, FrameType | None], Any] | int | None]
_FIRST = ("services.node.node", "services.cli.serve", "projections.engine.service")
"""What the node needs, and all services do; it is imported before anything is forked."""
_THEN = tuple(f"services.{name}.service" for name in ("access", "goals", "intake", "reminders"))
"""What the parent imports while the node starts nats-server."""
_BEFOREHAND = {"gateway": ("services.gateway.service",)}
"""What services need that are forked before the node asks for them."""
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
        message = json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode()
        async with self._asking:
            try:
                _Request(message, out, err, write_end).send(self._parent)
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
    """Import what is needed and fork. Only the child returns from here; the parent forks services until it ends.

    Args:
        run: Runs a service in a fork of the parent, by the arguments that follow `cairn`; gives its exit code.

    Raises:
        SystemExit: in the parent, with the exit code of the child.
    """
    getproctitle()  # setproctitle finds its place in memory by the environment, which a fork exchanges
    gc.disable()  # nothing that is imported is garbage
    _import(_FIRST)
    beforehand = {name: _Beforehand(modules, run) for name, modules in _BEFOREHAND.items()}
    requests, parent = socket.socketpair()
    child = _fork()
    if child == 0:
        for each in beforehand.values():
            each.close()
        requests.close()
        end_with_parent()
        gc.enable()
        return Forks(parent)
    parent.close()
    sys.exit(_Parent(requests, child, run, beforehand).serve())


def _import(modules: Sequence[str]) -> None:
    for module in modules:
        import_module(module)


def _fork() -> int:
    gc.freeze()  # what is imported stays; a collection would write to, and so copy, each page that forks share
    return os.fork()


class _Request(NamedTuple):
    """A service to be, as the node asks for it.

    Attributes:
        message: Its arguments and its environment, in JSON.
        out, err: Its standard output and its standard error.
        status: Where its process id and its exit code are told.
    """

    message: bytes
    out: int
    err: int
    status: int

    @classmethod
    def received(cls, connection: socket.socket) -> "_Request | None":
        """The next request of a connection; None when there will be no more."""
        message, files, _, _ = socket.recv_fds(connection, _CHUNK_BYTES, _FILES)
        if not message:
            return None
        length = _LENGTH_BYTES + int.from_bytes(message[:_LENGTH_BYTES])
        while len(message) < length:
            more = connection.recv(_CHUNK_BYTES)
            if not more:
                return None
            message += more
        return cls(message[_LENGTH_BYTES:], *files)

    def send(self, connection: socket.socket) -> None:
        """Send the request with its files."""
        message = len(self.message).to_bytes(_LENGTH_BYTES) + self.message
        sent = socket.send_fds(connection, [message], [self.out, self.err, self.status])
        connection.sendall(message[sent:])

    def close(self) -> None:
        """Close the files that now belong to the service alone."""
        os.close(self.out)
        os.close(self.err)


class _Beforehand:
    """A fork that imports what its service needs, and then waits to be asked for it."""

    def __init__(self, modules: Sequence[str], run: Run):
        self._connection, connection = socket.socketpair()
        self.pid = _fork()
        if self.pid == 0:
            self._connection.close()
            try:
                _detach()
                _import(modules)
                request = _Request.received(connection)
                if request is not None:
                    _become(request, run)
            finally:
                os._exit(1)
        connection.close()

    def hand_over(self, request: _Request) -> bool:
        """Let the fork be the service; false when it has ended."""
        try:
            request.send(self._connection)
        except OSError:
            return False
        finally:
            self.close()
        return True

    def close(self) -> None:
        """Have no more to do with it; without a request it ends."""
        self._connection.close()


def _detach() -> None:
    """Be a process that ends with its parent, and hears Ctrl-C from the node alone, which ends everything in order."""
    end_with_parent()
    os.setsid()


def _become(request: _Request, run: Run) -> NoReturn:
    """Be a service from here on."""
    code = 1
    try:
        os.dup2(request.out, 1)
        os.dup2(request.err, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        _close_all_but_standard_files()
        asked = json.loads(request.message)
        os.environ.clear()
        os.environ.update(asked["environment"])
        setproctitle(" ".join(("cairn", *asked["arguments"])))
        code = run(asked["arguments"])
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)  # what the parent would do at its end is not for its forks to do


class _Parent:
    """The parent's side: forks, hears of ends, and ends with its child."""

    def __init__(self, requests: socket.socket, child: int, run: Run, beforehand: Mapping[str, _Beforehand]):
        self._requests = requests
        self._child = child
        self._run = run
        self._beforehand = dict(beforehand)
        self._status: dict[int, int] = {}

    def serve(self) -> int:
        """Fork until the child ends; then end what still runs. Gives the child's exit code."""
        woken, wake = os.pipe()
        for end in (woken, wake):
            os.set_blocking(end, False)
        before = {number: signal.signal(number, self._pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, _nothing)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        _import(_THEN)
        code = self._hear_of_ends()  # of those that ended before a signal could say so
        if code is not None:
            self._end_the_rest()
            return code
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
        request = _Request.received(self._requests)
        if request is None:
            return False
        pid = self._forked(request, handlers)
        request.close()
        self._status[pid] = request.status
        _tell(request.status, pid)
        return True

    def _forked(self, request: _Request, handlers: Handlers) -> int:
        """The process id of the service, which is one that was forked beforehand or a new one."""
        name = json.loads(request.message)["arguments"][-1]
        beforehand = self._beforehand.pop(name, None)
        if beforehand is not None and beforehand.hand_over(request):
            return beforehand.pid
        pid = _fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            _detach()
            _become(request, self._run)
        return pid

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
