"""The goals service's answer about its own health."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.messaging.counting import Handled

HEALTH = "cairn.health.goals"
"""Asked on `cairn.health.goals.STREAM`; one of the services that write the stream answers."""


class Health(BaseModel):
    """Whether submissions to a stream of the log are recorded."""

    model_config = ConfigDict(frozen=True)

    stream: str = Field(description="The stream of the log.")
    state: Literal["recording", "full", "replaced", "unfit"] = Field(
        description="`recording`: submissions are decided and recorded. `full`: the log had no room for the last"
        " one (`log.full`). `replaced`: none is, as somebody remembers"
        " another log than this one (`log.replaced`). `unfit`: none is, as the stream would forget (`log.unfit`)."
    )
    detail: str = Field("", description="What is wrong, for the operator. Empty when nothing is.")
    no_room_at: datetime | None = Field(None, description="When the log last took no event for want of room.")
    missing: int = Field(
        0, description="How many events have gone from the stream. Also with `recording` this needs the operator."
    )
    version: str | None = Field(None, description="The version of Cairn that answers.")
    since: datetime | None = Field(None, description="When its process began to serve.")
    handled: Mapping[str, Handled] = Field(
        {}, description="What became of the messages it heard, by their channel; submissions are counted elsewhere."
    )
