"""A cancellation that a library has swallowed is heeded nevertheless."""

import asyncio
from typing import NoReturn


def heed_cancellation() -> None:
    """End if that was asked for: nats-py waits by `wait_for`, which may swallow a cancellation before Python 3.12.

    For loops that ask the server something, once a turn: else they would go on for ever, and who has cancelled them
    would wait for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def until_cancelled() -> NoReturn:
    """Wait until this is cancelled, for whoever has begun to serve; at once if that was while it began."""
    heed_cancellation()
    while True:
        await asyncio.get_running_loop().create_future()
