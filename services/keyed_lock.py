"""KeyedLock: what has the same key (a goal, a patient) goes one after another, what has another key side by side."""

import asyncio
from collections import deque
from collections.abc import Hashable


class KeyedLock:
    """A lock for every key in use. A key that nobody uses takes no memory."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[asyncio.Future[None]]] = {}

    def of(self, key: Hashable) -> "Acquisition":
        """This key's next turn, to be taken by `async with`, in order of arrival."""
        return Acquisition(self._waiting, key)


class Acquisition:
    """One turn; it passes to the next in line when the block is left."""

    __slots__ = ("_key", "_waiting")

    def __init__(self, waiting: dict[Hashable, deque[asyncio.Future[None]]], key: Hashable):
        self._waiting = waiting
        self._key = key

    async def __aenter__(self) -> None:
        line = self._waiting.get(self._key)
        if line is None:
            self._waiting[self._key] = deque()
            return
        turn = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                if turn in line:
                    line.remove(turn)
            else:  # the turn had come already: it must not be lost for those behind
                self._pass_on()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        line = self._waiting[self._key]
        while line:
            turn = line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[self._key]
