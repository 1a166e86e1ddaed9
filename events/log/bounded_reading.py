"""Reading a log up to a position and no further: it ends in any case, also where the server hands out nothing more."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol, TypeVar

from events.errors import CairnError

_SILENCE_SECONDS = 30.0
"""How long the server may hand out nothing, although there is more, before the rest counts as unread."""
_LAGGING_SECONDS = 2.0
"""How long a replica that has come to its end may take to get what its leader counts already."""


class RestUnread(CairnError):
    """The server hands out no more of the log, although there is more."""


class Positioned(Protocol):
    """A message that says where it is in the log."""

    @property
    def position(self) -> int: ...  # noqa: D102 - see above


class Messages(Protocol):
    """A batch of messages of the log, in order."""

    @property
    def messages(self) -> Sequence[Positioned]: ...  # noqa: D102 - see above


Batches = TypeVar("Batches", bound=Messages)


async def read_up_to(batches: AsyncIterator[Batches], last: int) -> AsyncIterator[Batches]:
    """The batches of a log that follows for ever, until one of them comes to a position.

    They end before it where the log holds no message there any more. Batches without a message are left out, and the
    last one may go beyond the position.

    Args:
        batches: The log, as :meth:`events.log.Log.follow` gives it.
        last: The last position that is wanted.

    Raises:
        RestUnread: the server hands out no more.
    """
    reached, at_the_end = 0, False
    while reached < last:
        try:
            async with asyncio.timeout(_LAGGING_SECONDS if at_the_end else _SILENCE_SECONDS):
                batch = await anext(batches)
        except TimeoutError:
            if at_the_end:
                return
            raise RestUnread(f"The server hands out no more behind position {reached}.") from None
        if not batch.messages:
            at_the_end = True
            continue
        reached = batch.messages[-1].position
        yield batch
