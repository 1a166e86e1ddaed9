"""Runs coroutines until one of them ends, and makes sure that the others end too."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

_CANCEL_AGAIN_SECONDS = 0.1


async def run_until_first_ends(*work: Coroutine[object, object, None]) -> None:
    """Run until one ends or the caller is cancelled; then cancel the others, and raise what the first one raised.

    The others are cancelled again and again: nats-py waits by `wait_for`, which may lose a cancellation before Python
    3.12, and a loop that goes on then would never end.

    Raises:
        Whatever the first one raised; if it raised nothing, whatever another one raised as it ended.
    """
    tasks = [asyncio.ensure_future(each) for each in work]
    first: set[asyncio.Future[None]] = set()
    try:
        first, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        while unfinished := [task for task in tasks if not task.done()]:
            for task in unfinished:
                task.cancel()
            with suppress(asyncio.CancelledError):  # ending already
                await asyncio.wait(unfinished, timeout=_CANCEL_AGAIN_SECONDS)
        # All are looked at: asyncio writes a traceback of each error that nobody has looked at.
        errors = [(task not in first, task.exception()) for task in tasks if not task.cancelled()]
    for _, error in sorted(errors, key=lambda found: found[0]):
        if error is not None:
            raise error
