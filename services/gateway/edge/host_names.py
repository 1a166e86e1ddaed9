"""The host names under which a gateway may be asked. Pure."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from events.errors import CairnError

LOCAL = "localhost"


class HostsUnknown(CairnError):
    """The gateway listens for other machines, and nothing says under which names they know it."""


class AllowedHosts:
    """The names under which a gateway may be asked, without ports; those of this machine itself are always among them.

    Args:
        names: Host names or IP addresses, such as `cairn.example.org`.
    """

    def __init__(self, names: Iterable[str] = ()):
        self._names = {_plain(name) for name in names}

    def allow(self, name: str) -> bool:
        """Whether a host of this name is answered for."""
        plain = _plain(name)
        return plain == LOCAL or plain in self._names or _is_loopback(plain)


def allowed_hosts(listening_on: str, names: str, public_url: str | None) -> AllowedHosts:
    """The names under which a gateway may be asked that listens on an address.

    Args:
        names: The setting CAIRN_HTTP_HOSTS: names separated by commas.
        public_url: The setting CAIRN_PUBLIC_URL; its host is one of the names.

    Raises:
        HostsUnknown: it listens on more than the loopback interface, and no name is set.
    """
    given = [name.strip() for name in names.split(",") if name.strip()]
    if public_url is not None:
        given.append(urlsplit(public_url).hostname or "")
    if not given and not AllowedHosts().allow(listening_on):
        raise HostsUnknown(
            f"The gateway listens on {listening_on}, where other machines reach it: say under which host names they"
            " do, with CAIRN_HTTP_HOSTS (names separated by commas) or CAIRN_PUBLIC_URL."
        )
    return AllowedHosts(given)


def _plain(name: str) -> str:
    """A name as it is compared: in lower case, without the final dot of a full name and the brackets of an address."""
    return name.lower().removesuffix(".").removeprefix("[").removesuffix("]")


@lru_cache(maxsize=64)
def _is_loopback(plain: str) -> bool:
    try:
        return ip_address(plain).is_loopback
    except ValueError:
        return False
