"""How long to wait before something that failed is tried again."""

from time import monotonic

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0
_STEADY_RUN_SECONDS = 30.0


class Backoff:
    """Pauses that double with each failure, and begin again at the shortest after a steady run."""

    def __init__(self) -> None:
        self._started = monotonic()
        self.failures = 0
        """The number of failures since the last steady run."""

    def started(self) -> None:
        """Note that a run begins now."""
        self._started = monotonic()

    def failed(self) -> float:
        """Note that the run failed, and give the seconds to wait before the next."""
        if monotonic() - self._started > _STEADY_RUN_SECONDS:
            self.failures = 0
        self.failures += 1
        return float(min(_FIRST_PAUSE_SECONDS * 2 ** (self.failures - 1), _LONGEST_PAUSE_SECONDS))
