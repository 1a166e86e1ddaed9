"""What a server says is read as nats-py's own parser reads it, wherever the socket cuts it."""

from collections.abc import Callable

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ProtocolError
from nats.protocol.parser import Parser

from events.log.client.direct_subscription import subscribe_directly
from events.log.client.parser import WholeMessages
from events.log.client.resilient import ResilientClient
from tests.waiting import eventually

HEADERS = b"NATS/1.0\r\nce-id: 1\r\n\r\n"
SAID = b"".join(
    [
        b"+OK\r\n",
        b"MSG cairn.a 1 5\r\nhello\r\n",
        b"MSG cairn.b 1 _INBOX.x 0\r\n\r\n",
        b'INFO {"server_id":"S"}\r\n',
        b"HMSG cairn.c 1 %d %d\r\n%bbody\r\n" % (len(HEADERS), len(HEADERS) + 4, HEADERS),
        b"HMSG cairn.d 1 _INBOX.y %d %d\r\n%b\r\n" % (len(HEADERS), len(HEADERS), HEADERS),
        b"PONG\r\n",
        b"MSG cairn.of.nobody 2 4\r\nlost\r\n",
        b"MSG cairn.e 1 8\r\n\r\nMSG \r\n\r\n",
    ]
)


class Heard(ResilientClient):
    """A client without a connection, and what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[tuple[bytes, bytes, bytes, bytes | None]] = []
        self.said: list[object] = []

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        self.messages.append((subject, reply, data, headers or None))

    async def _process_info(self, info: dict[str, str], initial_connection: bool = False) -> None:
        self.said.append(info)

    async def _process_pong(self) -> None:
        self.said.append("PONG")


def whole_messages(client: Client) -> WholeMessages:
    def build(*_: object) -> Msg:
        raise AssertionError("no subscription here takes its messages directly")

    return WholeMessages(client, build)


async def heard(kind: Callable[[Client], Parser], pieces: list[bytes]) -> Heard:
    client = Heard()
    parser = kind(client)
    for piece in pieces:
        await parser.parse(piece)
    return client


@pytest.mark.parametrize("length", [1, 2, 7, 40, 90, len(SAID)])
async def test_it_is_read_as_nats_py_reads_it_however_it_is_cut(length: int) -> None:
    pieces = [SAID[begin : begin + length] for begin in range(0, len(SAID), length)]
    ours, theirs = await heard(whole_messages, pieces), await heard(Parser, pieces)
    assert ours.messages == theirs.messages
    assert ours.said == theirs.said
    assert len(ours.messages) == 6


@pytest.mark.parametrize("said", [b"MSG a\r\n", b"MSG a b c d e f\r\n", b"HMSG a 1 2 x\r\n", b"HELLO\r\n"])
async def test_what_no_server_says_ends_the_connection(said: bytes) -> None:
    with pytest.raises(ProtocolError):
        await heard(whole_messages, [said])


async def test_what_a_lost_connection_left_half_said_is_forgotten() -> None:
    client = Heard()
    parser = whole_messages(client)
    await parser.parse(b"MSG cairn.a 1 5\r\nhel")
    parser.reset()
    await parser.parse(b"MSG cairn.b 1 2\r\nhi\r\n")
    assert [subject for subject, *_ in client.messages] == [b"cairn.b"]


async def test_a_defect_of_one_who_takes_costs_nobody_the_connection(nc: ResilientClient, nats_url: str) -> None:
    taken: list[bytes] = []

    def take(message: Msg) -> None:
        taken.append(message.data)
        if message.data == b"bad":
            raise ValueError

    inbox = nc.new_inbox()
    subscription = await subscribe_directly(nc, inbox, take)
    await nc.publish(inbox, b"bad")
    await nc.publish(inbox, b"good")
    await eventually(lambda: taken == [b"bad", b"good"] or None)
    await subscription.unsubscribe()


async def test_nothing_comes_to_one_who_has_let_go(nc: ResilientClient) -> None:
    taken: list[Msg] = []
    inbox = nc.new_inbox()
    subscription = await subscribe_directly(nc, inbox, taken.append)
    await subscription.unsubscribe()
    await nc.publish(inbox, b"late")
    await nc.flush()
    assert taken == []
