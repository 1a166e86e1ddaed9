"""Whether a stream is still the log that somebody remembers: how that is announced, asked and answered.

Projections remember how far their tables go, and goals services what the log has acknowledged to them. A goals service
that hears of another log than somebody remembers records nothing.
"""

import asyncio

from nats.aio.msg import Msg
from pydantic import BaseModel, Field, NonNegativeInt, ValidationError

from events.log.client.resilient import ResilientClient

REPLACED = "cairn.replaced"
"""On `cairn.replaced.NAME`, whoever remembers a position of the log announces whether the log is still the same."""
COMPARE = "cairn.compare"
"""On `cairn.compare.STREAM` these announcements are asked for. A goals service answers only if it objects."""
GOALS = "cairn-goals"
"""The name under which goals services announce; no projection has a hyphen in its name."""


class LogComparison(BaseModel):
    """The message on `cairn.replaced.NAME`, which is repeated every few seconds."""

    projection: str = Field(description="Who has compared: a projection, `cairn-up` or `cairn-goals`.")
    stream: str = Field(description="The stream of the log.")
    replaced: bool = Field(description="Whether the log is another one than the one that is remembered.")
    position: NonNegativeInt = Field(description="The position that is remembered.")
    head: NonNegativeInt = Field(default=0, description="Where a log that is another one ends now.")
    fingerprint: str = Field(
        default="", description="Of a goals service: of the message that it remembers there, if it has read that."
    )
    adopted: NonNegativeInt = Field(
        default=0,
        description="Of a goals service: the last adoption of the stream that it knows of (`cairn log adopt`).",
    )


async def compared(nc: ResilientClient, stream: str, *, first: float, further: float) -> list[LogComparison]:
    """What all who remember a stream answer when they are asked. If nobody is there, that is known at once.

    Args:
        first: For how many seconds the first answer is waited for.
        further: How many seconds later than the first the others may come.
    """
    inbox = nc.new_inbox()
    found: list[LogComparison] = []
    answered = asyncio.Event()

    async def hear(message: Msg) -> None:
        if message.data:  # or it is the server, which says that nobody is there
            try:
                found.append(LogComparison.model_validate_json(message.data))
            except ValidationError:
                return
        answered.set()

    subscription = await nc.subscribe(inbox, cb=hear)
    try:
        await nc.publish(f"{COMPARE}.{stream}", reply=inbox)
        async with asyncio.timeout(first):
            await answered.wait()
        if found:
            await asyncio.sleep(further)
    except TimeoutError:
        pass
    finally:
        await subscription.unsubscribe()
    return found
