"""Work that has to be brought to its end, also when whoever waits for it is cancelled meanwhile, once or again."""

import asyncio
from collections.abc import Coroutine

_unfinished: set[asyncio.Task[None]] = set()  # the event loop itself holds tasks only weakly


async def finish(work: Coroutine[object, object, None]) -> None:
    """Do the work in a task of its own, and wait for it; when this is cancelled, the work goes on by itself."""
    task = asyncio.create_task(work)
    _unfinished.add(task)
    task.add_done_callback(_unfinished.discard)
    await asyncio.shield(task)
