"""What every answer passes on its way out: security headers, the count of it, and the last resort for mistakes."""

import logging
import time
import traceback
from collections.abc import Collection, Sequence
from pathlib import PurePath

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.metrics import Metrics
from services.gateway.problems import RequestRefused
from services.gateway.refusals import REFUSED_PAGE, RefusedPage, refusal_answer

_log = logging.getLogger("cairn.gateway")

_Header = tuple[bytes, bytes]
USUAL_HEADERS: Sequence[_Header] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""What every answer has that does not say otherwise."""
_NAMES = frozenset(name for name, _ in USUAL_HEADERS)


class ResponseMiddleware:
    """ASGI middleware around the whole application.

    Answers carry patients' words, so nothing between here and the reader may keep them, guess their type or frame them.

    Args:
        refused_page: How a refusal is a page, where pages are served.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, refused_page: RefusedPage | None = None):
        self._app = app
        self._metrics = metrics
        self._refused_page = refused_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[REFUSED_PAGE] = self._refused_page
        begun = time.perf_counter()
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _with_usual(message["headers"])
                self._metrics.answered(
                    scope["method"], _template(scope), message["status"], time.perf_counter() - begun
                )
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, the client gets an answer
            # The message and the values in the frames are left out: they may repeat what a patient wrote.
            _log.error("%s while answering %s", _place(error), _template(scope))
            if not started:
                mistake = RequestRefused("internal.error", "Cairn made a mistake; its log says where.")
                await refusal_answer(scope, mistake)(scope, receive, answer)
            # An answer that has begun is broken off by the server, so that nobody takes it for whole.


def _with_usual(headers: Collection[_Header]) -> Sequence[_Header]:
    given = {name for name, _ in headers}
    if _NAMES.isdisjoint(given):
        return [*headers, *USUAL_HEADERS]
    return [*headers, *(each for each in USUAL_HEADERS if each[0] not in given)]


def _template(scope: Scope) -> str:
    """The route as it is written, `/v1/orgs/{org}/goals`; paths that match none are one."""
    return getattr(scope.get("route"), "path", None) or "(none)"


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {PurePath(frame.filename).name}, line {frame.lineno},"
