"""Under which address clients know the gateway: set, asked for, or told by a proxy, where that one is trusted."""

import httpx
import pytest
from fastapi import FastAPI, Request

from services.gateway.public_address import ForwardedHeaders, public_base, read_networks


async def base(headers: dict[str, str], *, trusted: str = "", client: str = "10.1.2.3", url: str | None = None) -> str:
    app = FastAPI()

    @app.get("/")
    async def answer(request: Request) -> str:
        return public_base(request, url)

    app.add_middleware(ForwardedHeaders, trusted=read_networks(trusted))
    transport = httpx.ASGITransport(app, client=(client, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://inside:8080") as asking:
        told: str = (await asking.get("/", headers=headers)).json()
    return told


FORWARDED = {"x-forwarded-host": "fhir.clinic.example", "x-forwarded-proto": "https"}


async def test_from_nobody_whom_we_trust_neither_scheme_nor_host_is_followed() -> None:
    assert await base(FORWARDED) == "http://inside:8080"
    assert await base(FORWARDED, trusted="127.0.0.1,192.168.0.0/16") == "http://inside:8080"
    assert await base(FORWARDED, trusted="10.0.0.0/8", client="a-unix-socket") == "http://inside:8080"


@pytest.mark.parametrize("trusted", ["10.1.2.3", "192.168.0.1, 10.0.0.0/8"])
async def test_from_a_trusted_proxy_both_are(trusted: str) -> None:
    assert await base(FORWARDED, trusted=trusted) == "https://fhir.clinic.example"


async def test_what_the_trusted_proxy_added_counts_and_not_what_it_was_sent() -> None:
    headers = {"x-forwarded-host": "evil.example, fhir.clinic.example:8443", "x-forwarded-proto": "gopher"}

    assert await base(headers, trusted="10.1.2.3") == "http://fhir.clinic.example:8443"


@pytest.mark.parametrize("host", ["a/b", "a b", "user@host", "", "host:port", '"x"'])
async def test_what_is_no_host_is_not_followed(host: str) -> None:
    assert await base({"x-forwarded-host": host}, trusted="10.1.2.3") == "http://inside:8080"


async def test_the_public_url_goes_before_whatever_a_request_says() -> None:
    url = "https://clinic.example/cairn"

    assert await base(FORWARDED, trusted="10.1.2.3", url=url) == url
