"""The peers by name; their packages are imported when they are opened, and may be missing until then."""

import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from importlib import import_module
from types import ModuleType

from bench.databases import Databases
from bench.ground import Ground
from bench.options import Stages
from bench.peers.peer import NotInstalled, Peer
from bench.peers.store import Store
from bench.result import Run
from events.identity import GoalId

CatchUp = Callable[[], Awaitable[Run]]
"""One run of a peer's projection, from its start to the last event."""


def peer(name: str) -> Peer:
    """One of :data:`bench.peers.NAMES` or :data:`bench.peers.LIVE`."""
    return Peer(name, partial(_opened, name))


@asynccontextmanager
async def projection_peer(
    name: str, databases: Databases, goals: Sequence[GoalId], stages: Stages
) -> AsyncIterator[CatchUp]:
    """One of :data:`bench.peers.PROJECTIONS`, with the lives of the goals stored.

    Raises:
        Unavailable: it cannot take part.
    """
    opened: AbstractAsyncContextManager[CatchUp] = _module(name).opened(databases, goals, stages)
    async with opened as catch_up:
        yield catch_up


@asynccontextmanager
async def _opened(name: str, ground: Ground, writers: int) -> AsyncIterator[Store]:
    opened: AbstractAsyncContextManager[Store] = _module(name).opened(ground, writers)
    async with opened as store:
        yield store


def _module(name: str) -> ModuleType:
    try:
        with _ctrl_c_kept():
            return import_module(f"bench.peers.{name}")
    except ImportError as error:
        raise NotInstalled(str(error)) from error


@contextmanager
def _ctrl_c_kept() -> Iterator[None]:
    """The umadb package takes SIGINT for itself when it is imported; here it stays with whoever had it."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is not handler:
            signal.signal(signal.SIGINT, handler)
