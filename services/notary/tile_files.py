"""Tiles on disk: one file a tile, which grows at its end until it is full and is never changed before that.

What a file holds beyond the size that was signed is from a write that was broken off. It is written over.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from events.transparency.merkle import HASH_BYTES
from events.transparency.tiles import TILE_WIDTH, Tile
from services.notary.durable_files import FOR_THE_OWNER, sync_folder

_AT_ONCE = 16
"""How many files are put onto the disk at the same time, where there are many."""


class TileFiles:
    """The tiles of one tree in a folder.

    Args:
        folder: It is made when the first tile is written.
    """

    def __init__(self, folder: Path):
        self._folder = folder

    def read(self, level: int, number: int) -> bytes:
        """The hashes that the file of a tile holds, joined; no bytes where there is none.

        Raises:
            OSError: the file cannot be read.
        """
        try:
            return self._file(level, number).read_bytes()
        except FileNotFoundError:
            return b""

    def write(self, hashes: Mapping[tuple[int, int, int], bytes]) -> None:
        """Write hashes, and return when they are on the disk.

        Args:
            hashes: Joined hashes, by the level and the number of their tile, and the place in it where they begin.

        Raises:
            OSError: they cannot be written. Nothing that was written before is changed then.
        """
        folders: set[Path] = set()
        parts = []
        for (level, number, place), joined in hashes.items():
            if place * HASH_BYTES + len(joined) > TILE_WIDTH * HASH_BYTES:
                raise ValueError("more hashes than a tile holds")
            file = self._file(level, number)
            folders |= self._made(file)
            parts.append((file, joined, place * HASH_BYTES))
        # A file system puts what several wait for onto the disk at once.
        with ThreadPoolExecutor(_AT_ONCE) as disk:
            for _ in disk.map(_write, parts):
                pass
        for folder in sorted(folders):
            sync_folder(folder)

    def _file(self, level: int, number: int) -> Path:
        return self._folder / Tile(level, number).address

    def _made(self, file: Path) -> set[Path]:
        """The folders whose entries change when a file is written, made where they are not there."""
        if file.exists():
            return set()
        missing = []
        folder = file.parent
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            each.mkdir(mode=0o700, exist_ok=True)  # another notary of this process may make those above its own
        return {file.parent, *(each.parent for each in missing)}


def _write(part: tuple[Path, bytes, int]) -> None:
    file, content, offset = part
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FOR_THE_OWNER)
    try:
        _write_all(descriptor, content, offset)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes, offset: int) -> None:
    while content:
        written = os.pwrite(descriptor, content, offset)
        content, offset = content[written:], offset + written
