"""What became of the messages that a service has heard, by their channel."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Became = Literal["answered", "refused", "failed"]


class Handled(BaseModel):
    """What became of the messages on one channel since the process began to serve."""

    model_config = ConfigDict(frozen=True)

    answered: int = Field(0, description="Handled; where somebody waited, they have the answer.")
    refused: int = Field(0, description="Refused with a code, such as a request that cannot be read.")
    failed: int = Field(0, description="Ended by a mistake of Cairn's, which is in the log file.")
    seconds: float = Field(0.0, description="How long all of them took together.")


class Counts:
    """What became of messages, by the channel's name."""

    def __init__(self) -> None:
        self._handled: dict[str, Handled] = {}

    @property
    def handled(self) -> Mapping[str, Handled]:
        """What became of them so far."""
        return dict(self._handled)

    def count(self, channel: str, became: Became, seconds: float) -> None:
        """Count a message."""
        before = self._handled.get(channel, Handled())
        more = {became: getattr(before, became) + 1, "seconds": before.seconds + seconds}
        self._handled[channel] = before.model_copy(update=more)
