"""One event loop with one NATS connection, in a thread of its own, for callers that block."""

import asyncio
import atexit
import weakref
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from threading import RLock, Thread, current_thread
from typing import Any, TypeVar

from eventsourcing.persistence import InterfaceError
from nats.aio.client import Client

from events.log.client.connection import connect
from events.log.client.replies import Replies
from events.log.persistence.errors import FAILURES, translated

T = TypeVar("T")
# What a coroutine yields and is sent is between it and the event loop.
Work = Coroutine[Any, Any, T]

_CLOSING_SECONDS = 5.0


class LoopThread:
    """Runs coroutines for other threads, until it is closed or nobody refers to it any more.

    The library leaves some of its factories unclosed, so a loop whose last user is gone ends by itself.

    Raises:
        OperationalError: when no server answers.
    """

    def __init__(self, url: str, name: str, api: str):
        running: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = Thread(target=_run, args=(running,), name=name, daemon=True)
        self._thread.start()
        self._loop = running.result()
        try:
            self.nc = wait_for(asyncio.run_coroutine_threadsafe(connect(url, name=name, log_api=api), self._loop))
            self.nc.log_streams = ("",)  # whichever there are
        except BaseException:
            _take_leave(self._loop, None)
            self._thread.join()
            raise
        # Reentrant: a garbage collection in the middle of `submit` may close what belongs to this very loop.
        self._lock = RLock()
        self._finalizer = weakref.finalize(self, _take_leave, self._loop, self.nc)
        self._finalizer.atexit = False
        _open.add(self)
        self.replies = Replies(self.nc)
        self.call(self.replies.open())

    def call(self, work: Work[T]) -> T:
        """Run a coroutine on the loop and wait for what it gives.

        Raises:
            InterfaceError: when the loop is closed, or is being closed meanwhile.
            DatabaseError: what the core's errors are in the library's words.
        """
        return wait_for(self.submit(work))

    def submit(self, work: Work[T]) -> Future[T]:
        """Run a coroutine on the loop.

        Raises:
            InterfaceError: when the loop is closed.
        """
        with self._lock:
            if self._finalizer.alive:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        raise InterfaceError("The connection is closed.")

    def close(self) -> None:
        """End the connection, the loop and the thread. What is still under way is given up."""
        with self._lock:
            # Detached and not called: at the interpreter's end a finalizer may be out of service already.
            if self._finalizer.detach() is not None:
                _take_leave(self._loop, self.nc)
        if not self.is_current():
            self._thread.join()

    def is_current(self) -> bool:
        """Whether the caller is in this thread, as a garbage collection may be; it must not wait for itself."""
        return current_thread() is self._thread


def wait_for(future: Future[T]) -> T:
    """What a future gives.

    Raises:
        InterfaceError: when it is never going to, because its loop was closed.
        DatabaseError: what the core's errors are in the library's words.
    """
    try:
        return future.result()
    except CancelledError:
        raise InterfaceError("The connection was closed.") from None
    except FAILURES as failure:
        raise translated(failure) from failure


_open: "weakref.WeakSet[LoopThread]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """End what is left while threads still run; later in the interpreter's end, waiting for one would take for ever."""
    for thread in list(_open):
        thread.close()


def _run(running: "Future[asyncio.AbstractEventLoop]") -> None:
    loop = asyncio.new_event_loop()
    running.set_result(loop)
    loop.run_forever()
    loop.close()


def _take_leave(loop: asyncio.AbstractEventLoop, nc: Client | None) -> None:
    """Close the connection and stop the loop, after everything that was submitted before; waits for neither."""
    asyncio.run_coroutine_threadsafe(_end(nc), loop)


async def _end(nc: Client | None) -> None:
    """What `asyncio.run` does at its end, without its wait for name lookups: at the interpreter's end that fails."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_CLOSING_SECONDS):
            if nc is not None:
                await nc.close()
    finally:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await loop.shutdown_asyncgens()
        loop.stop()
