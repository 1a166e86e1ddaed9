"""How people come to a session here: by a link of the embedded issuer, or at an OpenID Connect issuer."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from starlette.requests import Request

from events.errors import CairnError
from events.log.client.resilient import ResilientClient
from services.access.authentication import Authenticator
from services.access.issuer.sign_in_links import SignInLinks, Waiting
from services.access.principal import Principal
from services.gateway.access.sessions import MAX_SESSION_BYTES, SESSION, is_protected, set_cookie
from services.gateway.problems import RequestRefused
from services.gateway.routing import Depends
from services.settings import Settings

if TYPE_CHECKING:
    from services.access.tokens.code_flow import CodeFlow

_log = logging.getLogger("cairn.gateway")
Revoke = Callable[[str], Awaitable[None]]


class UnusableClientSecret(CairnError):
    """The secret with which people sign in at the issuer cannot be read."""


async def _revoke_nothing(_: str) -> None:
    return


@dataclass(frozen=True, slots=True)
class SigningIn:
    """How people come to a session, and how one ends.

    Attributes:
        authenticator: Finds out whose a token is.
        links: The links of the embedded issuer; None where tokens are another's.
        issuer: Where people sign in; None where they do not do it by a browser.
        revoke: Revokes a token by its id, where the embedded issuer has made it.
    """

    authenticator: Authenticator
    links: SignInLinks | None = None
    issuer: "CodeFlow | None" = None
    revoke: Revoke = _revoke_nothing

    async def look(self, code: str) -> Waiting:
        """What a link leads to, which stays as it is.

        Raises:
            RequestRefused: it was used, is too old, or there are no links here.
        """
        return await self._waiting(lambda links: links.look(code, time.time()))

    async def use(self, code: str) -> Waiting:
        """The same, for the first who asks."""
        return await self._waiting(lambda links: links.use(code, time.time()))

    def at_issuer(self) -> "CodeFlow":
        """Where people sign in.

        Raises:
            RequestRefused: nobody signs in at an issuer here.
        """
        if self.issuer is None:
            raise RequestRefused("http.not_found", "Nobody signs in at an issuer here.")
        return self.issuer

    async def session(self, token: str, base: str) -> str:
        """The header that makes an access token the session of a browser.

        Args:
            base: The address under which clients know the gateway.

        Raises:
            TokenRefused: the token is not accepted.
            RequestRefused: it is too long, or others could read it on its way.
        """
        check_protected(base)
        if len(token) > MAX_SESSION_BYTES:
            detail = f"The access token has more than {MAX_SESSION_BYTES} bytes, and a browser would not keep it."
            raise RequestRefused("access.sign_in_too_long", detail)
        await self.authenticator.principal(token)
        return set_cookie(SESSION, token, base)

    async def end(self, principal: Principal) -> bool:
        """Take back what a session was made with. Returns whether that was done; the browser forgets it anyway."""
        if principal.token is None:
            return True
        try:
            await self.revoke(principal.token)
        except CairnError as error:
            _log.warning("The token of a session that has ended could not be revoked: %s", error)
            return False
        return True

    async def _waiting(self, find: Callable[[SignInLinks], Waiting | None]) -> Waiting:
        found = await asyncio.to_thread(find, self.links) if self.links is not None else None
        if found is None:
            raise RequestRefused("access.sign_in_refused", "This link was used, or is older than 15 minutes.")
        return found


def signing_in_by(settings: Settings, nc: ResilientClient, authenticator: Authenticator) -> SigningIn:
    """How people come to a session, by the settings."""
    if settings.oidc_issuer is not None:
        return SigningIn(authenticator, issuer=_code_flow(settings, authenticator))

    async def revoke(token: str) -> None:
        from services.access.issuer.recording import revoke_token  # noqa: PLC0415 - `eventsourcing`, and seldom needed

        await revoke_token(nc, token, by="gateway", reason="signed out")

    return SigningIn(authenticator, SignInLinks(settings.data_dir), revoke=revoke)


def check_protected(base: str) -> None:
    """Check that nobody in between can read what a browser is signed in with.

    Raises:
        RequestRefused: the address is not an https one, nor one of this very machine.
    """
    if not is_protected(base):
        detail = "Over http, Cairn signs in only on its own machine; set CAIRN_PUBLIC_URL to an https address."
        raise RequestRefused("access.sign_in_unprotected", detail)


def _code_flow(settings: Settings, authenticator: Authenticator) -> "CodeFlow | None":
    """How people sign in at the issuer.

    Raises:
        UnusableClientSecret: the file with the secret cannot be read.
    """
    from services.access.tokens.authenticator import TokenAuthenticator  # noqa: PLC0415 - joserfc, where it is needed
    from services.access.tokens.code_flow import Client, CodeFlow  # noqa: PLC0415 - httpx, likewise

    if settings.oidc_client_id is None or not isinstance(authenticator, TokenAuthenticator):
        return None
    secret = None
    if settings.oidc_client_secret_file is not None:
        try:
            secret = settings.oidc_client_secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UnusableClientSecret(f"CAIRN_OIDC_CLIENT_SECRET_FILE cannot be read: {error}.") from None
    client = Client(settings.oidc_client_id, secret, settings.oidc_sign_in_scope, settings.oidc_resource)
    return CodeFlow(str(settings.oidc_issuer), client, authenticator)


def _of_the_application(request: Request) -> SigningIn:
    found: SigningIn = request.app.state.signing_in
    return found


SignsIn = Annotated[SigningIn, Depends(_of_the_application)]
"""How people come to a session, as an endpoint asks for it."""
