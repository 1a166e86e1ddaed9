"""Which builds get on, as this gateway itself has seen: by positions, and by no other machine's clock."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import Any, NamedTuple

Status = Mapping[str, Any]  # a JSON object of mixed values


class _Seen(NamedTuple):
    """How far a projection's build was on each stream, and when it was first seen to have moved to there."""

    places: frozenset[tuple[str, int, int]]
    moved_at: float


class Progress:
    """Remembers how far each build was when it was last looked at.

    What is seen for the first time has not been seen to move: it gets on once a second look finds it elsewhere.

    Args:
        clock: Seconds that only go forward, such as `time.monotonic`.
    """

    def __init__(self, clock: Callable[[], float] = monotonic):
        self._clock = clock
        self._seen: dict[str, _Seen] = {}

    def note(self, statuses: Iterable[Status]) -> None:
        """Take in how far the projections are now; each stream of one that is being built counts as its progress."""
        places: defaultdict[str, set[tuple[str, int, int]]] = defaultdict(set)
        for each in statuses:
            if building := each["building"]:
                places[each["name"]].add((each["stream"], building["version"], building["position"]))
        now = self._clock()
        self._seen = {name: self._looked_at(name, frozenset(found), now) for name, found in places.items()}

    def gets_on(self, projection: str, within_seconds: float) -> bool:
        """Whether a projection is being built, and the build was seen to move within so many seconds."""
        seen = self._seen.get(projection)
        return seen is not None and self._clock() - seen.moved_at <= within_seconds

    def _looked_at(self, name: str, places: frozenset[tuple[str, int, int]], now: float) -> _Seen:
        before = self._seen.get(name)
        if before is None:
            return _Seen(places, float("-inf"))
        return before if before.places == places else _Seen(places, now)
