"""`cairn` in processes of its own, forked from one that has imported it: started a hundred times as fast."""

import asyncio
import faulthandler
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any, NamedTuple
from weakref import WeakSet

from pydantic_core import from_json
from setproctitle import getproctitle

from events.log.child_process import end_with_parent

CAIRN = "services.cli"
_IMPORTED = (
    *("psycopg", "rich.console", "rich.table"),
    *("sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.pysqlite"),
    *("events.log.persistence.factory", "services.cli.import_fhir", "services.fhir.incoming.run"),
    *("services.cli.export_history", "services.notary.counting_witnesses", "services.notary.history_export"),
    *("services.gateway.pages.history.timeline", "services.gateway.pages.pdf"),
    *(f"projections.{name}.projection" for name in ("goal_state", "audit_trail", "review_schedule")),
    *(
        f"services.cli.{name}"
        for name in ("adoption", "comparison", "configuration", "connection", "earlier_digests", "log", "projections")
    ),
    *(f"services.cli.{name}" for name in ("goals", "projections_status", "quarantine", "rebuild", "replay", "reviews")),
    *(f"services.cli.{name}" for name in ("serve", "submit", "tracing", "up")),
    *("projections.engine.rebuilding", "services.administration.recording", "services.administration.restoring"),
    *("services.access.issuer.recording", "services.cli.token"),
    *("services.notary.asking", "services.notary.service", "services.notary.succession"),
    *("services.goals.replaying", "services.node.lost_events", "services.node.remembered"),
    *(f"services.{name}.service" for name in ("access", "gateway", "goals", "intake", "reminders")),
    *("projections.engine.service", "services.node.background", "services.node.node"),
    *("anyio._backends._asyncio", "encodings.idna", "uvicorn.lifespan.off", "services.cli.time_zone_data"),
    *("rich._emoji_codes", "services.cli.exports", "services.disclosure.request", "tests.setting_pages"),
)
"""All that most commands and services import when they run."""
_forking = get_context("forkserver")
_forking.set_forkserver_preload(["__main__", __name__, *_IMPORTED])
_RUNNING_SECONDS = 180
_ENDING_SECONDS = 120
"""A service that is told to end is ended by force after ten seconds of its own."""
_DUMPING_SECONDS = 2
_SHOWN_CHARACTERS = 20_000
_NOTHING = Path(os.devnull)


class Ran(NamedTuple):
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # whatever the command printed
        return from_json(self.out)


class Forked:
    """A program that runs with these arguments.

    Args:
        arguments: What follows `cairn`.
        environment: All of it.
        out: The file that is its standard output.
        err: The file that is its standard error.
        program: The module whose `main` it is.
        given: What it reads on standard input.
        folder: Where it runs; None for where the tests do.
    """

    def __init__(
        self,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        out: Path,
        err: Path,
        *,
        program: str = CAIRN,
        given: Path = _NOTHING,
        folder: Path | None = None,
    ):
        self._arguments, self._out, self._err = arguments, out, err
        self._process = _forking.Process(
            target=_run, args=(program, arguments, dict(environment), (given, out, err), folder), daemon=True
        )
        self._process.start()
        _begun.add(self)

    def __str__(self) -> str:
        return f"cairn {' '.join(self._arguments)}, process {self._process.pid}"

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.exitcode is not None

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal; does nothing when it has ended."""
        if not self.has_ended and self._process.pid is not None:
            os.kill(self._process.pid, number)

    async def ended(self) -> int:
        """Wait for the end, however long it takes; the exit code is negative when it was a signal.

        Waited for in the event loop: whoever reads the exit code in a thread meanwhile takes it away from the others,
        and the loop has few threads.
        """
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        return self._process.exitcode or 0

    async def wait(self, within: float = _ENDING_SECONDS) -> Ran:
        """Wait for the end, and read what it has said.

        Raises:
            AssertionError: it does not come within so many seconds.
        """
        try:
            async with asyncio.timeout(within):
                code = await self.ended()
        except TimeoutError:
            raise AssertionError(f"{self} does not end in {within} s") from None
        return Ran(code, self._out.read_text(), self._err.read_text())

    def says(self) -> str:
        """What it has said on standard error, and at the end of that what each of its threads is doing now."""
        if not self._err.exists():
            return ""
        before = self._err.stat().st_size
        self.send_signal(signal.SIGUSR1)
        end = monotonic() + _DUMPING_SECONDS
        while self._err.stat().st_size == before and monotonic() < end:
            sleep(0.05)
        return self._err.read_text(errors="replace")[-_SHOWN_CHARACTERS:]


_begun: WeakSet[Forked] = WeakSet()


def still_running() -> Iterator[Forked]:
    """All that were started and have not ended."""
    return (each for each in list(_begun) if not each.has_ended)


def without_settings() -> dict[str, str]:
    """The environment, with nothing of Cairn in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}


async def cairn(
    *arguments: str, stdin: bytes = b"", meanwhile: Callable[[Forked], Any] | None = None, **environment: str
) -> Ran:
    """Run a command to its end."""
    with TemporaryDirectory() as folder:
        given, out, err = (Path(folder, name) for name in ("in", "out", "err"))
        given.write_bytes(stdin)
        process = Forked(arguments, {**without_settings(), **environment}, out, err, given=given)
        try:
            async with asyncio.timeout(_RUNNING_SECONDS):
                if meanwhile is not None:
                    await meanwhile(process)
                return await process.wait(_RUNNING_SECONDS)
        finally:
            process.send_signal(signal.SIGKILL)


def _run(
    program: str,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    files: tuple[Path, Path, Path],
    folder: Path | None,
) -> None:
    end_with_parent()
    getproctitle()  # setproctitle finds its place in memory by the environment, which is about to change
    for number, path in enumerate(files):
        with path.open("ab" if number else "rb") as file:
            os.dup2(file.fileno(), number)
    faulthandler.register(signal.SIGUSR1, file=2)  # see `Forked.says`
    if folder is not None:
        os.chdir(folder)
    # The first multiprocessing took away; the others are of files of another kind than what is there now.
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115 - open to the end
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115 - as above
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["cairn", *arguments]
    import_module(program).main()
