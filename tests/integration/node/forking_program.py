"""A program that keeps a service running which cannot start, as a node would, and prints what it said."""

import asyncio
import sys
from pathlib import Path

from services.cli.serve import run_as_fork
from services.node.forking import Forks
from services.node.process import ServiceFailed, ServiceProcess
from services.settings import Settings


def main() -> None:
    """Keep the service whose arguments follow the folder for its log."""
    folder, *arguments = sys.argv[1:]
    asyncio.run(_keep(Forks(run_as_fork), Path(folder), tuple(arguments)))


async def _keep(forks: Forks, folder: Path, arguments: tuple[str, ...]) -> None:
    await forks.prepare()
    service = ServiceProcess(arguments, Settings(), folder, print, forks)
    try:
        await service.keep()
    except ServiceFailed as failed:
        print(failed, f"ready={service.ready.is_set()}", file=sys.stderr)
