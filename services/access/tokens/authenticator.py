"""The authenticator: one way from a token to its principal, whichever issuer made it."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from services.access.authentication import CheckedToken, TokenRefused
from services.access.principal import Principal
from services.access.tokens.checked_tokens import CheckedTokens
from services.access.tokens.checking import TokenRules, check_token, header_of
from services.access.tokens.claims import ClaimMapping, principal_of_claims
from services.access.tokens.id_tokens import check_id_token
from services.access.tokens.keys import KeyRing


class KeySource(Protocol):
    """Where an issuer's public keys come from."""

    async def keys(self, kid: str | None = None) -> KeyRing:
        """The keys of the issuer.

        Args:
            kid: A key that the caller needs. Where it is not known yet, the source may ask the issuer again.

        Raises:
            TokenRefused: `access.unavailable`, when the issuer could not be asked for too long.
        """
        ...

    @property
    def metadata(self) -> Mapping[str, Any] | None:
        """How the issuer describes itself; empty until it has, and None where it never does."""
        ...


class RevokedTokens(Protocol):
    """Which tokens were revoked."""

    def is_revoked(self, token_id: str) -> bool:
        """Whether a token was revoked.

        Raises:
            TokenRefused: `access.unavailable`, when that could not be read for too long.
        """
        ...

    def when_revoked(self, call: Callable[[str], None]) -> None:
        """Have a function called with the id of each token that is found revoked from now on."""
        ...


class NoneRevoked:
    """Of an issuer that tells nobody which tokens it has revoked: theirs end by expiring."""

    def is_revoked(self, token_id: str) -> bool:
        """Never."""
        return False

    def when_revoked(self, call: Callable[[str], None]) -> None:
        """Never calls it."""


class TokenAuthenticator:
    """Checks tokens of one issuer.

    Args:
        rules: What a token has to say.
        keys: The issuer's keys.
        mapping: How claims become a principal.
        revoked: Which tokens were revoked.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        rules: TokenRules,
        keys: KeySource,
        mapping: ClaimMapping,
        revoked: RevokedTokens,
        clock: Callable[[], float] = time.time,
    ):
        self._rules = rules
        self._keys = keys
        self._mapping = mapping
        self._revoked = revoked
        self._clock = clock
        self._checked = CheckedTokens()
        self._ring: KeyRing | None = None

    async def principal(self, token: str) -> Principal:
        """The principal of an access token.

        Raises:
            TokenRefused: the token is not accepted.
        """
        return (await self.checked(token)).principal

    async def checked(self, token: str) -> CheckedToken:
        """The principal of an access token, and when the token expires.

        Raises:
            TokenRefused: the token is not accepted.
        """
        digest = CheckedTokens.digest(token)
        self._use(await self._keys.keys())
        found = self._checked.get(digest)
        if found is None:
            found = await self._check(token)
            self._checked.remember(digest, found)
        elif self._clock() >= found.expires + self._rules.leeway_seconds:
            self._checked.forget(digest)
            raise TokenRefused("access.token_expired", "The token has expired. Get a new one.")
        if found.principal.token is not None and self._revoked.is_revoked(found.principal.token):
            raise TokenRefused("access.token_revoked", "The token was revoked. Get a new one.")
        return found

    def issuer_metadata(self) -> Mapping[str, Any] | None:
        """How the issuer describes itself; empty until it has, and None where it never does."""
        return self._keys.metadata

    async def metadata(self) -> Mapping[str, Any]:
        """The same; an issuer that has not answered yet is asked.

        Raises:
            TokenRefused: `access.unavailable`, when it does not answer.
        """
        await self._keys.keys()
        return self._keys.metadata or {}

    async def check_id_token(self, token: str, client: str, nonce: str) -> None:
        """Check that an ID token of the issuer is for a client and of the sign-in that it has begun with a nonce.

        Raises:
            TokenRefused: it is not.
        """
        ring = await self._keys.keys(header_of(token).get("kid"))
        check_id_token(
            token,
            ring,
            issuer=self._rules.issuer,
            client=client,
            nonce=nonce,
            now=self._clock(),
            leeway_seconds=self._rules.leeway_seconds,
        )

    def when_revoked(self, call: Callable[[str], None]) -> None:
        """Have a function called with the id of each token that is found revoked from now on."""
        self._revoked.when_revoked(call)

    def is_revoked(self, token_id: str) -> bool:
        """Whether a token was revoked since it was checked.

        Raises:
            TokenRefused: `access.unavailable`, when that could not be read for too long.
        """
        return self._revoked.is_revoked(token_id)

    async def _check(self, token: str) -> CheckedToken:
        ring = await self._keys.keys(header_of(token).get("kid"))
        self._use(ring)
        claims, expires = check_token(token, ring, self._rules, self._clock())
        return CheckedToken(principal_of_claims(claims, self._mapping), expires)

    def _use(self, ring: KeyRing) -> None:
        """Forget all checked tokens when a key is gone with which one of them may have been signed."""
        if ring is not self._ring:
            if self._ring is not None and not ring.has_all_of(self._ring):
                self._checked.clear()
            self._ring = ring
