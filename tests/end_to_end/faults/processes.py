"""Services of Cairn in processes of their own, as the node starts them, which may be killed."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from events.log.child_process import end_with_parent

HOUSE = Path(__file__).parents[3]
_STARTING_SECONDS = 60
_ACK_SECONDS = 1
"""Impatient: acknowledgements are lost here time and again, and every one of them is waited for."""


class ServiceProcess:
    """`cairn serve …`, started as often as a test wants it.

    Args:
        arguments: What follows `cairn serve`.
        data_dir: Where its log file goes.
        environment: Its settings.

    Attributes:
        program: The module that is `cairn`.
        log_file: What it says on standard error.
    """

    program = "services.cli"

    def __init__(self, *arguments: str, data_dir: Path, **environment: str):
        self._arguments = arguments
        self.log_file = data_dir / f"{arguments[-1]}.log"
        self._environment = {
            "CAIRN_DATA_DIR": str(data_dir),
            "CAIRN_ACK_SECONDS": str(_ACK_SECONDS),
            **environment,
            "PYTHONPATH": str(HOUSE),
        }
        self._process: Process | None = None

    async def start(self, **environment: str) -> None:
        """Start it, and wait until it serves.

        Args:
            environment: Settings that differ this time.
        """
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
        with self.log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", self.program, "serve", *self._arguments),
                env={**clean, **self._environment, **environment},
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=log,
                preexec_fn=end_with_parent,
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(_STARTING_SECONDS):
            said = await self._process.stdout.readline()
        assert said.startswith(b"ready"), f"{self._arguments} does not start: {self.log_file.read_text()}"

    async def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """End it in good order; does nothing when it has ended."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.send_signal(number)
            await process.communicate()
