"""Processes that say when they are ready, on a line of their standard output."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bench.failed import BenchFailed
from events.log.child_process import end_with_parent


@asynccontextmanager
async def ready_process(
    command: Sequence[str], environment: Mapping[str, str], log_file: Path
) -> AsyncIterator[tuple[Process, str]]:
    """Run a process from when it is ready until it has ended.

    Args:
        environment: All of it.
        log_file: Where its errors go; the folder is made when missing.

    Yields:
        The process, and its line that begins with `ready`.

    Raises:
        BenchFailed: it did not start, or ended before it was told to.
    """
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=dict(environment),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches the benchmark alone, which ends everything in order
            preexec_fn=end_with_parent,
        )
    try:
        yield process, await _until_ready(process, log_file)
        if process.returncode is not None:
            raise BenchFailed(f"{log_file.stem} ended with exit code {process.returncode}; see {log_file}.")
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_ready(process: Process, log_file: Path) -> str:
    if process.stdout is not None:
        async for line in process.stdout:
            if line.startswith(b"ready"):
                return line.decode()
    raise BenchFailed(f"{log_file.stem} does not start; see {log_file}.")
