"""What a peer of `bench append` and `bench submit` is."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bench.ground import Ground
from bench.options import Bounds
from bench.result import Run


class Peer(NamedTuple):
    """Another way to store events durably.

    Attributes:
        appends: One run: so many writers, each storing 300-byte events one after another, durably, each refused if
            the writer's stream of events has moved on. Driven from this process, as ours is; whatever the peer needs
            beside the ground's server it starts before the clock and ends after it.
    """

    name: str
    appends: Callable[[Ground, int, Bounds], Awaitable[Run]]
