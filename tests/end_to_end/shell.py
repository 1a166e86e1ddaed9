"""Commands as a person types them, in a shell that finds `cairn` and a running node."""

from pathlib import Path

from tests.end_to_end.node import HOUSE, RunningNode
from tests.shells import run


async def bash(commands: str, folder: Path, node: RunningNode) -> tuple[int | None, str]:
    """Run commands in a folder; gives the exit code and all that was said."""
    return await run(commands, folder, {"PYTHONPATH": str(HOUSE), "CAIRN_DATA_DIR": node.address["data"]})
