"""The address under which clients know the gateway: the one that is set, or the one that a request came to.

Without a setting it is what the header Host says. `X-Forwarded-Proto` and `X-Forwarded-Host` count only on requests
from a proxy that is trusted, and both of them do: whoever else could send them would decide where links lead.
"""

import re
from collections.abc import Awaitable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

Network = IPv4Network | IPv6Network

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?", re.ASCII)
_SCHEMES = frozenset({"http", "https"})


def read_networks(text: str) -> tuple[Network, ...]:
    """IP addresses and networks, separated by commas: `127.0.0.1,10.0.0.0/8`.

    Raises:
        ValueError: one of them is neither.
    """
    return tuple(ip_network(each.strip(), strict=False) for each in text.split(",") if each.strip())


def public_base(request: Request, public_url: str | None) -> str:
    """The address below which every endpoint is, without a slash behind it."""
    return base_of(request.scope, public_url)


def base_of(scope: Scope, public_url: str | None) -> str:
    """The same, of a request as ASGI has it."""
    if public_url:
        return public_url
    host = next((value for name, value in scope["headers"] if name == b"host"), None)
    if host is None or scope.get("root_path"):
        return str(Request(scope).base_url).rstrip("/")
    # What Starlette's `base_url` says then, without taking an address apart and putting it together again.
    return f"{scope['scheme']}://{host.decode('latin-1')}".rstrip("/")


class ForwardedHeaders:
    """ASGI middleware: a request that a trusted proxy passes on has the scheme and host that the client asked for.

    Where a header lists several values, the last one counts: that is the one that the trusted proxy added.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]):
        self._app = app
        self._trusted = trusted

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass on one request."""
        if scope["type"] == "http" and self._trusts(scope.get("client")):
            scope = _as_asked_for(scope)
        return self._app(scope, receive, send)

    def _trusts(self, client: Sequence[object] | None) -> bool:
        if not client:
            return False
        try:
            address = ip_address(str(client[0]))
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def _as_asked_for(scope: Scope) -> Scope:
    headers = Headers(scope=scope)
    scheme, host = (_last(headers, f"x-forwarded-{name}") for name in ("proto", "host"))
    if scheme.lower() in _SCHEMES:
        scope = {**scope, "scheme": scheme.lower()}
    if _HOST.fullmatch(host):
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope = {**scope, "headers": [*kept, (b"host", host.encode("ascii"))]}
    return scope


def _last(headers: Headers, name: str) -> str:
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()
