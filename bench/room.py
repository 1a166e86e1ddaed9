"""Whether there is room on the disk for what a benchmark is going to write."""

import shutil
from pathlib import Path

from events.errors import CairnError

EVENT_BYTES = 560
"""What an event of a synthetic life takes in the log, with its envelope and the server's index (measured: 520)."""
ENTRY_BYTES = 900
"""What an entry of :mod:`bench.entry` takes, with its guard and batch headers."""
SNAPSHOT_BYTES = 6000
"""What a snapshot of a goal of 20 events takes."""
ROW_BYTES = 900
"""What a projection keeps for an event of a synthetic life, with its indexes and what is being written."""
_SPARE_DISK_BYTES = 2 * 10**9


class NoRoom(CairnError):
    """The disk would be full before the benchmark is done."""


def check_room(directory: Path, needed: int) -> None:
    """Make sure that something is left for others when so many bytes have been written.

    Raises:
        NoRoom: with what there is, and what to do.
    """
    free = shutil.disk_usage(directory).free
    if needed and free < needed + _SPARE_DISK_BYTES:
        raise NoRoom(
            f"This takes about {gigabytes(needed)} in {directory.parent}, where {gigabytes(free)} are free, and"
            f" {gigabytes(_SPARE_DISK_BYTES)} should stay so. Ask for fewer events, or name another --directory."
        )


def gigabytes(count: int) -> str:
    """So many bytes, for people."""
    return f"{count / 1e9:.1f} GB"
