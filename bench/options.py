"""What every benchmark can be told."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field

MOST_SECONDS = 600
"""The longest time that one run may be given."""
Seconds = Annotated[float, Field(gt=0, le=MOST_SECONDS)]
Minutes = Annotated[float, Field(gt=0, le=24 * 60)]
Rate = Annotated[float, Field(gt=0, le=100_000)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Counts = Annotated[tuple[Count, ...], Field(min_length=1)]
Concurrency = Annotated[tuple[Annotated[int, Field(ge=1, le=4096)], ...], Field(min_length=1)]


class Options(BaseModel):
    """What all benchmarks have in common.

    Attributes:
        runs: How often each case is measured; the median counts.
        directory: Where the server's data goes while the benchmark runs; the system's temporary directory when None.
            It should be on the disk that is to be measured.
    """

    model_config = ConfigDict(frozen=True)

    runs: Annotated[int, Field(ge=1, le=100)] = 3
    directory: Path | None = None

    @property
    def disk_bytes(self) -> int:
        """About how much it puts on the disk, where that is worth asking whether there is room."""
        return 0


class Bounds(Options):
    """How much one run does: a number of operations, or as many as fit into a time. The first that is reached ends it.

    Attributes:
        seconds: How long operations are begun.
        count: How many operations there are; None for as many as there is time for.
    """

    seconds: Seconds = 5.0
    count: Count | None = None


class Stage(Protocol):
    """A stretch of work that someone may be watching."""

    def advance(self, by: int = 1) -> None:
        """So much more is done."""


Stages = Callable[[str, int], AbstractContextManager[Stage]]
"""Begins a stage: what it is, and how many steps it has."""
