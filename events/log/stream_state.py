"""What the server says of a stream: where it begins and ends, what is missing from it, how it is set up, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from pydantic_core import from_json

from events.log.failures import LogUnreachable
from events.log.timestamps import nanoseconds

Json = Mapping[str, Any]  # the server's own words

_TIMEOUT = 5.0
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
    """

    created: str
    first: int
    last: int
    messages: int
    config: Json
    now_ns: int
    replicas: int

    @property
    def missing(self) -> int:
        """How many messages between the first position and the last are not there any more; 0 for a whole log."""
        return max(0, self.last - self.messages)


async def read_state(nc: Client, stream: str) -> StreamState:
    """Ask the leader of a stream about it.

    Raises:
        NoStream: there is none.
        LogUnreachable: nobody answers, or the stream has no leader now.
    """
    if not nc.is_connected:  # nats-py would keep the request until there is
        raise LogUnreachable("There is no connection to the log.")
    try:
        answer = await nc.request(f"$JS.API.STREAM.INFO.{stream}", b"", timeout=_TIMEOUT)
    except (NatsError, OSError, TimeoutError) as error:
        raise LogUnreachable("The log does not answer.") from error
    said: Json = from_json(answer.data)
    if "error" in said:
        if said["error"].get("err_code") == _NO_STREAM:
            raise NoStream(f"There is no stream {stream}.")
        raise LogUnreachable(f"The log does not answer: {said['error'].get('description', 'no reason given')}.")
    state = said["state"]
    return StreamState(
        created=said["created"],
        first=state["first_seq"],
        last=state["last_seq"],
        messages=state["messages"],
        config=said["config"],
        now_ns=nanoseconds(said["ts"]),
        replicas=said["config"].get("num_replicas", 1),
    )
