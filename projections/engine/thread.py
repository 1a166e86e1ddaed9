"""The thread in which a projection uses its database, so that the connection to NATS stays alive meanwhile."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class DatabaseThread:
    """One thread: what it is given is done one after the other, and what has begun is finished.

    With an executor of the standard library it takes twice as long to hand work over and back, which is longer than
    many a transaction takes.

    Args:
        name: As debuggers show it.
    """

    def __init__(self, name: str):
        self._given: SimpleQueue[_Work[Any] | None] = SimpleQueue()  # Any: each piece of work gives what it gives
        self._is_closed = False
        # A process that ends without closing it does not wait: what is not committed by then is taken in once more.
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def do(
        self, work: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        """What the work gives.

        Cancelled, also again and again, it waits until the work is done: a transaction that has begun is finished.
        """
        if self._is_closed:
            raise RuntimeError("the thread is closed")
        given = _Work(partial(work, *args, **kwargs))
        self._given.put(given)
        return await given.result()

    def close(self) -> None:
        """Take no more work; what there is is done first."""
        self._is_closed = True
        self._given.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (given := self._given.get()) is not None:
            given.do()
            del given  # and with it what the work was about


class _Work(Generic[_Result]):
    """Work that another thread does for the event loop in which this is made."""

    __slots__ = ("_is_done", "_loop", "_settled", "_work")

    def __init__(self, work: Callable[[], _Result]):
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._settled: asyncio.Future[_Result] = self._loop.create_future()
        self._is_done = False

    def do(self) -> None:
        """Do it, in the other thread."""
        try:
            result = self._work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is for whoever waits
            self._tell(partial(self._fail, error))
        else:
            self._tell(partial(self._succeed, result))

    async def result(self) -> _Result:
        """What it gives; cancelled only when it is done."""
        try:
            return await self._settled
        except asyncio.CancelledError:
            if not self._is_done:
                self._settled = self._loop.create_future()
            while not self._settled.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([self._settled])
            self._settled.exception()  # nobody is there any more to take it
            raise

    def _tell(self, settle: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the event loop is closed, and nobody waits any more
            self._loop.call_soon_threadsafe(settle)

    def _succeed(self, result: _Result) -> None:
        self._is_done = True
        if not self._settled.done():
            self._settled.set_result(result)

    def _fail(self, error: BaseException) -> None:
        self._is_done = True
        if not self._settled.done():
            self._settled.set_exception(error)
