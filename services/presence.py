"""Services say that they are there, since when, and in which version, to whoever asks over NATS."""

from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version

from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import BaseModel, ConfigDict, Field

HEALTH = "cairn.health"
"""Asked on `cairn.health.NAME`; one of the services of that name answers. The goals service is asked by its streams."""


class Presence(BaseModel):
    """That a service is there."""

    model_config = ConfigDict(frozen=True)

    service: str
    version: str = Field(description="Of Cairn.")
    since: datetime = Field(description="When its process began to serve.")


@cache
def cairn_version() -> str:
    """The version of Cairn that runs here."""
    return version("cairn")


async def answer_for(nc: Client, service: str) -> None:
    """Answer that a service is there, for as long as its connection lasts."""
    answer = Presence(service=service, version=cairn_version(), since=datetime.now(UTC)).model_dump_json().encode()

    async def respond(message: Msg) -> None:
        if message.reply:
            await nc.publish(message.reply, answer)

    await nc.subscribe(f"{HEALTH}.{service}", queue=service, cb=respond)
