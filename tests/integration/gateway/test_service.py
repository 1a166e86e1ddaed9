"""The gateway as a service: where it listens, and how it ends."""

import asyncio
import socket

import httpx
import pytest
import uvicorn

from events.log import Log
from services.gateway.service import serve
from services.http_serving import AddressTaken
from services.settings import Settings
from tests.tokens import ANYONE, ISSUER, written_out


async def started(settings: Settings) -> tuple[asyncio.Task[None], str]:
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(settings.model_copy(update={"http_port": 0}), ready.set_result, written_out))
    line = await asyncio.wait_for(ready, 60)
    return task, line.split()[-1]


async def test_it_serves_on_loopback_and_says_where(settings: Settings, log: Log) -> None:
    task, url = await started(settings)

    async with httpx.AsyncClient(headers=ANYONE) as client:
        assert (await client.get(f"{url}/healthz")).json() == {"status": "ok"}
    assert url.startswith("http://127.0.0.1:")

    task.cancel()
    await asyncio.wait({task})


async def test_it_tells_smart_applications_what_the_issuer_says(settings: Settings, log: Log) -> None:
    task, url = await started(settings)

    async with httpx.AsyncClient() as client:
        told = await client.get(f"{url}/fhir/.well-known/smart-configuration")
    assert told.status_code == 200, told.text
    assert told.json()["token_endpoint"] == f"{ISSUER}/token"

    task.cancel()
    await asyncio.wait({task})


async def test_behind_a_proxy_that_is_trusted_it_answers_as_if_asked_at_the_proxy(settings: Settings, log: Log) -> None:
    named = {"trusted_proxies": "127.0.0.1", "http_hosts": "cairn.example.org"}
    task, url = await started(settings.model_copy(update=named))

    passed_on = {"x-forwarded-host": "cairn.example.org", "x-forwarded-proto": "https"}
    async with httpx.AsyncClient(headers=ANYONE | passed_on) as client:
        told = await client.get(f"{url}/fhir/R4/metadata")
    assert told.status_code == 200, told.text
    assert told.json()["implementation"]["url"] == "https://cairn.example.org/fhir/R4"

    task.cancel()
    await asyncio.wait({task})


async def test_the_client_hangs_up_first(settings: Settings, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    # Otherwise a request may be sent on a connection that the gateway is just closing.
    kept: list[float] = []
    startup = uvicorn.Server.startup

    async def noting(server: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        kept.append(server.config.timeout_keep_alive)
        await startup(server, sockets)

    monkeypatch.setattr(uvicorn.Server, "startup", noting)
    task, _ = await started(settings)
    task.cancel()
    await asyncio.wait({task})

    (seconds,) = kept
    assert seconds > max(httpx.Limits().keepalive_expiry or 0, 60)


async def test_it_ends_although_feeds_are_open(settings: Settings, log: Log) -> None:
    task, url = await started(settings)

    async with httpx.AsyncClient(timeout=60, headers=ANYONE) as client, client.stream("GET", f"{url}/v1/feed") as feed:
        chunks = feed.aiter_bytes()
        await anext(chunks)
        task.cancel()
        rest = [chunk async for chunk in chunks]
        done, _ = await asyncio.wait({task}, timeout=60)

    assert done == {task}
    assert task.cancelled()
    assert rest == []


async def test_after_its_end_nobody_listens_there(settings: Settings, log: Log) -> None:
    task, url = await started(settings)
    task.cancel()
    await asyncio.wait({task})

    async with httpx.AsyncClient(headers=ANYONE) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/healthz")


async def test_an_address_that_is_taken_is_named(settings: Settings, log: Log) -> None:
    task, url = await started(settings)
    port = int(url.rsplit(":", 1)[1])

    with pytest.raises(AddressTaken, match=f"port {port}"):
        await serve(settings.model_copy(update={"http_port": port}), print, written_out)

    task.cancel()
    await asyncio.wait({task})
