"""Services say that they are there, since when, and in which version, to whoever asks over NATS."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.metadata import version

from pydantic import BaseModel, ConfigDict, Field

from services.messaging.counting import Handled

HEALTH = "cairn.health"
"""Asked on `cairn.health.NAME`; one of the services of that name answers. The goals service is asked by its streams."""


class Presence(BaseModel):
    """That a service is there."""

    model_config = ConfigDict(frozen=True)

    service: str
    version: str = Field(description="Of Cairn.")
    since: datetime = Field(description="When its process began to serve.")
    handled: Mapping[str, Handled] = Field({}, description="What became of the messages it heard, by their channel.")


@cache
def cairn_version() -> str:
    """The version of Cairn that runs here."""
    return version("cairn")
