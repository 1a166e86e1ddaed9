"""A progress bar on standard error, for people, and only where something takes over a second."""

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress

_SHOWN_AFTER_SECONDS = 1.0


class SlowProgress:
    """Counts what is done, and shows the rate and the time left.

    It shows itself when standard error is a terminal and the work has gone on for a second.
    """

    def __init__(self, what: str, total: int | None = None, *, shown: bool = True):
        self._what = what
        self._total = total
        self._done = 0
        self._before: int | None = None
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
        """Add `by` to what is done."""
        self.reach(self._done + by, self._total)

    def reach(self, done: int, total: int | None) -> None:
        """Set what is done, and the total."""
        self._done, self._total = done, total
        if self._before is None:
            self._before = done  # what was there already was not done now
        if self._shown is None and self._may_show and monotonic() - self._since > _SHOWN_AFTER_SECONDS:
            self._shown = self._show()
        if self._shown is not None:
            task_id = self._shown.task_ids[0]
            self._shown.update(task_id, completed=self._done, total=self._total, rate=f"{self.rate:,.0f}/s")

    @property
    def rate(self) -> float:
        """How much is done each second."""
        seconds = monotonic() - self._since
        return (self._done - (self._before or 0)) / seconds if seconds else 0.0

    def _show(self) -> "Progress":
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        ahead = () if self._total is None else (TextColumn("left"), TimeRemainingColumn(compact=True))
        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            *ahead,
            console=Console(stderr=True),
            transient=True,
        )
        progress.add_task(self._what, total=self._total, rate="")
        progress.start()
        return progress
