"""`cairn` in processes of its own, forked from one that has imported it: started a hundred times as fast."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

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
)
"""All that most commands and services import when they run."""
_forking = get_context("forkserver")
_forking.set_forkserver_preload(["__main__", __name__, *_IMPORTED])
_RUNNING_SECONDS = 90
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
        self._out, self._err = out, err
        self._process = _forking.Process(
            target=_run, args=(program, arguments, dict(environment), (given, out, err), folder), daemon=True
        )
        self._process.start()

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
        """Wait for the end; the exit code is negative when it was a signal."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        return self._process.exitcode or 0

    async def wait(self) -> Ran:
        """Wait for the end, and read what it has said."""
        return Ran(await self.ended(), self._out.read_text(), self._err.read_text())


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
                return await process.wait()
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
    if folder is not None:
        os.chdir(folder)
    # The first multiprocessing took away; the others are of files of another kind than what is there now.
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115 - open to the end
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115 - as above
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["cairn", *arguments]
    import_module(program).main()
