"""What the server says of a stream: where it begins and ends, what is missing from it, how it is set up, and when."""

from dataclasses import dataclass

from events.log.client.jetstream_api import ApiRefused, ApiUnanswered, Json, ask_api
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.timestamps import nanoseconds

_STATE_SECONDS = 5.0
_NO_STREAM = 10059


class NoStream(LogUnreachable):
    """There is no stream of this name."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream as its leader knows it (JetStream API `STREAM.INFO`).

    Attributes:
        created: When the stream was made, in the server's own words. A restore makes a stream anew, with a new time.
        first, last: The sequences of the first and the last message; what was the last stays so when it is removed.
        messages: How many messages there are.
        config: How the stream is set up, in the server's own words.
        now_ns: The server's clock when it answered, in nanoseconds since 1970.
        replicas: How many servers keep it.
        bytes: How much room its messages take.
        subjects: About how many things there are messages.
        last_ns: When the last message was stored, in nanoseconds since 1970; 0 without any.
    """

    created: str
    first: int
    last: int
    messages: int
    config: Json
    now_ns: int
    replicas: int
    bytes: int = 0
    subjects: int = 0
    last_ns: int = 0

    @property
    def missing(self) -> int:
        """How many messages between the first position and the last are not there any more; 0 for a whole log."""
        return max(0, self.last - self.messages)


async def read_state(nc: ResilientClient, stream: str) -> StreamState:
    """Ask the leader of a stream about it.

    Raises:
        NoStream: there is none.
        LogUnreachable: nobody answers, or the stream has no leader now.
    """
    try:
        answer = await ask_api(nc, f"STREAM.INFO.{stream}", seconds=_STATE_SECONDS, api=nc.api_of(stream))
    except ApiRefused as refused:
        if refused.err_code == _NO_STREAM:
            raise NoStream(f"There is no stream {stream}.") from None
        raise LogUnreachable(f"The log does not answer. {refused}") from None
    except ApiUnanswered as error:
        raise LogUnreachable("The log does not answer.") from error
    state = answer["state"]
    return StreamState(
        created=answer["created"],
        first=state["first_seq"],
        last=state["last_seq"],
        messages=state["messages"],
        config=answer["config"],
        now_ns=nanoseconds(answer["ts"]),
        replicas=answer["config"].get("num_replicas", 1),
        bytes=state["bytes"],
        subjects=state.get("num_subjects", 0),
        last_ns=nanoseconds(state["last_ts"]) if state["messages"] else 0,
    )
