"""What became of the messages that a service has heard, by their channel."""

from collections import defaultdict
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
        self._handled: defaultdict[tuple[str, Became], int] = defaultdict(int)
        self._seconds: defaultdict[str, float] = defaultdict(float)

    @property
    def handled(self) -> Mapping[str, Handled]:
        """What became of them so far."""
        return {
            channel: Handled(
                answered=self._handled[channel, "answered"],
                refused=self._handled[channel, "refused"],
                failed=self._handled[channel, "failed"],
                seconds=seconds,
            )
            for channel, seconds in self._seconds.items()
        }

    def count(self, channel: str, became: Became, seconds: float) -> None:
        """Count a message."""
        self._handled[channel, became] += 1
        self._seconds[channel] += seconds
