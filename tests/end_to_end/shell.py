"""Commands as a person types them, in a shell that finds `cairn` and a running node."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

from tests.end_to_end.node import HOUSE, RunningNode

_SECONDS = 60


async def bash(commands: str, folder: Path, node: RunningNode) -> tuple[int | None, str]:
    """Run commands in a folder; gives the exit code and all that was said."""
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-euc",
        commands,
        cwd=folder,
        stdout=PIPE,
        stderr=STDOUT,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(HOUSE),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "CAIRN_DATA_DIR": node.address["data"],
        },
    )
    said, _ = await asyncio.wait_for(process.communicate(), _SECONDS)
    return process.returncode, said.decode()
