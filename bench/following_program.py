"""Follows a log to its end and prints the seconds; run as a file, so that an earlier build can be asked for the same.

Its imports are those that earlier builds have.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter

import uvloop

from events.log import Log, connect


async def timed(read: Callable[[Log, int, str], Awaitable[None]]) -> None:
    """Read the log that standard input names, and print how many seconds that took.

    Args:
        read: Given the log, its last position, and a folder.
    """
    # Not among the arguments, which everybody on the machine can read: the address may hold a password.
    nats_url, until, folder = json.loads(await asyncio.to_thread(sys.stdin.read))
    nc = await connect(nats_url, name="cairn bench")
    log = Log(nc)
    began = perf_counter()
    await read(log, until, folder)
    print(perf_counter() - began)
    await log.close()
    await nc.close()


async def _follow(log: Log, until: int, _: str) -> None:
    async for batch in log.follow():
        if batch.messages and batch.messages[-1].position >= until:
            return


if __name__ == "__main__":
    uvloop.run(timed(_follow))
