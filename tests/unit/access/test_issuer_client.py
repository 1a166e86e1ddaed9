"""What an issuer answers is believed within limits: its own name, over TLS, not too large, not from elsewhere."""

import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from services.access.tokens.issuer_client import MAX_ANSWER_BYTES, IssuerClient
from services.access.tokens.issuer_keys import IssuerUnusable
from services.access.tokens.issuer_urls import discovery_url, is_protected
from tests.unit.access.tokens import ISSUER, key, published

Answer = Callable[[httpx.Request], httpx.Response]
KEYS = f"{ISSUER}/keys"


def client(issuer: str = ISSUER, **answers: Answer) -> IssuerClient:
    """A client of an issuer whose two answers may be replaced: `description` and `keys`."""
    usual: dict[str, Answer] = {
        "description": lambda _: httpx.Response(200, json=description()),
        "keys": lambda _: httpx.Response(200, json=published(key("EC"))),
        **answers,
    }

    def answer(request: httpx.Request) -> httpx.Response:
        return usual["keys" if request.url.path == "/keys" else "description"](request)

    return IssuerClient(issuer, httpx.AsyncClient(transport=httpx.MockTransport(answer)))


def description(**changed: Any) -> dict[str, Any]:
    return {"issuer": ISSUER, "jwks_uri": KEYS, "token_endpoint": f"{ISSUER}/token", **changed}


async def failure(asked: IssuerClient) -> str:
    with pytest.raises(IssuerUnusable) as failed:
        await asked.ask()
    return str(failed.value)


async def test_description_and_keys_are_read() -> None:
    answer = await client().ask()
    assert answer.metadata["token_endpoint"] == f"{ISSUER}/token"
    assert answer.keys.knows("k1")


@pytest.mark.parametrize("named", [f"{ISSUER}/", "https://else.example", None, [ISSUER]])
async def test_a_description_of_another_issuer_is_refused(named: object) -> None:
    assert "not of the issuer" in await failure(
        client(description=lambda _: httpx.Response(200, json=description(issuer=named)))
    )


@pytest.mark.parametrize("address", ["http://issuer.example/keys", "file:///etc/passwd", "", None, 7, "https://u@x/k"])
async def test_keys_come_over_tls_or_from_this_machine(address: object) -> None:
    assert "jwks_uri" in await failure(
        client(description=lambda _: httpx.Response(200, json=description(jwks_uri=address)))
    )


async def test_nobody_is_followed_elsewhere() -> None:
    moved = httpx.Response(302, headers={"location": "https://else.example/keys"})
    assert "status 302" in await failure(client(keys=lambda _: moved))


async def test_an_error_is_no_answer() -> None:
    assert "status 500" in await failure(client(description=lambda _: httpx.Response(500, json=description())))


async def test_too_much_is_not_read_to_its_end() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * MAX_ANSWER_BYTES:
            sent += 1024
            yield b" " * 1024

    assert "more than 64 KiB" in await failure(client(keys=lambda _: httpx.Response(200, content=endless())))
    assert sent <= MAX_ANSWER_BYTES + 2048


async def test_what_was_compressed_unasked_is_refused() -> None:
    def bomb(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "identity"
        return httpx.Response(200, content=gzip.compress(b" " * 10_000_000), headers={"content-encoding": "gzip"})

    assert "compressed" in await failure(client(keys=bomb))


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 60_000, b"\xff\xfe"])
async def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert "no JSON" in await failure(client(description=lambda _: httpx.Response(200, content=body)))


async def test_keys_that_cannot_be_used_are_no_answer() -> None:
    weak = json.dumps(published(key("oct"))).encode()
    assert "None of its keys" in await failure(client(keys=lambda _: httpx.Response(200, content=weak)))


async def test_an_issuer_that_is_not_there_is_told_in_a_sentence() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused")

    assert "does not answer: connection refused" in await failure(client(description=refuse))


@pytest.mark.parametrize(
    "url",
    ["https://issuer.example", "https://issuer.example:8443/realms/a/", "http://127.0.0.1:8080", "http://[::1]:1/a"],
)
def test_a_protected_address(url: str) -> None:
    assert is_protected(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example",
        "http://127.0.0.1.example",
        "http://localhost.example",
        "https://",
        "https://u:p@issuer.example",
        "https://issuer.example/#a",
        "https://issuer.example:99999",
        "https://issuer example",
        "ftp://127.0.0.1",
        "https://[::1",
    ],
)
def test_an_address_that_is_not_protected(url: str) -> None:
    assert not is_protected(url)


def test_the_description_is_found_with_and_without_a_slash() -> None:
    assert discovery_url(ISSUER) == discovery_url(f"{ISSUER}/") == f"{ISSUER}/.well-known/openid-configuration"
