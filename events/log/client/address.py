"""The address of NATS servers, as a setting gives it."""

from typing import NamedTuple, TypedDict
from urllib.parse import SplitResult, unquote, urlsplit

from events.errors import CairnError


class NotAnAddress(CairnError):
    """A text cannot be read as a NATS address. The sentence does not repeat it, as it may hold a password."""


class Credentials(TypedDict, total=False):
    """The user who connects, as the options of nats-py name it."""

    user: str
    password: str
    token: str


class Address(NamedTuple):
    """Where the servers are, without what is secret, and who connects.

    The credentials are kept apart, because nats-py takes those in a URL as they stand, percent signs and all, and has
    none for the servers of a cluster that it hears of later.
    """

    servers: list[str]
    credentials: Credentials

    def __str__(self) -> str:
        return ",".join(self.servers)

    def __repr__(self) -> str:
        return str(self)


def read_address(url: str) -> Address:
    """Read `nats://user:password@host:port`, percent-encoded; several, comma-separated, are one cluster.

    The credentials are the first that are there; a user without a password is a token.

    Raises:
        NotAnAddress: The text is no such address.
    """
    servers, credentials = [], Credentials()
    for each in url.split(","):
        parts = urlsplit(each if "://" in each else f"nats://{each}")
        if not _is_address(parts):
            raise NotAnAddress(
                "The NATS address is not of the form nats://user:password@host:port. In a password, write the signs"
                " @ : / ? # % , percent-encoded."
            )
        servers.append(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
        if credentials or parts.username is None:
            continue
        if parts.password is None:
            credentials = Credentials(token=unquote(parts.username))
        else:
            credentials = Credentials(user=unquote(parts.username), password=unquote(parts.password))
    return Address(servers, credentials)


def _is_address(parts: SplitResult) -> bool:
    try:
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname) and parts.path in ("", "/") and not parts.query and not parts.fragment
