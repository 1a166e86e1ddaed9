"""Whose a request over NATS is: by the server's word where it comes directly, by a service's where one forwards it."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic_core import from_json

from events.attribute_headers import OddHeaders
from services.access.nats_users import NatsUsers
from services.access.policy import Denied
from services.access.principal import HEADER, BadPrincipal, Principal, everyone_of, principal_of

REQUEST_INFO = "Nats-Request-Info"
"""The header in which nats-server names the account and the user of a request, where an import has `share: true`.

The server puts it in the place of whatever the sender wrote under this name. A request that crosses no account is
passed on as it is, so nobody but Cairn's own service may have a user in the account that hears requests.
"""
_UNKNOWN = "It is not known who sends this."


class NatsRequests:
    """Finds the principal of a request.

    Args:
        users: The users of the NATS server. Without them, whoever reaches the service over NATS holds the keys of the
            house, as in a Cairn of one machine: the server lets nobody else in.
    """

    def __init__(self, users: NatsUsers | None):
        self._users = users
        self._house = everyone_of(frozenset(), "node" if users is None else "log_operator")
        # A connection's requests say the same of it again and again, until the next measurement of its round trip.
        self._sender = lru_cache(maxsize=4096)(self._read)

    @classmethod
    def by(cls, path: Path | None) -> "NatsRequests":
        """By the file of the setting `CAIRN_NATS_PRINCIPALS`, if it is set.

        Raises:
            BadNatsUsers: the file cannot be used.
        """
        return cls(NatsUsers.read(path) if path is not None else None)

    def sender(self, headers: Mapping[str, str] | None) -> Principal:
        """The principal of a request that its sender has sent itself.

        Raises:
            Denied: it is not known who sends it.
        """
        if self._users is None:
            return self._house
        info = _only(headers, REQUEST_INFO)
        return self._sender(info)

    def operator(self, headers: Mapping[str, str] | None) -> Principal:
        """The principal of a request on a subject that is open to operators alone.

        The server says whose a request is that comes from another account. In the log's own account only the goals
        service and `log_operator` have a user, so a request of which the server says nothing is the operator's.

        Raises:
            Denied: it comes from another account, and it is not known from whom.
        """
        crosses_accounts = any(name.lower() == REQUEST_INFO.lower() for name in headers or ())
        return self.sender(headers) if crosses_accounts else self._house

    def _read(self, info: str) -> Principal:
        try:
            told = from_json(info)
            account, user = told["acc"], told["user"]
        except (KeyError, TypeError, ValueError):
            raise Denied(_UNKNOWN) from None
        if self._users is None or not isinstance(account, str) or not isinstance(user, str):
            raise Denied(_UNKNOWN)
        return self._users.principal(account, user)


def forwarded_for(headers: Mapping[str, str] | None) -> Principal:
    """The principal for whom a service of Cairn forwards a submission.

    It is believed on subjects that only Cairn's services may publish on.

    Raises:
        Denied: the submission names nobody.
    """
    try:
        return principal_of(_only(headers, HEADER))
    except BadPrincipal:
        raise Denied(_UNKNOWN) from None


def _only(headers: Mapping[str, str] | None, name: str) -> str:
    """The value of a header that is there once."""
    value = (headers or {}).get(name)
    if not value or (isinstance(headers, OddHeaders) and name in headers.doubled):
        raise Denied(_UNKNOWN)
    return value
