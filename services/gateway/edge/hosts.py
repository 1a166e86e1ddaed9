"""Which host names the gateway answers for. This is what stops DNS rebinding: a web page whose own name leads to this
machine names that host, and to a browser the gateway is then a part of the page's site.
"""

import re
from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.edge.host_names import AllowedHosts
from services.gateway.problems import RequestRefused
from services.gateway.refusals import refusal_answer

_HOST = re.compile(rb"(?:(?P<name>[A-Za-z0-9._-]{1,253})|\[(?P<literal>[0-9A-Fa-f:.]{2,45})\])(?::[0-9]{0,5})?")
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
"""What is answered for whatever host, because probes and Prometheus name the address of a machine or a container. The
first two tell nothing, and the third takes a token, which no web page has."""


class HostCheck:
    """ASGI middleware that refuses requests for hosts that the gateway does not answer for, before anything else."""

    def __init__(self, app: ASGIApp, allowed: AllowedHosts):
        self._app = app
        self._allowed = allowed

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"] not in _PROBES:
            refused = self._refused([value for name, value in scope["headers"] if name == b"host"])
            if refused is not None:
                return refusal_answer(scope, refused)(scope, receive, send)
        return self._app(scope, receive, send)

    def _refused(self, hosts: list[bytes]) -> RequestRefused | None:
        found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if found is None:
            return RequestRefused("http.host", "Name one host in the header Host.", status=400)
        name = (found["name"] or found["literal"]).decode("ascii")
        if self._allowed.allow(name):
            return None
        detail = "This Cairn does not answer for the host that the request names; CAIRN_HTTP_HOSTS says for which."
        return RequestRefused("http.host", detail)
