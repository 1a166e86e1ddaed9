"""The application that stores which tokens were issued and revoked, on Cairn's own persistence module."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application

from events.errors import CairnError
from services.access.issuer.token_record import TokenRecord
from services.access.issuer.tokens import MadeToken
from services.access.principal import Principal
from services.administration.application import PREFIX

NAME = "tokens"
STREAM = f"{PREFIX}_{NAME}_events"
"""The stream that keeps which tokens were issued and revoked."""
_NOTIFICATIONS_PER_PAGE = 100


class NoSuchToken(CairnError):
    """The embedded issuer has made no token of this id."""


class Issued(NamedTuple):
    """A token that was issued.

    Attributes:
        token: The token's id.
        principal: Whom it is for.
        until: When it expires, as RFC 3339.
        by: Who made it.
        at: When it was made, as RFC 3339.
    """

    token: str
    principal: Principal
    until: str
    by: str
    at: str


class Revoked(NamedTuple):
    """A token that was revoked.

    Attributes:
        token: The token's id.
        by: Who revoked it.
        reason: Why, in that person's words.
        at: When, as RFC 3339.
    """

    token: str
    by: str
    reason: str
    at: str


class TokenRecords(Application[UUID]):
    """The application that records tokens, and reads what was recorded in order."""

    name = NAME

    def issued(self, made: MadeToken, by: str) -> None:
        """Record durably that a token was made.

        Raises:
            DatabaseError: of the `eventsourcing` library, when it cannot be stored.
        """
        until = datetime.fromtimestamp(made.expires, UTC).isoformat()
        principal = made.principal.model_dump(mode="json", exclude_defaults=True)
        self.save(TokenRecord(str(made.principal.token), by, principal, until))

    def revoke(self, token: str, by: str, reason: str) -> None:
        """Record durably that a token was revoked; nothing is recorded for one that is revoked already.

        Raises:
            NoSuchToken: no token of this id was made.
            DatabaseError: of the `eventsourcing` library, when it cannot be stored.
        """
        try:
            record: TokenRecord = self.repository.get(TokenRecord.create_id(token))
        except AggregateNotFoundError:
            raise NoSuchToken("There is no token of this id; `cairn token list` shows those there are.") from None
        if not record.revoked:
            record.revoke(token, by, reason)
            self.save(record)

    def happened(self, after: int = 0) -> tuple[list[Issued | Revoked], int]:
        """What was recorded, in order, and the position in the stream of the last of it.

        Args:
            after: The position behind which to begin.

        Raises:
            DatabaseError: of the `eventsourcing` library, when it cannot be read.
        """
        found: list[Issued | Revoked] = []
        position = after
        while page := self.recorder.select_notifications(position + 1, _NOTIFICATIONS_PER_PAGE):
            found += self._read(self.mapper.to_domain_event(notification) for notification in page)
            position = page[-1].id
        return found, position

    def _read(self, events: Iterable[object]) -> Iterable[Issued | Revoked]:
        for happened in events:
            if isinstance(happened, TokenRecord.Issued):
                principal = Principal.model_validate(happened.principal)
                yield Issued(happened.token, principal, happened.until, happened.by, happened.timestamp.isoformat())
            elif isinstance(happened, TokenRecord.Revoked):
                yield Revoked(happened.token, happened.by, happened.reason, happened.timestamp.isoformat())
