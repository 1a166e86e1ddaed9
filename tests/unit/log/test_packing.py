"""A batch that goes through a pipe comes out as it was."""

import pytest

from events.attribute_headers import OddHeaders
from events.envelope import StoredMessage
from events.leaf import fingerprint
from events.log.client.headers import headers_of
from events.log.follower_process import pack, unpack
from events.log.reading import Batch
from tests.blocks import BLOCKS


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_headers_come_out_as_they_are_stored(block: bytes) -> None:
    message = StoredMessage("cairn.log.o.p.g", 7, 1_790_000_000_000_000_001, headers_of(block), b"{}")

    (found,) = unpack(pack(Batch((message,), 7))).messages

    assert found == message
    assert type(found.headers) is type(message.headers)
    assert fingerprint(found) == fingerprint(message)


def test_a_name_that_is_there_twice_is_still_known_as_such() -> None:
    message = StoredMessage("cairn.log.o.p.g", 7, 1, headers_of(BLOCKS["a name twice"]), b"{}")

    (found,) = unpack(pack(Batch((message,), 7))).messages

    assert isinstance(found.headers, OddHeaders)
    assert found.headers.doubled == ("ce-id",)
