"""Runs a coroutine until a signal stops the process, and ends the process by force if stopping takes too long."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import uvloop

Serving = Coroutine[Any, Any, None]  # what a coroutine sends is of no concern
Serve = Callable[[], Serving]


def make_files_for_the_owner_alone() -> None:
    """Let nobody but the account that runs this process read the files that it, and what it starts, will make.

    The database, the log and the log files hold what patients said.
    """
    os.umask(0o077)


def run_until_stopped(serve: Serve, stop_seconds: float, run: Callable[[Serving], None] = uvloop.run) -> None:
    """Run until SIGTERM or SIGINT; then let the coroutine close down, and end by force after `stop_seconds`.

    Args:
        run: Runs a coroutine in an event loop of its own.

    Raises:
        CairnError: what the coroutine raises when it cannot start or continue.
    """
    with suppress(asyncio.CancelledError):
        run(_running(serve, stop_seconds))


async def _running(serve: Serve, stop_seconds: float) -> None:
    loop = asyncio.get_running_loop()
    serving = asyncio.ensure_future(serve())

    def stop() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):  # a second Ctrl-C does not break off the closing down
            signal.signal(number, signal.SIG_IGN)
        # From here on nothing may hold the process for ever: SIGALRM ends it.
        signal.setitimer(signal.ITIMER_REAL, stop_seconds)
        serving.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await serving
