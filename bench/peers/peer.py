"""What a peer of `bench append` and `bench submit` is."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from bench.failed import BenchFailed
from bench.ground import Ground
from bench.options import Bounds
from bench.peers.store import Store
from bench.result import Run


class Unavailable(BenchFailed):
    """A peer cannot take part here: a package of it is not installed, or its server does not start."""


class NotInstalled(Unavailable):
    """A package that the peer needs is not there."""

    def __init__(self, missing: str):
        super().__init__(f"it needs the extra `bench`: {missing}.")


@dataclass(frozen=True)
class Peer:
    """Another way to store events durably.

    Attributes:
        opened: Its store for so many writers, empty and at its best settings. Whatever it needs beside the ground's
            server, it starts and ends. Raises :class:`Unavailable`.
    """

    name: str
    opened: Callable[[Ground, int], AbstractAsyncContextManager[Store]]

    async def appends(self, ground: Ground, writers: int, bounds: Bounds) -> Run:
        """One run: so many writers, each storing 300-byte events one after another, durably, each under a guard.

        It is driven from this process, as ours is. The clock runs from when the store is ready.
        """
        async with self.opened(ground, writers) as store:
            return await store.drive(writers, bounds)
