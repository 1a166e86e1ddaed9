"""What is refused before anybody is asked who they are: other hosts, and web pages of other origins."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from services.gateway.edge.host_names import AllowedHosts, HostsUnknown, allowed_hosts
from services.gateway.edge.hosts import HostCheck
from services.gateway.edge.origins import OriginCheck
from services.gateway.public_address import ForwardedHeaders, read_networks

PUBLIC = "https://cairn.example.org/base"


async def _answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("told")


def client(allowed: AllowedHosts | None = None, public_url: str | None = None, trusted: str = "") -> httpx.AsyncClient:
    inside = Starlette(routes=[Route("/{path:path}", _answer, methods=["GET", "HEAD", "POST", "OPTIONS"])])
    app = ForwardedHeaders(
        HostCheck(OriginCheck(inside, public_url), allowed or AllowedHosts()), read_networks(trusted)
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


async def status(host: str, allowed: AllowedHosts, path: str = "/v1/feed") -> tuple[int, str]:
    async with client(allowed) as asking:
        answer = await asking.get(path, headers={"host": host})
    return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else ""


class TestHosts:
    """A host that the gateway does not answer for is refused, whatever leads there."""

    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "localhost:8080",
            "localhost:",
            "LOCALHOST.",
            "127.0.0.1",
            "127.8.0.1:80",
            "[::1]",
            "[::1]:8080",
            "cairn.example.org",
            "Cairn.Example.org:443",
            "10.0.0.7:8080",
            "[fd00::7]",
        ],
    )
    async def test_its_own_names_are_answered(self, host: str) -> None:
        allowed = AllowedHosts(["cairn.example.org", "10.0.0.7", "fd00::7"])

        assert await status(host, allowed) == (200, "")

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "cairn.example.org.evil.example",
            "evilcairn.example.org",
            "10.0.0.8",
            "[fd00::8]",
            "0.0.0.0",
        ],
    )
    async def test_other_names_are_refused(self, host: str) -> None:
        allowed = AllowedHosts(["cairn.example.org", "10.0.0.7"])

        assert await status(host, allowed) == (421, "http.host")

    @pytest.mark.parametrize("host", ["", "a b", "localhost:x", "localhost:123456", "user@localhost", "localhost/x"])
    async def test_what_is_no_host_is_refused(self, host: str) -> None:
        assert (await status(host, AllowedHosts()))[0] == 400

    @pytest.mark.parametrize("hosts", [[], ["localhost", "localhost"], ["localhost", "evil.example"]])
    async def test_one_host_is_named(self, hosts: list[str]) -> None:
        sent: list[int] = []

        async def receive() -> dict[str, object]:
            raise AssertionError("nothing is read")

        async def send(message: object) -> None:
            assert isinstance(message, dict)
            if message["type"] == "http.response.start":
                sent.append(message["status"])

        async def inside(*_: object) -> None:
            raise AssertionError("it was let in")

        headers = [(b"host", each.encode()) for each in hosts]
        await HostCheck(inside, AllowedHosts())(
            {"type": "http", "method": "GET", "path": "/v1/feed", "headers": headers}, receive, send
        )

        assert sent == [400]

    async def test_probes_may_name_the_address_of_a_machine(self) -> None:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert await status("10.1.2.3:8080", AllowedHosts(), path) == (200, "")

    async def test_a_forwarded_host_counts_only_from_a_trusted_proxy(self) -> None:
        forwarded = {"host": "localhost", "x-forwarded-host": "evil.example"}
        for trusted, expected in (("", 200), ("127.0.0.1", 421)):
            async with client(trusted=trusted) as asking:
                assert (await asking.get("/v1/feed", headers=forwarded)).status_code == expected

    async def test_fhir_is_refused_in_fhirs_way(self) -> None:
        async with client() as asking:
            answer = await asking.get("/fhir/R4/Goal", headers={"host": "evil.example"})

        assert (answer.status_code, answer.json()["resourceType"]) == (421, "OperationOutcome")

    @pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.3.0.1"])
    def test_on_loopback_nothing_needs_to_be_set(self, host: str) -> None:
        assert not allowed_hosts(host, "", None).allow("cairn.example.org")

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "cairn.example.org"])
    def test_elsewhere_the_names_are_needed(self, host: str) -> None:
        with pytest.raises(HostsUnknown, match="CAIRN_HTTP_HOSTS"):
            allowed_hosts(host, " , ", None)

        assert allowed_hosts(host, "cairn.example.org, other.example", None).allow("other.example")
        assert allowed_hosts(host, "", PUBLIC).allow("cairn.example.org")


class TestOrigins:
    """What may change something and comes from a page of another origin is refused (Go's CrossOriginProtection)."""

    @pytest.mark.parametrize(
        ("headers", "expected"),
        [
            ({}, 200),
            ({"sec-fetch-site": "same-origin"}, 200),
            ({"sec-fetch-site": "none"}, 200),
            ({"sec-fetch-site": "cross-site"}, 403),
            ({"sec-fetch-site": "same-site"}, 403),
            ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, 200),
            ({"sec-fetch-site": "cross-site", "origin": "http://localhost"}, 403),
            ({"origin": "http://localhost"}, 200),
            ({"origin": "https://localhost"}, 200),
            ({"origin": "http://localhost:81"}, 403),
            ({"origin": "https://evil.example"}, 403),
            ({"origin": "null"}, 403),
            ({"origin": ""}, 403),
            ({"origin": "http://[bad"}, 403),
            ({"origin": "https://cairn.example.org", "sec-fetch-site": "cross-site"}, 200),
            ({"origin": "https://cairn.example.org.evil.example"}, 403),
        ],
    )
    async def test_a_post(self, headers: dict[str, str], expected: int) -> None:
        async with client(public_url=PUBLIC) as asking:
            answer = await asking.post("/v1/events", headers=headers)

        assert answer.status_code == expected
        if expected == 403:
            assert answer.json()["code"] == "http.origin"

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    async def test_what_changes_nothing_passes(self, method: str) -> None:
        async with client() as asking:
            answer = await asking.request(method, "/v1/feed", headers={"sec-fetch-site": "cross-site"})

        assert answer.status_code == 200
