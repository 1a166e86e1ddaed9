"""The thread in which a projection uses its database, so that the connection to NATS stays alive meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class DatabaseThread:
    """One thread: what it is given is done one after the other, and what has begun is finished.

    Args:
        name: As debuggers show it.
    """

    def __init__(self, name: str):
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def do(
        self, work: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        """What the work gives.

        Cancelled, also again and again, it waits until the work is done: a transaction that has begun is finished.
        """
        running = asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *args, **kwargs))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            while not running.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([running])
            running.exception()  # nobody is there any more to take it
            raise

    def close(self) -> None:
        """Take no more work; what there is is done first."""
        self._pool.shutdown()
