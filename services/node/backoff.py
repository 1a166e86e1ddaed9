"""How long to wait before something that failed is tried again."""

from time import monotonic

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0
_STEADY_RUN_SECONDS = 30.0


class Backoff:
    """Pauses that double with each failure, and start over after something has run for a while."""

    def __init__(self) -> None:
        self._started = monotonic()
        self.failures = 0
        """How often it failed since it last ran steadily."""

    def started(self) -> None:
        """It is being started now."""
        self._started = monotonic()

    def failed(self) -> float:
        """It failed; gives the seconds to wait."""
        if monotonic() - self._started > _STEADY_RUN_SECONDS:
            self.failures = 0
        self.failures += 1
        return float(min(_FIRST_PAUSE_SECONDS * 2 ** (self.failures - 1), _LONGEST_PAUSE_SECONDS))
