"""What is got from a registry once for all runs, and for all workers of one."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

_TRYING_SECONDS = 200
"""Shorter than a test may take to set up, the wait for others who make the same included."""
_PAUSE_SECONDS = 2


@contextmanager
def alone_in(folder: Path) -> Iterator[float]:
    """Wait until no other process makes what is in a folder, and keep the others out while the block lasts.

    Gives the end of the time to make it, for :func:`got`. Whoever has waited for one that got nothing has less of it.
    """
    end = end_of_trying()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield end


def end_of_trying() -> float:
    """Until when, by the monotonic clock, one who begins now may try to get something."""
    return monotonic() + _TRYING_SECONDS


def got(attempt: Callable[[float], str | None], end: float) -> str | None:
    """Try to get something until it is there, or the time is up: a registry may be slow, or away for a moment.

    Args:
        attempt: Is told how many seconds it has, and gives why it has failed; None when it has not. What an attempt has
            got already, the next one finds in the tool's own cache.
        end: When the time is up; there is always one attempt.

    Returns:
        Why the last one has failed; None when it is there.
    """
    while (why := attempt(max(1.0, end - monotonic()))) is not None:
        if monotonic() + _PAUSE_SECONDS > end:
            return why
        sleep(_PAUSE_SECONDS)
    return None
