"""Room for live feeds: so many in all, and so many of one client, so that nobody takes all of it.

A place is taken before anything is answered, and without waiting. Until it was taken as late as the first byte, feeds
that came together were all let in, and those for which no place was left then waited for one without any answer.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from services.gateway.problems import RequestRefused

MAX_FEEDS = 100
"""How many live feeds are served at a time; each holds a reader of the log."""
MAX_FEEDS_OF_ONE = 20
"""How many of them one client may have, by the id of whoever asks."""


class FeedRoom:
    """Counts the live feeds that are served now.

    Args:
        most: How many are served at a time.
        most_of_one: How many of one client.
    """

    def __init__(self, most: int = MAX_FEEDS, most_of_one: int = MAX_FEEDS_OF_ONE):
        self._most = most
        self._most_of_one = most_of_one
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many feeds are served now."""
        return self._taken.total()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """A place for one feed of a client, while the block lasts.

        Raises:
            RequestRefused: 503 `feed.full`, when there is none.
        """
        if self._taken[client] >= self._most_of_one:
            detail = f"You have {self._most_of_one} live feeds open, as many as one client may. Close one of them."
            raise RequestRefused("feed.full", detail)
        if self.taken >= self._most:
            raise RequestRefused("feed.full", "As many live feeds are open as are served at a time. Try again.")
        self._taken[client] += 1
        try:
            yield
        finally:
            self._taken[client] -= 1
            self._taken += Counter()  # forgets those who have none any more
