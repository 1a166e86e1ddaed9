"""Whether a stream is fit to be the log: it is set up to forget nothing, and nothing has gone from it."""

from typing import NamedTuple

from events.log.stream import wrong_settings
from events.log.stream_state import StreamState


class Fitness(NamedTuple):
    """What is wrong with a stream of the log, if anything is.

    Attributes:
        stream: Its name.
        settings: Those that are not as declared any more: with them it would forget, or be read and written wrongly.
        missing: How many events have gone from it. What is gone stays so, also when the settings are mended.
    """

    stream: str
    settings: tuple[str, ...]
    missing: int

    @classmethod
    def of(cls, stream: str, state: StreamState) -> "Fitness":
        """That of a stream as the server describes it."""
        return cls(stream, wrong_settings(state.config), state.missing)

    @property
    def detail(self) -> str:
        """Sentences for its operator; empty when nothing is wrong."""
        sentences = []
        if self.settings:
            sentences.append(
                f"The stream {self.stream} is not set up as the log any more: its {', '.join(self.settings)} must be as"
                " declared. Nothing is recorded until its operator has mended that."
            )
        if self.missing:
            events = "1 event is" if self.missing == 1 else f"{self.missing:,} events are"
            sentences.append(
                f"{events} missing from the log {self.stream}. A goal that has lost events takes no further ones;"
                " only a backup brings them back (`cairn log restore`)."
            )
        return " ".join(sentences)
