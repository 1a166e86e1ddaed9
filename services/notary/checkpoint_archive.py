"""Checkpoints that are kept for ever: one every ten minutes, each behind a short head, in one file that only grows.

They bracket time: an event that is not in one of ten o'clock and is in the one of ten past ten was recorded between.
"""

import os
from array import array
from bisect import bisect_left
from pathlib import Path
from struct import Struct

from events.transparency.checkpoints import checkpoint_of
from events.transparency.notes import MAX_NOTE_BYTES, Note, parse_note
from events.transparency.refusals import NotProven
from services.notary.durable_files import FOR_THE_OWNER, sync_folder
from services.notary.errors import NotaryUnusable

_HEAD = Struct(">IQQ")
"""Before each note: its length in bytes, the size of its tree, and when it was kept, in seconds since 1970."""


class CheckpointArchive:
    """The kept checkpoints of one generation.

    Args:
        file: It is made when the first one is kept. A note at its end that was written in part is passed over.

    Attributes:
        last_at: When the last one was kept, in seconds since 1970; 0 for none.

    Raises:
        NotaryUnusable: the file is damaged before its end.
        OSError: it cannot be read.
    """

    def __init__(self, file: Path):
        self._file = file
        self._sizes = array("Q")
        self._places = array("Q")
        self._end = 0
        self.last_at = 0
        if file.exists():
            self._read_heads()

    @property
    def last(self) -> Note | None:
        """The last one that was kept."""
        return self._note(len(self._sizes) - 1) if self._sizes else None

    def first_of(self, size: int) -> Note | None:
        """The first one whose tree has at least a size."""
        place = bisect_left(self._sizes, size)
        return self._note(place) if place < len(self._sizes) else None

    def last_below(self, size: int) -> Note | None:
        """The last one whose tree has fewer leaves than a size."""
        place = bisect_left(self._sizes, size)
        return self._note(place - 1) if place else None

    def keep(self, note: Note, at: int) -> None:
        """Keep one more, which is as large as the last one or larger, and return when it is on the disk.

        Raises:
            OSError: it cannot be written.
        """
        content = str(note).encode()
        size = checkpoint_of(note).size
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FOR_THE_OWNER)
        with open(descriptor, "r+b", buffering=0) as opened:  # noqa: PTH123 - the very file
            opened.truncate(self._end)
            opened.seek(self._end)
            opened.write(_HEAD.pack(len(content), size, at) + content)
            os.fsync(opened.fileno())
        if not self._sizes:
            sync_folder(self._file.parent)
        self._note_head(size, at, len(content))

    def _read_heads(self) -> None:
        whole = self._file.stat().st_size
        with self._file.open("rb") as opened:
            while len(head := opened.read(_HEAD.size)) == _HEAD.size:
                length, size, at = _HEAD.unpack(head)
                if length > MAX_NOTE_BYTES or (self._sizes and size < self._sizes[-1]):
                    raise NotaryUnusable(f"{self._file} is damaged. Put it back from where a copy is kept.")
                if self._end + _HEAD.size + length > whole:
                    return
                self._note_head(size, at, length)
                opened.seek(self._end)

    def _note_head(self, size: int, at: int, length: int) -> None:
        self._sizes.append(size)
        self._places.append(self._end)
        self._end += _HEAD.size + length
        self.last_at = at

    def _note(self, place: int) -> Note:
        with self._file.open("rb") as opened:
            opened.seek(self._places[place])
            length, _, _ = _HEAD.unpack(opened.read(_HEAD.size))
            content = opened.read(length)
        try:
            return parse_note(content)
        except NotProven:
            raise NotaryUnusable(f"{self._file} is damaged. Put it back from where a copy is kept.") from None
