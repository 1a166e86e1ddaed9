"""A gateway with all that it answers from, each as a process of its own, and a token with which a client may ask it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from time import time
from typing import NamedTuple

from bench.announced import Announced
from bench.ground import Ground, service
from services.access.issuer.signing_key import signing_key
from services.access.issuer.tokens import create_token
from services.access.principal import Principal
from services.embedded_server import free_port
from services.settings import Settings

ORG = "bench"
"""The organisation whose data the client may have."""
_TOKEN_SECONDS = 24 * 60 * 60
_CLIENT = Principal(
    id="bench",
    kind="system",
    roles=frozenset({"system"}),
    orgs=frozenset({ORG}),
    speaks_for=frozenset({"patient"}),
)
"""The client: a system that reads what a clinic's own systems read, and submits what patients write."""


class Gateway(NamedTuple):
    """A gateway that answers.

    Attributes:
        port: Its port on loopback.
        token: A token of the embedded issuer.
    """

    port: int
    token: str


@asynccontextmanager
async def gateway(on: Ground, projections: Sequence[str]) -> AsyncIterator[Gateway]:
    """Start the goals service, the record of readings, projections of what is in the log, and a gateway over them."""
    settings = on.settings(http_port=free_port())
    head = await on.log.head()
    heard = {projection: Announced() for projection in projections}
    services = [("goals",), ("access",), *(("projection", projection) for projection in projections), ("gateway",)]
    async with AsyncExitStack() as running:
        for projection, announced in heard.items():
            await running.enter_async_context(announced.listening(on.nc, projection))
        await asyncio.gather(*(running.enter_async_context(service(settings, *name)) for name in services))
        for announced in heard.values():
            await announced.reach(head)
        yield Gateway(settings.http_port, client_token(settings))


def client_token(settings: Settings) -> str:
    """A token of the embedded issuer, whose key is made if it is not there."""
    return create_token(signing_key(settings.data_dir), _CLIENT, seconds=_TOKEN_SECONDS, now=time()).text
