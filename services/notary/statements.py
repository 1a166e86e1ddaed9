"""The statement that goes with an exported history: how many events there are of somebody, and which files go along.

A proof shows that an event is in the log; that none was left out it cannot show. So the notary counts the events itself
and signs what it counted, with a key that signs nothing else: whoever finds another event later can prove that the
statement was false.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from events.transparency.refusals import NotProven

FIRST_LINE = "cairn-statement/1"
"""What a statement begins with; no log has such an origin, so that a statement is never taken for a checkpoint."""
STATEMENTS = "/statements"
"""What the name of a key that signs statements has behind the name of the log or the witness."""
_NUMBER = r"(0|[1-9]\d{0,18})"
_HEAD = re.compile(
    rf"{FIRST_LINE}\n([^\n]+)\n{_NUMBER}\n([A-Za-z0-9_.-]+)\n"
    rf"events {_NUMBER}\nlast {_NUMBER}\npositions ([0-9a-f]{{64}})\n",
    re.ASCII,
)
_FILE = re.compile(r"file ([0-9a-f]{64}) (.+)\n")


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


def parse_statement(text: str) -> Statement:
    """The statement of a text.

    Raises:
        NotProven: it is none, or not the one way to write it.
    """
    head = _HEAD.match(text)
    if head is None:
        raise NotProven(f"a statement begins with {FIRST_LINE} and says the log, a size, whose events, and how many")
    origin, size, scope, count, last, positions = head.groups()
    files = {found[2]: found[1] for found in _FILE.finditer(text, head.end())}
    statement = Statement(origin, int(size), scope, int(count), int(last), positions, files)
    if statement.text != text:
        raise NotProven("a statement has a line that is none of its own, or not in its place")
    return statement
