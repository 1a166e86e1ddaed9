"""Whether a stream is fit to be the log: it is set up to forget nothing, and nothing has gone from it.

What has gone stays gone also when the settings are mended, and is told until an operator has adopted the log without
it. When the log was adopted, and without how much, is kept with the stream itself, in its metadata: whoever sees the
stream sees that.
"""

from typing import NamedTuple

from events.log.client.jetstream_api import ApiRefused, ApiUnanswered, ask_api
from events.log.client.resilient import ResilientClient
from events.log.comparison import GOALS, LogComparison, compared
from events.log.failures import LogUnreachable
from events.log.stream import wrong_settings
from events.log.stream_state import StreamState, read_state

_MISSING_ADOPTED = "cairn-missing-adopted"
_ADOPTED_AT = "cairn-adopted-at"
_FIRST_ANSWER_SECONDS = 2.0
_FURTHER_ANSWERS_SECONDS = 0.5
"""How long is waited for goals services that miss something in the log."""


class Fitness(NamedTuple):
    """What is wrong with a stream of the log, if anything is.

    Attributes:
        stream: Its name.
        settings: Those that are not as declared any more: with them it would forget, or be read and written wrongly.
        missing: How many events have gone from it, without those that an operator has adopted as lost.
    """

    stream: str
    settings: tuple[str, ...]
    missing: int

    @classmethod
    def of(cls, stream: str, state: StreamState) -> "Fitness":
        """Judge a stream by what the server says of it."""
        given_up = _number(state, _MISSING_ADOPTED)
        return cls(stream, wrong_settings(state.config), max(0, state.missing - given_up))

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
                " only a backup brings them back (`cairn log restore`). `cairn log adopt` goes on without them."
            )
        return " ".join(sentences)


def adopted_at(state: StreamState) -> int:
    """When an operator last adopted a stream as it is, in nanoseconds since 1970 by its server's clock; 0 for never."""
    return _number(state, _ADOPTED_AT)


async def objections(nc: ResilientClient, stream: str) -> list[LogComparison]:
    """What goals services miss in a stream of the log; empty when none misses anything."""
    answers = await compared(nc, stream, first=_FIRST_ANSWER_SECONDS, further=_FURTHER_ANSWERS_SECONDS)
    return [each for each in answers if each.projection == GOALS and each.replaced]


async def adopt_as_it_is(nc: ResilientClient, stream: str) -> None:
    """Note with a stream that it counts from now on as it is: whoever remembers more of it forgets that.

    What is missing from it is known and given up. The adoption is later than each that somebody knows of who objects:
    the stream may have been put back to before one that was noted by a clock that was ahead. Needs the operator's
    rights.

    Raises:
        LogUnreachable: the server does not do it; says why.
    """
    state = await read_state(nc, stream)
    metadata = dict(state.config.get("metadata") or {})
    known = max([adopted_at(state), *(each.adopted for each in await objections(nc, stream))])
    metadata[_ADOPTED_AT] = str(max(state.now_ns, known + 1))
    if state.missing:
        metadata[_MISSING_ADOPTED] = str(state.missing)
    try:
        # The server's own words go back to it, also those that this client does not know.
        await ask_api(nc, f"STREAM.UPDATE.{stream}", {**state.config, "metadata": metadata})
    except (ApiRefused, ApiUnanswered) as error:
        raise LogUnreachable(f"The stream {stream} could not be changed. {error}") from error


def _number(state: StreamState, name: str) -> int:
    """A number that is kept in the metadata of a stream; 0 where there is none."""
    kept = (state.config.get("metadata") or {}).get(name, "")
    return int(kept) if kept.isdecimal() else 0
