"""Which host names the gateway answers for. This is what stops DNS rebinding: a web page whose own name leads to this
machine names that host, and to a browser the gateway is then a part of the page's site.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from events.errors import CairnError
from services.gateway.problems import RequestRefused
from services.gateway.refusals import refusal_answer

LOCAL = "localhost"
_HOST = re.compile(rb"(?:(?P<name>[A-Za-z0-9._-]{1,253})|\[(?P<literal>[0-9A-Fa-f:.]{2,45})\])(?::[0-9]{1,5})?")
_PROBES = frozenset({"/healthz", "/readyz"})
"""What is answered for whatever host: probes name the address of a machine or a container, and these tell nothing."""


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


class HostCheck:
    """ASGI middleware that refuses requests for hosts that the gateway does not answer for, before anything else."""

    def __init__(self, app: ASGIApp, allowed: AllowedHosts):
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"] not in _PROBES:
            refused = self._refused([value for name, value in scope["headers"] if name == b"host"])
            if refused is not None:
                await refusal_answer(scope["path"], refused)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refused(self, hosts: list[bytes]) -> RequestRefused | None:
        found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if found is None:
            return RequestRefused("http.host", "Name one host in the header Host.", status=400)
        name = (found["name"] or found["literal"]).decode("ascii")
        if self._allowed.allow(name):
            return None
        detail = "This Cairn does not answer for the host that the request names; CAIRN_HTTP_HOSTS says for which."
        return RequestRefused("http.host", detail)


def _plain(name: str) -> str:
    """A name as it is compared: in lower case, without the final dot of a full name and the brackets of an address."""
    return name.lower().removesuffix(".").removeprefix("[").removesuffix("]")


def _is_loopback(plain: str) -> bool:
    try:
        return ip_address(plain).is_loopback
    except ValueError:
        return False
