"""What a node hears of the comparison of the log with the database, which the background process makes."""

import asyncio
from collections.abc import Callable, Sequence

from pydantic import BaseModel

from services.node.other_log import OfAnotherLog

_PREFIX = "log "


class _Found(BaseModel):
    """What was found.

    Attributes:
        found: The projections that were built from another log than the present one.
        trouble: Why nothing could be found out, in a sentence.
    """

    found: list[OfAnotherLog]
    trouble: str | None = None


def found_line(found: Sequence[OfAnotherLog], trouble: str | None = None) -> str:
    """What was found as a line that a node understands."""
    return f"{_PREFIX}{_Found(found=list(found), trouble=trouble).model_dump_json()}"


class ComparedLog:
    """What was found last.

    Args:
        say: Called with one line when nothing can be found out.

    Attributes:
        compared: Set once something was heard.
        found: The projections that were built from another log than the present one; empty when there are none.
    """

    def __init__(self, say: Callable[[str], None]):
        self._say = say
        self._changed = asyncio.Event()
        self.compared = asyncio.Event()
        self.found: Sequence[OfAnotherLog] = ()

    def hear(self, line: str) -> None:
        """Take in a line of the background process; most are about something else."""
        if not line.startswith(_PREFIX):
            return
        heard = _Found.model_validate_json(line.removeprefix(_PREFIX))
        if heard.trouble is not None:
            self._say(heard.trouble)
        if self.compared.is_set() and bool(self.found) != bool(heard.found):
            self._changed.set()
        self.found = heard.found
        self.compared.set()

    async def until_found(self) -> None:
        """Wait until the log is found replaced, which it may be already."""
        while not self.found:
            await self.until_changed()

    async def until_changed(self) -> None:
        """Wait until the log is found replaced, or is found to be the right one again, or was adopted."""
        await self._changed.wait()
        self._changed.clear()
