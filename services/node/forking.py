"""Services as forks of the node, which has imported everything: quick to start, and most of their memory is shared.

`cairn up` imports all that its services need, and forks one whenever it is to be started, also again. So the node has
no thread, no database and as little as can be of its own: a fork has whatever it has. A fork imports nothing and reads
no settings: doing so writes to pages all over the memory that it shares with the others, and each page that is written
to is copied.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import NoReturn

from setproctitle import getproctitle, setproctitle

from events.log.child_process import be_fork, close_all_but_standard_files, end_with_parent, write_out
from projections.catalog import NAMES
from services.settings import Settings

Run = Callable[[Sequence[str], Settings], int]
_NEEDED = (
    *("services.cli.serve", "services.cli.connection", "services.cli.tracing", "services.access.issuer.signing_key"),
    *("services.node.background", "services.goals.service", "services.gateway.service", "uvicorn.lifespan.off"),
    *("projections.engine.service", *(f"projections.{name}.projection" for name in NAMES)),
)
"""All that services import until they serve."""
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
    """Forks this process into services. Only one is made in a process.

    Args:
        run: Runs a service in a fork, by the arguments that follow `cairn serve` and its settings; gives its exit code.
    """

    def __init__(self, run: Run):
        self._run = run
        self._ending: dict[int, asyncio.Future[int]] = {}
        getproctitle()  # setproctitle finds its place in memory by the environment, which may change
        if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
            # Later Pythons do so by themselves: without it, a thread waits for nats-server.
            asyncio.set_child_watcher(asyncio.PidfdChildWatcher())

    async def prepare(self) -> None:
        """Import what services need, before the first is started. The event loop stands still meanwhile."""
        for module in _NEEDED:
            import_module(module)
        gc.freeze()
        gc.enable()  # `cairn up` imports without it, as nothing that is imported is garbage

    def start(self, arguments: Sequence[str], settings: Settings, out: int, err: int) -> ForkedProcess:
        """Start a service, from within the event loop.

        Args:
            arguments: What follows `cairn serve`.
            settings: Those of the service.
            out, err: File descriptors, which the service gets as its standard output and standard error.
        """
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGCHLD, self._hear_of_ends)
        pid = self._fork(arguments, settings, out, err)
        self._ending[pid] = loop.create_future()
        process = ForkedProcess(pid, self._ending[pid])
        self._hear_of_ends()  # of one that ended before there was a handler
        return process

    def _fork(self, arguments: Sequence[str], settings: Settings, out: int, err: int) -> int:
        with _deaf():
            gc.freeze()  # a collection would write to, and so copy, each page that forks share
            write_out()  # or the fork would say once more what this process has yet to write
            pid = os.fork()
            if pid == 0:
                asyncio._set_running_loop(None)  # noqa: SLF001 - for whoever makes event loops, and the fork leaves one
                signal.set_wakeup_fd(-1)
                for number in _HEARD:
                    signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        if pid == 0:
            self._become(arguments, settings, out, err)
        return pid

    def _become(self, arguments: Sequence[str], settings: Settings, out: int, err: int) -> NoReturn:
        """Be a service from here on: one that ends with the node, and hears Ctrl-C from it alone.

        The node ends everything in order.
        """

        def run() -> int:
            end_with_parent()
            os.setsid()
            os.dup2(out, 1)
            os.dup2(err, 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            close_all_but_standard_files()
            setproctitle(" ".join(("cairn", "serve", *arguments)))
            return self._run(arguments, settings)

        be_fork(run)

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
