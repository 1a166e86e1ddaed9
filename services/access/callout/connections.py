"""Which connections were admitted, until when, and which of them must be ended now. Pure.

The name of a user holds the id of its token and the time of its expiry. So an instance of the callout that has just
been started finds the connections of before, and of other instances, by asking the servers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.access.callout.admission import KICK_BEFORE_SECONDS
from services.access.nats_users import CALLOUT_USER
from services.access.principal import BadPrincipal, Principal


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection of a client that the callout has admitted.

    Attributes:
        server: The id of the server that it is on.
        cid: Its number on that server, which is never used again there.
        token: The id of its token; None for a token without one.
        expires: When its token expires, in seconds since 1970.
    """

    server: str
    cid: int
    token: str | None
    expires: int

    def ends_soon(self, now: float) -> bool:
        """Whether its token expires in a moment."""
        return self.expires - now <= KICK_BEFORE_SECONDS


def connection_of(server: str, cid: int, user: str) -> Connection | None:
    """The connection of a user with this name; None where the name is not one that the callout has given."""
    if not user.startswith(CALLOUT_USER):
        return None
    try:
        principal = Principal.decoded(user.removeprefix(CALLOUT_USER))
    except BadPrincipal:
        return None
    return None if principal.expires is None else Connection(server, cid, principal.token, principal.expires)


class Connections:
    """The connections that are known."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Connection] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[Connection]:
        return iter([*self._known.values()])

    def remember(self, connection: Connection) -> None:
        """Keep a connection in mind."""
        self._known[connection.server, connection.cid] = connection

    def forget(self, connection: Connection) -> None:
        """Drop a connection that is no more."""
        self._known.pop((connection.server, connection.cid), None)

    def to_end(self, now: float, is_revoked: Callable[[str], bool]) -> list[Connection]:
        """The connections that must be ended: their token expires in a moment, or is revoked.

        Those whose token has expired are forgotten, because their servers have ended them by themselves.
        """
        for each in self:
            if each.expires < now:
                self.forget(each)
        return [each for each in self if each.ends_soon(now) or (each.token is not None and is_revoked(each.token))]
