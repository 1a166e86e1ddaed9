"""The aggregate of one token of the embedded issuer: it was issued, and perhaps revoked. It never holds the token."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import Aggregate, event

Json = Mapping[str, Any]


class TokenRecord(Aggregate):
    """What is kept of a token: who made it, for whom, as what, until when; and who revoked it.

    Args:
        token: The token's id (`jti`).
        by: Who made it.
        principal: The principal that it is for (:class:`services.access.principal.Principal`), as JSON.
        until: When it expires, as RFC 3339.
    """

    class Issued(Aggregate.Created):
        """A token was made."""

        token: str
        by: str
        principal: Json
        until: str

    class Revoked(Aggregate.Event):
        """A token was revoked."""

        token: str
        by: str
        reason: str

    @staticmethod
    def create_id(token: str) -> UUID:
        """The aggregate's id, which follows from the token's id."""
        return uuid5(NAMESPACE_URL, f"urn:cairn:token:{token}")

    @event(Issued)
    def __init__(self, token: str, by: str, principal: Json, until: str) -> None:
        self.token = token
        self.principal = principal
        self.until = until
        self.revoked = False

    @event(Revoked)
    def revoke(self, token: str, by: str, reason: str) -> None:
        """Note that the token was revoked."""
        self.revoked = True
