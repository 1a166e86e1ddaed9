"""The statement that goes with an exported history: how many events there are of somebody, and which files go along.

A proof shows that an event is in the log; that none was left out it cannot show. So the notary counts the events itself
and signs what it counted, with a key that signs nothing else: whoever finds another event later can prove that the
statement was false.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

FIRST_LINE = "cairn-statement/1"
"""What a statement begins with; no log has such an origin, so that a statement is never taken for a checkpoint."""
STATEMENTS = "/statements"
"""What the name of a key that signs statements has behind the name of the log or the witness."""


class CountedEvents:
    """Events that are counted one after another, in the order of the log.

    Attributes:
        count: How many there are.
        last: The position of the last one; 0 for none.
    """

    def __init__(self, positions: Iterable[int] = ()):
        self.count = 0
        self.last = 0
        self._positions = sha256()
        for position in positions:
            self.take(position)

    def take(self, position: int) -> None:
        """Count the next event."""
        if position <= self.last:
            raise ValueError("events are counted in the order of the log")
        self._positions.update(b"%d\n" % position)
        self.count += 1
        self.last = position

    @property
    def digest(self) -> str:
        """The SHA-256 of their positions, each on a line of its own, as hex."""
        return self._positions.hexdigest()


@dataclass(frozen=True, slots=True)
class Statement:
    """What the operator states about a history.

    Attributes:
        origin: Which log the events are in.
        size: How many leaves of it were looked at; a checkpoint has this size.
        scope: Whose events: `ORG`, `ORG.PATIENT` or `ORG.PATIENT.GOAL`.
        count, last, positions: As :class:`CountedEvents` has them.
        files: The SHA-256 of each file that belongs to the export, as hex, by its name.
    """

    origin: str
    size: int
    scope: str
    count: int
    last: int
    positions: str
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is signed."""
        lines = (
            FIRST_LINE,
            self.origin,
            str(self.size),
            self.scope,
            f"events {self.count}",
            f"last {self.last}",
            f"positions {self.positions}",
            *(f"file {digest} {name}" for name, digest in sorted(self.files.items())),
        )
        return "".join(f"{line}\n" for line in lines)


def stated(origin: str, size: int, scope: str, counted: CountedEvents, files: Mapping[str, str]) -> Statement:
    """The statement about events that were counted."""
    return Statement(origin, size, scope, counted.count, counted.last, counted.digest, files)
