"""How fast a projection works."""

from collections import deque
from collections.abc import Callable

_RATE_WINDOW_SECONDS = 10.0


class Pace:
    """Events per second over the last ten seconds, or since the batch before when that is longer ago."""

    def __init__(self, clock: Callable[[], float]):
        self._clock = clock
        self._marks: deque[tuple[float, int]] = deque([(clock(), 0)])

    def worked(self, events: int) -> None:
        """Count a batch."""
        now = self._clock()
        self._marks.append((now, self._marks[-1][1] + events))
        while len(self._marks) > 2 and self._marks[1][0] < now - _RATE_WINDOW_SECONDS:
            self._marks.popleft()

    @property
    def rate(self) -> float:
        """Events per second."""
        (since, before), (now, after) = self._marks[0], self._marks[-1]
        return (after - before) / (now - since) if now > since else 0.0
