"""The notary's own audit: now and then it reads the whole log again, slowly, and compares it with what is signed."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from events.log import LogUnreachable
from events.log.anchor import LogReplaced
from events.log.bounded_reading import RestUnread
from events.log.cancellation import until_cancelled
from events.transparency.checkpoints import Checkpoint
from services.notary.auditing import LeafComparison, ReadTile, compare_leaves
from services.notary.errors import Contradiction
from services.notary.kept_models import keep, kept
from services.notary.log_leaves import RawLog

AUDITED_FILE = "last-audited.json"
_REST = 3.0
"""How much longer than it works a scheduled comparison pauses: it takes a quarter of one core at most."""
_AGAIN_SECONDS = 60.0
"""How soon it is tried again where the log could not be read, or where nothing is signed yet."""

_log = logging.getLogger("cairn.notary")


class SignedTree(NamedTuple):
    """What a log is compared with.

    Attributes:
        checkpoint: What was signed.
        read_tile: Reads its tiles.
    """

    checkpoint: Checkpoint
    read_tile: ReadTile


class Audited(BaseModel):
    """When the log was last read again and compared with what was signed.

    Attributes:
        at: When that was done.
        size: How many leaves were signed then.
        wrong: How many positions of the log were not as they were signed.
        finding: What was wrong, in a sentence.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: datetime
    size: int = Field(ge=0)
    wrong: int = Field(ge=0)
    finding: str | None = None


class AuditSchedule:
    """Compares a log with its signed tree every so often, and remembers when it did so last, also after a restart.

    Args:
        log: The stream that was signed.
        folder: Where the last audit is remembered: that of the generation.
        signed: Gives the newest signed tree; None while there is none.
        every: How long after one comparison the next one begins; None for never.
        now: The time.

    Raises:
        NotaryUnusable: what is remembered of the last audit is damaged.

    Attributes:
        last: The last comparison; None before the first.
    """

    def __init__(
        self,
        log: RawLog,
        folder: Path,
        signed: Callable[[], SignedTree | None],
        every: timedelta | None,
        now: Callable[[], datetime],
    ):
        self._stream = log
        self._file = folder / AUDITED_FILE
        self._signed = signed
        self._every = every
        self._now = now
        self.last = kept(self._file, Audited)

    @property
    def pause(self) -> timedelta | None:
        """How long it is until the next comparison: no time before the first; None where there is to be none."""
        if self._every is None or self.last is None:
            return self._every and timedelta(0)
        return max(timedelta(0), self.last.at + self._every - self._now())

    async def run(self) -> None:
        """Compare whenever it is time, until this is cancelled.

        Raises:
            Contradiction: the log is not what was signed.
            OSError: what was found cannot be remembered.
        """
        while True:
            if (pause := self.pause) is None:
                await until_cancelled()
            await asyncio.sleep(pause.total_seconds())
            if await self.compare() is None:
                await asyncio.sleep(_AGAIN_SECONDS)

    async def compare(self) -> LeafComparison | None:
        """Compare now; None where there is nothing signed, or where the log could not be read through.

        Raises:
            Contradiction, OSError: as :meth:`run`.
        """
        tree = self._signed()
        if tree is None:
            return None
        try:
            head = await self._stream.head()
            async with aclosing(self._stream.follow_raw()) as batches:
                found = await compare_leaves(batches, tree.read_tile, tree.checkpoint, head=head, rest=_REST)
        except (LogReplaced, LogUnreachable, RestUnread) as error:
            _log.warning("the log could not be read again and compared with what was signed: %s", error)
            return None
        audited = Audited(at=self._now(), size=found.size, wrong=found.wrong, finding=found.finding)
        await asyncio.to_thread(keep, self._file, audited)
        self.last = audited
        if found.finding is not None:
            raise Contradiction(found.finding[0].lower() + found.finding[1:].removesuffix("."))
        _log.info("%d positions of the log are as they were signed", found.compared)
        return found
