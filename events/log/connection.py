"""Connecting to NATS: one way for every service and command."""

import asyncio
import logging
from urllib.parse import urlsplit

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from events.errors import CairnError

_log = logging.getLogger("cairn.nats")
_FIRST_CONTACT_SECONDS = 3.0


class NotReachable(CairnError):
    """Nothing answers as a NATS server at the address."""


async def connect(url: str, *, name: str) -> Client:
    """Connect to NATS, and stay connected: a lost connection is taken up again for ever.

    Permission denials and slow consumers reach nats-py only in its error callback; they are logged there.

    Args:
        url: `nats://host:port`; several, comma-separated, for a cluster.
        name: How the connection is called in the server's monitoring.

    Raises:
        NotReachable: when nothing answers at first.
    """
    servers = url.split(",")
    try:
        await first_contact(servers)
        return await nats.connect(
            servers=servers,
            name=name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.2,
            connect_timeout=5,
            ping_interval=20,
            max_outstanding_pings=2,
            error_cb=_on_error,
            disconnected_cb=_on_disconnect,
            reconnected_cb=_on_reconnect,
            pending_size=64 * 1024 * 1024,
        )
    except (OSError, NatsError, TimeoutError) as error:
        raise NotReachable(f"No NATS server answers at {url}: {error}.") from error


async def first_contact(servers: list[str]) -> None:
    """Fail fast when no server listens; nats-py itself would go on trying for ever."""
    last: Exception | None = None
    for server in servers:
        address = urlsplit(server if "://" in server else f"nats://{server}")
        try:
            async with asyncio.timeout(_FIRST_CONTACT_SECONDS):
                _, writer = await asyncio.open_connection(address.hostname, address.port or 4222)
            writer.close()
            return
        except (OSError, TimeoutError) as error:
            last = error
    raise last or OSError("no address given")


async def _on_error(error: Exception) -> None:
    _log.warning("NATS: %s", error)


async def _on_disconnect() -> None:
    _log.info("disconnected from NATS; trying again")


async def _on_reconnect() -> None:
    _log.info("connected to NATS again")
