"""Resources of patients as they were written last: what a search asks for again is not read and written again.

What is kept counts for as long as the patient's last message in the log is the one that it was written behind. The log
is asked that each time, so what was recorded is there at once, as if everything were read.
"""

from collections import OrderedDict
from typing import NamedTuple

from pydantic_core import from_json, to_json

from events.envelope import StoredMessage
from events.identity import GoalId
from services.fhir.outgoing.elements import Json, Release
from services.fhir.outgoing.patient import ResourceType

MAX_WRITTEN_BYTES = 16 * 1024 * 1024
"""How much of resources as JSON is kept. Those that nobody has asked for the longest go first."""
_LARGEST_BYTES = MAX_WRITTEN_BYTES // 16
"""One patient's resources of one type that are larger are not kept."""
Key = tuple[GoalId, Release, ResourceType]


class Written(NamedTuple):
    """A patient's resources of one type.

    Attributes:
        behind: The patient's last message when they were written.
        resources: As JSON; what they are in Python would take several times as much memory.
    """

    behind: StoredMessage
    resources: bytes


class WrittenResources:
    """Keeps what was written of patients, up to a number of bytes."""

    def __init__(self, most: int = MAX_WRITTEN_BYTES):
        self._most = most
        self._bytes = 0
        self._kept: OrderedDict[Key, Written] = OrderedDict()

    def get(self, key: Key) -> Written | None:
        """What was written last; None when nothing is kept."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Key, behind: StoredMessage, resources: list[Json]) -> None:
        """Keep what was written just now, in the place of what was before."""
        self.forget(key)
        written = Written(behind, to_json(resources))
        if len(written.resources) > _LARGEST_BYTES:
            return
        self._kept[key] = written
        self._bytes += _size(written)
        while self._bytes > self._most:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= _size(gone)

    def forget(self, key: Key) -> None:
        """Drop what is kept under a key."""
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._bytes -= _size(gone)


def read_written(written: Written) -> list[Json]:
    """The resources."""
    resources: list[Json] = from_json(written.resources)
    return resources


_BESIDE_BYTES = 2048
"""About what the headers of a message and the rest of an entry take."""


def _size(written: Written) -> int:
    return len(written.resources) + len(written.behind.data) + _BESIDE_BYTES
