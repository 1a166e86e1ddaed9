"""KeyedLock: what has the same key (a goal, a patient) goes one after another, what has another key side by side."""

import asyncio
from collections import deque
from collections.abc import Hashable

_Line = deque["asyncio.Future[None]"]


class KeyedLock:
    """A lock for every key in use. A key that nobody uses takes no memory."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, _Line | None] = {}

    def of(self, key: Hashable) -> "Acquisition":
        """This key's next turn, to be taken by `async with`, in order of arrival."""
        return Acquisition(self._lines, key)


class Acquisition:
    """One turn; it passes to the next in line when the block is left.

    Whoever cannot wait yet may :meth:`line_up` beforehand, and must enter the block or :meth:`pass_on` afterwards.
    """

    __slots__ = ("_key", "_lined_up", "_lines", "_turn")

    def __init__(self, lines: dict[Hashable, _Line | None], key: Hashable):
        self._lines = lines
        self._key = key
        self._lined_up = False
        self._turn: asyncio.Future[None] | None = None

    def line_up(self) -> bool:
        """Take a place behind all who are in line now; whether the turn has come already."""
        self._lined_up = True
        if self._key not in self._lines:
            self._lines[self._key] = None  # a line is made when somebody has to wait
            return True
        line = self._lines[self._key]
        if line is None:
            line = self._lines[self._key] = deque()
        self._turn = asyncio.get_running_loop().create_future()
        line.append(self._turn)
        return False

    async def __aenter__(self) -> None:
        if not self._lined_up:
            self.line_up()
        turn = self._turn
        if turn is None:
            return
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                line = self._lines.get(self._key)
                if line and turn in line:
                    line.remove(turn)
            else:  # the turn had come already: it must not be lost for those behind
                self.pass_on()
            raise

    async def __aexit__(self, *_: object) -> None:
        self.pass_on()

    def pass_on(self) -> None:
        """Let the next in line have its turn."""
        line = self._lines[self._key]
        while line:
            turn = line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._lines[self._key]
