"""Tokens for tests of the gateway: each is a principal, written out, so that no issuer is needed."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.types import ASGIApp

from services.access.authentication import TokenRefused
from services.access.issuer.signing_key import signing_key
from services.access.issuer.tokens import create_token
from services.access.principal import BadPrincipal, Principal, everyone_of, principal_of

ISSUER = "https://issuer.example"
REFUSED = {
    "expired": "access.token_expired",
    "revoked": "access.token_revoked",
    "unavailable": "access.unavailable",
}
"""Tokens that are refused, each with its code; every other that is no principal is `access.token_invalid`."""


class WrittenOut:
    """An authenticator whose tokens are principals as `Principal.encoded` writes them."""

    def issuer_metadata(self) -> Mapping[str, object]:
        """As of an issuer that gives tokens to applications."""
        return {"issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/auth", "token_endpoint": f"{ISSUER}/token"}

    async def principal(self, token: str) -> Principal:
        """The principal that the token is."""
        if token in REFUSED:
            raise TokenRefused(REFUSED[token], "The token is not accepted.")
        try:
            return principal_of(token)
        except BadPrincipal:
            raise TokenRefused("access.token_invalid", "The token is not accepted.") from None


@asynccontextmanager
async def written_out(*_: object) -> AsyncIterator[WrittenOut]:
    """What a service opens in the place of its own authenticator."""
    yield WrittenOut()


def bearing(principal: Principal) -> dict[str, str]:
    """The headers of a request that this principal makes."""
    return {"authorization": f"Bearer {principal.encoded()}"}


EVERYONE = everyone_of(frozenset(), "node")
"""Who may read everything, and submit for everyone."""
ANYONE = bearing(EVERYONE)
"""The headers of whoever may do everything, for tests that are about something else."""


def asking(app: ASGIApp, headers: dict[str, str] = ANYONE) -> httpx.AsyncClient:
    """A client of an application in this process, by default of whoever may do everything."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost", headers=headers)


def of_everyone(data_dir: Path) -> dict[str, str]:
    """The headers of whoever may do everything at a Cairn that is its own issuer, whose key is in its data folder."""
    made = create_token(signing_key(data_dir), EVERYONE, seconds=3600, now=time.time())
    return {"authorization": f"Bearer {made.text}"}
