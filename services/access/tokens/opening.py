"""Opening the authenticator that the settings ask for: of an OpenID Connect issuer, or of the embedded one."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from events.errors import CairnError
from events.log.client.resilient import ResilientClient
from services.access.issuer.revocations import Revocations
from services.access.issuer.signing_key import signing_key
from services.access.issuer.tokens import MAPPING, RULES, public_keys
from services.access.tokens.authenticator import TokenAuthenticator
from services.access.tokens.keys import KeyRing
from services.settings import Settings

_log = logging.getLogger("cairn.access")


class FixedKeys:
    """The key of the embedded issuer, which stays the same for as long as the process runs."""

    def __init__(self, ring: KeyRing):
        self._ring = ring

    async def keys(self, kid: str | None = None) -> KeyRing:
        """The key."""
        return self._ring


@asynccontextmanager
async def open_authenticator(settings: Settings, nc: ResilientClient) -> AsyncIterator[TokenAuthenticator]:
    """The authenticator of a service. It keeps itself up to date while the block lasts.

    Args:
        nc: A connection from :func:`events.log.connect`; the embedded issuer's revocations are read through it.

    Raises:
        UnusableSigningKey: the embedded issuer's key cannot be used.
    """
    revocations = Revocations(nc)
    key = await asyncio.to_thread(signing_key, settings.data_dir)
    try:
        await revocations.read()
    except CairnError as error:  # tokens are refused with access.unavailable until it can be read
        _log.warning("Which tokens were revoked cannot be read yet: %s", error)
    following = asyncio.create_task(revocations.follow())
    try:
        yield TokenAuthenticator(RULES, FixedKeys(public_keys(key)), MAPPING, revocations)
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
