"""Work that must be finished even when the task that waits for it is cancelled, also repeatedly."""

import asyncio
from collections.abc import Coroutine

_unfinished: set[asyncio.Task[None]] = set()  # the event loop itself holds tasks only weakly


async def finish(work: Coroutine[object, object, None]) -> None:
    """Do the work in a task of its own, and wait for it; when the caller is cancelled, the work goes on by itself."""
    task = asyncio.create_task(work)
    _unfinished.add(task)
    task.add_done_callback(_unfinished.discard)
    await asyncio.shield(task)
