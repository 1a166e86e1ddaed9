"""Servers whose disk can be filled at any moment, and given room again."""

import os
import resource
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from events.log.stream import STREAM
from services.embedded_server import EmbeddedServer

_SMALL = 32 * 1024 * 1024


class BoundedFiles(EmbeddedServer):
    """A server whose files may not grow beyond a limit (RLIMIT_FSIZE): everyone may do that to their own processes."""

    async def start(self) -> None:
        # Go ends a process at the signal that comes with it, unless it is blocked; then the write is refused, no more.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXFSZ})
        try:
            await super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGXFSZ})

    def fill(self, left: int) -> None:
        """Leave so many bytes for the log to grow."""
        size = max(
            file.stat().st_size for file in (self.data_dir / "jetstream").glob(f"*/*/streams/{STREAM}/msgs/*.blk")
        )
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size + left, self._most()))

    def make_room(self) -> None:
        """Let the files grow again."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (self._most(), self._most()))

    def _most(self) -> int:
        return resource.prlimit(self.pid, resource.RLIMIT_FSIZE)[1]

    def remove(self) -> None:
        """There is nothing to remove."""


class SmallDisk(EmbeddedServer):
    """A server on a disk of its own (tmpfs), where something else takes up the room."""

    def __init__(self, data_dir: Path):
        super().__init__(data_dir)
        data_dir.mkdir()
        mount = ("mount", "-t", "tmpfs", "-o", f"size={_SMALL}", "cairn-test", str(data_dir))
        try:
            subprocess.run(mount, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("needs the right to mount a small tmpfs, which is root's")

    def fill(self, left: int) -> None:
        """Leave so many bytes for everything."""
        with self._ballast.open("wb") as ballast:
            while (free := self._free() - left) > 0:
                with suppress(OSError):  # the server has just taken some of it
                    os.posix_fallocate(ballast.fileno(), 0, free)
                    return

    def _free(self) -> int:
        disk = os.statvfs(self.data_dir)
        return disk.f_bavail * disk.f_bsize

    def make_room(self) -> None:
        """Take away what took up the room."""
        self._ballast.unlink()

    def remove(self) -> None:
        """Take the disk away."""
        subprocess.run(("umount", str(self.data_dir)), check=True)

    @property
    def _ballast(self) -> Path:
        return self.data_dir / "ballast"
