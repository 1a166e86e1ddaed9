"""Messages as the server hands them out are read quickly, and as any other would be."""

import pytest

from events.log.client.headers import read_headers
from events.log.handed_out import NotStored
from events.log.stored_message import MessageReader

REPUBLISHED = (
    b"Nats-Stream: CAIRN_LOG\r\nNats-Subject: cairn.log.a.b.c\r\nNats-Sequence: 42\r\n"
    b"Nats-Time-Stamp: 2026-11-29T02:08:16.12Z\r\nNats-Last-Sequence: 41\r\n\r\n"
)
BATCHED = REPUBLISHED.replace(b"Nats-Last", b"Nats-Num-Pending: 7\r\nNats-Last")
USUAL = b"NATS/1.0\r\nce-id: 1\r\nce-type: t\r\nce-none: \r\n\r\n"


@pytest.mark.parametrize("added", [BATCHED, REPUBLISHED], ids=["in a batch", "republished"])
@pytest.mark.parametrize(
    "block",
    [
        USUAL,
        USUAL.replace(b": 1", b": a: b"),
        USUAL.replace(b": 1", b":  1"),
        USUAL.replace(b": 1", b": \t1"),
        USUAL.replace(b": 1", b":1"),
        USUAL.replace(b": 1", b": 1\n2"),
        USUAL.replace(b": 1", b": 1\r2"),
        USUAL.replace(b": 1", b": \xff"),
        USUAL.replace(b"ce-id", b"ce-type"),
        USUAL.replace(b"ce-id: 1", b"ce-id"),
        USUAL.replace(b"ce-id: 1\r\nce-type: t", b"ce-id\r\n1: ce-type: t"),
        USUAL.replace(b"NATS/1.0", b"NATS/1.0 404 None"),
        b"NATS/1.0\r\nce-type: t\r\nce-id: 1\r\nce-none: \r\n\r\n",
        b"NATS/1.0\r\n\r\n",
    ],
)
def test_messages_with_the_same_names_are_read_as_any_other(block: bytes, added: bytes) -> None:
    reader = MessageReader()
    for _ in range(100):
        assert reader.read(with_added(USUAL, added), b"").message.headers == read_headers(USUAL)
    for _ in range(100):
        stream, before, message = reader.read(with_added(block, added), b"body")
        expected = read_headers(block) or {}
        assert (stream, before) == ("CAIRN_LOG", 41)
        assert message[:3] == ("cairn.log.a.b.c", 42, 1_795_918_096_120_000_000)
        assert list(message.headers.items()) == list(expected.items())
        assert type(message.headers) is type(expected)
        assert message.data == b"body"
        assert reader.read(with_added(USUAL, added), b"").message.headers == read_headers(USUAL)


def with_added(block: bytes, added: bytes) -> bytes:
    return block.removesuffix(b"\r\n") + added


@pytest.mark.parametrize(
    "headers", [b"", b"NATS/1.0\r\n\r\n", USUAL, BATCHED, with_added(USUAL, b"Nats-Stream: A\r\n\r\n")]
)
def test_a_message_that_does_not_say_where_it_is_stored_is_none(headers: bytes) -> None:
    with pytest.raises(NotStored):
        MessageReader().read(headers, b"")
