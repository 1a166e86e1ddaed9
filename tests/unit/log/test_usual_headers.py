"""Headers that come again and again are read once, and are each message's own all the same."""

import pytest

from events.attribute_headers import OddHeaders
from events.log.client.headers import read_headers, read_usual_headers

USUAL = b"NATS/1.0\r\ncontent-type: application/cloudevents+json\r\n\r\n"


@pytest.mark.parametrize(
    "block",
    [
        USUAL,
        b"NATS/1.0 503\r\n\r\n",
        b"NATS/1.0\r\n\r\n",
        b"NATS/1.0\r\nce-id: 1\r\nce-id: 2\r\n\r\n",
        b"NATS/1.0\r\nce-id: " + b"1" * 1000 + b"\r\n\r\n",
        b"\xff" * 20,
    ],
)
def test_they_are_read_as_they_are_at_first(block: bytes) -> None:
    for _ in range(3):
        assert read_usual_headers(block) == read_headers(block)


def test_whoever_changes_the_headers_of_a_message_changes_those_of_no_other() -> None:
    (read_usual_headers(USUAL) or {})["content-type"] = "text/plain"

    assert read_usual_headers(USUAL) == {"content-type": "application/cloudevents+json"}


def test_a_name_that_is_there_twice_stays_known_as_such() -> None:
    block = b"NATS/1.0\r\nce-id: 1\r\nce-id: 2\r\n\r\n"
    first, second = read_usual_headers(block), read_usual_headers(block)

    assert isinstance(first, OddHeaders)
    assert isinstance(second, OddHeaders)
    assert second.doubled == ("ce-id",)
    assert first is not second
