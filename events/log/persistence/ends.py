"""Where sequences end, as far as that is known."""

from collections import OrderedDict
from typing import NamedTuple


class End(NamedTuple):
    """The end of one numbered sequence.

    Attributes:
        position: Of its last message; 0 for none.
        highest: The highest number so far, not always that of the last message; None for none.
    """

    position: int
    highest: int | None

    def is_below(self, number: int) -> bool:
        """Whether the number is higher than all so far, and so certainly free."""
        return self.highest is None or number > self.highest


NOTHING = End(0, None)


class RecentEnds:
    """The ends of the sequences that were last read or written, a bounded number of them.

    They save a read before a write. They may be out of date: whoever writes behind one has the server check it.
    """

    def __init__(self, limit: int = 10_000):
        self._limit = limit
        self._ends: OrderedDict[str, End] = OrderedDict()

    def get(self, subject: str) -> End | None:
        """The end of a sequence, if it is remembered."""
        return self._ends.get(subject)

    def note(self, subject: str, end: End) -> None:
        """Remember an end, and forget the one that has been of no use for longest."""
        self._ends[subject] = end
        self._ends.move_to_end(subject)
        if len(self._ends) > self._limit:
            self._ends.popitem(last=False)
