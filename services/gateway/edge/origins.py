"""Requests that a web page of another origin makes, without the user's knowing, are refused.

The rule is that of Go's `http.CrossOriginProtection` (Go 1.25), which needs no token in forms and no cookie. What GET,
HEAD and OPTIONS ask for changes nothing, so they pass.
"""

from collections.abc import Awaitable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.problems import RequestRefused
from services.gateway.refusals import refusal_answer

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})
"""What the header Sec-Fetch-Site says of a page of this origin, and of the user (an address that was typed)."""


class OriginCheck:
    """ASGI middleware that refuses what may change something and comes from a page of another origin.

    Args:
        public_url: The address under which clients know the gateway; its origin is the gateway's own.
    """

    def __init__(self, app: ASGIApp, public_url: str | None = None):
        self._app = app
        self._own = _origin(public_url) if public_url else None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] not in _SAFE and self._is_foreign(Headers(scope=scope)):
            detail = "A web page of another origin asks this. Ask it from this origin, or from outside a browser."
            return refusal_answer(scope, RequestRefused("http.origin", detail))(scope, receive, send)
        return self._app(scope, receive, send)

    def _is_foreign(self, headers: Headers) -> bool:
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and origin == self._own:
            return False
        if site is not None:
            return site not in _OWN_SITES
        # Without both it is no browser; with an origin alone an old one, whose page is from here if the hosts agree.
        return origin is not None and (_host(origin) or "") != headers.get("host")


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
