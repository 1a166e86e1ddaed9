"""What every way of finding out who asks has in common: a token goes in, a principal comes out, or a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from events.errors import CairnError
from services.access.principal import Principal


class TokenRefused(CairnError):
    """A token is not accepted.

    Attributes:
        code: `access.token_invalid`, `access.token_expired`, `access.token_revoked`, or `access.unavailable` when it
            cannot be checked now.
        detail: Why, in a sentence. Never the token or a part of it.
    """

    def __init__(self, code: str, detail: str):
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class CheckedToken:
    """A token that is accepted.

    Attributes:
        principal: Who asks; `principal.token` is the token's id.
        expires: When the token expires (its `exp`), in seconds since 1970.
    """

    principal: Principal
    expires: float


class Authenticator(Protocol):
    """Finds out whose a token is."""

    async def principal(self, token: str) -> Principal:
        """The principal of an access token.

        Raises:
            TokenRefused: the token is not accepted.
        """
        ...

    def issuer_metadata(self) -> Mapping[str, Any] | None:
        """How the issuer of tokens describes itself (OpenID Connect Discovery 1.0, section 3).

        Empty as long as it has not answered; None where there is no issuer that applications could ask.
        """
        ...
