"""What the callout needs to know of tokens."""

from typing import Protocol

from services.access.authentication import CheckedToken


class Tokens(Protocol):
    """Finds out whose a token is, until when, and whether it was revoked since."""

    async def checked(self, token: str) -> CheckedToken:
        """The principal of an access token, and when the token expires.

        Raises:
            TokenRefused: the token is not accepted.
        """
        ...

    def is_revoked(self, token_id: str) -> bool:
        """Whether a token was revoked.

        Raises:
            TokenRefused: `access.unavailable`, when that is not known at the moment.
        """
        ...
