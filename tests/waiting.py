"""Waiting for a condition instead of sleeping for a guess."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar, overload

T = TypeVar("T")
_USUALLY_SECONDS = 60.0
"""Far longer than anything takes, as all takes many times as long on a busy machine."""
_FIRST_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 0.05
"""What takes long is looked for less often: a look costs what is waited for some of the processor's time."""


@overload
async def eventually(check: Callable[[], Awaitable[T]], within: float = _USUALLY_SECONDS) -> T: ...


@overload
async def eventually(check: Callable[[], T], within: float = _USUALLY_SECONDS) -> T: ...


async def eventually(check: Callable[[], T | Awaitable[T]], within: float = _USUALLY_SECONDS) -> T:
    """What the check gives as soon as it is truthy.

    Raises:
        AssertionError: when it is not within the time, with what it gave last.
    """
    end = monotonic() + within
    pause = _FIRST_PAUSE_SECONDS
    while True:
        found = check()
        result: T = await found if inspect.isawaitable(found) else found
        if result:
            return result
        if monotonic() > end:
            raise AssertionError(f"not within {within} s; last: {result!r}")
        await asyncio.sleep(pause)
        pause = min(1.1 * pause, _LONGEST_PAUSE_SECONDS)
