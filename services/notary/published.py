"""The checkpoints that are published: the newest one, those of a moment ago, and those that are kept for ever."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from events.transparency.checkpoints import Checkpoint, checkpoint_of
from events.transparency.notes import Note, parse_note
from events.transparency.refusals import NotProven
from services.notary.checkpoint_archive import CheckpointArchive
from services.notary.durable_files import replace_file

KEEP_SECONDS = 600
"""How far apart the checkpoints are that are kept for ever."""
MAX_RECENT = 1_000
"""How many checkpoints are in memory, so that proofs can be asked for against one that was given a moment ago."""


class Published:
    """What is published of one generation.

    Args:
        file: Where the newest one is, as a log of tiles has it beside them.
        archive: Those that are kept.

    Attributes:
        note: The newest one; None before the first.
        checkpoint: What it says.

    Raises:
        OSError: the file cannot be read.
        NotaryUnusable: the archive is damaged.
    """

    def __init__(self, file: Path, archive: CheckpointArchive):
        self._file = file
        self._archive = archive
        self._recent: OrderedDict[int, Note] = OrderedDict()
        self.note: Note | None = None
        self.checkpoint: Checkpoint | None = None
        for each in sorted(filter(None, (archive.last, self._read())), key=lambda note: checkpoint_of(note).size):
            self._take(each)

    @property
    def size(self) -> int:
        """How many leaves the newest one has; 0 before the first."""
        return self.checkpoint.size if self.checkpoint is not None else 0

    def publish(self, note: Note, at: int, *, keep: bool = False) -> None:
        """Put a checkpoint in the place of the newest one, and return when it is on the disk.

        Args:
            at: The time, in seconds since 1970.
            keep: Whether to keep it for ever although one was kept a moment ago.

        Raises:
            OSError: it cannot be written.
        """
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(self._file, str(note).encode())
        self._take(note)
        # A clock that was ahead for a while must not keep anything from being kept until that time has come.
        if keep or not self._archive.last_at <= at < self._archive.last_at + KEEP_SECONDS:
            self._archive.keep(note, at)

    def at(self, size: int) -> Note | None:
        """A checkpoint of exactly this size; None where none is kept."""
        found = self._recent.get(size) or self._archive.first_of(size)
        return found if found is not None and checkpoint_of(found).size == size else None

    def first_of(self, size: int) -> Note | None:
        """The first kept one of at least this size, or the newest where that alone is so large."""
        return self._archive.first_of(size) or (self.note if size <= self.size else None)

    def last_below(self, size: int) -> Note | None:
        """The last kept one with fewer leaves than this; None for none."""
        return self._archive.last_below(size)

    def largest(self, fits: Callable[[Checkpoint], bool]) -> Checkpoint | None:
        """The largest one that fits, of those that are kept; None where none does.

        Args:
            fits: What fits one fits each smaller one.
        """
        best, low, high = None, 0, self.size + 1
        while low < high:  # what is smaller than `low` was looked at, and nothing fits that is not smaller than `high`
            middle = (low + high) // 2
            note = self._archive.first_of(middle)
            found = checkpoint_of(note) if note is not None else None
            if found is None or found.size >= high or not fits(found):
                high = middle
            else:
                best, low = found, found.size + 1
        for note in self._recent.values():
            found = checkpoint_of(note)
            if (best is None or found.size > best.size) and fits(found):
                best = found
        return best

    def _take(self, note: Note) -> None:
        self.note, self.checkpoint = note, checkpoint_of(note)
        self._recent[self.checkpoint.size] = note
        self._recent.move_to_end(self.checkpoint.size)
        while len(self._recent) > MAX_RECENT:
            self._recent.popitem(last=False)

    def _read(self) -> Note | None:
        try:
            return parse_note(self._file.read_bytes())
        except (FileNotFoundError, NotProven):  # one that is no note is replaced by the next that is published
            return None
