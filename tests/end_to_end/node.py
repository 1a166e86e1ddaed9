"""`cairn` as a person runs it: as processes of its own, seen only from outside."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Self

from events.log.child_process import end_with_parent
from services.embedded_token import nats_token
from tests.tokens import of_everyone

HOUSE = Path(__file__).parents[2]
_STARTING_SECONDS = 180
_STOPPING_SECONDS = 120


class RunningNode:
    """A running `cairn up`, with what it has said."""

    def __init__(self, process: Process, ready: str, look: str, tries: list[str], errors: Path):
        self.process = process
        self.ready = ready
        self.look = look
        self.tries = tries
        self._errors = errors
        self.address = dict(part.split("=", 1) for part in ready.split()[1:])

    @classmethod
    async def start(cls, data_dir: Path, *arguments: str, nats_port: int, http_port: int, **environment: str) -> Self:
        """Start a node and wait until it has said that it is ready.

        Raises:
            AssertionError: when it does not get ready, with what it said instead.
        """
        errors = data_dir.with_name(f"{data_dir.name}.stderr")
        ports = ("--nats-port", str(nats_port), "--http-port", str(http_port))
        with errors.open("ab") as said:
            process = await start_cairn(
                ("up", "--data-dir", str(data_dir), *ports, *arguments), HOUSE, environment, stderr=said.fileno()
            )
        assert process.stdout is not None
        async with asyncio.timeout(_STARTING_SECONDS):
            lines = [(await process.stdout.readline()).decode().rstrip() for _ in range(5)]
        assert lines[0].startswith("ready "), (lines, errors.read_text())
        return cls(process, lines[0], lines[1].strip(), [line.strip() for line in lines[2:]], errors)

    @property
    def nats_url(self) -> str:
        """The address of its NATS server, with the token that is in its data folder."""
        return self.address["nats"].replace("nats://", f"nats://{nats_token(Path(self.address['data']) / 'nats')}@")

    @property
    def http_url(self) -> str:
        return self.address["http"]

    @property
    def headers(self) -> dict[str, str]:
        """The headers of HTTP requests by whoever may do everything here."""
        return of_everyone(Path(self.address["data"]))

    @property
    def said(self) -> str:
        """What it has told people so far, on standard error."""
        return self._errors.read_text()

    def children(self) -> dict[str, int]:
        """The processes of this node by what they are: the service's name, or nats-server."""
        parents = {pid: _parent(pid) or 0 for pid in _pids()}
        children = {
            pid: _what(pid) for pid, parent in parents.items() if self.process.pid in (parent, parents.get(parent))
        }
        return {what: pid for pid, what in children.items() if what is not None}

    async def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and wait for the end; gives the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(_STOPPING_SECONDS):
            return await self.process.wait()


def is_running(pid: int) -> bool:
    """Whether the process is there and has not ended."""
    try:
        return _stat(pid)[0] != "Z"
    except FileNotFoundError:
        return False


async def start_cairn(
    arguments: tuple[str, ...], cwd: Path, environment: dict[str, str], stderr: int = PIPE
) -> Process:
    """Start a command, with nothing of Cairn in its environment but what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", *arguments),
        cwd=cwd,
        env={**clean, "PYTHONPATH": str(HOUSE), **environment},
        stdin=PIPE,
        stdout=PIPE,
        stderr=stderr,
        preexec_fn=end_with_parent,
    )


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str]:
    # The name in parentheses may hold spaces; what follows it is the state, the parent, ...
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _parent(pid: int) -> int | None:
    try:
        return int(_stat(pid)[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def _what(pid: int) -> str | None:
    """What a process is; None when it is neither a service nor nats-server, or has ended meanwhile."""
    try:
        said = Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return None
    if said.split(" ")[0].endswith("nats-server"):
        return "nats-server"
    return said.split(" ")[-1] if said.startswith("cairn serve ") else None
