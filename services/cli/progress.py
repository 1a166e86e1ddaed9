"""A progress bar on standard error, for people, and only where something takes over a second."""

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress

_QUIET_SECONDS = 1.0


class SlowProgress:
    """Counts what is done; shows itself when standard error is a terminal and the work has gone on for a second."""

    def __init__(self, what: str, total: int | None = None, *, shown: bool = True):
        self._what = what
        self._total = total
        self._done = 0
        self._since = monotonic()
        self._may_show = shown and sys.stderr.isatty()
        self._shown: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown is not None:
            self._shown.stop()

    def advance(self, by: int = 1) -> None:
        """So much more is done."""
        self._done += by
        if self._shown is None and self._may_show and monotonic() - self._since > _QUIET_SECONDS:
            self._shown = self._show()
        if self._shown is not None:
            self._shown.update(self._shown.task_ids[0], completed=self._done)

    def _show(self) -> "Progress":
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        progress.add_task(self._what, total=self._total)
        progress.start()
        return progress
