"""What is remembered of goals and plans as the log is followed: so many, the longest unchanged dropped first."""

from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class UpTo(NamedTuple, Generic[T]):
    """Something that was read from the log, and the position up to which the log was read for it."""

    position: int
    value: T


class Remembered(Generic[T]):
    """Values by subject. What is not among them is read from the log, once, and kept.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int):
        self._most = most
        self._kept: dict[str, UpTo[T]] = {}
        self._read: dict[str, object] = {}
        """The last read of each subject that is under way; what it finds is kept if nothing happens meanwhile."""

    def get(self, subject: str) -> UpTo[T] | None:
        """What is kept."""
        return self._kept.get(subject)

    def keep(self, subject: str, value: UpTo[T]) -> None:
        """Keep a value in the place of an earlier one."""
        self.forget(subject)
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[subject] = value

    def forget(self, subject: str) -> None:
        """Forget a value, also one that is being read, because the log has more of the subject."""
        self._kept.pop(subject, None)
        self._read.pop(subject, None)

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._read.clear()

    async def read(self, subject: str, read: Callable[[], Awaitable[UpTo[T]]]) -> T:
        """What is kept, else what is read."""
        kept = self._kept.get(subject)
        if kept is None:
            this_read = self._read[subject] = object()
            try:
                kept = await read()
                if self._read.get(subject) is this_read:
                    self.keep(subject, kept)
            finally:
                if self._read.get(subject) is this_read:
                    del self._read[subject]
        return kept.value
