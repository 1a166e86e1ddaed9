"""A message that nats-py cannot read does not silence whoever receives it; a lost answer is given up soon."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvloop
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import MaxPayloadError, NoRespondersError
from pydantic_core import from_json, to_json

from events.attribute_headers import OddHeaders
from events.identity import GoalId
from events.log import Append, Log, LogUnreachable
from events.log.client.direct_subscription import hand_over_directly
from events.log.client.headers import read_headers
from events.log.client.resilient import ResilientClient, connect_client
from events.log.stream import STREAM
from events.log.stream_state import read_state
from services.embedded_server import EmbeddedServer
from tests.builders import GOAL, active_goal
from tests.waiting import eventually

STRANGE = [
    pytest.param(b"cairn.submit.a.b.c", b"NATS/1.0 \xff\xff\xff bad\r\n\r\n", id="a status that is no text"),
    pytest.param(
        b"cairn.submit.a.b.c", b"NATS/1.0\r\nce-id: \xff\xfe\r\nce-type: x\r\n\r\n", id="a value that is no text"
    ),
    pytest.param(b"cairn.submit.a.b.c", b"NATS/1.0\r\n\xff: x\r\n\r\n", id="a name that is no text"),
    pytest.param(
        b"cairn.submit.a.b.c", b"NATS/1.0\r\nno colon\r\n: no name\r\n a b: c\r\n\r\n", id="no headers at all"
    ),
    pytest.param(b"cairn.submit.a.b.c", b"NATS/1.0 503\r\n\r\n", id="the server's own word"),
    pytest.param(b"cairn.submit.a.\x0b.c", b"NATS/1.0\r\n\r\n", id="a subject with a space of another kind"),
    pytest.param(b"cairn.submit.a.\xff\xfe.c", b"NATS/1.0\r\n\r\n", id="a subject that is no text"),
]


@pytest.mark.parametrize(("subject", "headers"), STRANGE)
async def test_the_goals_service_answers_after_a_strange_message(
    goals_service: None, nc: Client, nats_url: str, subject: bytes, headers: bytes
) -> None:
    reply = nc.new_inbox()
    answers = await nc.subscribe(reply)
    await _publish_raw(nats_url, subject, reply.encode(), headers, b"{}")
    said = from_json((await answers.next_msg(timeout=30)).data)
    assert said["status"] == "rejected"
    assert said["code"] in ("event.invalid", "identity.mismatch")
    await answers.unsubscribe()


async def test_a_reply_subject_that_is_no_text_gets_no_answer(goals_service: None, nc: Client, nats_url: str) -> None:
    await _publish_raw(nats_url, b"cairn.submit.a.b.c", b"_INBOX.\xff", b"NATS/1.0\r\n\r\n", b"{}")
    answered = await eventually(lambda: _asked(nc))
    assert answered["code"] == "event.invalid"


async def test_messages_of_a_subscription_are_handed_over_also_those_that_wait(nc: ResilientClient) -> None:
    async def hold(_: Msg) -> None:
        await asyncio.Event().wait()

    subject, taken = nc.new_inbox(), list[bytes]()
    subscription = await nc.subscribe(subject, cb=hold)
    for body in (b"held", b"waiting", b"waiting too"):
        await nc.publish(subject, body)
    await eventually(lambda: subscription.pending_msgs == 2)

    hand_over_directly(subscription, lambda message: taken.append(message.data))
    assert taken == [b"waiting", b"waiting too"]

    await nc.publish(subject, b"new")
    await eventually(lambda: taken[2:] == [b"new"])
    await subscription.unsubscribe()


async def test_what_is_sent_without_headers_arrives_without_headers(nc: ResilientClient) -> None:
    subject = nc.new_inbox()
    subscription = await nc.subscribe(subject)
    nc.send(subject, {}, b"bare", "reply.to")
    message = await subscription.next_msg(timeout=30)
    assert (message.data, message.headers, message.reply) == (b"bare", None, "reply.to")
    await subscription.unsubscribe()


@pytest.mark.parametrize(
    ("block", "headers"),
    [
        (b"", None),
        (b"NATS/1.0\r\n\r\n", None),
        (b"NATS/1.0\r\nA: 1\r\nb:2\r\nC:\t3\r\n\r\n", {"A": "1", "b": "2", "C": "3"}),
        (b"NATS/1.0 404 Message Not Found\r\n\r\n", {"Status": "404", "Description": "Message Not Found"}),
        (
            b"NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\n\r\n",
            {"Status": "204", "Description": "EOB", "Nats-Num-Pending": "0"},
        ),
        ("NATS/1.0\r\nce-actor: Zoë: x\r\n\r\n".encode(), {"ce-actor": "Zoë: x"}),
        (b"\xff" * 20, {}),
    ],
)
def test_headers_read_as_nats_writes_them(block: bytes, headers: dict[str, str] | None) -> None:
    found = read_headers(block)
    assert {name: value for name, value in (found or {}).items() if name != "Description"} == {
        name: value for name, value in (headers or {}).items() if name != "Description"
    }


def test_of_headers_of_one_name_the_last_is_read_and_the_name_is_kept_as_doubled() -> None:
    found = read_headers(b"NATS/1.0\r\nce-id: 1\r\nce-type: t\r\nce-id: 2\r\n\r\n")

    assert isinstance(found, OddHeaders)
    assert (found, found.doubled) == ({"ce-id": "2", "ce-type": "t"}, ("ce-id",))


async def test_a_submission_with_two_ids_is_refused(goals_service: None, nc: Client, nats_url: str) -> None:
    reply = nc.new_inbox()
    answers = await nc.subscribe(reply)
    headers = b"NATS/1.0\r\nce-id: 1\r\nce-id: 2\r\n\r\n"

    await _publish_raw(nats_url, b"cairn.submit.a.b.c", reply.encode(), headers, b"{}")

    said = from_json((await answers.next_msg(timeout=30)).data)
    assert (said["code"], [error["field"] for error in said["errors"]]) == ("event.invalid", ["id"])
    await answers.unsubscribe()


async def _asked(nc: Client) -> dict[str, str]:
    reply = await nc.request("cairn.submit.a.b.c", b"{}", timeout=20)
    answer: dict[str, str] = from_json(reply.data)
    return answer


async def _publish_raw(nats_url: str, subject: bytes, reply: bytes, headers: bytes, body: bytes) -> None:
    """Publish as no decent client would: the bytes as they are."""
    address = urlsplit(nats_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    await reader.readline()
    options = {"verbose": False, "headers": True, "protocol": 1, "auth_token": address.username}
    writer.write(b"CONNECT %b\r\n" % to_json(options))
    head = b"HPUB %s %s %d %d\r\n" % (subject, reply, len(headers), len(headers) + len(body))
    writer.write(head + headers + body + b"\r\nPING\r\n")
    assert (await reader.readline()).strip() == b"PONG"
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("question", ["a read", "the stream's state"])
async def test_an_answer_that_was_lost_with_its_connection_is_given_up_soon(
    own: ResilientClient, own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    monkeypatch.setattr("events.log.reading._READ_SECONDS", 3600.0)
    monkeypatch.setattr("events.log.stream_state._STATE_SECONDS", 3600.0)
    log, goal_id = Log(own), GoalId(*GOAL)
    await log.append(Append(tuple(active_goal(goal_id)[1:2]), 0, 0))
    asked = asyncio.Event()

    async def lose(*_: object, **__: object) -> None:
        asked.set()

    with monkeypatch.context() as patch:
        patch.setattr(own, "publish", lose)
        answer = asyncio.ensure_future(log.read(goal_id) if question == "a read" else read_state(own, STREAM))
        await asked.wait()
    await own_server.kill()

    with pytest.raises(LogUnreachable):
        await answer
    await log.close()


def test_ending_after_the_server_has_gone_is_no_error_whatever_is_still_to_be_sent(tmp_path: Path) -> None:
    async def stopped_after_its_server() -> bool:
        server = EmbeddedServer(tmp_path / "nats")
        await server.start()
        heard = list[Exception]()

        async def hear(error: Exception) -> None:
            heard.append(error)

        client = await connect_client([server.url], error_cb=hear, reconnect_time_wait=0.1)
        await server.stop()
        await eventually(lambda: any(isinstance(each, ConnectionRefusedError) for each in heard))
        await client.publish("a", b"as services announce how far they are")
        await client.close()
        return client.is_closed

    # With the loop of the services, which refuses what asyncio's own lets pass.
    assert uvloop.run(stopped_after_its_server())


async def test_a_flush_that_was_given_up_does_not_silence_the_client(nc: ResilientClient) -> None:
    given_up = asyncio.ensure_future(nc.flush())
    await asyncio.sleep(0)  # its ping is out, and the answer is not read yet
    given_up.cancel()
    await nc.flush()

    subject, taken = nc.new_inbox(), list[bytes]()

    async def take(message: Msg) -> None:
        taken.append(message.data)

    subscription = await nc.subscribe(subject, cb=take)
    await nc.publish(subject, b"still heard")
    await eventually(lambda: taken == [b"still heard"])
    await subscription.unsubscribe()


async def test_answers_go_to_whoever_asked(nc: ResilientClient) -> None:
    async def echo(message: Msg) -> None:
        await message.respond(message.data + (message.headers or {}).get("mark", "").encode())

    subscription = await nc.subscribe("tests.echo", cb=echo)

    answers = await asyncio.gather(*(nc.ask("tests.echo", {"mark": "!"}, b"%d" % number, 20) for number in range(20)))

    assert [answer.data for answer in answers] == [b"%d!" % number for number in range(20)]
    await subscription.unsubscribe()


async def test_what_cannot_be_answered_is_said(nc: ResilientClient) -> None:
    async def silent(_: Msg) -> None:
        pass

    subscription = await nc.subscribe("tests.silent", cb=silent)

    with pytest.raises(NoRespondersError):
        await nc.ask("tests.nobody", {}, b"?", 20)
    with pytest.raises(TimeoutError):
        await nc.ask("tests.silent", {}, b"?", 0.01)
    with pytest.raises(MaxPayloadError):
        await nc.ask("tests.silent", {}, bytes(nc.max_payload + 1), 20)
    await subscription.unsubscribe()
