"""An anchor: a position of the log together with what the log holds there.

Whoever remembers a position and comes back to it must know whether the log is still the one that was read: it may have
been restored from an older backup, lost and begun anew, or exchanged. A position alone cannot tell. The fingerprint of
the message that stands there can, as it covers the subject, the content, and the time of recording to the nanosecond.
"""

import asyncio
from typing import NamedTuple

from nats.errors import Error as NatsError
from pydantic_core import to_json

from events.envelope import StoredMessage
from events.errors import CairnError
from events.leaf import fingerprint, has_fingerprint
from events.log.client.replies import status_of
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.reading import from_direct_get
from events.log.stream_state import StreamState, read_state
from events.raw_message import RawMessage

_READ_SECONDS = 5.0
_REPLICA_PAUSE_SECONDS = 0.1
_REPLICA_SECONDS = 5.0
"""How long a replica may take to come to what its leader had acknowledged, before the log counts as another one."""


class Anchor(NamedTuple):
    """A position of the log, and the fingerprint of the message there.

    Attributes:
        position: The stream sequence; 0 for the beginning, before the first message.
        fingerprint: Of the message, as :func:`events.leaf.fingerprint` makes it. Empty for the beginning, and where
            only a position is known: then no more can be checked than that the log comes so far.
    """

    position: int
    fingerprint: str = ""

    @classmethod
    def at(cls, stored: StoredMessage | RawMessage) -> "Anchor":
        """The anchor at a message."""
        return cls(stored.position, fingerprint(stored))

    @classmethod
    def of(cls, after: "int | Anchor") -> "Anchor":
        """The anchor that a position is, or that was given."""
        return after if isinstance(after, Anchor) else cls(after)


BEGINNING = Anchor(0)
"""Before the first message; every log bears it out."""


class LogReplaced(CairnError):
    """The log is not the one of which a position is remembered: it ends before it, or holds another message there.

    Attributes:
        stream: Of the log.
        position: That is remembered.
        head: Where the log ends now.
    """

    def __init__(self, stream: str, position: int, head: int):
        there = (
            f"it ends at position {head}, and position {position} is remembered"
            if position > head
            else f"position {position} holds another event than the one that is remembered"
        )
        super().__init__(f"The log {stream} is another one than before: {there}. See `cairn log adopt`.")
        self.stream = stream
        self.position = position
        self.head = head


async def check_anchor(
    nc: ResilientClient, stream: str, anchor: Anchor, state: StreamState | None = None
) -> StreamState:
    """Make sure that the log is the one that an anchor was taken from.

    Args:
        state: The stream's state, where it was read when the anchor was there already; otherwise it is read.

    Returns:
        The state of the stream.

    Raises:
        LogReplaced: it is another one.
        LogUnreachable: the log does not answer, or no replica that answers has come so far.
    """
    state = state or await read_state(nc, stream)
    # A leader that was elected a moment ago may not have taken in yet all that the former one acknowledged.
    patience = _REPLICA_SECONDS if state.replicas > 1 else 0.0
    while state.last < anchor.position and patience > 0:
        await asyncio.sleep(_REPLICA_PAUSE_SECONDS)
        patience -= _REPLICA_PAUSE_SECONDS
        state = await read_state(nc, stream)
    if state.last < anchor.position:
        raise LogReplaced(stream, anchor.position, state.last)
    if anchor.fingerprint:
        stored = await _message_at(nc, stream, anchor.position, patience)
        if stored is None or not has_fingerprint(stored, anchor.fingerprint):
            raise LogReplaced(stream, anchor.position, state.last)
    return state


async def read_anchor(nc: ResilientClient, stream: str, position: int) -> Anchor | None:
    """The anchor at a position; None when the log holds no message there.

    Raises:
        LogUnreachable: the log does not answer.
    """
    if position == 0:
        return BEGINNING
    stored = await read_message(nc, stream, position)
    return None if stored is None else Anchor.at(stored)


async def read_message(nc: ResilientClient, stream: str, position: int) -> StoredMessage | None:
    """The message at a position; None when the log holds none there. Replicas that lag behind are waited for.

    Raises:
        LogUnreachable: the log does not answer.
    """
    stored = await _message_at(nc, stream, position, 0.0)
    if stored is None:
        state = await read_state(nc, stream)
        if state.replicas > 1 and state.last >= position:  # who answered may lag behind the leader
            stored = await _message_at(nc, stream, position, _REPLICA_SECONDS)
    return stored


async def _message_at(nc: ResilientClient, stream: str, position: int, patience: float) -> StoredMessage | None:
    """The message at a position; a replica that lags behind its leader is given some seconds."""
    while True:
        if not nc.is_connected:
            raise LogUnreachable("There is no connection to the log.")
        try:
            async with nc.answer_within(_READ_SECONDS):
                answer = await nc.request(
                    f"{nc.api_of(stream)}.DIRECT.GET.{stream}", to_json({"seq": position}), timeout=_READ_SECONDS
                )
        except (NatsError, OSError, TimeoutError) as error:
            raise LogUnreachable("The log does not answer.") from error
        status = status_of(answer)
        if status is None:
            return from_direct_get(answer)
        if status != "404":
            raise LogUnreachable(f"The log does not answer (status {status}).")
        if patience <= 0:
            return None
        await asyncio.sleep(_REPLICA_PAUSE_SECONDS)
        patience -= _REPLICA_PAUSE_SECONDS
