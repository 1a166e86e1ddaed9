"""Reading a log through, from its first event to its last, in a process of its own."""

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from pathlib import Path

from bench.builds import Build
from bench.failed import BenchFailed
from bench.result import Run
from events.log.child_process import end_with_parent

_PROGRAMS = Path(__file__).parent
FOLLOWING, NOTARY = _PROGRAMS / "following_program.py", _PROGRAMS / "notary_program.py"
"""Only following; and as the notary does it, with each event's leaf, the tree, and its tiles on the disk."""


async def read_through(build: Build, program: Path, nats_url: str, events: int, folder: Path) -> Run:
    """One run.

    Args:
        build: Whose log reading is measured, by a program of this build.
        folder: Where tiles go, which is not there yet.

    Raises:
        BenchFailed: it did not get to the end.
    """
    process = await asyncio.create_subprocess_exec(
        *(str(build.python), "-P", str(program)),
        stdin=PIPE,
        stdout=PIPE,
        env={**os.environ, "PYTHONPATH": str(build.house)},
        start_new_session=True,  # Ctrl-C reaches the benchmark alone, which ends everything in order
        preexec_fn=end_with_parent,
    )
    try:
        said, _ = await process.communicate(json.dumps([nats_url, events, str(folder)]).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise BenchFailed(f"{build.name} has not read the log through ({program.stem}).")
    return Run.of(events, float(said))
