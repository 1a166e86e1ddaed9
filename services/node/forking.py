"""Services as forks of the node, which has imported everything: quick to start, and most of their memory is shared.

`cairn up` imports what its services need, and forks one whenever it is to be started, also again. So the node has no
thread, no database and as little as can be of its own: a fork has whatever it has. What one service alone needs is
imported in its own process: in another's it would only cost memory. Of a service for which that takes long, a fork
begins with it before the node starts nats-server, and then waits until it is asked for.
"""

import asyncio
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import NamedTuple, NoReturn

from setproctitle import getproctitle, setproctitle

from events.log.child_process import end_with_parent

Run = Callable[[Sequence[str]], int]
_FIRST = ("services.cli.serve", "projections.engine.service", "services.access.issuer.signing_key")
"""What all services need; it is imported before anything is forked."""
_THEN = ("services.node.background", "services.goals.service")
"""What most services need, and not those that are forked before they are asked for."""
_BEFOREHAND = {"gateway": ("services.gateway.service",)}
"""What services need that are forked before they are asked for."""
_LENGTH_BYTES = 4
_FILES = 2
_CHUNK_BYTES = 64 * 1024
_HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
"""The signals that the node listens to."""


class ForkedProcess:
    """A service that runs as a fork.

    Attributes:
        pid: Its process id.
        returncode: Its exit code, negative when it was ended by a signal; None as long as it runs.
    """

    def __init__(self, pid: int, ending: "asyncio.Future[int]"):
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
    """Forks this process into services. Only one is made in a process, before it has an event loop.

    Args:
        run: Runs a service in a fork, by the arguments that follow `cairn`; gives its exit code.
    """

    def __init__(self, run: Run):
        self._run = run
        self._ending: dict[int, asyncio.Future[int]] = {}
        getproctitle()  # setproctitle finds its place in memory by the environment, which a fork exchanges
        gc.disable()  # nothing that is imported is garbage
        _import(_FIRST)
        self._beforehand = {name: _Beforehand(modules, run) for name, modules in _BEFOREHAND.items()}
        _import(_THEN)
        gc.freeze()
        gc.enable()
        if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
            # Later Pythons do so by themselves: without it, a thread waits for nats-server.
            asyncio.set_child_watcher(asyncio.PidfdChildWatcher())

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], out: int, err: int) -> ForkedProcess:
        """Start a service, from within the event loop.

        Args:
            arguments: What follows `cairn`.
            environment: All of it.
            out, err: File descriptors, which the service gets as its standard output and standard error.
        """
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGCHLD, self._hear_of_ends)
        asked = {"arguments": list(arguments), "environment": dict(environment)}
        request = _Request(json.dumps(asked).encode(), out, err)
        pid = self._taken_over(request, arguments[-1]) or self._fork(request)
        self._ending[pid] = loop.create_future()
        process = ForkedProcess(pid, self._ending[pid])
        self._hear_of_ends()  # of one that ended before there was a handler
        return process

    def _taken_over(self, request: "_Request", name: str) -> int | None:
        """The fork that was made beforehand and is the service now; None when there is none that can be."""
        beforehand = self._beforehand.pop(name, None)
        return beforehand.pid if beforehand is not None and beforehand.hand_over(request) else None

    def _fork(self, request: "_Request") -> int:
        with _deaf():
            pid = _fork()
            if pid == 0:
                asyncio._set_running_loop(None)  # noqa: SLF001 - for whoever makes event loops, and the fork leaves one
                signal.set_wakeup_fd(-1)
                for number in _HEARD:
                    signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        if pid == 0:
            _detach()
            _become(request, self._run)
        return pid

    def _hear_of_ends(self) -> None:
        for pid, ending in list(self._ending.items()):
            try:
                ended, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                continue
            if ended:
                del self._ending[pid]
                if not ending.done():
                    ending.set_result(os.waitstatus_to_exitcode(status))


@contextmanager
def _deaf() -> Iterator[None]:
    """Let signals wait. One that a fork takes in before it has handlers of its own would be the node's to handle."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _import(modules: Sequence[str]) -> None:
    for module in modules:
        import_module(module)


def _fork() -> int:
    gc.freeze()  # what is imported stays; a collection would write to, and so copy, each page that forks share
    return os.fork()


class _Request(NamedTuple):
    """A service to be.

    Attributes:
        message: Its arguments and its environment, in JSON.
        out, err: Its standard output and its standard error.
    """

    message: bytes
    out: int
    err: int

    @classmethod
    def received(cls, connection: socket.socket) -> "_Request | None":
        """The request of a connection; None when there will be none."""
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
        sent = socket.send_fds(connection, [message], [self.out, self.err])
        if sent < len(message):  # whoever has it all may have closed the connection
            connection.sendall(message[sent:])


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
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            return False
        finally:
            self._connection.close()
        return True


def _detach() -> None:
    """Be a process that ends with the node, and hears Ctrl-C from it alone, as it ends everything in order."""
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
        os._exit(code)  # what the node would do at its end is not for its forks to do


def _close_all_but_standard_files() -> None:
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
