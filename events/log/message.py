"""A message on its way into a stream, and the guard that keeps it out if the stream has moved on."""

from typing import NamedTuple


class Message(NamedTuple):
    """One message for the log. Its headers must tell it apart from every other on its subject."""

    subject: str
    headers: dict[str, str]
    body: bytes


def guarded(message: Message, expected: int, across: str | None = None) -> Message:
    """The message, refused by the server unless its subject's last message is at the expected position.

    Args:
        message: The first of its write on its subject; the server takes one guard a subject.
        expected: The position of the last message, 0 for none.
        across: A wildcard whose subjects the guard looks at instead of the message's own.
    """
    guard = {"Nats-Expected-Last-Subject-Sequence": str(expected)}
    if across is not None:
        guard["Nats-Expected-Last-Subject-Sequence-Subject"] = across
    return message._replace(headers={**message.headers, **guard})
