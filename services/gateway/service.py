"""The gateway as a service: one process, one HTTP address, one connection to NATS."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager

import uvicorn
from starlette.types import ASGIApp

from events.errors import CairnError
from events.log import connect
from events.log.client.resilient import ResilientClient
from projections.engine.database import open_database
from services.access.authentication import Authenticator
from services.access.principal import HOUSE, everyone_of
from services.access.tokens.opening import open_authenticator
from services.gateway.app import create_app
from services.gateway.edge.host_names import allowed_hosts
from services.gateway.edge.slow_clients import TimedProtocol
from services.gateway.gateway import open_gateway
from services.gateway.public_address import read_networks
from services.gateway.reads_over_nats import ReadsOverNats
from services.gateway.signing_in import signing_in_by
from services.settings import Settings

_LAST_ANSWERS_SECONDS = 3
_IDLE_SECONDS = 75
"""How long a connection is kept for a next request: longer than clients and proxies keep one (httpx 5 s, many proxies
60 s). Whoever hangs up first must be the client, or now and then a request meets a connection that is just closing."""

OpenAuthenticator = Callable[[Settings, ResilientClient], AbstractAsyncContextManager[Authenticator]]


class AddressTaken(CairnError):
    """The gateway cannot listen where it was told to."""


async def serve(
    settings: Settings, ready: Callable[[str], None], authenticators: OpenAuthenticator = open_authenticator
) -> None:
    """Serve HTTP, and reads over NATS, until cancelled; then let open answers end and close down.

    Args:
        authenticators: Opens what finds out whose a token is.

    Raises:
        HostsUnknown: when other machines reach the address, and nothing says under which names.
        AddressTaken: when the HTTP address cannot be listened on.
        NotReachable: when no NATS server answers at first.
    """
    hosts = allowed_hosts(settings.http_host, settings.http_hosts, settings.public_url)
    with _listen(settings.http_host, settings.http_port) as listener:
        nc = await connect(settings.nats_address, name="cairn gateway", log_api=settings.log_api_prefix)
        engine = open_database(settings.database_address)
        try:
            opened = open_gateway(
                nc,
                engine,
                placement=settings.placement,
                ready_lag_seconds=settings.ready_lag_seconds,
                public_url=settings.public_url,
                access_records=settings.access_records,
            )
            async with opened as gateway, authenticators(settings, nc) as authenticator:
                proxies = read_networks(settings.trusted_proxies)
                app = create_app(
                    gateway,
                    authenticator,
                    hosts=hosts,
                    trusted_proxies=proxies,
                    issuer_metadata=authenticator.issuer_metadata,
                    signing_in=signing_in_by(settings, nc, authenticator),
                )
                async with ReadsOverNats(
                    app, nc, None if settings.nats_principals else everyone_of(frozenset(), HOUSE)
                ).answering():
                    await _serve_http(app, listener, gateway.closing, lambda: ready(_ready_line(listener)))
        finally:
            engine.dispose()
            await nc.close()


class _Server(uvicorn.Server):
    """uvicorn inside a loop that belongs to someone else: it leaves signals alone and says when it has begun."""

    def __init__(self, config: uvicorn.Config, begun: Callable[[], None]):
        super().__init__(config)
        self._begun = begun

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._begun()


async def _serve_http(app: ASGIApp, listener: socket.socket, closing: asyncio.Event, begun: Callable[[], None]) -> None:
    """Serve until cancelled. Endless answers are told to end first, or the server would wait for them."""
    config = uvicorn.Config(
        app,
        http=TimedProtocol,
        lifespan="off",
        ws="none",
        # An access log would hold what people search for; the metrics count requests without it.
        access_log=False,
        log_config=None,
        server_header=False,
        # uvicorn would believe X-Forwarded-Proto, and not -Host, from this machine: `public_address` does both.
        proxy_headers=False,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
    )
    server = _Server(config, begun)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    finally:
        closing.set()
        server.should_exit = True
        await serving


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise AddressTaken(
            f"The gateway cannot listen on {host} port {port}: {error.strerror}. Set CAIRN_HTTP_PORT to a free port."
        ) from error


def _ready_line(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"gateway: serving http://{f'[{host}]' if ':' in host else host}:{port}"
