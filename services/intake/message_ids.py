"""Whose a message id is. In a stream one id stands for one message, whoever wrote it; senders who know nothing of each
other number their messages alike, and the second of two would be acknowledged and not kept. So in CAIRN_INTAKE an id
belongs to its sender and to the goal.
"""

from hashlib import sha256

MESSAGE_IDS = frozenset({"nats-msg-id", "nats-expected-last-msg-id"})
"""The headers that name a message by its id, in lower case."""
_DIGITS = 16


def id_in_stream(message_id: str, subject: str, sender: str) -> str:
    """A sender's own id of a message, as it stands in the stream.

    Args:
        subject: On which the message is put into the stream.
        sender: The id of the principal.
    """
    return f"{subject} {sha256(sender.encode()).hexdigest()[:_DIGITS]} {message_id}"


def id_of_sender(message_id: str, subject: str) -> str:
    """The id as its sender wrote it; one that an earlier version put into the stream stands there as it was written."""
    return message_id.split(" ", 2)[2] if message_id.startswith(f"{subject} ") else message_id
