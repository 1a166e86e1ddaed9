"""The peers by name; their packages are imported when they are opened, and may be missing until then."""

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from importlib import import_module

from bench.ground import Ground
from bench.peers.peer import NotInstalled, Peer
from bench.peers.store import Store


def peer(name: str) -> Peer:
    """One of :data:`bench.peers.NAMES`."""
    return Peer(name, partial(_opened, name))


@asynccontextmanager
async def _opened(name: str, ground: Ground, writers: int) -> AsyncIterator[Store]:
    try:
        with _ctrl_c_kept():
            module = import_module(f"bench.peers.{name}")
    except ImportError as error:
        raise NotInstalled(str(error)) from error
    opened: AbstractAsyncContextManager[Store] = module.opened(ground, writers)
    async with opened as store:
        yield store


@contextmanager
def _ctrl_c_kept() -> Iterator[None]:
    """The umadb package takes SIGINT for itself when it is imported; here it stays with whoever had it."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is not handler:
            signal.signal(signal.SIGINT, handler)
