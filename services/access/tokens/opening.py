"""Opening the authenticator that the settings ask for: of an OpenID Connect issuer, or of the embedded one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

from events.errors import CairnError
from events.log.client.resilient import ResilientClient
from services.access.issuer.revocations import Revocations
from services.access.issuer.signing_key import signing_key
from services.access.issuer.tokens import MAPPING, RULES, public_keys
from services.access.tokens.authenticator import NoneRevoked, TokenAuthenticator
from services.access.tokens.checking import TokenRules
from services.access.tokens.claims import ClaimMapping
from services.access.tokens.issuer_keys import IssuerKeys
from services.access.tokens.keys import KeyRing
from services.access.tokens.mapping_settings import read_claim_names, read_list, read_org_names, read_role_names
from services.settings import Settings

_log = logging.getLogger("cairn.access")


class FixedKeys:
    """The key of the embedded issuer, which stays the same for as long as the process runs."""

    metadata = None
    """The embedded issuer has no address, so it describes itself to nobody."""

    def __init__(self, ring: KeyRing):
        self._ring = ring

    async def keys(self, kid: str | None = None) -> KeyRing:
        """The key."""
        return self._ring


@asynccontextmanager
async def open_authenticator(settings: Settings, nc: ResilientClient) -> AsyncIterator[TokenAuthenticator]:
    """The authenticator of a service. It keeps itself up to date while the block lasts.

    A service starts although the issuer does not answer yet; tokens are refused with `access.unavailable` until then.

    Args:
        nc: A connection from :func:`events.log.connect`; the embedded issuer's revocations are read through it.

    Raises:
        UnusableSigningKey: the embedded issuer's key cannot be used.
    """
    opening = _of_an_issuer(settings) if settings.oidc_issuer is not None else _embedded(settings, nc)
    async with opening as authenticator:
        yield authenticator


@asynccontextmanager
async def _of_an_issuer(settings: Settings) -> AsyncIterator[TokenAuthenticator]:
    import httpx  # noqa: PLC0415 - it takes a tenth of a second, and most services never need it

    from services.access.tokens.issuer_client import IssuerClient  # noqa: PLC0415 - see above

    async with httpx.AsyncClient(follow_redirects=False) as http:
        keys = IssuerKeys(IssuerClient(str(settings.oidc_issuer), http).ask)
        async with _running(keys.keep_fresh()):
            yield TokenAuthenticator(_rules(settings), keys, _mapping(settings), NoneRevoked())


@asynccontextmanager
async def _embedded(settings: Settings, nc: ResilientClient) -> AsyncIterator[TokenAuthenticator]:
    key = await asyncio.to_thread(signing_key, settings.data_dir)
    revocations = Revocations(nc)
    try:
        await revocations.read()
    except CairnError as error:
        _log.warning("Which tokens were revoked cannot be read yet: %s", error)
    rules = replace(RULES, leeway_seconds=settings.token_leeway_seconds)
    async with _running(revocations.follow()):
        yield TokenAuthenticator(rules, FixedKeys(public_keys(key)), MAPPING, revocations)


def _rules(settings: Settings) -> TokenRules:
    return TokenRules(
        issuer=str(settings.oidc_issuer),
        audience=str(settings.oidc_audience),
        types=frozenset(each.lower().removeprefix("application/") for each in read_list(settings.oidc_token_types)),
        leeway_seconds=settings.token_leeway_seconds,
        longest_seconds=settings.oidc_longest_token_hours * 60 * 60,
    )


def _mapping(settings: Settings) -> ClaimMapping:
    return ClaimMapping(
        names=read_claim_names(settings.oidc_claims),
        roles=read_role_names(settings.oidc_roles),
        orgs=read_org_names(settings.oidc_orgs),
        systems=read_list(settings.oidc_systems),
    )


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:  # as asyncio runs it
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
