"""How answers travel over NATS, whatever the application says."""

import asyncio
import json
from typing import cast

import pytest
from fastapi import FastAPI, Response
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError

from services.gateway.reads_over_nats import READ, ReadsOverNats

MAX_PAYLOAD = 4096


class Nats:
    """A connection that keeps what is published."""

    max_payload = MAX_PAYLOAD
    is_closed = False

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.sent: asyncio.Queue[tuple[str, bytes, dict[str, str]]] = asyncio.Queue()

    async def publish(self, subject: str, payload: bytes, *, headers: dict[str, str]) -> None:
        self.sent.put_nowait((subject, payload, headers))
        if self.broken:
            raise ConnectionClosedError


def application() -> FastAPI:
    app = FastAPI()

    @app.get("/v1/echo/{word}")
    async def echo(word: str, times: int = 1) -> Response:
        return Response(word * times, 418, media_type="text/plain")

    return app


async def ask(request: bytes, nats: Nats) -> tuple[str, bytes, dict[str, str]]:
    reads = ReadsOverNats(application(), cast(Client, nats))
    await reads.take(Msg(_client=Client(), subject=READ, reply="inbox.1", data=request))
    return await asyncio.wait_for(nats.sent.get(), 60)


async def test_status_and_kind_travel_as_headers() -> None:
    subject, body, headers = await ask(b"/v1/echo/a%20b?times=2", Nats())

    assert (subject, body) == ("inbox.1", b"a ba b")
    assert headers["status"] == "418"
    assert headers["content-type"].startswith("text/plain")


async def test_an_answer_that_does_not_fit_says_to_ask_for_less() -> None:
    _, body, headers = await ask(f"/v1/echo/a?times={MAX_PAYLOAD}".encode(), Nats())

    assert headers == {"status": "413", "content-type": "application/problem+json"}
    assert json.loads(body)["code"] == "answer.too_large"


async def test_an_answer_that_cannot_be_sent_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    await ask(b"/v1/echo/a", Nats(broken=True))

    assert "could not be sent: ConnectionClosedError" in caplog.text


@pytest.mark.parametrize("reply", ["cairn.log.northside.pt-1.walk", "$JS.API.STREAM.DELETE.CAIRN_LOG", "_INBOX.>"])
async def test_an_answer_goes_neither_into_the_log_nor_to_the_server(
    reply: str, caplog: pytest.LogCaptureFixture
) -> None:
    nats = Nats()
    reads = ReadsOverNats(application(), cast(Client, nats))

    await reads.take(Msg(_client=Client(), subject=READ, reply=reply, data=b"/v1/echo/secret"))
    await reads.take(Msg(_client=Client(), subject=READ, reply="inbox.1", data=b"/v1/echo/a"))

    subject, *_ = await asyncio.wait_for(nats.sent.get(), 60)
    assert subject == "inbox.1"
    assert nats.sent.empty()
    assert "was not answered" in caplog.text
    assert "secret" not in caplog.text
