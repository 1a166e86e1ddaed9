"""Whatever comes on a subject is answered, counted and traced; and a broker ends also while NATS is away."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

import pytest
from pydantic import BaseModel, Field

from events.errors import FieldError, Rejected
from events.log import connect
from events.log.client.resilient import ResilientClient
from events.tracing import Tracer, tracing
from services.access.policy import Denied
from services.embedded_server import EmbeddedServer
from services.messaging.broker import Broker
from services.messaging.counting import Handled
from tests.waiting import eventually

Answer = Mapping[str, object]


class Asked(BaseModel):
    """A request."""

    stones: int = Field(ge=1)
    name: str


class Cairn(BaseModel):
    """An answer to it."""

    height: int


class House:
    """A broker with a handler of each kind, on subjects of one test's own."""

    def __init__(self, nc: ResilientClient, org: str):
        self.nc = nc
        self.org = org
        self.broker = Broker(nc)
        self.taken: list[Asked] = []
        self.go_on = asyncio.Event()
        self.waiting = 0
        self.broker.answer(f"{org}.lay", self.lay, queue="layers", title="lay", says="Lay stones.")
        self.broker.answer(f"{org}.wait", self.wait, at_once=4, title="wait", says="Wait.")

    async def lay(self, asked: Asked) -> Cairn:
        self.taken.append(asked)
        match asked.name:
            case "denied":
                raise Denied("This may not be.", "name")
            case "rejected":
                raise Rejected("event.invalid", "It is not so.", (FieldError("stones", "There are none."),))
            case "defect":
                raise ZeroDivisionError("secret words")
        return Cairn(height=asked.stones)

    async def wait(self) -> Cairn:
        self.waiting += 1
        await self.go_on.wait()
        return Cairn(height=1)

    async def ask(self, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        answer: Answer = json.loads((await self.nc.request(f"{self.org}.lay", body, timeout=20, headers=headers)).data)
        return answer


@pytest.fixture
async def house(nc: ResilientClient, org: str) -> AsyncIterator[House]:
    house = House(nc, org)
    await house.broker.start()
    yield house
    await house.broker.stop()


async def test_a_handler_takes_and_gives_what_its_types_say(house: House) -> None:
    assert await house.ask(b'{"stones": 3, "name": "a"}') == {"height": 3}
    assert house.taken == [Asked(stones=3, name="a")]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "\x7f"])
async def test_whatever_its_sender_calls_it_a_body_is_read_as_what_it_is(house: House, content_type: str) -> None:
    assert await house.ask(b'{"stones": 3, "name": "a"}', {"content-type": content_type}) == {"height": 3}
    answer = await house.ask(b"\xff{", {"content-type": content_type})
    assert answer["code"] == "request.invalid"


async def test_who_asks_wrongly_is_told_a_code_a_sentence_and_the_fields(house: House) -> None:
    answer = await house.ask(b'{"stones": 0, "name": ["secret words"]}')

    assert (answer["status"], answer["code"]) == ("rejected", "request.invalid")
    assert str(answer["detail"]).startswith("The request is not understood")
    assert answer["errors"] == [
        {"field": "stones", "detail": "It must be 1 or more."},
        {"field": "name", "detail": "It must be a text."},
    ]
    assert house.taken == []


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b'"text"', b"null", b"\x00", b'{"stones": 1'])
async def test_a_body_that_is_something_else_is_answered_too(house: House, body: bytes) -> None:
    assert (await house.ask(body))["code"] == "request.invalid"


async def test_a_refusal_of_the_house_is_an_answer(house: House) -> None:
    denied = await house.ask(b'{"stones": 1, "name": "denied"}')
    rejected = await house.ask(b'{"stones": 1, "name": "rejected"}')

    assert (denied["code"], denied["detail"]) == ("access.denied", "This may not be.")
    assert (rejected["code"], rejected["errors"]) == (
        "event.invalid",
        [{"field": "stones", "detail": "There are none."}],
    )


async def test_a_defect_is_answered_and_logged_without_what_somebody_wrote(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await house.ask(b'{"stones": 1, "name": "defect"}')

    assert answer["code"] == "internal.error"
    assert "secret words" not in json.dumps(answer) + caplog.text
    assert [each.getMessage() for each in caplog.records if each.name == "cairn.messages"] == [
        "a request on lay failed: ZeroDivisionError"
    ]
    assert caplog.records[-1].levelno == logging.ERROR


@pytest.mark.parametrize("reply", ["cairn.log.a.b.c", "$JS.API.STREAM.DELETE.CAIRN_LOG", "a.>"])
async def test_nothing_is_done_for_whoever_wants_the_answer_where_it_does_harm(house: House, reply: str) -> None:
    house.nc.send(f"{house.org}.lay", {}, b'{"stones": 1, "name": "harm"}', reply)

    assert await house.ask(b'{"stones": 2, "name": "b"}') == {"height": 2}
    assert [each.name for each in house.taken] == ["b"]


async def test_what_became_of_messages_is_counted_by_channel(house: House) -> None:
    for name in ("a", "b", "denied", "defect"):
        await house.ask(json.dumps({"stones": 1, "name": name}).encode())
    await house.ask(b"{}")

    def counted() -> Handled:
        return house.broker.counts.handled.get("lay", Handled())

    await eventually(lambda: counted().answered == 2 and counted().refused == 2 and counted().failed == 1)
    assert counted().seconds > 0
    assert set(house.broker.counts.handled) == {"lay"}


async def test_a_message_with_a_traceparent_is_a_span_by_the_name_of_its_channel(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans: list[str] = []

    class Spans:
        def answering(self, channel: str, headers: Mapping[str, str]) -> AbstractContextManager[None] | None:
            return self.span(f"{channel} {headers['traceparent']}") if "traceparent" in headers else None

        @contextmanager
        def span(self, name: str) -> Iterator[None]:
            yield
            spans.append(name)

    tracer: Tracer = Spans()  # type: ignore[assignment]  # the rest of a tracer is not asked for here
    monkeypatch.setattr(tracing, "tracer", tracer)
    await house.ask(b'{"stones": 1, "name": "a"}', {"traceparent": "00-1"})
    await house.ask(b'{"stones": 1, "name": "a"}')

    assert spans == ["lay 00-1"]


async def test_a_broker_that_stops_answers_what_it_took_and_leaves_the_connection_open(
    house: House, nc: ResilientClient
) -> None:
    asked = [asyncio.create_task(nc.request(f"{house.org}.wait", b"", timeout=20)) for _ in range(3)]
    await eventually(lambda: house.waiting == 3)

    stopping = asyncio.create_task(house.broker.stop())
    await eventually(lambda: not any(each.running for each in house.broker.subscribers))
    house.go_on.set()
    await stopping

    assert [json.loads(each.data) for each in await asyncio.gather(*asked)] == [{"height": 1}] * 3
    assert nc.is_connected


async def test_a_broker_ends_at_once_while_nats_is_away(own_server: EmbeddedServer) -> None:
    """Whoever asked cannot be answered, so nothing is waited for: neither NATS, nor a handler that does not end."""
    nc = await connect(own_server.url, name="test")
    house = House(nc, "org")
    await house.broker.start()
    asked = asyncio.create_task(nc.request("org.wait", b"", timeout=20))
    await eventually(lambda: house.waiting == 1)
    await own_server.stop()
    await eventually(lambda: not nc.is_connected)

    async with asyncio.timeout(10):  # FastStream waits longer than this for handlers, and then fails at draining
        await house.broker.stop()
        await nc.close()

    asked.cancel()
    await asyncio.wait({asked})
