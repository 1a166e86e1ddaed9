"""Connecting to NATS: one way for every service and command."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from nats.aio.client import Client
from nats.errors import AuthorizationError, SlowConsumerError, StaleConnectionError
from nats.errors import Error as NatsError

from events.errors import CairnError
from events.log.client.address import Address, read_address
from events.log.client.resilient import JETSTREAM_API, ResilientClient, Undecided, connect_client

_log = logging.getLogger("cairn.nats")
_FIRST_CONTACT_SECONDS = 3.0
_CONNECTING_SECONDS = 20.0
"""How long a server that answered at first has until one is connected; nats-py would go on trying for ever when it is
gone by then, and whoever connects in a thread could not be ended."""
_TRIES_BEFORE_THE_LAST = 4
"""How often a server that has not decided is asked again; it takes two seconds each time."""
OLDEST_SERVER = (2, 14, 0)
"""The oldest nats-server that Cairn works with. Atomic batches as it uses them came with 2.12, and the releases before
2.14 are not maintained by its makers any more."""


class NotReachable(CairnError):
    """Nothing answers as a NATS server at the address."""


class OlderServer(CairnError):
    """The NATS server is of a release in which something is missing that Cairn needs."""


class NotAdmitted(CairnError):
    """A NATS server answers, but does not let this user in."""


async def log_error(error: Exception) -> None:
    """Put into the log what nats-py reports on the side, such as a permission denied."""
    _log.warning("NATS: %s", error)


async def connect(
    url: str,
    *,
    name: str,
    on_error: Callable[[Exception], Awaitable[None]] = log_error,
    log_api: str = JETSTREAM_API,
) -> ResilientClient:
    """Connect to NATS, and stay connected: a lost connection is taken up again for ever.

    Permission denials and slow consumers reach nats-py only in its error callback; by default they are logged there.

    Args:
        url: `nats://host:port`, `tls://host:port`, with `user:password@` before the host where the server asks for it;
            several, comma-separated, for a cluster.
        name: How the connection is called in the server's monitoring.
        on_error: Called with errors that belong to no request. That the server is not there any more, or lets nobody
            in, is told once, until it is back; it is tried again several times a second.
        log_api: What JetStream's API begins with for the streams of the log's account, where that is not the user's.

    Raises:
        NotAnAddress: when the URL cannot be read.
        NotReachable: when nothing answers at first, or it is gone before one is connected.
        NotAdmitted: when the server does not know the user, or not with this password.
        OlderServer: when it is of a release before :data:`OLDEST_SERVER`.
    """
    address = read_address(url)
    away = _Away(address, on_error)
    try:
        await first_contact(address.servers)
        async with asyncio.timeout(_CONNECTING_SECONDS):
            await _admission(address)
        async with asyncio.timeout(_CONNECTING_SECONDS):
            nc = await _connected(
                address.servers,
                name=name,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.2,
                connect_timeout=5,
                ping_interval=20,
                max_outstanding_pings=2,
                error_cb=away.hear,
                disconnected_cb=away.is_gone,
                reconnected_cb=away.is_back,
                pending_size=64 * 1024 * 1024,
                **address.credentials,
            )
    except (OSError, NatsError, TimeoutError) as error:
        reason = str(error) or "it is gone again"
        raise NotReachable(f"No NATS server answers at {address}: {reason}.") from error
    nc.url, nc.log_api = url, log_api
    return nc


class _Away:
    """Tells once why there is no connection, until there is one again; nats-py reports each attempt."""

    def __init__(self, address: Address, tell: Callable[[Exception], Awaitable[None]]):
        self._address = address
        self._tell = tell
        self._told: set[type[CairnError]] = set()
        self._is_away = False

    async def is_gone(self) -> None:
        """Note that the connection is lost."""
        self._is_away = True
        _log.debug("disconnected from NATS")

    async def hear(self, error: Exception) -> None:
        """Hand an error on, if it is another one than that there is no connection, or that was not told yet."""
        if isinstance(error, AuthorizationError):
            await self._tell_once(NotAdmitted(f"The NATS server at {self._address} lets this user in no more."))
        elif self._says_why(error):
            why = str(error) or type(error).__name__
            await self._tell_once(
                NotReachable(f"The NATS server at {self._address} does not answer any more ({why}); it is waited for.")
            )
        else:
            await self._tell(error)

    def _says_why(self, error: Exception) -> bool:
        """Whether an error says why there is no connection. Others come here as well, such as what a subscription's
        callback raises, which may be an OSError (a time that was over, a full disk) while there is one.
        """
        if self._is_away:
            return isinstance(error, OSError | NatsError) and not isinstance(error, SlowConsumerError)
        return isinstance(error, ConnectionError | StaleConnectionError)

    async def is_back(self) -> None:
        """Note that there is a connection again."""
        self._told.clear()
        self._is_away = False
        _log.info("connected to NATS again")

    async def _tell_once(self, error: CairnError) -> None:
        if type(error) not in self._told:
            self._told.add(type(error))
            await self._tell(error)


async def flush(nc: Client) -> None:
    """Wait until the server has taken in all that was sent: subscriptions answer from then on, answers are out.

    nats-py's own flush writes its ping ahead of what still waits to be written; only a second one comes behind it.
    """
    await nc.flush()
    await nc.flush()


async def first_contact(servers: list[str]) -> None:
    """Fail fast when no server listens; nats-py itself would go on trying for ever."""
    last: Exception | None = None
    for server in servers:
        address = urlsplit(server if "://" in server else f"nats://{server}")
        host, port = address.hostname, address.port or 4222
        try:
            async with asyncio.timeout(_FIRST_CONTACT_SECONDS):
                # By itself: uvloop writes a traceback of a look-up that fails after its connecting was cancelled.
                await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
                _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return
        except (OSError, TimeoutError) as error:
            last = error
    raise last or OSError("no address given")


async def _admission(address: Address) -> None:
    """Fail fast when the server does not let this user in; nats-py itself would go on trying for ever."""
    try:
        trial = await _connected(
            address.servers,
            name="cairn admission",
            allow_reconnect=False,
            connect_timeout=5,
            error_cb=_unheard,
            **address.credentials,
        )
    except NatsError as error:
        if "authorization" not in str(error).lower():
            raise
        raise NotAdmitted(_refusal(address)) from None
    version = trial.connected_server_version
    await trial.close()
    number = (version.major, version.minor, version.patch)
    if number < OLDEST_SERVER:
        raise OlderServer(
            f"The NATS server at {address} is nats-server {'.'.join(map(str, number))}. Cairn needs"
            f" {'.'.join(map(str, OLDEST_SERVER))} or later."
        )


def _refusal(address: Address) -> str:
    if user := address.credentials.get("user"):
        return f"The NATS server at {address} does not let the user “{user}” with this password in."
    if "signing" in address.credentials:
        return f"The NATS server at {address} does not let in whom the file of the address names."
    given = "with this token" if "token" in address.credentials else "without a user and a password, or a token"
    return (
        f"The NATS server at {address} does not let anyone in {given}. The token of the server that `cairn up` starts"
        " is in the file nats/token of its data folder: give it as nats://TOKEN@host:port. Or, while that Cairn runs,"
        " set CAIRN_DATA_DIR to that folder and give no address: both are found there."
    )


async def _connected(servers: list[str], **options: Any) -> ResilientClient:  # nats-py's own options
    """A client that is connected, perhaps at a later try, where the server takes its time to decide whom it lets in."""
    for _ in range(_TRIES_BEFORE_THE_LAST):
        with suppress(Undecided):
            return await connect_client(servers, **options)
    return await connect_client(servers, **options)


async def _unheard(_: Exception) -> None:
    """Ignore what nats-py reports on the side: the first attempt raises its error."""
