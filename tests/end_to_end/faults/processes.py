"""Services of Cairn in processes of their own, which may be killed."""

import signal
from pathlib import Path

from tests.forked import CAIRN, Forked, without_settings
from tests.waiting import eventually

_STARTING_SECONDS = 120
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

    program = CAIRN

    def __init__(self, *arguments: str, data_dir: Path, **environment: str):
        self._arguments = arguments
        self.log_file = data_dir / f"{arguments[-1]}.log"
        self._said = data_dir / f"{arguments[-1]}.said"
        self._environment = {"CAIRN_DATA_DIR": str(data_dir), "CAIRN_ACK_SECONDS": str(_ACK_SECONDS), **environment}
        self._process: Forked | None = None

    async def start(self, **environment: str) -> None:
        """Start it, and wait until it serves.

        Args:
            environment: Settings that differ this time.
        """
        self._said.write_text("")
        environment = {**without_settings(), **self._environment, **environment}
        process = Forked(("serve", *self._arguments), environment, self._said, self.log_file, program=self.program)
        self._process = process
        await eventually(lambda: self._is_ready() or process.has_ended, within=_STARTING_SECONDS)
        assert self._is_ready(), f"{self._arguments} does not start: {self.log_file.read_text()}"

    def _is_ready(self) -> bool:
        """Whether it has said so; before that, what is in the background says what it found of the log."""
        return any(line.startswith("ready") for line in self._said.read_text().splitlines())

    async def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """End it in good order; does nothing when it has ended."""
        await self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Let it stand still (SIGSTOP): its connections stay open, and nothing is answered."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on (SIGCONT)."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    async def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(number)
            await process.wait()
