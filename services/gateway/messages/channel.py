"""One subject of Cairn's, and what goes over it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Json = Mapping[str, Any]  # Any: JSON
Direction = Literal["receive", "send"]
Events = Literal["submitted", "recorded"]


@dataclass(frozen=True, slots=True)
class Body:
    """What is in a message that holds no event.

    Attributes:
        name: What it is called in the document.
        type: What it is read as; the schema is made from it. That of a handler of FastStream's is its own.
        headers: The schema of its headers.
        content_type: As what it is sent.
        schema: Its schema, where the type does not tell it.
    """

    name: str
    type: Any = Any
    headers: Json | None = None
    content_type: str = "application/json"
    schema: Json | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A subject, with what Cairn does there.

    Attributes:
        name: What it is called in the document.
        address: The subject, with its parameters in braces.
        says: What it is for.
        directions: What Cairn does there; for a subject of the house both.
        carries: Events of every type, or another body.
        also: What goes over it beside these.
        reply: What comes back to whoever asks there.
        queue: The queue group of Cairn's services that hear it.
        stream: The stream that keeps what is published there.
        is_public: Whether it is for those who build on Cairn; else it is for Cairn's own services.
        publishers: The users of the NATS server that publish there, where it is not public (deploy/nats).
        hearers: Those that hear it, where it is not public.
        is_running: Whether it is a subscriber or publisher of FastStream's.
    """

    name: str
    address: str
    says: str
    directions: Sequence[Direction]
    carries: Events | Body
    also: Body | None = None
    reply: Body | None = None
    queue: str | None = None
    stream: str | None = None
    is_public: bool = False
    publishers: Sequence[str] = ()
    hearers: Sequence[str] = ()
    is_running: bool = False
