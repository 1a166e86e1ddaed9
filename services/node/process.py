"""A service as a process, the same that `cairn serve` runs. It is started again when it ends."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from pathlib import Path

from events.errors import CairnError
from services.node.backoff import Backoff
from services.node.ending import how_it_ended
from services.node.forking import ForkedProcess, Forks
from services.settings import Settings

_MAX_FAILED_STARTS = 4
_STOP_PROCESS_SECONDS = 15.0
_MAX_LOG_FILE_BYTES = 10 * 1024 * 1024


class ServiceFailed(CairnError):
    """A service does not start."""


class ServiceProcess:
    """A service that is kept running.

    Args:
        arguments: The arguments of `cairn serve`.
        settings: Those of the service.
        logs: The directory of the service's log file.
        say: Called with one line whenever the service is started again.
        forks: Starts the process.
        heard: Called with each line that the service says on its standard output.

    Attributes:
        pid: The id of the process that was started last.
    """

    def __init__(
        self,
        arguments: tuple[str, ...],
        settings: Settings,
        logs: Path,
        say: Callable[[str], None],
        forks: Forks,
        heard: Callable[[str], None] | None = None,
    ):
        self.name = arguments[-1]
        self.log_file = logs / f"{self.name}.log"
        self._arguments = arguments
        self._settings = settings
        self._say = say
        self._forks = forks
        self._heard = heard
        self._was_ready = False
        self.ready = asyncio.Event()
        self.pid: int | None = None

    async def keep(self) -> None:
        """Run the service for ever; when cancelled, end it in good order.

        Raises:
            ServiceFailed: when the service was never ready and has ended several times.
        """
        backoff = Backoff()
        while True:
            backoff.started()
            not_run = ""
            try:
                ended = how_it_ended(await self._run())
            except OSError as error:  # there is no memory for a process, or no file for its log
                ended = not_run = f"could not be run ({error.strerror or type(error).__name__})"
            pause = backoff.failed()
            if not self._was_ready and backoff.failures >= _MAX_FAILED_STARTS:
                why = f"it {not_run}." if not_run else self.last_words()
                raise ServiceFailed(f"{self.name} does not start: {why} See {self.log_file}.")
            self._say(f"{self.name} {ended}; starting it again (see {self.log_file}).")
            await asyncio.sleep(pause)

    async def _run(self) -> int:
        with _appending(self.log_file) as log:
            read_end, write_end = os.pipe()
            try:
                process = self._forks.start(self._arguments, self._settings, write_end, log.fileno())
            except OSError:
                os.close(read_end)
                raise
            finally:
                os.close(write_end)
            self.pid = process.pid
            try:
                await self._listen(read_end, log)
                return await process.wait()
            finally:
                self.ready.clear()
                await _end(process)

    async def _listen(self, read_end: int, log: FileIO) -> None:
        said = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(said), os.fdopen(read_end, "rb")
        )
        try:
            async for line in said:
                with suppress(OSError):  # a full disk takes a line of the log, and not the service
                    log.write(line)
                if self._heard is not None:
                    self._heard(line.decode(errors="replace").rstrip())
                if line.startswith(b"ready"):
                    self._was_ready = True
                    self.ready.set()
        finally:
            transport.close()

    def last_words(self) -> str:
        """The last line of the service's log file, or why there is none."""
        try:
            lines = self.log_file.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            lines = []
        except OSError as error:
            return f"its log file cannot be read ({error.strerror or type(error).__name__})."
        return lines[-1].removeprefix("Error: ") if lines else "it has written nothing."


async def _end(process: ForkedProcess) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_STOP_PROCESS_SECONDS):
            await process.wait()
    except TimeoutError:
        process.send_signal(signal.SIGKILL)
        await process.wait()


def _appending(log_file: Path) -> FileIO:
    """The log file, opened to append. A file that has grown large is renamed first."""
    if log_file.exists() and log_file.stat().st_size > _MAX_LOG_FILE_BYTES:
        log_file.replace(log_file.with_suffix(".log.1"))
    return log_file.open("ab", buffering=0)
