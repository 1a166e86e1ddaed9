"""Serving HTTP on one address, by uvicorn inside an event loop that belongs to someone else."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from events.errors import CairnError
from services.gateway.edge.slow_clients import TimedProtocol

_LAST_ANSWERS_SECONDS = 3
_IDLE_SECONDS = 75
"""How long a connection is kept for a next request: longer than clients and proxies keep one (httpx 5 s, many proxies
60 s). Whoever hangs up first must be the client, or now and then a request meets a connection that is just closing."""


class AddressTaken(CairnError):
    """A service cannot listen where it was told to."""


def listen(host: str, port: int, *, service: str, setting: str) -> socket.socket:
    """A socket that listens.

    Args:
        service: Who listens, as a sentence begins.
        setting: The variable that says on which port.

    Raises:
        AddressTaken: it cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise AddressTaken(
            f"{service} cannot listen on {host} port {port}: {error.strerror}. Set {setting} to a free port."
        ) from error


def address_of(listener: socket.socket) -> str:
    """Where a socket listens, as the beginning of an address."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


async def serve_http(
    app: ASGIApp, listener: socket.socket, *, begun: Callable[[], None], ending: Callable[[], None] = lambda: None
) -> None:
    """Serve until cancelled.

    Args:
        begun: Called when it serves.
        ending: Called before open answers are waited for: endless ones have to be told to end.
    """
    config = uvicorn.Config(
        app,
        http=TimedProtocol,
        lifespan="off",
        ws="none",
        # Said, as uvicorn would take an application whose `__call__` only passes on what another one awaits for ASGI 2.
        interface="asgi3",
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
        ending()
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """uvicorn that leaves signals alone and says when it has begun."""

    def __init__(self, config: uvicorn.Config, begun: Callable[[], None]):
        super().__init__(config)
        self._begun = begun

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._begun()
