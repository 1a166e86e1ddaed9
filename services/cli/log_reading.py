"""Reading a stream of the log from end to end and checking it, with a progress bar: for verify, backup and restore."""

from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING

from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from events.log.client.resilient import ResilientClient
    from events.log.digest import EarlierDigest
    from events.log.findings import Verification
    from events.log.verification import Extent
    from services.administration.restoring import Reading


async def read_through(
    nc: "ResilientClient",
    stream: str,
    extent: "Extent | None" = None,
    earlier: "EarlierDigest | None" = None,
) -> "Verification":
    """Read a stream from its first message and check it.

    Args:
        extent: How far; as far as the stream goes now, when it is not given.
        earlier: An earlier digest to compare with.

    Raises:
        LogUnreachable: the stream does not answer.
    """
    from events.log import Log
    from events.log.findings import Verification
    from events.log.verification import Verifier, verified
    from services.goals.replaying import ReplayedRules

    async with AsyncExitStack() as stack:
        log = Log(nc, stream)
        stack.push_async_callback(log.close)
        until = extent or await log.state()
        batches = await stack.enter_async_context(aclosing(log.follow_with_process()))
        progress = stack.enter_context(SlowProgress("reading the log, positions", until.last))
        found = Verification()
        async for found in verified(batches, until, Verifier(ReplayedRules(), earlier)):
            progress.reach(found.position, until.last)
        return found


def reading_with(progress: SlowProgress) -> "Reading":
    """How a backup is copied and checked. `progress` counts the bytes; the check has a progress bar of its own."""
    from services.administration.restoring import Reading

    return Reading(progress.advance, read_through)
